//! The SDK's real clients, pointed at a local AWS. They try once and do not wait, so that a test
//! sees each answer as it came.

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
