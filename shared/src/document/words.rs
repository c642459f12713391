//! The words of an error in a document, and the values that people write in more than one form.

use std::{fmt, str::FromStr};

use serde::{
    Deserialize, Deserializer,
    de::{self, SeqAccess, Visitor},
};
use serde_saphyr::{Error, budget::BudgetBreach};

use super::suggestion;
use crate::error::{quoted, quoted_reason};

/// The field that an error names beyond its place, and what is wrong. The parser's own words name
/// its options and quote whole lines.
pub(super) fn of(err: &Error) -> (Option<String>, String) {
    match err {
        Error::Message { msg, .. } => (None, msg.clone()),
        Error::SerdeUnknownField { field, expected, .. } => {
            (None, format!("unknown field{}", suggestion(field, expected.iter().copied())))
        }
        Error::SerdeUnknownVariant { variant, expected, .. } => {
            let listed = expected.join("`, `");
            (None, format!("`{}` is not one of `{listed}`", quoted(variant)))
        }
        Error::SerdeMissingField { field, .. } => (Some((*field).to_owned()), "missing".to_owned()),
        Error::DuplicateMappingKey { key, .. } => (key.clone(), "given twice".to_owned()),
        Error::SerdeInvalidType { unexpected, expected, .. }
        | Error::SerdeInvalidValue { unexpected, expected, .. } => {
            (None, format!("{} where {expected} is expected", found(unexpected)))
        }
        Error::Unexpected { expected, .. } => (None, missed(expected)),
        Error::InvalidScalar { ty, .. } => (None, format!("not a value of the type {ty}")),
        Error::Eof { .. } => (None, "the document ends too early".to_owned()),
        Error::MultipleDocuments { .. } => (None, "more than one document".to_owned()),
        Error::MergeKeyNotAllowed { .. } => (None, "`<<` is not allowed".to_owned()),
        Error::Budget { breach, .. } => (None, exceeded(breach).to_owned()),
        // These words may repeat what is in the document.
        other => (None, quoted_reason(&first_line(&other.to_string())).to_string()),
    }
}

fn exceeded(breach: &BudgetBreach) -> &'static str {
    match breach {
        BudgetBreach::Depth { .. } => "nested too deep",
        BudgetBreach::Aliases { .. } | BudgetBreach::Anchors { .. } => {
            "anchors and aliases are not allowed"
        }
        _ => "too large",
    }
}

/// What serde calls a value that is not of the expected type, in the words of people.
fn found(unexpected: &str) -> &'static str {
    match unexpected.split([' ', '`']).next().unwrap_or_default() {
        "string" | "character" => "text",
        "integer" | "floating" => "a number",
        "boolean" => "true or false",
        "sequence" => "a list",
        "map" => "an object",
        _ => "nothing",
    }
}

/// What the parser calls the beginning of a value that did not come.
fn missed(expected: &str) -> String {
    match expected {
        "string scalar" | "scalar" => "a list or an object where text is expected".to_owned(),
        "sequence start" => "no list where a list is expected".to_owned(),
        "mapping start" => "no object where an object is expected".to_owned(),
        other => format!("no {other} where one is expected"),
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().trim_end_matches(':').to_owned()
}

pub(super) fn join(place: &str, field: Option<&str>) -> String {
    match field {
        None => place.to_owned(),
        Some(field) if place.is_empty() => field.to_owned(),
        Some(field) if field.starts_with('[') => format!("{place}{field}"),
        Some(field) => format!("{place}.{field}"),
    }
}

/// A text or a number, as it is written: `weekdays: 1` means the same as `weekdays: "1"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text(pub String);

/// One text, or a list of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts(pub Vec<String>);

/// `true` or `false`, also as text: CloudFormation hands every value of a custom resource on so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flag(pub bool);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The parser hands a number on as it is written, `010` as `010`.
        String::deserialize(deserializer).map(Self)
    }
}

/// A value that is written as text or as a number, and parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parsed<T>(pub T);

impl<'de, T: FromStr<Err: fmt::Display>> Deserialize<'de> for Parsed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Text(text) = Text::deserialize(deserializer)?;
        text.parse().map(Self).map_err(|err| de::Error::custom(format_args!("{err:#}")))
    }
}

/// One text or a list of them, parsed as if commas were between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Joined<T>(pub T);

impl<'de, T: FromStr<Err: fmt::Display>> Deserialize<'de> for Joined<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Texts(texts) = Texts::deserialize(deserializer)?;
        texts.join(",").parse().map(Self).map_err(|err| de::Error::custom(format_args!("{err:#}")))
    }
}

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMore;
        impl<'de> Visitor<'de> for OneOrMore {
            type Value = Vec<String>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text or a list")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(vec![text.to_owned()])
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
                Ok(vec![number.to_string()])
            }
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
                Ok(vec![number.to_string()])
            }
            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Self::Value, E> {
                Ok(vec![number.to_string()])
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
                let mut texts = Vec::new();
                while let Some(Text(text)) = items.next_element()? {
                    texts.push(text);
                }
                Ok(texts)
            }
        }
        deserializer.deserialize_any(OneOrMore).map(Self)
    }
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TrueOrFalse;
        impl Visitor<'_> for TrueOrFalse {
            type Value = bool;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true or false")
            }
            fn visit_bool<E: de::Error>(self, flag: bool) -> Result<bool, E> {
                Ok(flag)
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<bool, E> {
                match text.to_ascii_lowercase().as_str() {
                    "true" | "yes" => Ok(true),
                    "false" | "no" => Ok(false),
                    _ => {
                        Err(E::custom(format_args!("`{}` is neither true nor false", quoted(text))))
                    }
                }
            }
        }
        deserializer.deserialize_any(TrueOrFalse).map(Self)
    }
}
