//! The condition operators of IAM. An operator that is not here is refused when the policy is
//! read, and so is an unknown key.

use anyhow::{Context as _, bail, ensure};

use super::{Context, keys, pattern, variable};

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
    Number(Relation),
    Null,
}

/// How a number of the request stands to that of the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
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
            "NumericEquals" => (Test::Number(Relation::Equal), false),
            "NumericNotEquals" => (Test::Number(Relation::Equal), true),
            "NumericLessThan" => (Test::Number(Relation::Less), false),
            "NumericLessThanEquals" => (Test::Number(Relation::LessOrEqual), false),
            "NumericGreaterThan" => (Test::Number(Relation::Greater), false),
            "NumericGreaterThanEquals" => (Test::Number(Relation::GreaterOrEqual), false),
            "Null" => (Test::Null, false),
            _ => bail!("unknown condition operator `{operator}`"),
        };
        ensure!(keys::is_known(key), "unknown condition key `{key}`");
        for value in &values {
            if matches!(test, Test::Number(_)) {
                number(value).with_context(|| format!("`{value}` is not a number"))?;
            } else {
                variable::check(value)?;
            }
            // What AWS says of a negation whose variable has no value is not documented.
            ensure!(
                !(is_negated && variable::has_one(value)),
                "`{operator}` with a policy variable is not understood"
            );
        }
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
            Some(Quantifier::AllValues) => present.iter().all(|value| self.accepts(value, context)),
            Some(Quantifier::AnyValue) => present.iter().any(|value| self.accepts(value, context)),
            // A negated operator holds for a key that is not there.
            None if present.is_empty() => self.if_exists || self.is_negated,
            None if self.is_negated => present.iter().all(|value| self.accepts(value, context)),
            None => present.iter().any(|value| self.accepts(value, context)),
        }
    }

    fn accepts(&self, present: &str, context: &Context) -> bool {
        let is_match = self.values.iter().any(|wanted| {
            let Some(wanted) = variable::filled(wanted, context) else { return false };
            match self.test {
                Test::Equals => wanted == present,
                Test::EqualsIgnoreCase => wanted.eq_ignore_ascii_case(present),
                Test::Number(relation) => relation.holds(number(present), number(&wanted)),
                Test::Like | Test::Null => pattern::matches(&wanted, present),
            }
        });
        is_match != self.is_negated
    }
}

impl Relation {
    /// What is not a number stands in no relation.
    fn holds(self, present: Option<f64>, wanted: Option<f64>) -> bool {
        let (Some(present), Some(wanted)) = (present, wanted) else { return false };
        match self {
            Self::Equal => present.total_cmp(&wanted).is_eq(),
            Self::Less => present < wanted,
            Self::LessOrEqual => present <= wanted,
            Self::Greater => present > wanted,
            Self::GreaterOrEqual => present >= wanted,
        }
    }
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
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
        context.add("autoscaling:MaxSize", "100");
        context.add("aws:PrincipalOrgID", "o-1");
        context.add("aws:ResourceOrgID", "o-1");
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
        check("ForAllValues:StringEquals", "sts:ExternalId", &["x"], true);
        check("ForAnyValue:StringEquals", "sts:ExternalId", &["x"], false);
    }

    #[test]
    fn numbers_are_compared_as_numbers() {
        for (operator, value, expected) in [
            ("NumericEquals", "100.0", true),
            ("NumericNotEquals", "100", false),
            ("NumericLessThan", "100", false),
            ("NumericLessThanEquals", "100", true),
            ("NumericLessThanEquals", "99", false),
            ("NumericGreaterThan", "9", true),
            ("NumericGreaterThanEquals", "101", false),
        ] {
            check(operator, "autoscaling:MaxSize", &[value], expected);
        }
        check("NumericLessThanEquals", "autoscaling:MinSize", &["1"], false);
        check("NumericLessThanEqualsIfExists", "autoscaling:MinSize", &["1"], true);
        check("NumericLessThanEquals", "aws:TagKeys", &["1"], false);
    }

    #[test]
    fn a_variable_stands_for_another_key() {
        check("StringEquals", "aws:ResourceOrgID", &["${aws:PrincipalOrgID}"], true);
        check("StringEquals", "aws:ResourceOrgID", &["${aws:PrincipalAccount}"], false);
    }

    #[test]
    fn what_is_unknown_is_refused() {
        for (operator, key, value, expected) in [
            ("StringAlmost", "aws:TagKeys", "x", "unknown condition operator `StringAlmost`"),
            ("Null", "ec2:Atribute", "true", "unknown condition key `ec2:Atribute`"),
            ("NumericEquals", "autoscaling:MaxSize", "many", "`many` is not a number"),
            (
                "StringNotEquals",
                "aws:ResourceOrgID",
                "${aws:PrincipalOrgID}",
                "`StringNotEquals` with a policy variable is not understood",
            ),
        ] {
            let error = Condition::new(operator, key, vec![value.to_owned()]).unwrap_err();
            assert_eq!(error.to_string(), expected);
        }
    }
}
