//! Somebody gives the secret a new value by hand while it is being rotated, at any moment. What a
//! person has written is never overwritten, and the rotation ends as one that was abandoned.

use tests::{
    aws::faults::Calls,
    servers::{self, Engine, Options as ServerOptions},
};

use super::{databases::FIRST, users::*, *};

const HAND: &str = "01234567-89ab-4cde-8f01-23456789abcd";

/// How steps may say that their rotation is over.
const ABANDONED: [&str; 4] =
    ["E_ABANDONED", "E_TOKEN_UNKNOWN", "E_TOKEN_NOT_PENDING", "E_PENDING_EMPTY"];

/// Puts `text` by hand right before the nth call of a rotation; says whether that call was made.
fn puts_before(vault: &Vault, nth: u64, text: &str) -> bool {
    let members = json!({
        "SecretId": "app", "ClientRequestToken": HAND, "SecretString": text,
    });
    vault.aws.log().clear();
    vault.aws.faults().interfere(Calls::nth(nth), move |world, now| {
        by_hand(world, now, "PutSecretValue", &members);
    });
    let rotation = Rotation::of(&vault.aws, HOME_ACCOUNT, REGION, "app").unwrap();
    let (_, steps) = vault.attempt(&rotation);
    if let Some((code, message)) = steps.last().and_then(failure) {
        assert!(ABANDONED.contains(&code), "before call {nth}: {code}: {message}");
    }
    vault.text("app", "AWSCURRENT").as_deref() == Some(text) || {
        let n_calls = vault.aws.log().operations().len() as u64;
        assert!(n_calls < nth, "what was put before call {nth} of {n_calls} has gone");
        false
    }
}

/// Plays what else could come: late steps, the same token once more.
fn comes_late(vault: &Vault, nth: u64, text: &str) {
    for step in ["finishSecret", "setSecret", "testSecret", "createSecret", "finishSecret"] {
        let invocation = vault.step(step, "app", T);
        if let Some((code, message)) = failure(&invocation) {
            assert!(ABANDONED.contains(&code), "{step} after {nth}: {code}: {message}");
        }
        assert_eq!(vault.text("app", "AWSCURRENT").as_deref(), Some(text), "{step} after {nth}");
    }
}

#[test]
fn f35_what_a_person_puts_at_any_moment_stays() {
    const RANDOM: &str = r#"{"engine": "random", "password": "first"}"#;
    const BY_HAND: &str = r#"{"engine": "random", "password": "by hand"}"#;
    let mut n_put = 0;
    for nth in 1.. {
        let vault = Vault::new(&[("app", RANDOM)]);
        vault.begin("app", T);
        if !puts_before(&vault, nth, BY_HAND) {
            break;
        }
        n_put += 1;
        comes_late(&vault, nth, BY_HAND);
    }
    assert!(n_put >= 10, "{n_put}");
}

#[test]
fn f35_what_a_person_puts_for_a_user_of_a_database_stays() {
    let engine = Engine::Postgres(15);
    let Some(server) = servers::require(engine, ServerOptions::default()) else { return };
    let mut n_put = 0;
    for nth in 1.. {
        let user = format!("app{nth}");
        make(&server, engine, &user, FIRST);
        let vault = alone(&server, engine, &user, FIRST);
        let text = vault.text("app", "AWSCURRENT").unwrap();
        let by_hand = text.replace(FIRST, "by-a-person-0123");
        vault.begin("app", T);
        if !puts_before(&vault, nth, &by_hand) {
            break;
        }
        n_put += 1;
        comes_late(&vault, nth, &by_hand);
    }
    assert!(n_put >= 12, "{n_put}");
}

/// The last moment of all: the label is about to move, and the step is not yet told of the change.
#[test]
fn f35_the_label_is_not_taken_off_a_value_that_came_at_the_last_moment() {
    const RANDOM: &str = r#"{"engine": "random", "password": "first"}"#;
    let vault = Vault::new(&[("app", RANDOM)]);
    vault.begin("app", T);
    vault.step("createSecret", "app", T).answer();
    let members = json!({
        "SecretId": "app", "ClientRequestToken": HAND, "SecretString": "{\"engine\": \"random\"}",
    });
    let call = Calls::nth(1).of("secretsmanager:UpdateSecretVersionStage");
    vault.aws.faults().interfere(call, move |world, now| {
        by_hand(world, now, "PutSecretValue", &members);
    });
    let step = vault.step("finishSecret", "app", T);
    assert_eq!(code(&step), "E_ABANDONED", "{:?}", step.outcome);
    assert_eq!(vault.text("app", "AWSCURRENT").unwrap(), "{\"engine\": \"random\"}");
}
