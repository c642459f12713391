//! The labels of versions, and secrets that cannot be rotated: what the function does at each step,
//! and above all what it leaves alone.

use super::*;

const RANDOM: &str = r#"{"engine": "random", "password": "first"}"#;
const U: &str = "6bd4c2ef-1a6d-4b4a-8b4f-3a5c7d8e9f0a";

/// The calls since the log was cleared that change something.
fn writes(vault: &Vault) -> Vec<String> {
    let mut calls = vault.aws.log().operations();
    calls.retain(|call| !call.contains(":Describe") && !call.contains(":Get"));
    calls
}

#[test]
fn f18_the_same_step_twice_is_done_once() {
    let vault = Vault::new(&[("key", RANDOM)]);
    vault.begin("key", T);
    vault.step("createSecret", "key", T).answer();
    let password = vault.password("key", "AWSPENDING").unwrap();
    vault.aws.log().clear();
    vault.step("createSecret", "key", T).answer();
    assert_eq!(writes(&vault), [""; 0]);
    assert_eq!(vault.password("key", "AWSPENDING").unwrap(), password);
}

#[test]
fn f21_finish_twice_moves_the_label_once() {
    let vault = Vault::new(&[("key", RANDOM)]);
    vault.begin("key", T);
    vault.step("createSecret", "key", T).answer();
    vault.step("finishSecret", "key", T).answer();
    let current = vault.text("key", "AWSCURRENT");
    vault.aws.log().clear();
    for step in ["finishSecret", "setSecret", "createSecret", "no step"] {
        let answer = vault.step(step, "key", T).answer().clone();
        assert_eq!(answer["outcome"], "the rotation has finished already");
    }
    // The announcement is made again: it may be what the first time has failed at.
    assert_eq!(writes(&vault), ["events:PutEvents"]);
    assert_eq!(vault.text("key", "AWSCURRENT"), current);
}

#[test]
fn f22_a_step_before_the_first_has_nothing_to_work_on() {
    let vault = Vault::new(&[("key", RANDOM)]);
    vault.begin("key", T);
    for step in ["setSecret", "testSecret", "finishSecret"] {
        assert_eq!(code(&vault.step(step, "key", T)), "E_PENDING_EMPTY");
    }
    assert_eq!(vault.text("key", "AWSCURRENT").unwrap(), RANDOM);
}

#[test]
fn f23_a_late_step_of_an_older_rotation_changes_nothing() {
    let vault = Vault::new(&[("key", RANDOM)]);
    vault.rotate("key", T);
    vault.rotate("key", U);
    vault.aws.log().clear();
    for step in ["createSecret", "setSecret", "testSecret", "finishSecret"] {
        assert_eq!(code(&vault.step(step, "key", T)), "E_TOKEN_NOT_PENDING");
    }
    assert_eq!(writes(&vault), [""; 0]);
}

#[test]
fn f26_a_token_that_nobody_knows_is_refused() {
    let vault = Vault::new(&[("key", RANDOM)]);
    vault.rotate("key", T);
    assert_eq!(code(&vault.step("createSecret", "key", U)), "E_TOKEN_UNKNOWN");
}

#[test]
fn f30_a_rotation_that_was_cancelled_is_refused() {
    let vault = Vault::new(&[("key", RANDOM)]);
    vault.begin("key", T);
    vault.state(|state| state.secret_mut("key").unwrap().rotation_enabled = Some(false));
    assert_eq!(code(&vault.step("createSecret", "key", T)), "E_ROTATION_DISABLED");
}

#[test]
fn f31_rotation_that_aws_says_nothing_of_goes_on_to_its_end() {
    let vault = Vault::new(&[("key", RANDOM)]);
    vault.begin("key", T);
    vault.state(|state| state.secret_mut("key").unwrap().rotation_enabled = None);
    vault.step("createSecret", "key", T).answer();
}

