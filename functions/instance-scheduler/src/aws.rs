//! The configuration of clients for the accounts and regions of a run, made from the function's own.

use aws_config::{Region, SdkConfig};
use aws_sdk_sts::config::{Credentials, SharedCredentialsProvider};
use shared::error::{AwsError, AwsResultExt as _};

/// One account in one region. `account` is `None` for the function's own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    pub account: Option<String>,
    pub region: String,
}

/// `aws` in another region.
pub fn in_region(aws: &SdkConfig, region: &str) -> SdkConfig {
    aws.clone().into_builder().region(Region::new(region.to_owned())).build()
}

/// `aws` with the credentials of the role `role_name` in `account`. One call serves all regions
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
