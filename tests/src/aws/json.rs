//! Decodes the input of JSON operations into their types, and refuses what those do not know.

use serde::de::DeserializeOwned;

use super::call::{Call, Input, ServiceError};

/// The typed input of a call. The type says `deny_unknown_fields`.
pub(super) fn input<T: DeserializeOwned>(call: &mut Call) -> Result<T, ServiceError> {
    let members = match &mut call.input {
        Input::Json(members) => std::mem::take(members),
        Input::Query(_) => {
            return Err(ServiceError::client("SerializationException", "the input is not JSON"));
        }
    };
    serde_json::from_value(serde_json::Value::Object(members)).map_err(|error| {
        let message = error.to_string();
        if let Some(member) = message.strip_prefix("missing field `").and_then(first_quoted) {
            return validation(format!(
                "1 validation error detected: Value null at '{}' failed to satisfy constraint: \
                 Member must not be null",
                lower_first(member)
            ));
        }
        if let Some(member) = message.strip_prefix("unknown field `").and_then(first_quoted) {
            return validation(format!(
                "the local AWS does not know the parameter {member} of {}",
                call.operation
            ));
        }
        ServiceError::client("SerializationException", message)
    })
}

pub(super) fn validation(message: impl Into<String>) -> ServiceError {
    ServiceError::client("ValidationException", message)
}

/// The text by which AWS refuses a value out of bounds.
pub(super) fn constraint(value: &str, member: &str, constraint: &str) -> ServiceError {
    validation(format!(
        "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: \
         Member must {constraint}"
    ))
}

fn first_quoted(rest: &str) -> Option<&str> {
    rest.split_once('`').map(|(quoted, _)| quoted)
}

fn lower_first(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
