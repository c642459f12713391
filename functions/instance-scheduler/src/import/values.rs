//! Reads the value of one field: a text, a flag, or several texts. A value of any other form costs
//! the document, because it is never guessed at.

use serde_json::Value;
use shared::error::quoted;

use super::item::{Field, Item};
use super::lost::{Code, Lost};

/// A value where there is one.
type Given<T> = Result<Option<T>, Lost>;

pub(super) fn text(item: &Item, name: &str) -> Given<String> {
    item.field(name).map(|field| one(&field.value, field)).transpose()
}

pub(super) fn flag(item: &Item, name: &str) -> Given<bool> {
    let Some(field) = item.field(name) else { return Ok(None) };
    let text = one(&field.value, field)?;
    match text.to_ascii_lowercase().as_str() {
        "true" => Ok(Some(true)),
        "false" => Ok(Some(false)),
        _ => {
            let message = format!("`{}` is neither true nor false", quoted(&text));
            Err(Lost::new(&field.place, Code::Invalid, message))
        }
    }
}

/// A set, a list, or a text with commas between its parts.
pub(super) fn texts(item: &Item, name: &str) -> Given<Vec<String>> {
    let Some(field) = item.field(name) else { return Ok(None) };
    let texts = match &field.value {
        Value::Array(list) => {
            list.iter().map(|value| one(value, field)).collect::<Result<Vec<_>, _>>()?
        }
        value => one(value, field)?.split(',').map(|part| part.trim().to_owned()).collect(),
    };
    let is_blank = texts.iter().all(String::is_empty);
    Ok((!is_blank).then_some(texts))
}

fn one(value: &Value, field: &Field) -> Result<String, Lost> {
    match value {
        Value::String(text) => Ok(text.trim().to_owned()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(flag) => Ok(flag.to_string()),
        value if is_intrinsic(value) => Err(intrinsic(&field.place)),
        _ => {
            let message = "a list or an object where text is expected";
            Err(Lost::new(&field.place, Code::Invalid, message))
        }
    }
}

pub(super) fn intrinsic(place: &str) -> Lost {
    let message = "a function of CloudFormation, whose value only the stack knows: write the value, \
                   or import what the stack has made from the table";
    Lost::new(place, Code::Intrinsic, message)
}

/// Whether a value is a function of `CloudFormation`.
pub(super) fn is_intrinsic(value: &Value) -> bool {
    let is_function =
        |name: &String| name == "Ref" || name == "Condition" || name.starts_with("Fn::");
    value.as_object().is_some_and(|object| object.keys().any(is_function))
}
