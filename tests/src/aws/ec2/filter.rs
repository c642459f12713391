//! `Filter.N`: which instances, or which tags, a listing shows. Knows nothing of pages.

use super::error::{invalid_value, missing};
use crate::aws::{call::ServiceError, form::Form};

/// Limit of AWS on the values of all filters of one call.
const MOST_VALUES: usize = 200;

/// One filter: its name, and the patterns of which one must match.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Filter<S> {
    pub(super) subject: S,
    patterns: Vec<Pattern>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Pattern {
    Exact(String),
    /// Contains `*`, `?` or a backslash.
    Wild(Vec<char>),
}

/// Reads every filter; `subject` says what a name means, or nothing for an unknown name.
pub(super) fn filters<S>(
    form: &mut Form,
    subject: impl Fn(&str) -> Option<S>,
) -> Result<Vec<Filter<S>>, ServiceError> {
    let mut n_values = 0;
    let mut filters = Vec::new();
    for mut filter in form.take_structs("Filter") {
        let name = filter.take("Name").ok_or_else(|| missing("Filter.Name"))?;
        let values = filter.take_list("Value");
        filter.finish()?;
        n_values += values.len();
        let subject = subject(&name)
            .ok_or_else(|| invalid_value(format!("The filter '{name}' is invalid")))?;
        let patterns = values.into_iter().map(Pattern::new).collect();
        filters.push(Filter { subject, patterns });
    }
    if n_values > MOST_VALUES {
        return Err(ServiceError::client(
            "FilterLimitExceeded",
            format!(
                "The maximum number of filter values specified on a single call is {MOST_VALUES}"
            ),
        ));
    }
    Ok(filters)
}

impl<S> Filter<S> {
    /// Whether one of the patterns matches one of `values`.
    pub(super) fn accepts<'v>(&self, values: impl IntoIterator<Item = &'v str>) -> bool {
        values.into_iter().any(|value| self.patterns.iter().any(|pattern| pattern.matches(value)))
    }

    /// The patterns, if none has a wildcard: a look-up instead of a scan.
    pub(super) fn exact(&self) -> Option<impl Iterator<Item = &str>> {
        let is_exact = |pattern: &Pattern| matches!(pattern, Pattern::Exact(_));
        self.patterns.iter().all(is_exact).then(|| {
            self.patterns.iter().map(|pattern| match pattern {
                Pattern::Exact(text) => text.as_str(),
                Pattern::Wild(_) => "",
            })
        })
    }
}

impl Pattern {
    fn new(text: String) -> Self {
        if text.contains(['*', '?', '\\']) {
            Self::Wild(text.chars().collect())
        } else {
            Self::Exact(text)
        }
    }

    fn matches(&self, value: &str) -> bool {
        match self {
            Self::Exact(text) => text == value,
            Self::Wild(pattern) => {
                let value: Vec<char> = value.chars().collect();
                wild(pattern, &value)
            }
        }
    }
}

/// `*` is any text, `?` any character, a backslash takes the next character as it is. Goes back
/// only to the last `*`, so the time is bounded by the product of the lengths.
fn wild(pattern: &[char], value: &[char]) -> bool {
    let (mut p, mut v) = (0, 0);
    let mut last_star: Option<(usize, usize)> = None;
    while v < value.len() {
        let step = match pattern.get(p) {
            Some('*') => {
                last_star = Some((p, v));
                p += 1;
                continue;
            }
            Some('?') => Some(1),
            Some('\\') if pattern.get(p + 1) == Some(&value[v]) => Some(2),
            Some('\\') if p + 1 < pattern.len() => None,
            Some(letter) if *letter == value[v] => Some(1),
            _ => None,
        };
        match (step, last_star) {
            (Some(step), _) => {
                p += step;
                v += 1;
            }
            (None, Some((star, from))) => {
                last_star = Some((star, from + 1));
                p = star + 1;
                v = from + 1;
            }
            (None, None) => return false,
        }
    }
    pattern[p..].iter().all(|letter| *letter == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, matching: &[&str], others: &[&str]) {
        let pattern = Pattern::new(pattern.to_owned());
        for value in matching {
            assert!(pattern.matches(value), "{pattern:?} should match `{value}`");
        }
        for value in others {
            assert!(!pattern.matches(value), "{pattern:?} should not match `{value}`");
        }
    }

    #[test]
    fn a_star_is_any_text_and_a_question_mark_one_character() {
        check("m5.*", &["m5.large", "m5."], &["m5", "am5.large"]);
        check("eu-west-1?", &["eu-west-1a", "eu-west-1é"], &["eu-west-1", "eu-west-1ab"]);
        check("*a*b*", &["ab", "xaxxb", "aabb"], &["ba", ""]);
        check("*", &["", "x"], &[]);
    }

    #[test]
    fn a_backslash_takes_away_the_meaning() {
        check(r"a\*", &["a*"], &["ab", "a", r"a\"]);
        check(r"\?x", &["?x"], &["yx"]);
        check(r"\\", &[r"\"], &["x"]);
        check(r"x\", &[r"x\"], &["x", "xy"]);
    }

    #[test]
    fn case_counts() {
        check("Name", &["Name"], &["name", "NAME"]);
    }

    #[test]
    fn many_stars_take_no_exponential_time() {
        check(&"*a".repeat(40), &[], &[&"a".repeat(39), &"b".repeat(2000)]);
    }

    #[test]
    fn an_unknown_name_is_refused() {
        let mut form = Form::parse(b"Filter.1.Name=colour&Filter.1.Value.1=red");
        let err = filters(&mut form, |name| (name == "size").then_some(())).unwrap_err();
        assert_eq!(err.to_string(), "400 InvalidParameterValue: The filter 'colour' is invalid");
    }
}
