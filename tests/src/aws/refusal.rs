//! The errors that every service has in common, each in its service's own words.

use super::{
    call::ServiceError,
    identity::Unknown,
    service::{Service, Wire},
};

/// How many requests a second are too many.
pub(super) fn throttled(service: &Service) -> ServiceError {
    match (service.wire, service.name) {
        (Wire::Ec2Query { .. }, _) => {
            ServiceError::client("RequestLimitExceeded", "Request limit exceeded.").with_status(503)
        }
        (Wire::AwsQuery { .. }, _) => ServiceError::client("Throttling", "Rate exceeded"),
        (Wire::Json { .. }, "organizations") => ServiceError::client(
            "TooManyRequestsException",
            "You have sent too many requests in too short a period of time.",
        ),
        (Wire::Json { .. }, _) => ServiceError::client("ThrottlingException", "Rate exceeded"),
    }
}

/// HTTP 500.
pub(super) fn internal_error(service: &Service) -> ServiceError {
    let (code, message) = match (service.wire, service.name) {
        (Wire::Ec2Query { .. }, _) => ("InternalError", "An internal error has occurred"),
        (Wire::AwsQuery { .. }, "sns") => ("InternalError", "Internal Error"),
        (Wire::AwsQuery { .. }, _) => {
            ("InternalFailure", "The request processing has failed because of an unknown error.")
        }
        (Wire::Json { .. }, "events") => ("InternalException", "An internal error has occurred."),
        (Wire::Json { .. }, "secretsmanager") => {
            ("InternalServiceError", "An error occurred on the server side.")
        }
        (Wire::Json { .. }, "organizations") => {
            ("ServiceException", "Organizations can't complete your request.")
        }
        (Wire::Json { .. }, _) => ("InternalServerError", "An error occurred on the server side."),
    };
    ServiceError::client(code, message).with_status(500)
}

/// HTTP 503.
pub(super) fn unavailable(service: &Service) -> ServiceError {
    let (code, message) = match service.wire {
        Wire::Ec2Query { .. } => ("Unavailable", "The server is overloaded."),
        Wire::AwsQuery { .. } => {
            ("ServiceUnavailable", "Service is unable to handle request. Please try again later.")
        }
        Wire::Json { .. } => ("ServiceUnavailableException", "Service Unavailable"),
    };
    ServiceError::client(code, message).with_status(503)
}

/// The caller's policies do not allow the action on the resource.
pub(super) fn denied(
    service: &Service,
    caller_arn: &str,
    action: &str,
    resource: &str,
) -> ServiceError {
    let text = format!(
        "User: {caller_arn} is not authorized to perform: {action} on resource: {resource} \
         because no identity-based policy allows the {action} action"
    );
    match (service.wire, service.name) {
        (Wire::Ec2Query { .. }, _) => ServiceError::client(
            "UnauthorizedOperation",
            format!("You are not authorized to perform this operation. {text}"),
        )
        .with_status(403),
        (Wire::AwsQuery { .. }, "sns") => {
            ServiceError::client("AuthorizationError", text).with_status(403)
        }
        (Wire::AwsQuery { .. }, _) => ServiceError::client("AccessDenied", text).with_status(403),
        (Wire::Json { .. }, _) => ServiceError::client("AccessDeniedException", text),
    }
}

/// The access key or the session token is nobody's.
pub(super) fn unknown_caller(service: &Service, unknown: Unknown) -> ServiceError {
    let invalid = "The security token included in the request is invalid.";
    let expired = "The security token included in the request is expired";
    match (service.wire, unknown) {
        (Wire::Ec2Query { .. }, Unknown::Expired) => {
            ServiceError::client("RequestExpired", "Request has expired.")
        }
        (Wire::Ec2Query { .. }, _) => ServiceError::client(
            "AuthFailure",
            "AWS was not able to validate the provided access credentials",
        )
        .with_status(401),
        (Wire::AwsQuery { .. }, Unknown::Expired) => {
            ServiceError::client("ExpiredToken", expired).with_status(403)
        }
        (Wire::AwsQuery { .. }, _) => {
            ServiceError::client("InvalidClientTokenId", invalid).with_status(403)
        }
        (Wire::Json { .. }, Unknown::Expired) => {
            ServiceError::client("ExpiredTokenException", expired)
        }
        (Wire::Json { .. }, _) => ServiceError::client("UnrecognizedClientException", invalid),
    }
}
