//! One schedule or period as it was found: its fields by their plain names, each with its place. It
//! takes the types of DynamoDB off the values, and knows no field by name.

use serde_json::{Map, Value};

/// What an item is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Schedule,
    Period,
    Config,
}

/// Where an item comes from. Some fields are known in one place only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    Table,
    /// A resource of a template, with its logical name where that is known.
    Template(Option<String>),
}

#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) kind: Kind,
    pub(super) origin: Origin,
    pub(super) place: String,
    pub(super) fields: Vec<Field>,
}

#[derive(Debug, Clone)]
pub(super) struct Field {
    /// Without case, `_` and `-`: the table, the command line and templates write it differently.
    pub(super) name: String,
    pub(super) place: String,
    pub(super) value: Value,
}

impl Item {
    pub(super) fn new(
        kind: Kind,
        origin: Origin,
        place: &str,
        object: &Map<String, Value>,
    ) -> Self {
        Self { kind, origin, place: place.to_owned(), fields: fields(object, place) }
    }

    /// A field that has a value: an empty text is absent.
    pub(super) fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name && !is_empty(&field.value))
    }

    /// The place of a field as it is written, or where it would be.
    pub(super) fn place_of(&self, name: &str) -> String {
        let written = self.fields.iter().find(|field| field.name == name);
        written.map_or_else(|| within(&self.place, name), |field| field.place.clone())
    }
}

/// The fields of an object.
pub(super) fn fields(object: &Map<String, Value>, place: &str) -> Vec<Field> {
    let field = |(name, value): (&String, &Value)| Field {
        name: plain(name),
        place: within(place, name),
        value: untyped(value),
    };
    object.iter().map(field).collect()
}

pub(super) fn plain(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase).collect()
}

/// A place inside another; the outermost has no name.
pub(super) fn within(place: &str, name: &str) -> String {
    if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") }
}

const TYPES: [&str; 10] = ["S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M"];

/// `{"S": "office"}` is `office`. Other values are what they are.
fn untyped(value: &Value) -> Value {
    let Value::Object(object) = value else { return value.clone() };
    let mut entries = object.iter();
    match (entries.next(), entries.next()) {
        (Some((name, inner)), None) if TYPES.contains(&name.as_str()) => match inner {
            _ if name == "NULL" => Value::Null,
            Value::Array(list) => list.iter().map(untyped).collect(),
            Value::Object(fields) => {
                fields.iter().map(|(name, value)| (name.clone(), untyped(value))).collect()
            }
            inner => inner.clone(),
        },
        _ => value.clone(),
    }
}

/// Whether a value says nothing.
pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    }
}
