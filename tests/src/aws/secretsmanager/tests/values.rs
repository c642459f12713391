use jiff::SignedDuration;
use serde_json::json;

use super::{A, B, C, create, describe, get, labels, probe, put, state};
use crate::aws::{
    probe::{Probe, refusal},
    secretsmanager::Lag,
};

#[test]
fn a_new_value_becomes_the_current_one() {
    let mut probe = probe();
    let answer = put(&mut probe, B, "two", &[]).unwrap();
    assert_eq!(answer["VersionStages"], json!(["AWSCURRENT"]));
    assert_eq!(get(&mut probe, None, None).as_deref(), Ok("two"));
    assert_eq!(get(&mut probe, None, Some("AWSPREVIOUS")).as_deref(), Ok("one"));
    put(&mut probe, C, "three", &["AWSPENDING"]).unwrap();
    assert_eq!(get(&mut probe, None, None).as_deref(), Ok("two"));
    assert_eq!(
        labels(&mut probe),
        json!({ A: ["AWSPREVIOUS"], B: ["AWSCURRENT"], C: ["AWSPENDING"] })
    );
}

#[test]
fn the_same_token_with_the_same_value_does_nothing() {
    let mut probe = probe();
    put(&mut probe, B, "two", &["AWSPENDING"]).unwrap();
    // Not even move the labels that it names.
    let again = put(&mut probe, B, "two", &["AWSCURRENT"]).unwrap();
    assert_eq!(again["VersionStages"], json!(["AWSPENDING"]));
    assert_eq!(labels(&mut probe), json!({ A: ["AWSCURRENT"], B: ["AWSPENDING"] }));
    let arn = again["ARN"].as_str().unwrap();
    assert_eq!(
        refusal(put(&mut probe, B, "other", &["AWSPENDING"])),
        format!(
            "400 ResourceExistsException: You can't use ClientRequestToken {B} because that value \
             is already in use for a version of secret {arn}."
        )
    );
    assert_eq!(get(&mut probe, Some(B), None).as_deref(), Ok("two"));
}

#[test]
fn a_secret_without_a_value_gets_its_first_one_as_the_current_one() {
    let mut probe = Probe::new();
    let parameters = json!({ "Name": "db", "ClientRequestToken": A });
    let created = probe.secretsmanager("CreateSecret", parameters).unwrap();
    assert_eq!(created.get("VersionId"), None);
    assert_eq!(describe(&mut probe).get("VersionIdsToStages"), None);
    let missing = "400 ResourceNotFoundException: Secrets Manager can't find the specified secret \
                   value for staging label: AWSCURRENT";
    assert_eq!(get(&mut probe, None, None), Err(missing.to_owned()));
    let put = put(&mut probe, B, "one", &["AWSPENDING"]).unwrap();
    assert_eq!(put["VersionStages"], json!(["AWSCURRENT", "AWSPENDING"]));
}

#[test]
fn a_missing_value_and_a_label_that_is_elsewhere_are_different_errors() {
    let mut probe = probe();
    put(&mut probe, B, "two", &["AWSPENDING"]).unwrap();
    assert_eq!(get(&mut probe, Some(B), Some("AWSPENDING")).as_deref(), Ok("two"));
    assert_eq!(
        get(&mut probe, Some(B), Some("AWSCURRENT")).unwrap_err(),
        "400 InvalidRequestException: You provided a VersionStage that is not associated to the \
         provided VersionId."
    );
    for stage in [None, Some("AWSPENDING")] {
        assert_eq!(
            get(&mut probe, Some(C), stage).unwrap_err(),
            format!(
                "400 ResourceNotFoundException: Secrets Manager can't find the specified secret \
                 value for VersionId: {C}"
            )
        );
    }
    assert_eq!(
        get(&mut probe, None, Some("other")).unwrap_err(),
        "400 ResourceNotFoundException: Secrets Manager can't find the specified secret value for \
         staging label: other"
    );
}

