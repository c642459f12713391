//! Maps every SDK error once and gives Lambda one stable `errorType`. Logs nothing.

mod fault;
mod quoted;

use std::{error::Error as StdError, fmt};

use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use lambda_runtime::Diagnostic;

pub use self::{
    fault::{Fault, FaultCode},
    quoted::{Quoted, quoted, quoted_id, quoted_name, quoted_reason, quoted_to},
};

/// How an AWS call failed, as far as a caller decides by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AwsErrorKind {
    /// Too many calls. Waiting helps.
    Throttled,
    /// The service had a problem of its own. Waiting helps.
    Unavailable,
    /// No answer came: no connection, a time-out, a truncated body. Waiting helps.
    Unreachable,
    /// Not enough capacity of this kind right now. Waiting, or another kind, helps.
    Capacity,
    /// The caller lacks a permission. Only an operator helps.
    Denied,
    /// What the call names does not exist.
    NotFound,
    /// The resource is in a state that does not allow the call.
    WrongState,
    /// The resource can never do this.
    Unsupported,
    /// The call itself is malformed.
    Invalid,
    /// A code that none of the above knows.
    Other,
}

impl AwsErrorKind {
    /// Whether the same call may succeed later without anybody changing anything.
    pub fn is_transient(self) -> bool {
        matches!(self, Self::Throttled | Self::Unavailable | Self::Unreachable | Self::Capacity)
    }

    /// Maps the HTTP status of an answer without a code.
    pub fn from_status(status: u16) -> Self {
        match status {
            401 | 403 => Self::Denied,
            404 => Self::NotFound,
            408 | 429 => Self::Throttled,
            // Preconditions of S3: the object is not as the call expects it.
            304 | 409 | 412 => Self::WrongState,
            405 | 501 => Self::Unsupported,
            400..500 => Self::Invalid,
            500.. => Self::Unavailable,
            0..400 => Self::Other,
        }
    }

    /// The codes are those of the services' API references under "Common errors" and "Errors".
    /// A suffix is enough where services spell one condition in many ways.
    pub fn from_code(code: &str) -> Self {
        match code {
            "RequestLimitExceeded"
            | "Throttling"
            | "ThrottledException"
            | "TooManyRequestsException"
            | "SlowDown" => Self::Throttled,
            "InternalError"
            | "InternalFailure"
            | "InternalServerError"
            | "InternalServiceError"
            | "ServiceUnavailable"
            | "ServiceUnavailableException"
            | "Unavailable" => Self::Unavailable,
            "InsufficientInstanceCapacity"
            | "InsufficientHostCapacity"
            | "InsufficientReservedInstanceCapacity"
            | "InsufficientCapacityOnOutpost"
            | "InsufficientDBInstanceCapacity"
            | "InsufficientDBClusterCapacityFault" => Self::Capacity,
            "AccessDenied"
            | "AccessDeniedException"
            | "UnauthorizedOperation"
            | "AuthFailure"
            | "AuthorizationError"
            | "AuthorizationErrorException"
            | "NotAuthorized"
            | "ExpiredToken"
            | "ExpiredTokenException"
            | "InvalidClientTokenId"
            | "UnrecognizedClientException"
            | "OptInRequired" => Self::Denied,
            "OperationNotPermitted"
            | "UnsupportedOperation"
            | "UnsupportedHibernationConfiguration" => Self::Unsupported,
            "IncorrectInstanceState"
            | "IncorrectState"
            | "ScalingActivityInProgress"
            | "ResourceInUse"
            | "ResourceContention" => Self::WrongState,
            _ if code.starts_with("Throttling") => Self::Throttled,
            _ if code.contains("NotFound") || code.starts_with("NoSuch") => Self::NotFound,
            _ if code.ends_with("State") || code.ends_with("StateFault") => Self::WrongState,
            _ if code.starts_with("Invalid")
                || code.starts_with("Malformed")
                || code.starts_with("MissingParameter")
                || code.starts_with("Validation")
                || code.starts_with("UnknownParameter") =>
            {
                Self::Invalid
            }
            _ => Self::Other,
        }
    }
}

/// A failed AWS call: what was asked for, how it failed, and what AWS answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{operation} failed")]
pub struct AwsError {
    /// The call as IAM spells it, e.g. `ec2:StopInstances`.
    pub operation: &'static str,
    pub kind: AwsErrorKind,
    /// The error code as AWS sent it, if AWS answered with one.
    pub code: Option<String>,
    #[source]
    reason: Reason,
}

