//! The SDK's real clients, pointed at a local AWS. They try once and do not wait, so that a test
//! sees each answer as it came. For EC2 and Auto Scaling, whose SDK crates are very large, the wire.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
};

use aws_config::{BehaviorVersion, Region, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use tests::aws::{LocalAws, identity::SECRET_KEY};

pub(crate) const REGION: &str = "eu-west-1";

/// The configuration of a caller with this access key.
pub(crate) async fn config(aws: &LocalAws, access_key: &str) -> SdkConfig {
    with_credentials(aws, credentials(access_key, None)).await
}

pub(crate) async fn with_credentials(aws: &LocalAws, credentials: Credentials) -> SdkConfig {
    at(&aws.endpoint(), credentials).await
}

/// The same for a local AWS of another process.
pub(crate) async fn at(endpoint: &str, credentials: Credentials) -> SdkConfig {
    aws_config::defaults(BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .region(Region::from_static(REGION))
        .http_client(shared::aws::https_client())
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .retry_config(RetryConfig::disabled())
        .timeout_config(TimeoutConfig::disabled())
        .load()
        .await
}

/// The code of an error that came from the service; `-` for one that did not.
pub(crate) fn code(error: &impl ProvideErrorMetadata) -> String {
    error.code().unwrap_or("-").to_owned()
}

/// Credentials with the secret that all keys but those of sessions have.
pub(crate) fn credentials(access_key: &str, session_token: Option<&str>) -> Credentials {
    let token = session_token.map(ToOwned::to_owned);
    Credentials::new(access_key, SECRET_KEY, token, None, "tests")
}

/// One call of a query protocol as it is on the wire, e.g. `StopInstances&InstanceId.1=i-1`: the
/// answer, or the code of the error. Nothing is signed: the local AWS verifies S3 only.
pub(crate) fn query(
    aws: &LocalAws,
    credentials: &Credentials,
    service: &str,
    request: &str,
) -> Result<String, String> {
    let version = if service == "ec2" { "2016-11-15" } else { "2011-01-01" };
    let body = format!("Version={version}&Action={request}");
    let scope = format!("{}/20260601/{REGION}/{service}/aws4_request", credentials.access_key_id());
    let token = credentials.session_token().unwrap_or_default();
    let endpoint = aws.endpoint();
    let host = endpoint.trim_start_matches("http://");
    let head = format!(
        "POST / HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\nx-amz-date: 20260601T090000Z\r\n\
         x-amz-security-token: {token}\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         authorization: AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    let mut connection = TcpStream::connect(host).unwrap();
    connection.write_all((head + &body).as_bytes()).unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    if answer.starts_with("HTTP/1.1 200 ") {
        return Ok(answer);
    }
    let code = answer.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"));
    Err(code.map_or(answer.clone(), |(code, _)| code.to_owned()))
}