#[test]
fn f32_without_a_current_version_nothing_is_made() {
    let vault = Vault::new(&[("key", RANDOM)]);
    vault.begin("key", T);
    vault.state(|state| state.secret_mut("key").unwrap().unset("AWSCURRENT"));
    vault.aws.log().clear();
    assert_eq!(code(&vault.step("createSecret", "key", T)), "E_NO_CURRENT");
    assert_eq!(writes(&vault), [""; 0]);
}

#[test]
fn f33_an_empty_version_is_never_the_current_one() {
    let vault = Vault::new(&[("key", RANDOM)]);
    vault.begin("key", T);
    assert_eq!(code(&vault.step("finishSecret", "key", T)), "E_PENDING_EMPTY");
    assert_eq!(vault.text("key", "AWSCURRENT").unwrap(), RANDOM);
}

#[test]
fn f34_a_secret_that_is_deleted_midway_says_how_to_go_on() {
    let vault = Vault::new(&[("key", RANDOM)]);
    vault.begin("key", T);
    vault.step("createSecret", "key", T).answer();
    vault.by_hand("DeleteSecret", &json!({ "SecretId": "key" }));
    let step = vault.step("finishSecret", "key", T);
    let (code, message) = failure(&step).unwrap();
    assert_eq!(code, "E_SECRET_DELETED");
    assert!(message.contains("`RestoreSecret`"), "{message}");
}

#[test]
fn f36_what_is_no_secret_of_ours_is_refused_without_a_word_of_it() {
    for text in ["null", "[]", "\"\"", "42", "{\"password\": \"hunter2\"", "hunter2"] {
        let vault = Vault::new(&[("key", text)]);
        vault.begin("key", T);
        let step = vault.step("createSecret", "key", T);
        let (code, message) = failure(&step).unwrap();
        assert_eq!(code, "E_SECRET_SHAPE", "{text}");
        assert!(!message.contains("hunter2"), "{message}");
    }
}

#[test]
fn f42_a_field_that_is_there_twice_is_refused() {
    let twice = r#"{"engine": "random", "password": "a", "password": "b"}"#;
    let vault = Vault::new(&[("key", twice)]);
    vault.begin("key", T);
    let step = vault.step("createSecret", "key", T);
    assert_eq!(code(&step), "E_SECRET_SHAPE");
    assert!(failure(&step).unwrap().1.contains("`password` is there twice"));
}

#[test]
fn f47_rules_that_no_password_keeps_are_said_and_nothing_is_made() {
    let vault = Vault::new(&[("key", RANDOM)]);
    vault.begin("key", T);
    for name in ["uppercase", "lowercase", "numbers", "punctuation"] {
        vault.state(|state| {
            tag(state, "key", &format!("caretaker:rotation:exclude_{name}"), "true");
        });
    }
    vault.aws.log().clear();
    assert_eq!(code(&vault.step("createSecret", "key", T)), "E_PASSWORD_RULES");
    assert_eq!(writes(&vault), [""; 0]);
}

#[test]
fn a_tag_that_is_not_understood_is_named() {
    let vault = Vault::new(&[("key", RANDOM)]);
    vault.begin("key", T);
    vault.state(|state| tag(state, "key", "caretaker:rotation:strateggy", "dual"));
    let step = vault.step("createSecret", "key", T);
    assert_eq!(code(&step), "E_SETTINGS");
    assert!(failure(&step).unwrap().1.contains("`caretaker:rotation:strateggy`"));
}

#[test]
fn an_event_that_is_none_costs_no_call() {
    let vault = Vault::new(&[("key", RANDOM)]);
    for event in [
        json!({}),
        json!({ "Step": "createSecret", "SecretId": "key", "ClientRequestToken": "short" }),
    ] {
        assert_eq!(code(&vault.function.invoke(&event)), "BadEvent");
    }
    assert_eq!(vault.aws.log().operations(), [""; 0]);
}
