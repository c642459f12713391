//! The refusals of Auto Scaling, with the codes and the texts of AWS.

use crate::aws::call::ServiceError;

/// Nearly everything that Auto Scaling refuses has this code.
pub(super) fn validation(message: impl Into<String>) -> ServiceError {
    ServiceError::client("ValidationError", message)
}

pub(super) fn missing(name: &str) -> ServiceError {
    let mut letters = name.chars();
    let lower: String =
        letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect();
    validation(format!(
        "1 validation error detected: Value null at '{lower}' failed to satisfy constraint: \
         Member must not be null"
    ))
}

pub(super) fn no_such_group(name: &str) -> ServiceError {
    validation(format!("AutoScalingGroup name not found - AutoScalingGroup {name} not found"))
}

pub(super) fn bad_token(token: &str) -> ServiceError {
    ServiceError::client("InvalidNextToken", format!("The token '{token}' was invalid"))
}
