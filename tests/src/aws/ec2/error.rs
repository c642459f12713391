//! The refusals of EC2, with the codes and the texts of AWS.

use crate::aws::call::ServiceError;

/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>
pub(super) fn invalid_value(message: impl Into<String>) -> ServiceError {
    ServiceError::client("InvalidParameterValue", message)
}

pub(super) fn invalid_combination(message: impl Into<String>) -> ServiceError {
    ServiceError::client("InvalidParameterCombination", message)
}

pub(super) fn missing(name: &str) -> ServiceError {
    ServiceError::client(
        "MissingParameter",
        format!("The request must contain the parameter {name}"),
    )
}

pub(super) fn dry_run() -> ServiceError {
    ServiceError::client("DryRunOperation", "Request would have succeeded, but DryRun flag is set.")
        .with_status(412)
}

pub(super) fn malformed_instance_id(id: &str) -> ServiceError {
    ServiceError::client("InvalidInstanceID.Malformed", format!("Invalid id: \"{id}\""))
}

pub(super) fn no_such_instances(ids: &[&str]) -> ServiceError {
    let message = match ids {
        [id] => format!("The instance ID '{id}' does not exist"),
        ids => format!("The instance IDs '{}' do not exist", ids.join(", ")),
    };
    ServiceError::client("InvalidInstanceID.NotFound", message)
}

pub(super) fn incorrect_state(message: impl Into<String>) -> ServiceError {
    ServiceError::client("IncorrectInstanceState", message)
}

pub(super) fn unsupported(message: impl Into<String>) -> ServiceError {
    ServiceError::client("UnsupportedOperation", message)
}

pub(super) fn protected(id: &str, what: &str, attribute: &str) -> ServiceError {
    ServiceError::client(
        "OperationNotPermitted",
        format!(
            "The instance '{id}' may not be {what}. Modify its '{attribute}' instance attribute \
             and try again."
        ),
    )
}

pub(super) fn no_capacity(message: impl Into<String>) -> ServiceError {
    ServiceError::client("InsufficientInstanceCapacity", message).with_status(500)
}

pub(super) fn bad_token(token: &str) -> ServiceError {
    ServiceError::client("InvalidNextToken", format!("The token '{token}' was invalid"))
}
