//! Rotations that nobody asked for just now.

use aws_sdk_secretsmanager::types::RotationRulesType;
use tests::aws::{
    LocalAws,
    secretsmanager::rotation::{Ended, Rotation},
};

use super::{
    T, client,
    rotation::{FUNCTION, attempt, event_names, with_state},
    start,
};

const HOUR: i64 = 3_600;

/// Rotates every four hours from now on, but not now.
async fn schedule(aws: &LocalAws) {
    let rules = RotationRulesType::builder().schedule_expression("rate(4 hours)").build();
    let rotate = client(aws, "local").await.rotate_secret().secret_id("app/db");
    let rotate = rotate.rotation_lambda_arn(FUNCTION).client_request_token(T);
    rotate.rotation_rules(rules).rotate_immediately(false).send().await.unwrap();
    for test in Rotation::due(aws) {
        assert_eq!(attempt(aws, &test, "").await.1, Ended::Succeeded);
    }
}

#[tokio::test]
async fn a_secret_is_rotated_when_its_time_has_come() {
    let (aws, _) = start();
    schedule(&aws).await;
    let mut tokens = vec![T.to_owned()];
    for _ in 0..3 {
        aws.clock().advance_secs(4 * HOUR - 1);
        assert_eq!(Rotation::due(&aws), []);
        aws.clock().advance_secs(1);
        let [rotation] = &Rotation::due(&aws)[..] else { panic!("not one rotation is due") };
        assert!(!tokens.contains(&rotation.token));
        tokens.push(rotation.token.clone());
        assert_eq!(attempt(&aws, rotation, "").await.1, Ended::Succeeded);
    }
    assert_eq!(event_names(&aws).len(), 2 * 4);
}

#[tokio::test]
async fn a_rotation_that_has_failed_is_retried_instead_of_the_next() {
    let (aws, _) = start();
    schedule(&aws).await;
    aws.clock().advance_secs(4 * HOUR);
    let first = Rotation::due(&aws).remove(0);
    for _ in 0..5 {
        attempt(&aws, &first, "setSecret").await;
    }
    aws.clock().advance_secs(4 * HOUR - 1);
    assert_eq!(Rotation::due(&aws), []);
    aws.clock().advance_secs(1);
    assert_eq!(Rotation::due(&aws), [first]);
}

#[tokio::test]
async fn a_deleted_secret_and_one_whose_rotation_was_cancelled_are_left_alone() {
    let (aws, _) = start();
    schedule(&aws).await;
    let secrets = client(&aws, "local").await;
    aws.clock().advance_secs(4 * HOUR);
    assert_eq!(Rotation::due(&aws).len(), 1);
    secrets.delete_secret().secret_id("app/db").send().await.unwrap();
    assert_eq!(Rotation::due(&aws), []);
    secrets.restore_secret().secret_id("app/db").send().await.unwrap();
    assert_eq!(Rotation::due(&aws).len(), 1);
    secrets.cancel_rotate_secret().secret_id("app/db").send().await.unwrap();
    assert_eq!(Rotation::due(&aws), []);
    with_state(&aws, |state| {
        let secret = state.secret("app/db").unwrap();
        assert_eq!((secret.rotation_enabled, secret.next_rotation), (Some(false), None));
    });
}
