use serde_json::{Value, json};

use super::{A, B, C, FUNCTION, Outcome, describe, get, labels, probe, put, state};
use crate::aws::probe::{Probe, refusal};

const INCOMPLETE: &str = "400 InvalidRequestException: A previous rotation isn't complete. That \
                          rotation will be reattempted.";

fn rotate(probe: &mut Probe, token: &str, more: Value) -> Outcome {
    let mut parameters = json!({
        "SecretId": "db", "ClientRequestToken": token, "RotationLambdaARN": FUNCTION,
    });
    if let Value::Object(more) = more {
        parameters.as_object_mut().unwrap().extend(more);
    }
    probe.secretsmanager("RotateSecret", parameters)
}

fn events(probe: &mut Probe) -> Vec<String> {
    let events = probe.place().events.events().iter();
    events.map(|event| event.detail["eventName"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_rotation_registers_a_version_without_a_value() {
    let mut probe = probe();
    let answer = rotate(&mut probe, B, json!({})).unwrap();
    assert_eq!(answer["VersionId"], B);
    assert_eq!(labels(&mut probe), json!({ A: ["AWSCURRENT"], B: ["AWSPENDING"] }));
    assert_eq!(describe(&mut probe)["RotationEnabled"], true);
    let missing = get(&mut probe, Some(B), Some("AWSPENDING")).unwrap_err();
    assert!(missing.starts_with("400 ResourceNotFoundException"), "{missing}");
    put(&mut probe, B, "two", &["AWSPENDING"]).unwrap();
    assert_eq!(get(&mut probe, Some(B), Some("AWSPENDING")).as_deref(), Ok("two"));
    assert!(refusal(put(&mut probe, B, "other", &["AWSPENDING"])).contains("ResourceExists"));
}

#[test]
fn a_second_rotation_waits_for_the_first() {
    let mut probe = probe();
    rotate(&mut probe, B, json!({})).unwrap();
    // The same call once more is no second rotation.
    rotate(&mut probe, B, json!({})).unwrap();
    assert_eq!(refusal(rotate(&mut probe, C, json!({}))), INCOMPLETE);
    let promote = json!({
        "SecretId": "db", "VersionStage": "AWSCURRENT", "RemoveFromVersionId": A,
        "MoveToVersionId": B,
    });
    probe.secretsmanager("UpdateSecretVersionStage", promote).unwrap();
    state(&mut probe).secret_mut("db").unwrap().job = None;
    rotate(&mut probe, C, json!({})).unwrap();
    assert_eq!(
        labels(&mut probe),
        json!({ A: ["AWSPREVIOUS"], B: ["AWSCURRENT"], C: ["AWSPENDING"] })
    );
}

#[test]
fn a_label_left_behind_is_a_previous_rotation() {
    let mut probe = probe();
    put(&mut probe, B, "two", &["AWSPENDING"]).unwrap();
    assert_eq!(refusal(rotate(&mut probe, C, json!({}))), INCOMPLETE);
    assert_eq!(describe(&mut probe).get("RotationEnabled"), None);
}

#[test]
fn a_test_gets_a_copy_of_the_current_value() {
    let mut probe = probe();
    rotate(&mut probe, B, json!({ "RotateImmediately": false })).unwrap();
    assert_eq!(labels(&mut probe)[B], json!(["AWSPENDING"]));
    assert_eq!(get(&mut probe, Some(B), Some("AWSPENDING")).as_deref(), Ok("one"));
}

#[test]
fn a_rotation_needs_a_function_that_may_be_invoked() {
    let mut probe = probe();
    let parameters = json!({ "SecretId": "db", "ClientRequestToken": B });
    assert_eq!(
        refusal(probe.secretsmanager("RotateSecret", parameters.clone())),
        "400 InvalidRequestException: No Lambda rotation function ARN is associated with this \
         secret."
    );
    state(&mut probe).close_function(FUNCTION);
    assert_eq!(
        refusal(rotate(&mut probe, B, json!({}))),
        "400 AccessDeniedException: Secrets Manager cannot invoke the specified Lambda function. \
         Ensure that the function policy grants access to the principal \
         secretsmanager.amazonaws.com."
    );
    assert_eq!(labels(&mut probe), json!({ A: ["AWSCURRENT"] }));
    state(&mut probe).open_function(FUNCTION);
    rotate(&mut probe, B, json!({})).unwrap();
}

#[test]
fn the_schedule_says_when_the_next_rotation_is() {
    let mut probe = probe();
    let rules = json!({ "RotationRules": { "ScheduleExpression": "rate(4 hours)" } });
    rotate(&mut probe, B, rules).unwrap();
    let shown = describe(&mut probe);
    assert_eq!(shown["RotationRules"], json!({ "ScheduleExpression": "rate(4 hours)" }));
    let (created, next) = (shown["CreatedDate"].as_f64(), shown["NextRotationDate"].as_f64());
    assert_eq!(next.zip(created).map(|(next, created)| next - created), Some(4.0 * 3_600.0));
    let rules = json!({ "RotationRules": { "AutomaticallyAfterDays": 1_001 } });
    assert!(refusal(rotate(&mut probe, C, rules)).contains("ValidationException"));
}

#[test]
fn a_new_current_value_from_outside_puts_an_end_to_a_rotation() {
    let mut probe = probe();
    rotate(&mut probe, B, json!({})).unwrap();
    put(&mut probe, B, "two", &["AWSPENDING"]).unwrap();
    assert_eq!(events(&mut probe), [""; 0]);
    put(&mut probe, C, "by hand", &[]).unwrap();
    assert_eq!(labels(&mut probe), json!({ A: ["AWSPREVIOUS"], C: ["AWSCURRENT"] }));
    assert_eq!(events(&mut probe), ["RotationAbandoned"]);
    assert_eq!(get(&mut probe, Some(B), None).as_deref(), Ok("two"));
    rotate(&mut probe, &B.replace('b', "d"), json!({})).unwrap();
}

#[test]
fn other_new_values_leave_a_rotation_alone() {
    let mut probe = probe();
    rotate(&mut probe, B, json!({})).unwrap();
    put(&mut probe, C, "mine", &["mine"]).unwrap();
    assert_eq!(labels(&mut probe)[B], json!(["AWSPENDING"]));
    assert_eq!(events(&mut probe), [""; 0]);
}

#[test]
fn a_label_that_is_of_no_rotation_stays_where_it_is() {
    let mut probe = probe();
    put(&mut probe, B, "two", &["AWSPENDING"]).unwrap();
    put(&mut probe, C, "three", &[]).unwrap();
    assert_eq!(labels(&mut probe)[B], json!(["AWSPENDING"]));
}

#[test]
fn a_repeated_write_of_the_current_value_abandons_nothing() {
    let mut probe = probe();
    rotate(&mut probe, B, json!({})).unwrap();
    put(&mut probe, A, "one", &[]).unwrap();
    assert_eq!(labels(&mut probe), json!({ A: ["AWSCURRENT"], B: ["AWSPENDING"] }));
}

#[test]
fn a_cancelled_rotation_leaves_its_label_behind() {
    let mut probe = probe();
    let cancel = json!({ "SecretId": "db" });
    let refused = refusal(probe.secretsmanager("CancelRotateSecret", cancel.clone()));
    assert!(refused.starts_with("400 InvalidRequestException"), "{refused}");
    rotate(&mut probe, B, json!({ "RotationRules": { "AutomaticallyAfterDays": 1 } })).unwrap();
    let answer = probe.secretsmanager("CancelRotateSecret", cancel).unwrap();
    assert_eq!(answer["VersionId"], B);
    let shown = describe(&mut probe);
    assert_eq!((&shown["RotationEnabled"], shown.get("NextRotationDate")), (&json!(false), None));
    assert_eq!(labels(&mut probe)[B], json!(["AWSPENDING"]));
    assert_eq!(refusal(rotate(&mut probe, C, json!({}))), INCOMPLETE);
}

#[test]
fn a_wrong_token_of_a_rotation_is_refused_and_the_right_one_may_be_demanded() {
    let mut probe = probe();
    rotate(&mut probe, B, json!({})).unwrap();
    let right =
        state(&mut probe).secret("db").unwrap().job.as_ref().unwrap().rotation_token.clone();
    let mut parameters = json!({
        "SecretId": "db", "ClientRequestToken": B, "SecretString": "two",
        "VersionStages": ["AWSPENDING"], "RotationToken": "x".repeat(36),
    });
    let wrong = refusal(probe.secretsmanager("PutSecretValue", parameters.clone()));
    assert!(wrong.starts_with("400 AccessDeniedException"), "{wrong}");
    state(&mut probe).demands_rotation_token = true;
    assert_eq!(refusal(put(&mut probe, B, "two", &["AWSPENDING"])), wrong);
    parameters["RotationToken"] = json!(right);
    probe.secretsmanager("PutSecretValue", parameters).unwrap();
}
