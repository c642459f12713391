//! Documents that operators write into SSM parameters: reads those below a folder, and parses them
//! so that each mistake is named with its place. Bounded: no document costs more than a few
//! milliseconds, whatever is in it.

#[cfg(feature = "ssm")]
mod folder;
mod nearest;
mod values;
mod words;

use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_saphyr::{
    Deserializer, Options, budget, options,
    options::{DuplicateKeyPolicy, MergeKeyPolicy},
};

use crate::error::quoted_to;

#[cfg(feature = "ssm")]
pub use folder::{Named, folder, parameter};
pub use nearest::suggestion;
/// A value with the tag before it, as `!Ref` in a template.
pub use serde_saphyr::Tagged;
pub use values::{Flag, Joined, Parsed, Text, Texts};

/// Eight times what the largest parameter of SSM can hold.
pub const MAX_BYTES: usize = 64 * 1024;

/// The names of fields that led to a mistake are foreign text, too.
const MAX_PLACE_CHARS: usize = 200;

/// A document nests a handful of levels; a parser's stack should not depend on it.
const MAX_DEPTH: usize = 32;

/// Parses a document in YAML, or in JSON, which is YAML too. An error is one line that begins with
/// the line and the column, then the place in the document.
///
/// An unknown field is refused with the nearest known one, so `T` denies unknown fields. Aliases
/// are refused: a short text could stand for a very long one.
pub fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Refused> {
    parse_up_to(MAX_BYTES, text)
}

/// The same for a text of another size than parameters have.
pub fn parse_up_to<T: DeserializeOwned>(max_bytes: usize, text: &str) -> Result<T, Refused> {
    if text.len() > max_bytes {
        let what = format!("it has {} bytes, more than {max_bytes}", text.len());
        return Err(Refused::at("", what));
    }
    let mut place = String::new();
    let read = |document: Deserializer<'_, '_>| {
        serde_path_to_error::deserialize(document).map_err(|err| {
            // `.` is the document itself, and `?` a key that the parser has refused.
            place.push_str(err.path().to_string().trim_end_matches(['.', '?']));
            err.into_inner()
        })
    };
    serde_saphyr::with_deserializer_from_str_with_options(text, bounds(), read).map_err(|err| {
        let position = err.location().filter(|location| location.line() > 0);
        let position = position.map(|location| (location.line(), location.column()));
        let (field, what) = words::of(err.without_snippet());
        Refused { position, place: words::join(&place, field.as_deref()), what }
    })
}

/// Parses a document that is part of an event. It has places, but no lines.
pub fn from_value<T: DeserializeOwned>(value: &Value) -> Result<T, Refused> {
    // As text, so that a number means the same here as in a parameter: `010` and `"010"`.
    parse(&value.to_string()).map_err(|refused| Refused { position: None, ..refused })
}

fn bounds() -> Options {
    options! {
        budget: budget! { max_depth: MAX_DEPTH, max_aliases: 0, max_anchors: 0 },
        duplicate_keys: DuplicateKeyPolicy::Error,
        merge_keys: MergeKeyPolicy::Error,
        with_snippet: false,
    }
}

/// Why a document is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Line and column, from 1.
    position: Option<(u64, u64)>,
    /// Where in the document, e.g. `periods[1].weekdays`. Empty is the document itself.
    pub place: String,
    /// What is wrong there.
    pub what: String,
}

impl Refused {
    /// A mistake that only the document as a whole shows, so that it has a place but no line.
    pub fn at(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self { position: None, place: place.into(), what: what.into() }
    }

    /// The same mistake inside a larger document.
    #[must_use]
    pub fn within(self, place: &str) -> Self {
        let inner = Some(self.place.as_str()).filter(|inner| !inner.is_empty());
        Self { place: words::join(place, inner), ..self }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { position, place, what } = self;
        if let Some((line, column)) = position {
            write!(f, "line {line}, column {column}: ")?;
        }
        if !place.is_empty() {
            write!(f, "{}: ", quoted_to(place, MAX_PLACE_CHARS))?;
        }
        f.write_str(what)
    }
}

impl std::error::Error for Refused {}

#[cfg(test)]
mod tests;
