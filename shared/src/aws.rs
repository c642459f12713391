//! The configuration of every AWS client, whatever its service. Reads no credentials by itself and
//! calls nothing: the SDK does both when the first call is made.

use std::time::Duration;

use aws_config::{
    BehaviorVersion, Region, SdkConfig, environment::EnvironmentVariableCredentialsProvider,
    identity::IdentityCache, retry::RetryConfig, timeout::TimeoutConfig,
};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::{
    rt::sleep::{SharedAsyncSleep, TokioSleep},
    time::{SharedTimeSource, SystemTimeSource},
};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

#[cfg(feature = "organizations")]
use crate::error::{AwsError, AwsResultExt as _};
use crate::var::Vars;

/// The region where none is set, as under `cargo lambda watch`.
const FALLBACK_REGION: &str = "us-east-1";

/// What clients depend on besides credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `AWS_REGION`: Lambda sets it; `cargo lambda watch` does not.
    pub region: String,
    /// `ATTEMPT_TIMEOUT_MS`: how long one attempt of a call may take. Default 20,000.
    pub attempt_timeout: Duration,
    /// `AWS_ENDPOINT_URL`: another address for every service. Optional.
    pub endpoint_url: Option<String>,
}

impl Settings {
    pub fn from_vars(vars: &Vars<impl Fn(&str) -> Option<String>>) -> anyhow::Result<Self> {
        let region = vars.optional("AWS_REGION").or_else(|| vars.optional("AWS_DEFAULT_REGION"));
        Ok(Self {
            region: region.unwrap_or_else(|| FALLBACK_REGION.to_owned()),
            attempt_timeout: Duration::from_millis(vars.parsed("ATTEMPT_TIMEOUT_MS", 20_000)?),
            endpoint_url: vars.optional("AWS_ENDPOINT_URL"),
        })
    }
}

/// The configuration of clients in the function's own account and region. Made once, at the first
/// event: a cold start should not wait for what it may not need.
pub async fn config(settings: &Settings) -> SdkConfig {
    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(settings.attempt_timeout);
    let loader = aws_config::defaults(BehaviorVersion::latest())
        // Given, not looked up: the look-up ends at a metadata service that Lambda does not have.
        .region(Region::new(settings.region.clone()))
        .http_client(https_client())
        .timeout_config(timeouts.build());
    // Its future is large, and would make those of all callers so.
    Box::pin(loader.load()).await
}

/// The same for a function whose credentials come from the environment, as Lambda sets them. It is
/// half a megabyte smaller without the other places that they may come from: files, metadata
/// services, tokens to be exchanged.
pub fn config_of_lambda(settings: &Settings) -> SdkConfig {
    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(settings.attempt_timeout);
    let credentials = EnvironmentVariableCredentialsProvider::new();
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(settings.region.clone()))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .identity_cache(IdentityCache::lazy().build())
        .http_client(https_client())
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .time_source(SharedTimeSource::new(SystemTimeSource::new()))
        .retry_config(RetryConfig::standard())
        .timeout_config(timeouts.build());
    config.set_endpoint_url(settings.endpoint_url.clone());
    config.build()
}

/// `aws` in another region.
pub fn in_region(aws: &SdkConfig, region: &str) -> SdkConfig {
    aws.clone().into_builder().region(Region::new(region.to_owned())).build()
}

/// `aws` with the credentials of the role `role_name` in `account`. One call serves all regions
/// of the account; the session is shorter than any other that STS grants, and longer than Lambda
/// lets a run take.
#[cfg(feature = "organizations")]
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
    let credentials = aws_credential_types::Credentials::new(
        session.access_key_id,
        session.secret_access_key,
        Some(session.session_token),
        None,
        "sts:AssumeRole",
    );
    let provider = SharedCredentialsProvider::new(credentials);
    Ok(aws.clone().into_builder().credentials_provider(provider).build())
}

/// The HTTP client for all services. Without it, every client would read the trust roots for itself.
pub fn https_client() -> SharedHttpClient {
    Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(pairs: &[(&str, &str)]) -> anyhow::Result<Settings> {
        Settings::from_vars(&Vars::new(|name| {
            pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        }))
    }

    #[test]
    fn the_region_is_lambdas_or_the_shells_or_the_fallback() {
        let region = |pairs: &[(&str, &str)]| settings(pairs).unwrap().region;
        assert_eq!(region(&[]), "us-east-1");
        assert_eq!(region(&[("AWS_DEFAULT_REGION", "eu-west-3")]), "eu-west-3");
        let both = [("AWS_DEFAULT_REGION", "eu-west-3"), ("AWS_REGION", "eu-west-1")];
        assert_eq!(region(&both), "eu-west-1");
    }

    #[test]
    fn a_time_that_is_none_is_refused_by_name() {
        let error = settings(&[("ATTEMPT_TIMEOUT_MS", "soon")]).unwrap_err();
        assert!(error.to_string().starts_with("ATTEMPT_TIMEOUT_MS is `soon`"), "{error}");
    }
}
