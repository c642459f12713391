//! Reads a text as JSON, as lines of JSON, or as YAML, where the tags of CloudFormation become what
//! they stand for: `!Ref x` is `{"Ref": "x"}`. It gives a text no meaning.

use std::fmt;

use serde::{
    Deserialize,
    de::{self, Deserializer, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value};
use shared::document::{self, Refused, Tagged};

/// Twice what an event of AWS Lambda can hold when nobody waits for the answer.
const MAX_BYTES: usize = 512 * 1024;

/// The values of a text: one, or one per line of a table export.
pub(super) fn values(text: &str) -> Result<Vec<Value>, Refused> {
    let is_json = text.trim_start().starts_with(['{', '[']);
    if is_json && text.len() <= MAX_BYTES {
        let values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
        if let Ok(values) = values.collect::<Result<Vec<Value>, _>>() {
            return Ok(values);
        }
    }
    // Also what only looks like JSON: the error of the YAML parser names the place as well.
    document::parse_up_to(MAX_BYTES, text).map(|Node(value)| vec![value])
}

/// A value of YAML with its tags.
struct Node(Value);

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Tagged(Plain(value), tag) = Tagged::deserialize(deserializer)?;
        let function = tag.as_deref().and_then(|tag| tag.strip_prefix('!'));
        let function = function.filter(|name| !name.is_empty() && !name.starts_with('!'));
        Ok(Self(match function {
            None => value,
            Some(name @ ("Ref" | "Condition")) => single(name, value),
            Some(name) => single(&format!("Fn::{name}"), value),
        }))
    }
}

fn single(name: &str, value: Value) -> Value {
    Value::Object(Map::from_iter([(name.to_owned(), value)]))
}

struct Plain(Value);

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Value;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }

            fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
                Ok(Value::Null)
            }

            fn visit_bool<E: de::Error>(self, flag: bool) -> Result<Value, E> {
                Ok(flag.into())
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Value, E> {
                Ok(number.into())
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Value, E> {
                Ok(number.into())
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Value, E> {
                // `010` is a number with a point to the parser, and prints as `10` again.
                Ok(number.to_string().into())
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Value, E> {
                Ok(text.into())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
                let mut list = Vec::new();
                while let Some(Node(value)) = items.next_element()? {
                    list.push(value);
                }
                Ok(list.into())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
                let mut object = Map::new();
                while let Some((name, Node(value))) = map.next_entry::<String, Node>()? {
                    object.insert(name, value);
                }
                Ok(object.into())
            }
        }
        deserializer.deserialize_any(Any).map(Self)
    }
}
