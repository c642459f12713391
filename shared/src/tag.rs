//! Tags as (key, value) pairs of any service: look-ups and the limits that all services share.
//! Knows no AWS type.

use std::collections::BTreeMap;

/// Every tag key that Caretaker writes begins with this, so that one IAM condition covers them.
pub const PREFIX: &str = "caretaker:";

/// The longest tag value, in characters, that EC2, RDS and Auto Scaling accept.
pub const MAX_VALUE_CHARS: usize = 256;

/// A resource may have so many tags besides those that AWS puts on it.
pub const MAX_TAGS: usize = 50;

/// The tags of one resource.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tags(BTreeMap<String, String>);

impl Tags {
    /// Takes what the SDKs return, where both halves are optional. A tag without a value has the
    /// empty value; a tag without a key does not exist.
    pub fn from_pairs<K, V>(pairs: impl IntoIterator<Item = (Option<K>, Option<V>)>) -> Self
    where
        K: Into<String>,
        V: Into<String>,
    {
        let pairs = pairs.into_iter();
        Self(
            pairs
                .filter_map(|(key, value)| {
                    Some((key?.into(), value.map_or_else(String::new, Into::into)))
                })
                .collect(),
        )
    }

    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    pub fn contains(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// How many of them count towards [`MAX_TAGS`].
    pub fn n_counted(&self) -> usize {
        self.0.keys().filter(|key| !key.starts_with("aws:")).count()
    }

    /// The parsed value of `key`, or `None` without the tag.
    pub fn parse<T, E>(
        &self,
        key: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<Result<T, E>> {
        self.get(key).map(parse)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Tags {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }
}

/// Makes any text a legal tag value in every service.
///
/// EC2 takes any character; RDS and Auto Scaling take letters, digits, spaces and `_.:/=+-@`
/// (<https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Tagging.html>). Quotes and the like
/// are left out, a comma becomes a dash, others become `_`, and what is too long is cut.
pub fn portable_value(text: &str) -> String {
    let mut value = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            ',' | ';' => value.push_str(" -"),
            '`' | '\'' | '"' | '?' | '!' | '(' | ')' | '[' | ']' => (),
            c if c.is_alphanumeric() || " _.:/=+-@".contains(c) => value.push(c),
            _ => value.push('_'),
        }
    }
    value.chars().take(MAX_VALUE_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_without_a_value_is_empty_and_one_without_a_key_is_none() {
        let tags = Tags::from_pairs([
            (Some("Name"), Some("web")),
            (Some("empty"), None),
            (None, Some("lost")),
        ]);
        assert_eq!(tags.get("Name"), Some("web"));
        assert_eq!(tags.get("empty"), Some(""));
        assert_eq!(tags.iter().count(), 2);
        assert!(!tags.contains("name"), "keys are case-sensitive");
    }

    #[test]
    fn a_value_is_parsed_only_where_it_is() {
        let tags: Tags = [("n", "7"), ("x", "seven")].into_iter().collect();
        assert_eq!(tags.parse("n", str::parse::<u8>), Some(Ok(7)));
        assert!(tags.parse("x", str::parse::<u8>).is_some_and(|parsed| parsed.is_err()));
        assert_eq!(tags.parse("missing", str::parse::<u8>), None);
    }

    #[test]
    fn illegal_characters_are_replaced_and_long_text_is_cut() {
        assert_eq!(
            portable_value("unknown schedule `ofice`, did you mean `office`?"),
            "unknown schedule ofice - did you mean office"
        );
        assert_eq!(portable_value(&"ü".repeat(300)).chars().count(), MAX_VALUE_CHARS);
    }
}