/// Why a call failed, on one line: `Code: text`, or the chain of the connection's failure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
struct Reason(String);

impl AwsError {
    /// An error that no SDK call returned, e.g. an item refused inside a `200 OK`.
    pub fn new(operation: &'static str, code: &str, message: &str) -> Self {
        Self {
            operation,
            kind: AwsErrorKind::from_code(code),
            code: Some(code.to_owned()),
            reason: Reason(answer(code, message)),
        }
    }

    /// Maps the error of the call `operation` where only a reference to it can be had.
    pub(crate) fn of<E>(operation: &'static str, err: &SdkError<E, HttpResponse>) -> Self
    where
        E: StdError + ProvideErrorMetadata + Send + Sync + 'static,
    {
        let (kind, reason) = match (err.code(), err) {
            (Some(code), _) => {
                let message = err.message().unwrap_or_default();
                (AwsErrorKind::from_code(code), answer(code, message))
            }
            // The answer to a HEAD request has no body, and so no code.
            (None, SdkError::ServiceError(refused)) => {
                let status = refused.raw().status().as_u16();
                (AwsErrorKind::from_status(status), format!("HTTP status {status}, no code"))
            }
            (None, SdkError::ConstructionFailure(_)) => (AwsErrorKind::Invalid, one_line(err)),
            // A truncated or garbled answer counts as none: the call may have taken effect.
            (None, _) => (AwsErrorKind::Unreachable, one_line(err)),
        };
        let code = err.code().map(str::to_owned);
        Self { operation, kind, code, reason: Reason(reason) }
    }

    /// Returns why the call failed, on one line and whole.
    pub fn reason(&self) -> &str {
        &self.reason.0
    }

    /// Returns what failed and why, short enough for a report that has many of them.
    pub fn summary(&self) -> String {
        format!("{self}: {}", quoted_reason(self.reason()))
    }
}

/// Gives the result of an SDK call its name.
pub trait AwsResultExt<T> {
    /// Maps the error of the call `operation`, named as IAM names it, e.g. `ec2:StopInstances`.
    fn during(self, operation: &'static str) -> Result<T, AwsError>;
}

impl<T, E> AwsResultExt<T> for Result<T, SdkError<E, HttpResponse>>
where
    E: StdError + ProvideErrorMetadata + Send + Sync + 'static,
{
    fn during(self, operation: &'static str) -> Result<T, AwsError> {
        self.map_err(|err| AwsError::of(operation, &err))
    }
}

fn answer(code: &str, message: &str) -> String {
    let answer = if message.is_empty() { code.to_owned() } else { format!("{code}: {message}") };
    quoted_to(&answer, usize::MAX).to_string()
}

/// The chain of an error on one line. A link that its parent already quotes is left out.
fn one_line(err: &dyn StdError) -> String {
    let mut line = err.to_string();
    let mut parent = line.clone();
    let mut next = err.source();
    while let Some(err) = next {
        let text = err.to_string();
        if !parent.contains(&text) {
            line.push_str(": ");
            line.push_str(&text);
        }
        parent = text;
        next = err.source();
    }
    quoted_to(&line, usize::MAX).to_string()
}

/// Lambda takes an error of any length, but a person reads it in an e-mail or on a console.
const MESSAGE_CHARS: usize = 4_000;

/// The error every handler returns.
///
/// The runtime logs a returned error once, with `Debug`, so `Debug` is the whole chain on one
/// line; a handler therefore logs none. Its `errorType` is stable: `Aws.<kind>` for the AWS call
/// that failed first, or the code that the function gave it.
pub struct HandlerError {
    code: Option<&'static str>,
    error: anyhow::Error,
}

impl HandlerError {
    /// The event is not one that the function understands. Lambda's retry will not help.
    pub const BAD_EVENT: &'static str = "BadEvent";
    /// The function's variables are wrong. It does not start.
    pub const BAD_CONFIGURATION: &'static str = "BadConfiguration";

    /// An error with a code of its own.
    pub fn coded(code: &'static str, error: impl Into<anyhow::Error>) -> Self {
        Self { code: Some(code), error: error.into() }
    }

    /// The `errorType` that Lambda reports.
    pub fn error_type(&self) -> String {
        if let Some(code) = self.code {
            return code.to_owned();
        }
        let aws = self.error.chain().find_map(|err| err.downcast_ref::<AwsError>());
        aws.map_or_else(|| "Failed".to_owned(), |err| format!("Aws.{:?}", err.kind))
    }
}

impl From<anyhow::Error> for HandlerError {
    fn from(error: anyhow::Error) -> Self {
        Self { code: None, error }
    }
}

impl From<AwsError> for HandlerError {
    fn from(error: AwsError) -> Self {
        Self { code: None, error: error.into() }
    }
}

impl fmt::Display for HandlerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", quoted_to(&format!("{:#}", self.error), MESSAGE_CHARS))
    }
}

impl fmt::Debug for HandlerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {self}", self.error_type())
    }
}

