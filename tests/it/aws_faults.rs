//! Failures on demand in the local AWS, as the SDK's clients see them, and the log of calls.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use aws_config::timeout::TimeoutConfig;
use aws_sdk_ssm::{error::SdkError, types::ParameterType};
use tests::aws::{
    LocalAws, Options,
    faults::{Calls, Fault},
    world::HOME_ACCOUNT,
};

use crate::clients::{REGION, code, config};

fn start() -> LocalAws {
    LocalAws::start(Options::default()).unwrap()
}

async fn ssm(aws: &LocalAws) -> aws_sdk_ssm::Client {
    aws_sdk_ssm::Client::new(&config(aws, "local").await)
}

/// Puts a parameter under a fault. Says what the caller saw, and whether it took effect.
async fn put_under(fault: Fault) -> (String, bool) {
    let aws = start();
    aws.faults().inject(fault, Calls::nth(1).of("ssm:PutParameter"));
    let put = ssm(&aws).await.put_parameter().name("/a").value("x").r#type(ParameterType::String);
    let error = put.send().await.unwrap_err();
    let seen = match &error {
        SdkError::ServiceError(refused) => {
            format!("{} {}", refused.raw().status(), code(&error))
        }
        SdkError::DispatchFailure(_) => "dispatch failure".to_owned(),
        SdkError::ResponseError(_) => "response error".to_owned(),
        other => format!("{other:?}"),
    };
    let is_there = aws.with(|world| world.place(HOME_ACCOUNT, REGION).ssm.value("/a").is_some());
    assert_eq!(is_there, fault.takes_effect(), "{fault:?}");
    (seen, is_there)
}

#[tokio::test]
async fn each_fault_looks_like_the_real_one() {
    for (fault, seen, takes_effect) in [
        (Fault::Throttle, "400 ThrottlingException", false),
        (Fault::InternalError, "500 InternalServerError", false),
        (Fault::Unavailable, "503 ServiceUnavailableException", false),
        (Fault::Denied, "400 AccessDeniedException", false),
        (Fault::Reset, "dispatch failure", false),
        (Fault::KillBefore, "dispatch failure", false),
        (Fault::KillAfter, "dispatch failure", true),
        (Fault::Truncated, "response error", true),
    ] {
        assert_eq!(put_under(fault).await, (seen.to_owned(), takes_effect), "{fault:?}");
    }
}

#[tokio::test]
async fn a_timeout_takes_effect_and_never_answers() {
    let aws = start();
    aws.faults().inject(Fault::Timeout, Calls::nth(1));
    let timeouts = TimeoutConfig::builder().operation_timeout(Duration::from_millis(50)).build();
    let config = config(&aws, "local").await.into_builder().timeout_config(timeouts).build();
    let ssm = aws_sdk_ssm::Client::new(&config);
    let put = ssm.put_parameter().name("/a").value("x").r#type(ParameterType::String).send().await;
    assert!(matches!(put, Err(SdkError::TimeoutError(_))), "{put:?}");
    // The next call goes through, on another connection.
    assert_eq!(
        ssm.get_parameter().name("/a").send().await.unwrap().parameter.unwrap().value(),
        Some("x")
    );
}

#[tokio::test]
async fn a_kill_is_announced_before_the_connection_breaks() {
    let aws = start();
    let killed = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&killed);
    aws.faults().on_kill(move |kill| seen.lock().unwrap().push(kill.clone()));
    aws.faults().inject(Fault::KillAfter, Calls::nth(2));
    let ssm = ssm(&aws).await;
    assert_eq!(
        code(&ssm.get_parameter().name("/a").send().await.unwrap_err()),
        "ParameterNotFound"
    );
    assert!(killed.lock().unwrap().is_empty());
    assert!(ssm.get_parameter().name("/a").send().await.is_err());
    let killed = killed.lock().unwrap();
    assert_eq!(killed.len(), 1);
    assert_eq!((&*killed[0].operation, &*killed[0].access_key), ("ssm:GetParameter", "local"));
}

#[tokio::test]
async fn the_log_knows_every_call_and_its_outcome() {
    let aws = start();
    let ssm = ssm(&aws).await;
    let put = ssm.put_parameter().name("/a").value("x").r#type(ParameterType::String);
    put.send().await.unwrap();
    aws.faults().inject(Fault::Throttle, Calls::nth(2).of("ssm:GetParameter"));
    ssm.get_parameter().name("/a").send().await.unwrap();
    assert_eq!(
        code(&ssm.get_parameter().name("/a").send().await.unwrap_err()),
        "ThrottlingException"
    );

    let log = aws.log();
    assert_eq!(log.operations(), ["ssm:PutParameter", "ssm:GetParameter", "ssm:GetParameter"]);
    assert_eq!(log.count("ssm:GetParameter"), 2);
    let calls = log.calls();
    assert_eq!(
        (calls[0].ordinal, &*calls[0].account, &*calls[0].region),
        (1, HOME_ACCOUNT, REGION)
    );
    assert_eq!(calls[0].parameter("Name").as_deref(), Some("/a"));
    assert_eq!((&calls[1].outcome, calls[1].fault), (&Ok(()), None));
    assert_eq!(calls[2].fault, Some(Fault::Throttle));
    assert_eq!(calls[2].outcome.as_ref().unwrap_err().code, "ThrottlingException");
    log.clear();
    assert_eq!(log.total(), 0);
}

#[tokio::test]
async fn what_is_not_served_is_an_error_by_name() {
    let aws = start();
    let ssm = ssm(&aws).await;
    let unknown = ssm.describe_parameters().send().await.unwrap_err();
    assert_eq!(code(&unknown), "UnknownOperationException");
    let parameter = ssm.get_parameters_by_path().path("/a");
    let filter = aws_sdk_ssm::types::ParameterStringFilter::builder().key("Type").build().unwrap();
    let refused =
        parameter.parameter_filters(filter).send().await.unwrap_err().into_service_error();
    assert_eq!(
        refused.meta().message(),
        Some("the local AWS does not know the parameter ParameterFilters of GetParametersByPath")
    );
    let sns = aws_sdk_sns::Client::new(&config(&aws, "local").await);
    let unknown = sns.list_topics().send().await.unwrap_err();
    assert_eq!(code(&unknown), "InvalidAction");
    let publish = sns.publish().topic_arn("arn:aws:sns:eu-west-1:111111111111:t").message("m");
    let refused = publish.message_structure("json").send().await.unwrap_err();
    assert_eq!(code(&refused), "UnknownParameter");
}
