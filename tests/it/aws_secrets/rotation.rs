//! What AWS does with a rotation function: a small one here, which changes no database.

use aws_sdk_secretsmanager::Client;
use serde_json::{Value, json};
use tests::aws::{
    LocalAws,
    secretsmanager::{
        State,
        rotation::{Ended, Kind, Rotation, StepOutcome},
    },
    world::HOME_ACCOUNT,
};

use super::{REGION, T, client, code, start};

pub(super) const FUNCTION: &str = "arn:aws:lambda:eu-west-1:111111111111:function:rotate";

/// Asks for a rotation and returns it.
pub(super) async fn rotate(aws: &LocalAws, immediately: bool) -> Rotation {
    let rotate = client(aws, "local").await.rotate_secret().secret_id("app/db");
    let rotate = rotate.rotation_lambda_arn(FUNCTION).client_request_token(T);
    rotate.rotate_immediately(immediately).send().await.unwrap();
    let [rotation] = &Rotation::due(aws)[..] else { panic!("not one rotation is due") };
    rotation.clone()
}

/// An attempt with a function that does its work, up to this step. Returns the steps that were asked
/// for.
pub(super) async fn attempt(
    aws: &LocalAws,
    rotation: &Rotation,
    broken_step: &str,
) -> (Vec<String>, Ended) {
    let secrets = client(aws, "local").await;
    let mut attempt = rotation.begin(aws);
    let mut steps = Vec::new();
    loop {
        match attempt.event() {
            Ok(event) => {
                steps.push(event["Step"].as_str().unwrap().to_owned());
                let is_broken = event["Step"] == broken_step;
                let is_done = !is_broken && step(&secrets, &event).await.is_ok();
                let outcome = if is_done { StepOutcome::Done } else { StepOutcome::Failed };
                attempt.record(aws, outcome);
            }
            Err(ended) => return (steps, ended),
        }
    }
}

async fn step(secrets: &Client, event: &Value) -> Result<(), String> {
    let text = |member: &str| event[member].as_str().unwrap().to_owned();
    let (secret, token) = (text("SecretId"), text("ClientRequestToken"));
    match event["Step"].as_str() {
        Some("createSecret") => {
            let put = secrets.put_secret_value().secret_id(secret).client_request_token(token);
            let put = put.secret_string("new").version_stages("AWSPENDING");
            let put = put.set_rotation_token(event["RotationToken"].as_str().map(str::to_owned));
            put.send().await.map(drop).map_err(|error| code(&error))
        }
        Some("finishSecret") => {
            let current = secrets.get_secret_value().secret_id(&secret).send().await.unwrap();
            if current.version_id() == Some(&token) {
                return Ok(());
            }
            let promote = secrets.update_secret_version_stage().secret_id(secret);
            let promote = promote.version_stage("AWSCURRENT").move_to_version_id(token);
            let promote = promote.set_remove_from_version_id(current.version_id);
            promote.send().await.map(drop).map_err(|error| code(&error))
        }
        _ => {
            let get = secrets.get_secret_value().secret_id(secret).version_id(token);
            get.version_stage("AWSPENDING").send().await.map(drop).map_err(|error| code(&error))
        }
    }
}

pub(super) fn with_state<T>(aws: &LocalAws, act: impl FnOnce(&mut State) -> T) -> T {
    aws.with(|world| act(&mut world.place(HOME_ACCOUNT, REGION).secretsmanager))
}

fn events(aws: &LocalAws) -> Vec<Value> {
    aws.with(|world| {
        let events = world.place(HOME_ACCOUNT, REGION).events.events();
        events.iter().map(|event| event.detail.clone()).collect()
    })
}

