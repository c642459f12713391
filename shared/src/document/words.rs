//! What an error in a document says, in our own words: those of the parser name its options and its
//! types, and may repeat what is in the document.

use serde_saphyr::{Error, budget::BudgetBreach};

use super::suggestion;
use crate::error::quoted;

/// The field that an error names beyond its place, and what is wrong.
pub(super) fn of(err: &Error) -> (Option<String>, String) {
    let field = match err {
        Error::SerdeMissingField { field, .. } => Some((*field).to_owned()),
        Error::DuplicateMappingKey { key, .. } => key.clone(),
        Error::AliasError { error, .. } | Error::WithSnippet { error, .. } => return of(error),
        _ => None,
    };
    (field, what(err))
}

fn what(err: &Error) -> String {
    match err {
        // Only ours: those of the parser are external.
        Error::Message { msg, .. } => msg.clone(),
        Error::SerdeUnknownField { field, expected, .. } => {
            format!("unknown field{}", suggestion(field, expected.iter().copied()))
        }
        Error::SerdeUnknownVariant { variant, expected, .. } => {
            format!("`{}` is not one of `{}`", quoted(variant), expected.join("`, `"))
        }
        Error::SerdeInvalidType { unexpected, expected, .. }
        | Error::SerdeInvalidValue { unexpected, expected, .. } => {
            format!("{} where {} is expected", found(unexpected), wanted(expected))
        }
        other => plain(other).to_owned(),
    }
}

/// What needs no word of the document.
fn plain(err: &Error) -> &'static str {
    match err {
        Error::SerdeMissingField { .. } => "missing",
        Error::DuplicateMappingKey { .. } => "given twice",
        Error::SerdeInvalidLength { .. } => "it has too few values, or too many",
        Error::Unexpected { expected, .. } => missed(expected),
        Error::InvalidScalar { ty, .. } => match *ty {
            "bool" | "boolean" => "neither true nor false",
            ty if ty.starts_with('f') => "not a number",
            _ => "not a whole number that fits",
        },
        Error::NonFiniteFloat { .. } => {
            "a number that has no end: a text such as this needs quotes"
        }
        Error::NullIntoString { .. } => "nothing where text is expected",
        Error::Eof { .. } => "the document ends too early",
        Error::MultipleDocuments { .. } => "more than one document",
        Error::MergeKeyNotAllowed { .. } | Error::MergeValueNotMapOrSeqOfMaps { .. } => {
            "`<<` is not allowed"
        }
        Error::UnknownAnchor { .. }
        | Error::RecursiveReferencesRequireWeakTypes { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. } => ANCHORS,
        Error::InvalidBinaryBase64 { .. }
        | Error::BinaryNotUtf8 { .. }
        | Error::TaggedScalarCannotDeserializeIntoString { .. }
        | Error::TaggedEnumMismatch { .. } => "a tag such as `!!binary` is not allowed",
        Error::Budget { breach, .. } => exceeded(breach),
        Error::ExternalMessage { msg, .. } => misread(msg),
        _ => UNREADABLE,
    }
}

const ANCHORS: &str = "anchors and aliases are not allowed";
const UNREADABLE: &str = "this cannot be read as YAML";

fn exceeded(breach: &BudgetBreach) -> &'static str {
    match breach {
        BudgetBreach::Depth { .. } => "nested too deep",
        BudgetBreach::Aliases { .. } | BudgetBreach::Anchors { .. } => ANCHORS,
        _ => "too large",
    }
}

/// What stops the parser, by a part of its own sentence; the first that is found.
const MISREAD: [(&str, &str); 14] = [
    ("',' or '}'", "an object in braces lacks a comma or its end"),
    ("',' or ']'", "a list in brackets lacks a comma or its end"),
    ("expected key", "a field is expected here: look at the indentation"),
    ("'-' indicator", "an item of the list is expected here: look at the indentation"),
    ("bracket", "a bracket has no other half"),
    ("escape", "`\\` stands before a character that cannot follow it"),
    ("quote", "a quote has no other half"),
    ("mapping values", "`:` has no place here: a text with a colon needs quotes"),
    ("tab", "a tab stands where only spaces can"),
    ("indentation", "the indentation is not that of the lines above"),
    ("unexpected character", "a text that begins so needs quotes"),
    ("unprintable", "a character that cannot be printed"),
    ("anchor", ANCHORS),
    ("recursion", "nested too deep"),
];

fn misread(message: &str) -> &'static str {
    MISREAD.iter().find(|(part, _)| message.contains(part)).map_or(UNREADABLE, |(_, words)| words)
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

/// What serde and its derived code call the value that they expect.
fn wanted(expected: &str) -> &str {
    match expected {
        "a string" | "a borrowed string" | "a character" => "text",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "a map" => "an object",
        "f32" | "f64" => "a number",
        number if number.starts_with(['u', 'i']) && number[1..].parse::<u8>().is_ok() => {
            "a whole number"
        }
        derived if derived.starts_with("struct ") => "an object",
        derived if derived.starts_with("tuple ") || derived.starts_with("an array ") => "a list",
        derived if derived.contains("enum ") => "a word",
        ours => ours,
    }
}

/// What the parser calls the beginning of a value that did not come.
fn missed(expected: &str) -> &'static str {
    match expected {
        "string scalar" | "scalar" => "a list or an object where text is expected",
        "sequence start" => "no list where a list is expected",
        "mapping start" => "no object where an object is expected",
        _ => UNREADABLE,
    }
}

/// The place of a field in another.
pub(super) fn join(place: &str, field: Option<&str>) -> String {
    match field {
        None => place.to_owned(),
        Some(field) if place.is_empty() => field.to_owned(),
        Some(field) if field.starts_with('[') => format!("{place}{field}"),
        Some(field) => format!("{place}.{field}"),
    }
}
