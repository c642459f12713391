//! Secrets Manager, KMS and Lambda in a bad hour: what the function bears by itself, what it names,
//! and what Secrets Manager's next attempt makes good.

use std::{fs, path::Path};

use tests::{
    aws::faults::{Calls, Fault},
    servers::{self, Engine, Options as ServerOptions},
};

use super::{databases::FIRST, users::*, *};

const RANDOM: &str = r#"{"engine": "random", "password": "first"}"#;

/// As on a laptop, where nothing is exported but the name of a profile.
#[test]
fn a_profile_is_enough_to_find_credentials() {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("profile_of_a_laptop");
    let keys = r#"{"Version": 1, "AccessKeyId": "secret-rotation", "SecretAccessKey": "key"}"#;
    let profile = format!("[profile laptop]\ncredential_process = echo '{keys}'\n");
    fs::write(&file, profile).unwrap();
    let of_laptop = |spec: Spec| {
        spec.variable("AWS_ACCESS_KEY_ID", "")
            .variable("AWS_SECRET_ACCESS_KEY", "")
            .variable("AWS_SESSION_TOKEN", "")
            .variable("AWS_CONFIG_FILE", file.to_str().unwrap())
            .variable("AWS_PROFILE", "laptop")
    };
    let vault = Vault::with(&[], of_laptop, &[("app", RANDOM)]);
    let rotation = vault.begin("app", T);
    assert_eq!(vault.attempt(&rotation).0, Ended::Succeeded);
}

#[test]
fn f58_a_call_that_is_throttled_three_times_is_made_a_fourth_time() {
    let vault = Vault::new(&[("app", RANDOM)]);
    let rotation = vault.begin("app", T);
    for nth in 1..=3 {
        let calls = Calls::nth(nth).of("secretsmanager:PutSecretValue");
        vault.aws.faults().inject(Fault::Throttle, calls);
    }
    assert_eq!(vault.attempt(&rotation).0, Ended::Succeeded);
}

#[test]
fn f58_a_call_that_is_throttled_for_longer_is_named_and_made_good() {
    let spec = |spec: Spec| spec.variable("AWS_MAX_ATTEMPTS", "1");
    let vault = Vault::with(&[], spec, &[("app", RANDOM)]);
    let rotation = vault.begin("app", T);
    let operations = ["DescribeSecret", "GetSecretValue", "GetRandomPassword", "PutSecretValue"];
    for operation in operations {
        let operation = format!("secretsmanager:{operation}");
        vault.aws.faults().inject(Fault::Throttle, Calls::nth(1).of(&operation));
        let (ended, steps) = vault.attempt(&rotation);
        assert_ne!(ended, Ended::Succeeded, "{operation}");
        let (code, message) = failure(&steps[0]).unwrap();
        assert_eq!(code, "E_SM_UNAVAILABLE", "{message}");
        assert!(message.contains(&operation), "{message}");
        vault.aws.faults().clear();
    }
    again(&vault, T);
    assert_ne!(vault.password("app", "AWSCURRENT").unwrap(), "first");
}

#[test]
fn f59_a_key_that_may_not_be_used_is_named_at_every_step() {
    let engine = Engine::Postgres(15);
    let Some(server) = servers::require(engine, ServerOptions::default()) else { return };
    make(&server, engine, "app", FIRST);
    let vault = alone(&server, engine, "app", FIRST);
    vault.begin("app", T);
    let deny = |is_denied: bool| {
        vault.state(|state| state.secret_mut("app").unwrap().key_is_denied = is_denied);
    };
    for step in ["createSecret", "setSecret", "testSecret", "finishSecret"] {
        deny(true);
        let invocation = vault.step(step, "app", T);
        let (code, message) = failure(&invocation).unwrap();
        assert_eq!(code, "E_KMS", "{step}: {message}");
        assert!(message.contains("kms:Decrypt"), "{step}: {message}");
        deny(false);
        vault.step(step, "app", T).answer();
    }
    assert!(logs_in(&server, &vault, "app", "AWSCURRENT"));
}

/// The right to use a key can go between the reading and the writing of one step.
#[test]
fn f59_a_key_that_may_not_be_used_any_more_is_named_when_the_value_is_written() {
    let vault = Vault::new(&[("app", RANDOM)]);
    vault.begin("app", T);
    let put = Calls::nth(1).of("secretsmanager:PutSecretValue");
    vault.aws.faults().interfere(put, |world, _| {
        let state = &mut world.place(HOME_ACCOUNT, REGION).secretsmanager;
        state.secret_mut("app").unwrap().key_is_denied = true;
    });
    assert_eq!(code(&vault.step("createSecret", "app", T)), "E_KMS");
    vault.state(|state| state.secret_mut("app").unwrap().key_is_denied = false);
    again(&vault, T);
}

/// Too few concurrent runs for all functions of an account, reserved or not, and Lambda refuses to
/// run a step: Secrets Manager tells no difference from a step that failed.
#[test]
fn f84_a_step_that_lambda_has_no_room_for_is_made_good_by_the_next_attempt() {
    for refused in 0..4 {
        let vault = Vault::new(&[("app", RANDOM)]);
        let rotation = vault.begin("app", T);
        let mut n_steps = 0;
        let ended = rotation.attempt(&vault.aws, |event| {
            n_steps += 1;
            if n_steps > refused {
                StepOutcome::Failed
            } else {
                (&vault.function.invoke(event)).into()
            }
        });
        assert!(matches!(ended, Ended::Failed { .. }), "step {refused}: {ended:?}");
        let (ended, steps) = vault.attempt(&rotation);
        assert_eq!(ended, Ended::Succeeded, "step {refused}: {:?}", steps.last().map(failure));
        assert_eq!(vault.password("app", "AWSPREVIOUS").unwrap(), "first");
    }
}