/// So that a `main` can return it.
impl StdError for HandlerError {}

impl From<HandlerError> for Diagnostic {
    fn from(err: HandlerError) -> Self {
        Self { error_type: err.error_type(), error_message: err.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use anyhow::Context as _;

    use super::*;

    #[track_caller]
    fn check(code: &str, expected: AwsErrorKind) {
        assert_eq!(AwsErrorKind::from_code(code), expected, "{code}");
    }

    #[test]
    fn one_condition_has_many_codes() {
        use AwsErrorKind::{
            Capacity, Denied, Invalid, NotFound, Other, Throttled, Unavailable, Unsupported,
            WrongState,
        };
        check("RequestLimitExceeded", Throttled);
        check("ThrottlingException", Throttled);
        check("InternalFailure", Unavailable);
        check("InsufficientInstanceCapacity", Capacity);
        check("UnauthorizedOperation", Denied);
        check("AccessDeniedException", Denied);
        check("InvalidInstanceID.NotFound", NotFound);
        check("DBInstanceNotFoundFault", NotFound);
        check("ParameterNotFound", NotFound);
        check("NoSuchKey", NotFound);
        check("IncorrectInstanceState", WrongState);
        check("InvalidDBInstanceState", WrongState);
        check("InvalidDBClusterStateFault", WrongState);
        check("OperationNotPermitted", Unsupported);
        check("InvalidInstanceID.Malformed", Invalid);
        check("ValidationError", Invalid);
        check("SomethingNew", Other);
    }

    #[test]
    fn an_answer_without_a_code_is_classified_by_its_status() {
        let refused = |status: u16| {
            let meta = aws_smithy_types::error::ErrorMetadata::builder().build();
            let status = status.try_into().expect("a legal status");
            let raw = HttpResponse::new(status, aws_smithy_types::body::SdkBody::empty());
            let result: Result<(), _> = Err(SdkError::service_error(meta, raw));
            result.during("s3:HeadObject").expect_err("it is refused")
        };
        assert_eq!(refused(404).kind, AwsErrorKind::NotFound);
        assert_eq!(refused(403).kind, AwsErrorKind::Denied);
        assert_eq!(refused(412).kind, AwsErrorKind::WrongState);
        assert_eq!(refused(503).kind, AwsErrorKind::Unavailable);
        assert_eq!(refused(403).code, None);
        assert_eq!(refused(403).summary(), "s3:HeadObject failed: HTTP status 403, no code");
    }

    #[test]
    fn waiting_helps_for_some_kinds_only() {
        assert!(AwsErrorKind::Throttled.is_transient());
        assert!(AwsErrorKind::Capacity.is_transient());
        assert!(!AwsErrorKind::Denied.is_transient());
        assert!(!AwsErrorKind::WrongState.is_transient());
    }

    #[test]
    fn the_error_type_is_the_kind_of_the_first_failed_call() {
        let denied = AwsError::new("ec2:StopInstances", "UnauthorizedOperation", "no such right");
        let err = anyhow::Error::from(denied).context("1 of 3 actions failed, first `stop i-1`");
        let err = HandlerError::from(err);
        assert_eq!(err.error_type(), "Aws.Denied");
        assert_eq!(
            format!("{err:?}"),
            "Aws.Denied: 1 of 3 actions failed, first `stop i-1`: ec2:StopInstances failed: \
             UnauthorizedOperation: no such right"
        );
    }

    #[test]
    fn a_code_of_the_functions_own_wins() {
        let err = HandlerError::coded(HandlerError::BAD_EVENT, anyhow::anyhow!("no `time`"));
        let diagnostic = Diagnostic::from(err);
        assert_eq!(diagnostic.error_type, "BadEvent");
        assert_eq!(diagnostic.error_message, "no `time`");
    }

    #[test]
    fn an_error_without_an_aws_call_has_a_stable_type_and_stays_on_one_line() {
        let err = Err::<(), _>(anyhow::anyhow!("line one\nline two")).context("cannot read");
        let err = HandlerError::from(err.expect_err("it is an error"));
        assert_eq!(err.error_type(), "Failed");
        assert_eq!(err.to_string(), "cannot read: line one line two");
    }
}
