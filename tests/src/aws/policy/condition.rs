//! The condition operators of IAM. An operator that is not here is refused when the policy is
//! read.

use anyhow::bail;

use super::{Context, pattern};

/// One operator on one key: any of the values may hold.
#[derive(Debug, Clone)]
pub(super) struct Condition {
    quantifier: Option<Quantifier>,
    test: Test,
    is_negated: bool,
    if_exists: bool,
    key: String,
    values: Vec<String>,
}

#[derive(Debug, Clone, Copy)]
enum Quantifier {
    AnyValue,
    AllValues,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Test {
    Equals,
    EqualsIgnoreCase,
    Like,
    Null,
}

impl Condition {
    pub(super) fn new(operator: &str, key: &str, values: Vec<String>) -> anyhow::Result<Self> {
        let (quantifier, base) = match operator.split_once(':') {
            None => (None, operator),
            Some(("ForAnyValue", base)) => (Some(Quantifier::AnyValue), base),
            Some(("ForAllValues", base)) => (Some(Quantifier::AllValues), base),
            Some(_) => bail!("unknown condition operator `{operator}`"),
        };
        let (base, if_exists) = match base.strip_suffix("IfExists") {
            Some(base) => (base, true),
            None => (base, false),
        };
        let (test, is_negated) = match base {
            "StringEquals" => (Test::Equals, false),
            "StringNotEquals" => (Test::Equals, true),
            "StringEqualsIgnoreCase" | "Bool" => (Test::EqualsIgnoreCase, false),
            "StringNotEqualsIgnoreCase" => (Test::EqualsIgnoreCase, true),
            // The two ARN operators are the same, and both know wildcards.
            "StringLike" | "ArnLike" | "ArnEquals" => (Test::Like, false),
            "StringNotLike" | "ArnNotLike" | "ArnNotEquals" => (Test::Like, true),
            "Null" => (Test::Null, false),
            _ => bail!("unknown condition operator `{operator}`"),
        };
        let key = key.to_owned();
        Ok(Self { quantifier, test, is_negated, if_exists, key, values })
    }

    pub(super) fn holds(&self, context: &Context) -> bool {
        let present = context.values(&self.key);
        if self.test == Test::Null {
            let is_null = present.is_empty().to_string();
            return self.values.iter().any(|value| value.eq_ignore_ascii_case(&is_null));
        }
        match self.quantifier {
            Some(Quantifier::AllValues) => present.iter().all(|value| self.accepts(value)),
            Some(Quantifier::AnyValue) => present.iter().any(|value| self.accepts(value)),
            // A negated operator holds for a key that is not there.
            None if present.is_empty() => self.if_exists || self.is_negated,
            None if self.is_negated => present.iter().all(|value| self.accepts(value)),
            None => present.iter().any(|value| self.accepts(value)),
        }
    }

    fn accepts(&self, present: &str) -> bool {
        let is_match = self.values.iter().any(|wanted| match self.test {
            Test::Equals => wanted == present,
            Test::EqualsIgnoreCase => wanted.eq_ignore_ascii_case(present),
            Test::Like | Test::Null => pattern::matches(wanted, present),
        });
        is_match != self.is_negated
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(operator: &str, key: &str, values: &[&str], expected: bool) {
        let mut context = Context::default();
        context.add("aws:ResourceTag/Schedule", "office");
        context.add("aws:TagKeys", "caretaker:scheduler");
        context.add("aws:TagKeys", "Name");
        let values = values.iter().map(|&value| value.to_owned()).collect();
        let condition = Condition::new(operator, key, values).unwrap();
        assert_eq!(condition.holds(&context), expected, "{operator} {key}");
    }

    #[test]
    fn strings_with_and_without_wildcards() {
        check("StringEquals", "aws:resourcetag/schedule", &["x", "office"], true);
        check("StringEquals", "aws:ResourceTag/Schedule", &["Office"], false);
        check("StringEqualsIgnoreCase", "aws:ResourceTag/Schedule", &["Office"], true);
        check("StringLike", "aws:ResourceTag/Schedule", &["off*"], true);
        check("StringNotLike", "aws:ResourceTag/Schedule", &["off*"], false);
        check("StringNotEquals", "aws:ResourceTag/Schedule", &["ignore"], true);
    }

    #[test]
    fn a_missing_key_fails_unless_negated_or_if_exists() {
        check("StringEquals", "aws:ResourceTag/Team", &["x"], false);
        check("StringEqualsIfExists", "aws:ResourceTag/Team", &["x"], true);
        check("StringNotEquals", "aws:ResourceTag/Team", &["x"], true);
    }

    #[test]
    fn null_asks_whether_the_key_is_absent() {
        check("Null", "aws:ResourceTag/Schedule", &["false"], true);
        check("Null", "aws:ResourceTag/Schedule", &["true"], false);
        check("Null", "aws:ResourceTag/Team", &["true"], true);
    }

    #[test]
    fn quantifiers_look_at_every_value() {
        check("ForAllValues:StringLike", "aws:TagKeys", &["caretaker:*"], false);
        check("ForAllValues:StringLike", "aws:TagKeys", &["caretaker:*", "Name"], true);
        check("ForAnyValue:StringLike", "aws:TagKeys", &["caretaker:*"], true);
        check("ForAllValues:StringEquals", "aws:Absent", &["x"], true);
        check("ForAnyValue:StringEquals", "aws:Absent", &["x"], false);
    }

    #[test]
    fn an_unknown_operator_is_refused() {
        let error = Condition::new("StringAlmost", "k", Vec::new()).unwrap_err();
        assert_eq!(error.to_string(), "unknown condition operator `StringAlmost`");
    }
}
