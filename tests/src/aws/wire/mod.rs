//! The wire protocols: HTTP requests to calls, outcomes to HTTP responses. No service logic.

mod json;
mod query;

use bytes::Bytes;
use http::{Response, request::Parts};

use super::{
    call::{Input, Outcome, ServiceError},
    form::Form,
    service::{Service, Wire},
};

/// Reads the operation and its parameters.
pub(super) fn decode(
    service: &Service,
    head: &Parts,
    body: &[u8],
) -> Result<(String, Input), ServiceError> {
    match service.wire {
        Wire::Ec2Query { version } | Wire::AwsQuery { version } => {
            query::decode(version, head, body)
        }
        Wire::Json { target, .. } => json::decode(target, head, body),
    }
}

/// Reads the parameters alone.
pub(super) fn input(service: &Service, text: &[u8]) -> Result<Input, ServiceError> {
    match service.wire {
        Wire::Ec2Query { .. } | Wire::AwsQuery { .. } => Ok(Input::Query(Form::parse(text))),
        Wire::Json { .. } => json::members(text),
    }
}

/// Writes the answer of one operation.
pub(super) fn encode(
    service: &Service,
    operation: &str,
    outcome: Outcome,
    request_id: &str,
) -> Response<Bytes> {
    match service.wire {
        Wire::Ec2Query { version } => query::encode_ec2(version, operation, outcome, request_id),
        Wire::AwsQuery { version } => {
            query::encode_aws(service.name, version, operation, outcome, request_id)
        }
        Wire::Json { version, .. } => json::encode(version, outcome, request_id),
    }
}

/// Writes an error for a request whose service is not known: in JSON if it speaks JSON, else as
/// AWS query does.
pub(super) fn encode_unrouted(
    head: &Parts,
    error: &ServiceError,
    request_id: &str,
) -> Response<Bytes> {
    if head.headers.contains_key("x-amz-target") {
        json::error("1.1", error, request_id)
    } else {
        query::error_aws("", error, request_id)
    }
}

fn response(status: u16, content_type: &str, request_id: &str, body: String) -> Response<Bytes> {
    Response::builder()
        .status(status)
        .header("content-type", content_type)
        .header("x-amzn-requestid", request_id)
        .body(Bytes::from(body))
        .unwrap_or_else(|_| Response::new(Bytes::new()))
}
