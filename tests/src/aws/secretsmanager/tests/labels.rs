use serde_json::{Value, json};

use super::{A, B, C, Outcome, labels, probe, put};
use crate::aws::probe::{Probe, refusal};

fn shift(probe: &mut Probe, stage: &str, from: Option<&str>, to: Option<&str>) -> Outcome {
    let mut parameters = json!({ "SecretId": "db", "VersionStage": stage });
    for (member, id) in [("RemoveFromVersionId", from), ("MoveToVersionId", to)] {
        if let Some(id) = id {
            parameters[member] = Value::from(id);
        }
    }
    probe.secretsmanager("UpdateSecretVersionStage", parameters)
}

/// `A` is current, `B` pending.
fn pending() -> Probe {
    let mut probe = probe();
    put(&mut probe, B, "two", &["AWSPENDING"]).unwrap();
    probe
}

#[test]
fn promoting_the_pending_version_leaves_its_label_and_moves_that_of_the_previous_one() {
    let mut probe = pending();
    shift(&mut probe, "AWSCURRENT", Some(A), Some(B)).unwrap();
    assert_eq!(labels(&mut probe), json!({ A: ["AWSPREVIOUS"], B: ["AWSCURRENT", "AWSPENDING"] }));
    put(&mut probe, C, "three", &["AWSPENDING"]).unwrap();
    shift(&mut probe, "AWSCURRENT", Some(B), Some(C)).unwrap();
    assert_eq!(labels(&mut probe), json!({ B: ["AWSPREVIOUS"], C: ["AWSCURRENT", "AWSPENDING"] }));
}

#[test]
fn a_label_that_is_somewhere_must_be_taken_from_there() {
    let mut probe = pending();
    assert_eq!(
        refusal(shift(&mut probe, "AWSCURRENT", None, Some(B))),
        format!(
            "400 InvalidParameterException: The parameter RemoveFromVersionId can't be empty. \
             Staging label AWSCURRENT is currently attached to version {A}, so you must \
             explicitly reference that version in RemoveFromVersionId."
        )
    );
    let elsewhere = format!(
        "400 InvalidParameterException: Staging label AWSCURRENT isn't currently attached to \
         version {B}."
    );
    assert_eq!(refusal(shift(&mut probe, "AWSCURRENT", Some(B), Some(B))), elsewhere);
    // A repeated call comes too late.
    shift(&mut probe, "AWSCURRENT", Some(A), Some(B)).unwrap();
    let late = refusal(shift(&mut probe, "AWSCURRENT", Some(A), Some(B)));
    assert_eq!(late, elsewhere.replace(B, A));
    assert_eq!(shift(&mut probe, "AWSCURRENT", None, Some(B)).map(drop), Ok(()));
}

#[test]
fn a_label_can_be_removed_but_not_that_of_the_current_version() {
    let mut probe = pending();
    shift(&mut probe, "AWSPENDING", Some(B), None).unwrap();
    assert_eq!(labels(&mut probe), json!({ A: ["AWSCURRENT"] }));
    assert!(
        refusal(shift(&mut probe, "AWSCURRENT", Some(A), None))
            .contains("You can only move staging label AWSCURRENT to a different secret version.")
    );
    shift(&mut probe, "mine", None, Some(B)).unwrap();
    assert_eq!(labels(&mut probe), json!({ A: ["AWSCURRENT"], B: ["mine"] }));
}

#[test]
fn a_move_needs_a_version_that_exists() {
    let mut probe = pending();
    assert!(refusal(shift(&mut probe, "mine", None, None)).contains("InvalidParameterException"));
    for (from, to) in [(None, Some(C)), (Some(C), Some(B)), (Some(C), None)] {
        let refused = refusal(shift(&mut probe, "mine", from, to));
        assert!(refused.contains("400 ResourceNotFoundException"), "{refused}");
    }
}
