//! The refusals of Secrets Manager, with its codes and texts. All of them are HTTP 400.

use crate::aws::call::ServiceError;

pub(super) fn invalid_request(message: impl Into<String>) -> ServiceError {
    ServiceError::client("InvalidRequestException", message)
}

pub(super) fn invalid_parameter(message: impl Into<String>) -> ServiceError {
    ServiceError::client("InvalidParameterException", message)
}

pub(super) fn not_found() -> ServiceError {
    missing("Secrets Manager can't find the specified secret.")
}

/// A version that does not exist, or has no value.
pub(super) fn no_value_of_version(id: &str) -> ServiceError {
    missing(format!("Secrets Manager can't find the specified secret value for VersionId: {id}"))
}

pub(super) fn no_value_of_stage(stage: &str) -> ServiceError {
    let text = "Secrets Manager can't find the specified secret value for staging label";
    missing(format!("{text}: {stage}"))
}

pub(super) fn stage_is_elsewhere() -> ServiceError {
    invalid_request("You provided a VersionStage that is not associated to the provided VersionId.")
}

pub(super) fn marked_for_deletion() -> ServiceError {
    invalid_request(
        "You can't perform this operation on the secret because it was marked for deletion.",
    )
}

pub(super) fn is_managed(service: &str) -> ServiceError {
    invalid_request(format!(
        "The secret is managed by another service, and you must use that service to update it: \
         {service}."
    ))
}

pub(super) fn is_replica() -> ServiceError {
    invalid_request(
        "Operation not permitted on a replica secret. Call must be made in primary secret's \
         region.",
    )
}

pub(super) fn token_is_used(token: &str, arn: &str) -> ServiceError {
    ServiceError::client(
        "ResourceExistsException",
        format!(
            "You can't use ClientRequestToken {token} because that value is already in use for a \
             version of secret {arn}."
        ),
    )
}

pub(super) fn previous_rotation() -> ServiceError {
    invalid_request("A previous rotation isn't complete. That rotation will be reattempted.")
}

pub(super) fn no_rotation_function() -> ServiceError {
    invalid_request("No Lambda rotation function ARN is associated with this secret.")
}

pub(super) fn cannot_invoke() -> ServiceError {
    denied(
        "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function \
         policy grants access to the principal secretsmanager.amazonaws.com.",
    )
}

pub(super) fn key_denied() -> ServiceError {
    denied("Access to KMS is not allowed")
}

pub(super) fn foreign_account(arn: &str) -> ServiceError {
    denied(format!(
        "The caller is not authorized to perform this operation on resource: {arn} because no \
         resource-based policy allows it"
    ))
}

pub(super) fn bad_rotation_token() -> ServiceError {
    denied("The RotationToken is not the one of a rotation in progress.")
}

pub(super) fn bad_page_token() -> ServiceError {
    ServiceError::client("InvalidNextTokenException", "The NextToken value is invalid.")
}

pub(super) fn too_many_labels() -> ServiceError {
    ServiceError::client(
        "LimitExceededException",
        "The request failed because it would exceed the limit of 20 staging labels of a secret.",
    )
}

fn missing(message: impl Into<String>) -> ServiceError {
    ServiceError::client("ResourceNotFoundException", message)
}

fn denied(message: impl Into<String>) -> ServiceError {
    ServiceError::client("AccessDeniedException", message)
}
