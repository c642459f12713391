//! Calls the few operations whose services' SDK crates would be a sixth of the binary, 1.4 MB. What
//! signs, sends, times out and tries again is the SDK's own, with the configuration that its clients
//! have; only the shapes of requests and answers are ours. Knows no operation, follows no pages, and
//! prints no body: it may hold a password.

mod endpoint;
pub mod json;
pub mod query;
pub mod xml;

use std::fmt;

use aws_config::SdkConfig;
use aws_runtime::{
    auth::{
        SigV4OperationSigningConfig,
        sigv4::{SCHEME_ID, SigV4AuthScheme},
    },
    invocation_id::InvocationIdInterceptor,
    recursion_detection::RecursionDetectionInterceptor,
    request_info::RequestInfoInterceptor,
    retries::classifiers::AwsErrorCodeClassifier,
    service_clock_skew::{ServiceClockSkewClassifier, ServiceClockSkewInterceptor},
    user_agent::{ApiMetadata, UserAgentInterceptor},
};
use aws_smithy_runtime::client::{
    orchestrator::operation::Operation,
    retries::classifiers::{HttpStatusCodeClassifier, TransientErrorClassifier},
};
use aws_smithy_runtime_api::client::{
    auth::{AuthSchemeOptionResolverParams, static_resolver::StaticAuthSchemeOptionResolver},
    interceptors::SharedInterceptor,
    orchestrator::{HttpRequest, HttpResponse, OrchestratorError, SensitiveOutput},
    runtime_components::RuntimeComponentsBuilder,
    runtime_plugin::StaticRuntimePlugin,
};
use aws_smithy_types::{body::SdkBody, config_bag::Layer, error::ErrorMetadata};
use aws_types::{SigningName, region::SigningRegion};
use shared::error::{AwsError, AwsResultExt as _};

use crate::hidden::Hidden;

/// What is sent.
#[derive(Debug)]
struct Request {
    headers: Vec<(&'static str, String)>,
    body: Hidden,
}

/// An answer that is not what the service answers. Says nothing of what it is.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the answer is no {0}")]
pub struct Garbled(pub &'static str);

/// Calls `operation`, named as IAM names it: the part before the colon is the service's host, and
/// what the request is signed for. `refusal` reads an answer that is an error.
async fn call<T: fmt::Debug + Send + Sync + 'static>(
    aws: &SdkConfig,
    operation: &'static str,
    request: Request,
    answer: impl Fn(&str) -> Result<T, Garbled> + Send + Sync + 'static,
    refusal: fn(&HttpResponse, &str) -> Result<ErrorMetadata, Garbled>,
) -> Result<T, AwsError> {
    let (service, name) = operation.split_once(':').unwrap_or((operation, operation));
    let call = Operation::builder()
        .service_name(service)
        .operation_name(name)
        .endpoint_url(&endpoint::of(aws, service))
        .with_connection_poisoning()
        .runtime_plugin(stack(aws, service))
        .serializer(|request: Request| {
            let body = request.body.expose();
            let mut http = HttpRequest::new(SdkBody::from(body));
            http.set_method("POST")?;
            http.headers_mut().try_insert("content-length", body.len().to_string())?;
            for (name, value) in request.headers {
                http.headers_mut().try_insert(name, value)?;
            }
            Ok(http)
        })
        .deserializer(move |response| read(response, &answer, refusal))
        .build();
    call.invoke(request).await.during(operation)
}

fn read<T>(
    response: &HttpResponse,
    answer: impl Fn(&str) -> Result<T, Garbled>,
    refusal: fn(&HttpResponse, &str) -> Result<ErrorMetadata, Garbled>,
) -> Result<T, OrchestratorError<ErrorMetadata>> {
    let body = str::from_utf8(response.body().bytes().unwrap_or_default())
        .map_err(OrchestratorError::other)?;
    if response.status().is_success() {
        return answer(body).map_err(OrchestratorError::other);
    }
    let refused = refusal(response, body).map_err(OrchestratorError::other)?;
    // Something between the service and us may answer too.
    match refused.code() {
        Some(_) => Err(OrchestratorError::operation(refused)),
        None => Err(OrchestratorError::other(format!("status {}", response.status().as_u16()))),
    }
}

/// What a client of the SDK is made of.
fn stack(aws: &SdkConfig, service: &'static str) -> StaticRuntimePlugin {
    let mut config = Layer::new("call");
    config.store_put(AuthSchemeOptionResolverParams::new(()));
    config.store_put(SigV4OperationSigningConfig {
        region: aws.region().cloned().map(SigningRegion::from),
        name: Some(SigningName::from(service)),
        ..SigV4OperationSigningConfig::default()
    });
    config.store_put(ApiMetadata::new(service, env!("CARGO_PKG_VERSION")));
    config.store_put(SensitiveOutput);
    config.store_or_unset(aws.retry_config().cloned());
    if let Some(timeouts) = aws.timeout_config() {
        config.store_put(timeouts.clone());
    }
    let mut components = RuntimeComponentsBuilder::new("call")
        .with_http_client(aws.http_client())
        .with_sleep_impl(aws.sleep_impl())
        .with_time_source(aws.time_source())
        .with_identity_cache(aws.identity_cache())
        .with_auth_scheme(SigV4AuthScheme::new())
        .with_auth_scheme_option_resolver(Some(StaticAuthSchemeOptionResolver::new(vec![
            SCHEME_ID,
        ])))
        .with_retry_classifier(TransientErrorClassifier::<ErrorMetadata>::new())
        .with_retry_classifier(AwsErrorCodeClassifier::<ErrorMetadata>::new())
        .with_retry_classifier(ServiceClockSkewClassifier::<ErrorMetadata>::new())
        .with_retry_classifier(HttpStatusCodeClassifier::default())
        .with_interceptor(ServiceClockSkewInterceptor::new())
        .with_interceptor(RequestInfoInterceptor::new())
        .with_interceptor(UserAgentInterceptor::new())
        .with_interceptor(InvocationIdInterceptor::new())
        .with_interceptor(SharedInterceptor::permanent(RecursionDetectionInterceptor::new()));
    if let Some(credentials) = aws.credentials_provider() {
        components = components.with_identity_resolver(SCHEME_ID, credentials);
    }
    StaticRuntimePlugin::new().with_config(config.freeze()).with_runtime_components(components)
}
