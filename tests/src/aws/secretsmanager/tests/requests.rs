use serde_json::json;

use super::{A, B, create, probe, put};
use crate::aws::probe::{Probe, refusal};

#[test]
fn what_is_not_known_is_refused_by_name() {
    let mut probe = probe();
    assert_eq!(
        refusal(probe.secretsmanager("BatchGetSecretValue", json!({}))),
        "400 UnknownOperationException: The operation BatchGetSecretValue is not served by the \
         local AWS."
    );
    assert_eq!(
        refusal(probe.secretsmanager("GetSecretValue", json!({ "SecretId": "db", "Id": 1 }))),
        "400 ValidationException: the local AWS does not know the parameter Id of GetSecretValue"
    );
    assert!(refusal(probe.secretsmanager("GetSecretValue", json!({}))).contains("'secretId'"));
}

#[test]
fn a_version_needs_a_token() {
    let mut probe = probe();
    let text = "You must provide a ClientRequestToken value. We recommend a UUID-type value.";
    for (operation, parameters, code) in [
        ("CreateSecret", json!({ "Name": "new" }), "InvalidRequestException"),
        (
            "PutSecretValue",
            json!({ "SecretId": "db", "SecretString": "x" }),
            "InvalidRequestException",
        ),
        ("UpdateSecret", json!({ "SecretId": "db" }), "InvalidRequestException"),
        ("RotateSecret", json!({ "SecretId": "db" }), "InvalidParameterException"),
    ] {
        let refused = refusal(probe.secretsmanager(operation, parameters));
        assert_eq!(refused, format!("400 {code}: {text}"), "{operation}");
    }
    let long = "x".repeat(65);
    for (token, bound) in
        [("short", "greater than or equal to 32"), (&long, "less than or equal to 64")]
    {
        assert_eq!(
            refusal(put(&mut probe, token, "x", &[])),
            format!(
                "400 ValidationException: 1 validation error detected: Value '{token}' at \
                 'clientRequestToken' failed to satisfy constraint: Member must have length {bound}"
            )
        );
    }
}

#[test]
fn a_value_has_bounds_and_is_not_repeated() {
    let mut probe = probe();
    put(&mut probe, B, &"x".repeat(65_536), &[]).unwrap();
    // In bytes.
    let long = "\u{e9}".repeat(32_769);
    let at = "400 ValidationException: 1 validation error detected: Value at 'secretString' \
              failed to satisfy constraint: Member must have length";
    let refused = refusal(put(&mut probe, A, &long, &[]));
    assert_eq!(refused, format!("{at} less than or equal to 65536"));
    let refused = refusal(put(&mut probe, A, "", &[]));
    assert_eq!(refused, format!("{at} greater than or equal to 1"));

    let mut parameters = json!({ "SecretId": "db", "ClientRequestToken": A });
    assert_eq!(
        refusal(probe.secretsmanager("PutSecretValue", parameters.clone())),
        "400 InvalidRequestException: You must provide either SecretString or SecretBinary."
    );
    parameters["SecretString"] = json!("x");
    parameters["SecretBinary"] = json!("AQI=");
    assert!(
        refusal(probe.secretsmanager("PutSecretValue", parameters))
            .contains("InvalidParameterException: You can't specify both")
    );
}

#[test]
fn stages_and_tokens_of_rotations_have_bounds() {
    let mut probe = probe();
    let mut parameters = json!({ "SecretId": "db", "ClientRequestToken": B, "SecretString": "x" });
    let too_many: Vec<String> = (0..21).map(|number| number.to_string()).collect();
    for stages in [json!([]), json!([""]), json!(["x".repeat(257)]), json!(too_many)] {
        parameters["VersionStages"] = stages;
        let refused = refusal(probe.secretsmanager("PutSecretValue", parameters.clone()));
        assert!(refused.contains("'versionStages'"), "{refused}");
    }
    parameters["VersionStages"] = json!(["AWSPENDING"]);
    for token in ["x".repeat(35), "x".repeat(257), "_".repeat(36)] {
        parameters["RotationToken"] = json!(token);
        let refused = refusal(probe.secretsmanager("PutSecretValue", parameters.clone()));
        assert!(refused.contains("Value at 'rotationToken'"), "{refused}");
    }
}

#[test]
fn names_have_rules() {
    let mut probe = Probe::new();
    create(&mut probe, "Valid/_+=.@-Name", A, "x").unwrap();
    for name in ["a b", "a:b", "\u{e9}", "a*"] {
        assert_eq!(
            refusal(create(&mut probe, name, A, "x")),
            "400 ValidationException: Invalid name. Must be a valid name containing alphanumeric \
             characters, or any of the following: -/_+=.@!"
        );
    }
    assert!(refusal(create(&mut probe, &"x".repeat(513), A, "x")).contains("'name'"));
    assert!(refusal(create(&mut probe, "", A, "x")).contains("'name'"));
}
