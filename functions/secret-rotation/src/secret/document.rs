//! The secret's JSON: an object whose fields are read one by one, and replaced in place. Every byte
//! that is not replaced stays as it was: the order, the spaces, numbers of any size. No message
//! here says what a secret contains.

use std::{fmt, ops::Range};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::hidden::Hidden;

#[derive(Clone, PartialEq, Eq)]
pub struct Document {
    text: Hidden,
    fields: Vec<Field>,
}

#[derive(Clone, PartialEq, Eq)]
struct Field {
    name: String,
    /// Where its value is in the text.
    value: Range<usize>,
}

/// What is wrong with a text that should be a secret's JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    #[error("it is no JSON object (line {line}, column {column})")]
    NotAnObject { line: usize, column: usize },
    #[error("the field `{0}` is there twice")]
    Twice(String),
    #[error("the field `{field}` is not {expected}")]
    Field { field: String, expected: &'static str },
    #[error("the field `{0}` is missing")]
    Missing(&'static str),
}

impl Document {
    pub fn parse(text: &Hidden) -> Result<Self, Malformed> {
        let exposed = text.expose();
        let fields: Fields = serde_json::from_str(exposed)
            .map_err(|err| Malformed::NotAnObject { line: err.line(), column: err.column() })?;
        let mut document = Self { text: text.clone(), fields: Vec::new() };
        for (name, value) in fields.0 {
            if document.find(&name).is_some() {
                return Err(Malformed::Twice(name));
            }
            let start = value.get().as_ptr() as usize - exposed.as_ptr() as usize;
            let value = start..start + value.get().len();
            document.fields.push(Field { name, value });
        }
        Ok(document)
    }

    pub fn text(&self) -> &Hidden {
        &self.text
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|field| field.name.as_str())
    }

    /// The value as it is written, quotes and all.
    pub fn raw(&self, name: &str) -> Option<&str> {
        self.find(name).map(|field| &self.text.expose()[field.value.clone()])
    }

    /// A text, or nothing where the field is missing, `null` or empty.
    pub fn string(&self, name: &str) -> Result<Option<String>, Malformed> {
        let Some(raw) = self.raw(name) else { return Ok(None) };
        let value: Option<String> = serde_json::from_str(raw)
            .map_err(|_| Malformed::Field { field: name.to_owned(), expected: "a text" })?;
        Ok(value.filter(|value| !value.is_empty()))
    }

    /// A text that must be there.
    pub fn required(&self, name: &'static str) -> Result<String, Malformed> {
        self.string(name)?.ok_or(Malformed::Missing(name))
    }

    /// Replaces the value of a field, or adds the field at the end.
    ///
    /// # Panics
    ///
    /// Never: an object with another value is an object.
    pub fn set(&mut self, name: &str, value: &str) {
        let value = serde_json::Value::from(value).to_string();
        let text = self.text.expose();
        let text = if let Some(Field { value: Range { start, end }, .. }) = self.find(name) {
            Hidden::new([&text[..*start], &value, &text[*end..]].concat())
        } else {
            let close = text.rfind('}').unwrap_or(text.len());
            let (before, after) = text.split_at(close);
            let comma = if self.fields.is_empty() { "" } else { "," };
            let name = serde_json::Value::from(name);
            Hidden::new(format!("{}{comma}{name}:{value}{after}", before.trim_end()))
        };
        *self = Self::parse(&text).expect("an object with another value is an object");
    }

    fn find(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Document").field(&self.names().collect::<Vec<_>>()).finish()
    }
}

/// The fields in their order, doubles included.
struct Fields<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    fields.push(entry);
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Document, Malformed> {
        Document::parse(&Hidden::new(text))
    }

    #[test]
    fn what_is_not_replaced_stays_as_it_was() {
        let text = "{ \"z\": 123456789012345678901234567890.10,\n  \"password\" : \"old\", \"a\":{\"b\" : [1 ,2]} }";
        let mut document = parse(text).unwrap();
        document.set("password", "n\"ew\u{e9}");
        assert_eq!(document.text().expose(), text.replace("\"old\"", "\"n\\\"ew\u{e9}\""));
        assert_eq!(document.string("password").unwrap().unwrap(), "n\"ew\u{e9}");
    }

    #[test]
    fn a_new_field_comes_last() {
        let mut document = parse("{\"a\": 1 }").unwrap();
        document.set("b", "2");
        assert_eq!(document.text().expose(), "{\"a\": 1,\"b\":\"2\"}");
        let mut empty = parse("{}").unwrap();
        empty.set("b", "2");
        assert_eq!(empty.text().expose(), "{\"b\":\"2\"}");
    }

    #[test]
    fn nothing_of_a_malformed_secret_is_said() {
        for text in ["null", "[]", "\"hunter2\"", "5", "", "{\"password\": \"hunter2\"", "hunter2"]
        {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.contains("no JSON object") && !error.contains("hunter"), "{error}");
        }
        let twice = parse("{\"password\": \"hunter2\", \"password\": \"hunter3\"}").unwrap_err();
        assert_eq!(twice, Malformed::Twice("password".to_owned()));
        let number = parse("{\"username\": 7}").unwrap().string("username").unwrap_err();
        assert_eq!(number.to_string(), "the field `username` is not a text");
        assert_eq!(
            format!("{:?}", parse("{\"password\": \"hunter2\"}")),
            "Ok(Document([\"password\"]))"
        );
    }

    proptest::proptest! {
        #[test]
        fn no_text_is_too_strange(text in "[ -~\u{e9}]{0,60}", name in ".{1,8}", value in ".{0,12}") {
            let _malformed = parse(&text);
            let mut document = parse("{\"a\": [1, {\"b\": 2}], \"c\": null}").unwrap();
            document.set(&name, &value);
            proptest::prop_assert_eq!(document.string(&name), Ok(Some(value).filter(|it| !it.is_empty())));
        }
    }

    #[test]
    fn null_and_empty_count_as_missing() {
        let document = parse("{\"a\": null, \"b\": \"\"}").unwrap();
        assert_eq!(document.string("a"), Ok(None));
        assert_eq!(document.string("b"), Ok(None));
        assert_eq!(document.required("b"), Err(Malformed::Missing("b")));
    }
}
