//! Enters another account by a role there.

use std::{error::Error as StdError, iter, time::Duration};

use aws_config::{SdkConfig, sts::AssumeRoleProvider};
use aws_credential_types::provider::{
    ProvideCredentials as _, SharedCredentialsProvider, error::CredentialsError,
};
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};

use super::partition;
use crate::error::AwsError;

const OPERATION: &str = "sts:AssumeRole";

/// The shortest session that STS grants, and as long as Lambda lets a run take.
const SESSION: Duration = Duration::from_mins(15);

/// Returns `aws` with the credentials of the role `role_name` in `account`. The role is assumed here
/// and once, for all regions of the account: a role that cannot be assumed is then one failure of
/// the account, and not one of every call in it.
pub async fn in_account(
    aws: &SdkConfig,
    account: &str,
    role_name: &str,
    session_name: &str,
) -> Result<SdkConfig, AwsError> {
    let partition = partition(aws.region().map(AsRef::as_ref).unwrap_or_default());
    let role = format!("arn:{partition}:iam::{account}:role/{role_name}");
    let builder = AssumeRoleProvider::builder(role)
        .configure(aws)
        .session_name(session_name)
        .session_length(SESSION);
    let provider = builder.build().await;
    let credentials = provider.provide_credentials().await.map_err(|err| refused(&err))?;
    let provider = SharedCredentialsProvider::new(credentials);
    Ok(aws.clone().into_builder().credentials_provider(provider).build())
}

/// Returns the answer of STS, which the provider wraps.
fn refused(err: &CredentialsError) -> AwsError {
    let first: &(dyn StdError + 'static) = err;
    let mut chain = iter::successors(Some(first), |err| (*err).source());
    match chain.find_map(|err| err.downcast_ref::<SdkError<AssumeRoleError, HttpResponse>>()) {
        Some(err) => AwsError::of(OPERATION, err),
        None => AwsError::new(OPERATION, "NoCredentials", "the answer has no credentials"),
    }
}

#[cfg(test)]
mod tests {
    use aws_smithy_types::error::ErrorMetadata;

    use super::*;
    use crate::error::AwsErrorKind;

    #[test]
    fn a_refused_role_keeps_the_code_of_sts() {
        let denied = ErrorMetadata::builder().code("AccessDenied").message("not you").build();
        let denied = AssumeRoleError::generic(denied);
        let response = HttpResponse::new(403.try_into().unwrap(), "".into());
        let err = CredentialsError::provider_error(SdkError::service_error(denied, response));
        let err = refused(&err);
        assert_eq!((err.operation, err.kind), ("sts:AssumeRole", AwsErrorKind::Denied));
        assert_eq!(err.reason(), "AccessDenied: not you");
    }

    #[test]
    fn a_role_without_an_answer_is_unreachable() {
        let timeout = SdkError::<AssumeRoleError, HttpResponse>::timeout_error("no answer");
        let err = refused(&CredentialsError::provider_error(timeout));
        assert_eq!(err.kind, AwsErrorKind::Unreachable);
    }

    #[test]
    fn an_answer_without_credentials_is_refused() {
        let err = refused(&CredentialsError::unhandled("missing field"));
        assert_eq!(err.reason(), "NoCredentials: the answer has no credentials");
    }
}