#[test]
fn a_version_without_labels_can_be_read_by_its_id_only() {
    let mut probe = probe();
    put(&mut probe, B, "two", &[]).unwrap();
    put(&mut probe, C, "three", &[]).unwrap();
    assert_eq!(labels(&mut probe), json!({ B: ["AWSPREVIOUS"], C: ["AWSCURRENT"] }));
    let answer = probe
        .secretsmanager("GetSecretValue", json!({ "SecretId": "db", "VersionId": A }))
        .unwrap();
    assert_eq!((&answer["SecretString"], answer.get("VersionStages")), (&json!("one"), None));
    let list = |deprecated: bool| json!({ "SecretId": "db", "IncludeDeprecated": deprecated });
    let mut ids = |deprecated: bool| {
        let answer = probe.secretsmanager("ListSecretVersionIds", list(deprecated)).unwrap();
        let versions = answer["Versions"].as_array().unwrap().clone();
        versions.into_iter().map(|version| version["VersionId"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids(false), [B, C]);
    assert_eq!(ids(true), [A, B, C]);
}

#[test]
fn a_binary_value_is_one_too() {
    let mut probe = probe();
    let binary =
        |base64: &str| json!({ "SecretId": "db", "ClientRequestToken": B, "SecretBinary": base64 });
    assert_eq!(
        refusal(probe.secretsmanager("PutSecretValue", binary("AQI"))),
        "400 SerializationException: SecretBinary is not base64"
    );
    probe.secretsmanager("PutSecretValue", binary("AQI=")).unwrap();
    let answer = probe.secretsmanager("GetSecretValue", json!({ "SecretId": "db" })).unwrap();
    assert_eq!((&answer["SecretBinary"], answer.get("SecretString")), (&json!("AQI="), None));
    assert_eq!(
        refusal(put(&mut probe, B, "AQI=", &[])).split(':').next(),
        Some("400 ResourceExistsException")
    );
}

#[test]
fn an_update_makes_a_new_current_version_if_it_has_a_value() {
    let mut probe = probe();
    let update = json!({ "SecretId": "db", "ClientRequestToken": B, "Description": "main" });
    let answer = probe.secretsmanager("UpdateSecret", update).unwrap();
    assert_eq!(answer.get("VersionId"), None);
    assert_eq!(describe(&mut probe)["Description"], "main");
    let update = json!({ "SecretId": "db", "ClientRequestToken": B, "SecretString": "two" });
    let answer = probe.secretsmanager("UpdateSecret", update).unwrap();
    assert_eq!(answer["VersionId"], B);
    assert_eq!(labels(&mut probe), json!({ A: ["AWSPREVIOUS"], B: ["AWSCURRENT"] }));
    assert_eq!(describe(&mut probe)["Description"], "main");
}

#[test]
fn reads_may_come_too_early_by_number_or_by_time() {
    let mut probe = probe();
    state(&mut probe).lag = Lag::Reads(2);
    put(&mut probe, B, "two", &[]).unwrap();
    let read = |probe: &mut Probe| get(probe, None, None).unwrap();
    let reads: Vec<String> = (0..3).map(|_| read(&mut probe)).collect();
    assert_eq!(reads, ["one", "one", "two"]);

    state(&mut probe).lag = Lag::For(SignedDuration::from_secs(3));
    put(&mut probe, C, "three", &["AWSPENDING"]).unwrap();
    // Labels are seen at once, the value is not.
    assert_eq!(labels(&mut probe)[C], json!(["AWSPENDING"]));
    probe.wait(2);
    assert!(get(&mut probe, Some(C), None).unwrap_err().contains("ResourceNotFoundException"));
    probe.wait(1);
    assert_eq!(get(&mut probe, Some(C), None).as_deref(), Ok("three"));
}

#[test]
fn writes_see_what_reads_do_not_see_yet() {
    let mut probe = probe();
    state(&mut probe).lag = Lag::Reads(9);
    put(&mut probe, B, "two", &["AWSPENDING"]).unwrap();
    assert!(refusal(put(&mut probe, B, "other", &["AWSPENDING"])).contains("ResourceExists"));
}

#[test]
fn a_key_that_may_not_be_used_keeps_values_from_being_read_and_written() {
    let mut probe = probe();
    state(&mut probe).secret_mut("db").unwrap().key_is_denied = true;
    let denied = "400 AccessDeniedException: Access to KMS is not allowed";
    assert_eq!(get(&mut probe, None, None), Err(denied.to_owned()));
    assert_eq!(refusal(put(&mut probe, B, "two", &[])), denied);
    assert_eq!(labels(&mut probe), json!({ A: ["AWSCURRENT"] }));
}

#[test]
fn more_than_twenty_labels_are_too_many() {
    let mut probe = probe();
    let stages: Vec<String> = (0..20).map(|number| format!("stage-{number}")).collect();
    let stages: Vec<&str> = stages.iter().map(String::as_str).collect();
    assert!(refusal(put(&mut probe, B, "two", &stages)).contains("LimitExceededException"));
    put(&mut probe, B, "two", &stages[..19]).unwrap();
}

#[test]
fn a_repeated_creation_finds_its_secret() {
    let mut probe = probe();
    let first = describe(&mut probe)["ARN"].clone();
    assert_eq!(create(&mut probe, "db", A, "one").unwrap()["ARN"], first);
    assert_eq!(
        refusal(create(&mut probe, "db", B, "one")),
        "400 ResourceExistsException: The operation failed because the secret db already exists."
    );
}