pub(super) fn event_names(aws: &LocalAws) -> Vec<String> {
    events(aws).iter().map(|event| event["eventName"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_rotation_is_four_steps_with_one_token() {
    let (aws, arn) = start();
    let rotation = rotate(&aws, true).await;
    assert_eq!((rotation.kind, &*rotation.function), (Kind::Rotation, FUNCTION));
    let event = rotation.event("createSecret");
    let proof = event["RotationToken"].clone();
    assert_eq!(
        event,
        json!({
            "Step": "createSecret", "SecretId": arn, "ClientRequestToken": T,
            "RotationToken": proof,
        })
    );
    assert_eq!(proof.as_str().map(str::len), Some(36));

    aws.clock().advance_secs(30);
    let (steps, ended) = attempt(&aws, &rotation, "").await;
    assert_eq!(steps, ["createSecret", "setSecret", "testSecret", "finishSecret"]);
    assert_eq!(ended, Ended::Succeeded);
    assert_eq!(event_names(&aws), ["RotationStarted", "RotationSucceeded"]);
    assert_eq!(Rotation::due(&aws), []);
    let described = client(&aws, "local").await.describe_secret().secret_id(&arn).send().await;
    let described = described.unwrap();
    let rotated = described.last_rotated_date().map(aws_smithy_types::DateTime::secs);
    assert_eq!(rotated, Some(aws.clock().now().as_second()));
    let stages = described.version_ids_to_stages.unwrap();
    assert_eq!(stages[T], ["AWSCURRENT", "AWSPENDING"]);
}

#[tokio::test]
async fn the_label_of_a_rotation_may_be_gone_after_it() {
    let (aws, _) = start();
    with_state(&aws, |state| state.clears_pending = true);
    let rotation = rotate(&aws, true).await;
    attempt(&aws, &rotation, "").await;
    with_state(&aws, |state| {
        let secret = state.secret("app/db").unwrap();
        assert_eq!((secret.holder("AWSCURRENT"), secret.holder("AWSPENDING")), (Some(T), None));
    });
}

#[tokio::test]
async fn a_failed_step_makes_the_whole_rotation_begin_again() {
    let (aws, arn) = start();
    let rotation = rotate(&aws, true).await;
    let (steps, ended) = attempt(&aws, &rotation, "setSecret").await;
    assert_eq!(steps, ["createSecret", "setSecret"]);
    let error = format!("Error when executing lambda {FUNCTION} during setSecret step");
    assert_eq!(ended, Ended::Failed { error: error.clone() });
    let failed = events(&aws).pop().unwrap();
    assert_eq!(
        (&failed["eventName"], &failed["errorMessage"], &failed["eventType"]),
        (&json!("RotationFailed"), &json!(error), &json!("AwsServiceEvent"))
    );
    assert_eq!(failed["additionalEventData"], json!({ "SecretId": arn }));
    // Its label stays, and a new rotation has to wait for this one.
    let again = client(&aws, "local").await.rotate_secret().secret_id(&arn).send().await;
    assert_eq!(code(&again.unwrap_err()), "InvalidRequestException");

    let [same] = &Rotation::due(&aws)[..] else { panic!("not one rotation is due") };
    assert_eq!(*same, rotation);
    let (steps, ended) = attempt(&aws, same, "").await;
    assert_eq!((steps.len(), ended), (4, Ended::Succeeded));
}

#[tokio::test]
async fn a_rotation_is_tried_again_after_a_pause_until_nobody_cares() {
    let (aws, _) = start();
    let rotation = rotate(&aws, true).await;
    let mut n_attempts = 0;
    for _ in 0..60 {
        for rotation in Rotation::due(&aws) {
            n_attempts += 1;
            rotation.attempt(&aws, |_| StepOutcome::Failed);
        }
        aws.clock().advance_secs(60);
    }
    assert_eq!(n_attempts, 5);
    assert_eq!(Rotation::of(&aws, HOME_ACCOUNT, REGION, "app/db"), Some(rotation));
}

#[tokio::test]
async fn four_steps_that_promote_nothing_are_no_rotation() {
    let (aws, _) = start();
    let rotation = rotate(&aws, true).await;
    let ended = rotation.attempt(&aws, |_| StepOutcome::Done);
    assert!(matches!(ended, Ended::Failed { .. }), "{ended:?}");
    assert_eq!(event_names(&aws), ["RotationStarted", "RotationFailed"]);
}

#[tokio::test]
async fn a_test_is_one_step_and_leaves_no_version_behind() {
    let (aws, _) = start();
    for (broken_step, expected) in [("", "Succeeded"), ("testSecret", "Failed")] {
        let rotation = rotate(&aws, false).await;
        assert_eq!(rotation.kind, Kind::Test);
        let (steps, _) = attempt(&aws, &rotation, broken_step).await;
        assert_eq!(steps, ["testSecret"]);
        let names = event_names(&aws);
        assert_eq!(
            names[names.len() - 2..],
            ["TestRotationStarted".to_owned(), format!("TestRotation{expected}")]
        );
        assert_eq!(Rotation::due(&aws), []);
        with_state(&aws, |state| {
            let secret = state.secret("app/db").unwrap();
            assert_eq!(
                (secret.holder("AWSPENDING"), secret.text("AWSCURRENT")),
                (None, Some("old"))
            );
            assert!(secret.version(T).is_none());
            assert_eq!(secret.last_rotated, None);
        });
    }
}

#[tokio::test]
async fn a_value_from_elsewhere_abandons_a_rotation_between_two_steps() {
    let (aws, arn) = start();
    let rotation = rotate(&aws, true).await;
    let secrets = client(&aws, "local").await;
    let mut attempt = rotation.begin(&aws);
    let create = attempt.event().unwrap();
    step(&secrets, &create).await.unwrap();
    attempt.record(&aws, StepOutcome::Done);
    let put = secrets.put_secret_value().secret_id(&arn).secret_string("by hand");
    put.send().await.unwrap();
    // The function is in the middle of the next step, and fails.
    let set = attempt.event().unwrap();
    assert_eq!(step(&secrets, &set).await, Err("InvalidRequestException".to_owned()));
    attempt.record(&aws, StepOutcome::Failed);
    assert_eq!(attempt.event(), Err(Ended::Abandoned));
    assert_eq!(event_names(&aws), ["RotationStarted", "RotationAbandoned"]);
    assert_eq!(rotation.begin(&aws).event(), Err(Ended::Abandoned));
}

#[tokio::test]
async fn a_function_that_keeps_aws_out_is_not_invoked() {
    let (aws, _) = start();
    let rotation = rotate(&aws, true).await;
    with_state(&aws, |state| state.close_function(FUNCTION));
    let ended = rotation.attempt(&aws, |event| panic!("invoked with {event}"));
    assert_eq!(ended, Ended::Failed { error: format!("Cannot invoke lambda {FUNCTION}") });
}

#[tokio::test]
async fn an_event_may_have_no_token_of_the_rotation() {
    let (aws, _) = start();
    with_state(&aws, |state| state.omits_rotation_token = true);
    let rotation = rotate(&aws, true).await;
    assert_eq!(rotation.event("setSecret").get("RotationToken"), None);
    assert_eq!(attempt(&aws, &rotation, "").await.1, Ended::Succeeded);
}

#[tokio::test]
async fn a_role_that_was_assumed_has_to_show_the_token_of_the_rotation() {
    let (aws, _) = start();
    with_state(&aws, |state| state.demands_rotation_token = true);
    let rotation = rotate(&aws, true).await;
    let secrets = client(&aws, "local").await;
    let mut event = rotation.event("createSecret");
    let proof = event["RotationToken"].take();
    let denied = Err("AccessDeniedException".to_owned());
    assert_eq!(step(&secrets, &event).await, denied);
    event["RotationToken"] = json!("0".repeat(36));
    assert_eq!(step(&secrets, &event).await, denied);
    event["RotationToken"] = proof;
    assert_eq!(step(&secrets, &event).await, Ok(()));
}
