//! What happens when a rotation has finished: the event, the copies, and what becomes of a rotation
//! whose hooks fail.

use std::thread;

use tests::aws::faults::{Calls, Fault};

use super::*;

const RANDOM: &str = r#"{"engine": "random", "host": "api", "password": "first"}"#;
/// With these the role may do all of it.
pub(super) const PARAMETERS: &[(&str, &str)] = &[("RotationParameterPath", "/app")];
/// The tag that asks for a copy.
pub(super) const COPIES: (&str, &str) =
    ("caretaker:rotation:parameters", r#"{"/app/key": "{password}"}"#);

fn vault() -> Vault {
    let vault = Vault::with(PARAMETERS, |spec| spec, &[("key", RANDOM)]);
    vault.state(|state| tag(state, "key", COPIES.0, COPIES.1));
    vault
}

/// The details of our events.
pub(super) fn events(vault: &Vault) -> Vec<Value> {
    vault.aws.with(|world| {
        let events = world.place(HOME_ACCOUNT, REGION).events.events();
        let ours = events.iter().filter(|event| event.source == "caretaker.secret-rotation");
        ours.map(|event| event.detail.clone()).collect()
    })
}

pub(super) fn copy(vault: &Vault) -> Option<String> {
    vault
        .aws
        .with(|world| world.place(HOME_ACCOUNT, REGION).ssm.value("/app/key").map(str::to_owned))
}

/// All steps up to the last, which is not played.
fn almost(vault: &Vault) {
    vault.begin("key", T);
    for step in ["createSecret", "setSecret", "testSecret"] {
        vault.step(step, "key", T).answer();
    }
}

fn dies_after(vault: &Vault, operation: &str) {
    let (faults, killer) = (vault.aws.faults(), vault.function.killer());
    faults.on_kill(move |_| killer.kill());
    faults.inject(Fault::KillAfter, Calls::nth(1).of(operation));
}

#[test]
fn who_should_know_is_told_and_copies_are_made() {
    let vault = vault();
    vault.rotate("key", T);
    let arn = vault.state(|state| state.secret("key").unwrap().arn.clone());
    let expected = json!({
        "secret": arn,
        "name": "key",
        "version": T,
        "user": null,
        "strategy": "single",
        "engine": "random",
    });
    assert_eq!(events(&vault), [expected]);
    assert_eq!(copy(&vault), vault.password("key", "AWSCURRENT"));
    let put = &vault.aws.log().calls_of("ssm:PutParameter")[0];
    assert_eq!(put.parameter("Type").as_deref(), Some("SecureString"));
}

#[test]
fn a_rotation_without_hooks_calls_nobody() {
    let vault = Vault::with(&[("EventBus", "")], |spec| spec, &[("key", RANDOM)]);
    vault.rotate("key", T);
    let calls = vault.aws.log().operations();
    assert!(calls.iter().all(|call| call.starts_with("secretsmanager:")), "{calls:?}");
}

#[test]
fn f14_a_finish_whose_reply_was_lost_is_done_and_copies_nothing_twice() {
    let vault = vault();
    almost(&vault);
    dies_after(&vault, "events:PutEvents");
    assert!(matches!(vault.step("finishSecret", "key", T).outcome, Outcome::Crashed { .. }));
    assert_eq!(copy(&vault), vault.password("key", "AWSCURRENT"));
    vault.aws.log().clear();

    for step in ["createSecret", "setSecret", "testSecret"] {
        vault.step(step, "key", T).answer();
    }
    assert_eq!(vault.aws.log().operations(), ["secretsmanager:DescribeSecret"; 3]);
    vault.step("finishSecret", "key", T).answer();
    assert_eq!(vault.aws.log().count("secretsmanager:UpdateSecretVersionStage"), 0);
    assert_eq!(vault.aws.log().count("ssm:PutParameter"), 0);
    let told = events(&vault);
    assert_eq!(told.len(), 2, "nobody knows whether the first was heard");
    assert_eq!(told[0], told[1]);
}

#[test]
fn f15_a_finish_that_died_before_its_hooks_is_made_up_for() {
    let vault = vault();
    almost(&vault);
    dies_after(&vault, "secretsmanager:UpdateSecretVersionStage");
    assert!(matches!(vault.step("finishSecret", "key", T).outcome, Outcome::Crashed { .. }));
    assert_ne!(vault.password("key", "AWSCURRENT").unwrap(), "first");
    assert_eq!((copy(&vault), events(&vault).len()), (None, 0));

    vault.step("finishSecret", "key", T).answer();
    assert_eq!(copy(&vault), vault.password("key", "AWSCURRENT"));
    assert_eq!(events(&vault).len(), 1);
}

#[test]
fn f87_a_hook_that_fails_is_told_and_fails_no_rotation() {
    let vault = vault();
    almost(&vault);
    vault.aws.faults().inject(Fault::Denied, Calls::every().of("ssm:PutParameter"));
    let finished = vault.step("finishSecret", "key", T);
    let warnings = finished.answer()["warnings"].as_array().unwrap();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    let warning = warnings[0].as_str().unwrap();
    assert!(warning.starts_with("W_HOOK_FAILED: the copy to the parameter `/app/key`: "));
    assert!(warning.contains("ssm:PutParameter failed: AccessDenied"), "{warning}");
    assert_ne!(vault.password("key", "AWSCURRENT").unwrap(), "first");
    assert_eq!(events(&vault).len(), 1, "one hook that fails stops no other");

    let lines = finished.logs.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let lines: Vec<Value> = lines.collect();
    assert!(lines.iter().any(|line| line["code"] == "W_HOOK_FAILED" && line["level"] == "WARN"));
    let metric = lines.iter().find(|line| line.get("_aws").is_some()).unwrap();
    assert_eq!(metric["HooksFailed"], 1.0);
    assert_eq!(metric["_aws"]["CloudWatchMetrics"][0]["Namespace"], "Caretaker/SecretRotation");
}

/// Secrets Manager never calls a finished rotation again: what is not tried now is never tried.
#[test]
fn a_hook_whose_every_call_fails_once_is_tried_again_within_the_step() {
    let operations = ["ssm:GetParameter", "ssm:PutParameter", "events:PutEvents"];
    let faults = [Fault::Throttle, Fault::InternalError, Fault::Unavailable, Fault::Reset];
    thread::scope(|threads| {
        for fault in faults.into_iter().chain([Fault::Truncated]) {
            threads.spawn(move || {
                let vault = vault();
                almost(&vault);
                for operation in operations {
                    vault.aws.faults().inject(fault, Calls::nth(1).of(operation));
                }
                let finished = vault.step("finishSecret", "key", T);
                assert_eq!(finished.answer().get("warnings"), None, "{fault:?}");
                assert_eq!(copy(&vault), vault.password("key", "AWSCURRENT"), "{fault:?}");
                assert!(!events(&vault).is_empty(), "{fault:?}");
                for operation in operations {
                    assert_eq!(vault.aws.log().count(operation), 2, "{fault:?}: {operation}");
                }
            });
        }
    });
}

/// A setting may ask for what the role does not allow.
#[test]
fn a_parameter_elsewhere_and_a_field_that_is_missing_are_named() {
    let vault = vault();
    let copies = r#"{"/app/key": "{nobody}", "/other": "{password}"}"#;
    vault.state(|state| tag(state, "key", COPIES.0, copies));
    almost(&vault);
    let finished = vault.step("finishSecret", "key", T);
    let warnings = finished.answer()["warnings"].to_string();
    assert!(warnings.contains("`/app/key`: its template asks for `nobody`"), "{warnings}");
    assert!(warnings.contains("`/other`: ssm:GetParameter failed: AccessDenied"), "{warnings}");
}
