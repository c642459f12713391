//! What every operation of the local AWS receives and answers, whatever its wire protocol.

use std::{borrow::Cow, collections::BTreeMap, fmt};

use jiff::Timestamp;

use super::{form::Form, xml::Xml};

/// One authenticated request, decoded from its wire protocol.
#[derive(Debug)]
pub struct Call {
    /// The service as its signing name: `ec2`, `rds`, `autoscaling`, `ssm`, `sts`, `events`, ...
    pub service: &'static str,
    /// The operation as AWS spells it, e.g. `DescribeInstances`.
    pub operation: String,
    /// The account whose world the call sees: the caller's own, or the assumed role's.
    pub account: String,
    /// The region of the credential scope.
    pub region: String,
    /// The access key id of the credential scope.
    pub access_key: String,
    /// The world's time when the call arrived.
    pub now: Timestamp,
    pub input: Input,
}

impl Call {
    /// The IAM action and the name in the log, e.g. `ec2:StartInstances`.
    pub fn action(&self) -> String {
        format!("{}:{}", self.service, self.operation)
    }
}

/// The parameters of a call. Operations take what they know; what is left over is refused.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    Query(Form),
    Json(serde_json::Map<String, serde_json::Value>),
}

/// The answer of an operation. The protocol layer adds the envelope (response element, request
/// id, headers).
#[derive(Debug)]
pub enum Reply {
    /// The children of the response element (EC2 query) or of the result element (AWS query).
    Xml(Xml),
    Json(serde_json::Value),
}

pub type Outcome = Result<Reply, ServiceError>;

/// One resource that a call touches, for the policy that has to allow it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touched {
    /// `*` for an operation that knows no resource-level permissions.
    pub arn: String,
    /// The tags the resource has now, before the call.
    pub tags: BTreeMap<String, String>,
    /// Condition keys of the service besides its tags, by their full names.
    pub keys: Vec<(String, String)>,
}

impl Touched {
    pub fn everything() -> Vec<Self> {
        vec![Self { arn: "*".to_owned(), ..Self::default() }]
    }

    /// The account in the ARN. Those of S3 have none.
    pub fn account(&self) -> Option<&str> {
        self.arn.split(':').nth(4).filter(|account| !account.is_empty())
    }
}

/// An error as AWS sends it: HTTP status, code, text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceError {
    pub status: u16,
    pub code: Cow<'static, str>,
    pub message: String,
}

impl ServiceError {
    /// The client's fault, HTTP 400.
    pub fn client(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self { status: 400, code: code.into(), message: message.into() }
    }

    /// For query protocols: an operation the service does not have.
    pub fn invalid_action(operation: &str) -> Self {
        Self::client(
            "InvalidAction",
            format!("The action {operation} is not valid for this web service."),
        )
    }

    /// For JSON protocols: an operation the service does not have.
    pub fn unknown_operation(operation: &str) -> Self {
        Self::client(
            "UnknownOperationException",
            format!("The operation {operation} is not served by the local AWS."),
        )
    }

    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.status, self.code, self.message)
    }
}

impl std::error::Error for ServiceError {}
