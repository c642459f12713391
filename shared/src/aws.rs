//! The configuration of every AWS client, whatever its service, account and region. Reads no
//! credentials by itself: the SDK does when the first call is made.

#[cfg(feature = "sts")]
mod role;

use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig, timeout::TimeoutConfig};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

#[cfg(feature = "sts")]
pub use self::role::in_account;
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
}

impl Settings {
    pub fn from_vars(vars: &Vars<impl Fn(&str) -> Option<String>>) -> anyhow::Result<Self> {
        let region = vars.optional("AWS_REGION").or_else(|| vars.optional("AWS_DEFAULT_REGION"));
        Ok(Self {
            region: region.unwrap_or_else(|| FALLBACK_REGION.to_owned()),
            attempt_timeout: Duration::from_millis(vars.parsed("ATTEMPT_TIMEOUT_MS", 20_000)?),
        })
    }
}

/// The configuration of clients in the function's own account and region, with the SDK's standard
/// chain of credentials: environment, profile, SSO, web identity, container, instance. Made once, at
/// the first event: a cold start should not wait for what it may not need.
pub async fn config(settings: &Settings) -> SdkConfig {
    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(settings.attempt_timeout);
    let loader = aws_config::defaults(BehaviorVersion::latest())
        // Given, not looked up: the look-up ends at a metadata service that Lambda does not have.
        .region(Region::new(settings.region.clone()))
        // SSO and STS, where credentials come from them, use it as well.
        .http_client(https_client())
        .timeout_config(timeouts.build());
    // Its future is large, and would make those of all callers so.
    Box::pin(loader.load()).await
}

/// Returns `aws` in another region.
pub fn in_region(aws: &SdkConfig, region: &str) -> SdkConfig {
    aws.clone().into_builder().region(Region::new(region.to_owned())).build()
}

/// Returns the partition of a region, the second part of every ARN there.
pub fn partition(region: &str) -> &'static str {
    /// All but the first partition, by how the names of their regions begin, as in the SDK's own
    /// `partitions.json`, which it keeps to itself.
    const PARTITIONS: [(&str, &str); 7] = [
        ("cn-", "aws-cn"),
        ("eu-isoe-", "aws-iso-e"),
        ("eusc-", "aws-eusc"),
        ("us-gov-", "aws-us-gov"),
        ("us-iso-", "aws-iso"),
        ("us-isob-", "aws-iso-b"),
        ("us-isof-", "aws-iso-f"),
    ];
    let known = PARTITIONS.iter().find(|(prefix, _)| region.starts_with(prefix));
    known.map_or("aws", |(_, partition)| partition)
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
    fn a_region_has_a_partition() {
        assert_eq!(partition("eu-west-1"), "aws");
        assert_eq!(partition("mx-central-1"), "aws");
        assert_eq!(partition("cn-north-1"), "aws-cn");
        assert_eq!(partition("us-gov-west-1"), "aws-us-gov");
        assert_eq!(partition("eusc-de-east-1"), "aws-eusc");
        assert_eq!(partition("us-iso-east-1"), "aws-iso");
        assert_eq!(partition("us-isob-east-1"), "aws-iso-b");
        assert_eq!(partition("us-isof-south-1"), "aws-iso-f");
        assert_eq!(partition("eu-isoe-west-1"), "aws-iso-e");
    }

    #[test]
    fn a_time_that_is_none_is_refused_by_name() {
        let error = settings(&[("ATTEMPT_TIMEOUT_MS", "soon")]).unwrap_err();
        assert!(error.to_string().starts_with("ATTEMPT_TIMEOUT_MS is `soon`"), "{error}");
    }
}
