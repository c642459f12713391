//! The sample events, and whole rotations of a secret that needs no database.

use std::{collections::BTreeSet, fs, path::Path};

use super::*;

const RANDOM: &str = r#"{"engine": "random", "note": 1.50,  "password": "first"}"#;

#[test]
fn a_random_secret_is_rotated_and_keeps_the_rest() {
    let vault = Vault::new(&[("key", RANDOM)]);
    vault.rotate("key", T);
    let password = vault.password("key", "AWSCURRENT").unwrap();
    assert_eq!(password.len(), 32);
    let expected = RANDOM.replace("\"first\"", &json!(password).to_string());
    assert_eq!(vault.text("key", "AWSCURRENT").unwrap(), expected);
    assert_eq!(vault.text("key", "AWSPREVIOUS").unwrap(), RANDOM);
}

#[test]
fn a_rotation_costs_so_many_calls() {
    let vault = Vault::new(&[("key", RANDOM)]);
    let rotation = vault.begin("key", T);
    vault.aws.log().clear();
    assert_eq!(vault.attempt(&rotation).0, Ended::Succeeded);
    let calls = vault.aws.log();
    assert_eq!(calls.count("secretsmanager:DescribeSecret"), 4, "one a step");
    assert_eq!(calls.count("secretsmanager:PutSecretValue"), 1);
    assert_eq!(calls.count("secretsmanager:UpdateSecretVersionStage"), 1);
    assert_eq!(calls.count("secretsmanager:GetRandomPassword"), 1);
}

#[test]
fn derived_fields_are_made_anew() {
    let secret = r#"{"engine":"random","host":"db","password":"first"}"#;
    let vault = Vault::new(&[("key", secret)]);
    let template = r#"{"URL": "db://{password|url}@{host}"}"#;
    vault.state(|state| tag(state, "key", "caretaker:rotation:derived", template));
    vault.state(|state| tag(state, "key", "caretaker:rotation:password_profile", "url-safe"));
    vault.rotate("key", T);
    let text: Value = serde_json::from_str(&vault.text("key", "AWSCURRENT").unwrap()).unwrap();
    let password = text["password"].as_str().unwrap();
    assert_eq!(text["URL"], json!(format!("db://{password}@db")), "url-safe needs no encoding");
}

#[test]
fn every_example_event_is_answered() {
    let vault = Vault::new(&[("app", RANDOM)]);
    vault.begin("app", T);
    let arn = vault.state(|state| state.secret("app").unwrap().arn.clone());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events").join(NAME);
    let mut seen = BTreeSet::new();
    // In the order of the steps.
    for name in ["doctor", "create", "set", "test", "finish"] {
        let text = fs::read_to_string(folder.join(name).with_extension("json")).unwrap();
        let mut event: Value = serde_json::from_str(&text).unwrap();
        if event.get("SecretId").is_some() {
            event["SecretId"] = json!(arn);
        }
        let answer = vault.function.invoke(&event).answer().clone();
        if name == "doctor" {
            assert_eq!(answer["ok"], true, "{answer:#}");
        } else {
            assert_eq!(answer["step"], event["Step"], "{answer:#}");
        }
        seen.insert(name.to_owned());
    }
    let files = fs::read_dir(folder).unwrap();
    let files = files.map(|file| {
        let path = file.unwrap().path();
        path.file_stem().unwrap().to_str().unwrap().to_owned()
    });
    assert_eq!(files.collect::<BTreeSet<_>>(), seen);
    assert_ne!(vault.password("app", "AWSCURRENT").unwrap(), "first");
}

#[test]
fn f88_no_log_line_and_no_error_has_a_password() {
    let vault = Vault::new(&[("key", RANDOM), ("broken", r#"{"password": "hunter2hunter2", "x"#)]);
    let (_, mut invocations) = vault.attempt(&vault.begin("key", T));
    invocations.extend(vault.attempt(&vault.begin("broken", T)).1);
    let secrets = ["first", "hunter2", &vault.password("key", "AWSCURRENT").unwrap()];
    for invocation in &invocations {
        let said = format!("{:?} {:?}", invocation.outcome, invocation.logs);
        assert!(!secrets.iter().any(|secret| said.contains(secret)), "{said}");
    }
    assert_eq!(code(invocations.last().unwrap()), "E_SECRET_SHAPE");
}
