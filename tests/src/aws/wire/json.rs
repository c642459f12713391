//! The JSON protocol: the operation in `X-Amz-Target`, one object in, one object out.

use bytes::Bytes;
use http::{Response, request::Parts};
use serde_json::{Value, json};

use super::{
    super::call::{Input, Outcome, Reply, ServiceError},
    response,
};

pub(super) fn decode(
    target: &str,
    head: &Parts,
    body: &[u8],
) -> Result<(String, Input), ServiceError> {
    let header = head.headers.get("x-amz-target").and_then(|value| value.to_str().ok());
    let Some(header) = header else {
        return Err(ServiceError::client("MissingAction", "the header X-Amz-Target is missing"));
    };
    let operation = match header.split_once('.') {
        Some((prefix, operation)) if prefix == target => operation,
        _ => return Err(ServiceError::unknown_operation(header)),
    };
    Ok((operation.to_owned(), members(body)?))
}

pub(super) fn members(body: &[u8]) -> Result<Input, ServiceError> {
    let body = if body.is_empty() { b"{}" } else { body };
    match serde_json::from_slice(body) {
        Ok(Value::Object(members)) => Ok(Input::Json(members)),
        Ok(_) => Err(serialization("the body is not an object")),
        Err(error) => Err(serialization(&error.to_string())),
    }
}

pub(super) fn encode(version: &str, outcome: Outcome, request_id: &str) -> Response<Bytes> {
    let value = match outcome {
        Ok(Reply::Json(value)) => value,
        Ok(Reply::Xml(_)) => {
            let message = "the operation of the local AWS answered in XML to a JSON call";
            let wrong = ServiceError::client("InternalServerError", message).with_status(500);
            return error(version, &wrong, request_id);
        }
        Err(refused) => return error(version, &refused, request_id),
    };
    response(200, &content_type(version), request_id, value.to_string())
}

pub(super) fn error(version: &str, error: &ServiceError, request_id: &str) -> Response<Bytes> {
    // Some services write `message`, others `Message`; the SDKs read both.
    let body = json!({ "__type": error.code, "message": error.message });
    response(error.status, &content_type(version), request_id, body.to_string())
}

fn content_type(version: &str) -> String {
    format!("application/x-amz-json-{version}")
}

fn serialization(message: &str) -> ServiceError {
    ServiceError::client("SerializationException", message)
}
