//! Clients for the accounts and regions of a run. Built at the first event, not at start, and once:
//! a cold start should not wait for what it may not need, and a warm one not read the trust roots
//! again.

use aws_config::{BehaviorVersion, Region, SdkConfig, timeout::TimeoutConfig};
use aws_sdk_sts::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_http_client::{Builder, tls};
use shared::error::{AwsError, AwsResultExt as _};

use crate::config::Config;

/// One account in one region. `account` is `None` for the function's own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    pub account: Option<String>,
    pub region: String,
}

/// The configuration of every client in the function's own account and region.
pub async fn own(config: &Config) -> SdkConfig {
    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(config.attempt_timeout);
    // Without it, every client of every service would read the trust roots for itself.
    let http = Builder::new()
        .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::AwsLc))
        .build_https();
    aws_config::defaults(BehaviorVersion::latest())
        // Given, not looked up: the look-up ends at a metadata service that Lambda does not have.
        .region(Region::new(config.own_region.clone()))
        .http_client(http)
        .timeout_config(timeouts.build())
        .load()
        .await
}

/// The same in another region.
pub fn in_region(aws: &SdkConfig, region: &str) -> SdkConfig {
    aws.clone().into_builder().region(Region::new(region.to_owned())).build()
}

/// The same with the credentials of the role `role_name` in `account`. One call serves all regions
/// of the account; the session is shorter than any other that STS grants, and longer than Lambda
/// lets a run take.
pub async fn in_account(
    aws: &SdkConfig,
    account: &str,
    role_name: &str,
) -> Result<SdkConfig, AwsError> {
    const SESSION_SECS: i32 = 900;
    let output = aws_sdk_sts::Client::new(aws)
        .assume_role()
        .role_arn(format!("arn:aws:iam::{account}:role/{role_name}"))
        .role_session_name("caretaker-instance-scheduler")
        .duration_seconds(SESSION_SECS)
        .send()
        .await
        .during("sts:AssumeRole")?;
    let missing =
        || AwsError::new("sts:AssumeRole", "NoCredentials", "the answer has no credentials");
    let session = output.credentials.ok_or_else(missing)?;
    let credentials = Credentials::new(
        session.access_key_id,
        session.secret_access_key,
        Some(session.session_token),
        None,
        "sts:AssumeRole",
    );
    let provider = SharedCredentialsProvider::new(credentials);
    Ok(aws.clone().into_builder().credentials_provider(provider).build())
}
