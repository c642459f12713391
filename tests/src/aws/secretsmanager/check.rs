//! The bounds of the parameters that several operations share. Refuses; changes nothing.

use std::ops::RangeInclusive;

use super::{error, versions::SecretValue};
use crate::aws::{
    call::ServiceError,
    json::{constraint, validation},
};

const TOKEN_LENGTH: RangeInclusive<usize> = 32..=64;
const VALUE_BYTES: RangeInclusive<usize> = 1..=65_536;
const STAGE_LENGTH: RangeInclusive<usize> = 1..=256;
const MOST_STAGES: usize = 20;
const ROTATION_TOKEN_LENGTH: RangeInclusive<usize> = 36..=256;

pub(super) fn length(
    value: &str,
    member: &str,
    bounds: RangeInclusive<usize>,
) -> Result<(), ServiceError> {
    let (least, most) = bounds.into_inner();
    let n_chars = value.chars().count();
    if n_chars < least {
        let bound = format!("have length greater than or equal to {least}");
        return Err(constraint(value, member, &bound));
    }
    if n_chars > most {
        return Err(constraint(
            value,
            member,
            &format!("have length less than or equal to {most}"),
        ));
    }
    Ok(())
}

/// The name of the version to be made. SDKs send one unasked, and AWS insists on it.
pub(super) fn token(token: Option<String>) -> Result<String, ServiceError> {
    let Some(token) = token else { return Err(error::invalid_request(NO_TOKEN)) };
    length(&token, "clientRequestToken", TOKEN_LENGTH)?;
    Ok(token)
}

pub(super) const NO_TOKEN: &str =
    "You must provide a ClientRequestToken value. We recommend a UUID-type value.";

pub(super) fn version_id(id: Option<&str>, member: &str) -> Result<(), ServiceError> {
    id.map_or(Ok(()), |id| length(id, member, TOKEN_LENGTH))
}

pub(super) fn stage(stage: &str) -> Result<(), ServiceError> {
    length(stage, "versionStage", STAGE_LENGTH)
}

pub(super) fn stages(stages: &[String]) -> Result<(), ServiceError> {
    if !(1..=MOST_STAGES).contains(&stages.len()) {
        let list = format!("[{}]", stages.join(", "));
        let bound = if stages.is_empty() {
            "have length greater than or equal to 1"
        } else {
            "have length less than or equal to 20"
        };
        return Err(constraint(&list, "versionStages", bound));
    }
    stages.iter().try_for_each(|stage| length(stage, "versionStages", STAGE_LENGTH))
}

pub(super) fn rotation_token(token: &str) -> Result<(), ServiceError> {
    let is_legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if !ROTATION_TOKEN_LENGTH.contains(&token.len()) || !token.bytes().all(is_legal) {
        // The value is sensitive, so that AWS leaves it out.
        return Err(sensitive(
            "rotationToken",
            "satisfy regular expression pattern: ^[a-zA-Z0-9\\-]+$",
        ));
    }
    Ok(())
}

/// The value of a call, of which there may be one at most.
pub(super) fn value(
    text: Option<String>,
    binary: Option<String>,
) -> Result<Option<SecretValue>, ServiceError> {
    let (value, member, n_bytes) = match (text, binary) {
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => {
            return Err(error::invalid_parameter(
                "You can't specify both a binary secret value and a string secret value in the \
                 same secret.",
            ));
        }
        (Some(text), None) => {
            let n_bytes = text.len();
            (SecretValue::Text(text), "secretString", n_bytes)
        }
        (None, Some(base64)) => {
            let n_bytes = decoded_length(&base64)?;
            (SecretValue::Binary(base64), "secretBinary", n_bytes)
        }
    };
    if n_bytes < *VALUE_BYTES.start() {
        return Err(sensitive(member, "have length greater than or equal to 1"));
    }
    if n_bytes > *VALUE_BYTES.end() {
        return Err(sensitive(member, "have length less than or equal to 65536"));
    }
    Ok(Some(value))
}

fn decoded_length(base64: &str) -> Result<usize, ServiceError> {
    let data = base64.trim_end_matches('=');
    let n_padding = base64.len() - data.len();
    let is_legal = |byte: u8| byte.is_ascii_alphanumeric() || b"+/".contains(&byte);
    if !base64.len().is_multiple_of(4) || n_padding > 2 || !data.bytes().all(is_legal) {
        let message = "SecretBinary is not base64";
        return Err(ServiceError::client("SerializationException", message));
    }
    Ok(base64.len() / 4 * 3 - n_padding)
}

/// A value out of bounds that must not be repeated.
fn sensitive(member: &str, constraint: &str) -> ServiceError {
    validation(format!(
        "1 validation error detected: Value at '{member}' failed to satisfy constraint: Member \
         must {constraint}"
    ))
}
