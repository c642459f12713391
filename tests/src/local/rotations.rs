//! Drives the rotations of a local AWS as Secrets Manager does: when one is due, step after step,
//! and again after a failure. Says each step and how it ended; decides nothing about labels.

use std::time::Duration;

use serde_json::Value;
use tokio::time::{MissedTickBehavior, interval};

use super::{Answer, Functions};
use crate::aws::{
    LocalAws,
    secretsmanager::rotation::{Ended, Kind, Rotation, StepOutcome},
};

/// How often we look for rotations: sooner than a person notices.
const LOOK: Duration = Duration::from_millis(100);

/// Never returns. `say` gets a line at a time.
pub async fn drive(aws: &LocalAws, functions: &Functions, mut say: impl FnMut(&str)) {
    let mut look = interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut is_told = false;
    loop {
        look.tick().await;
        let due = Rotation::due(aws);
        if due.is_empty() {
            continue;
        }
        // Nobody there is no failure of the function: the rotation waits.
        if !functions.are_there().await {
            if !is_told {
                say(&format!(
                    "a rotation waits: nobody answers at {functions}, \
                     where `cargo lambda watch` runs the functions"
                ));
            }
            is_told = true;
            continue;
        }
        is_told = false;
        for rotation in due {
            attempt(aws, functions, &rotation, &mut say).await;
        }
    }
}

async fn attempt(
    aws: &LocalAws,
    functions: &Functions,
    rotation: &Rotation,
    say: &mut impl FnMut(&str),
) {
    let secret = name(&rotation.secret_arn);
    let mut say = |text: &str| {
        let time = aws.clock().now().strftime("%H:%M:%S").to_string();
        say(&format!("{time}  {secret}  {text}"));
    };
    let function = function_name(&rotation.function);
    let mut attempt = rotation.begin(aws);
    let ended = loop {
        let event = match attempt.event() {
            Ok(event) => event,
            Err(ended) => break ended,
        };
        let step = event["Step"].as_str().unwrap_or_default();
        let answer = functions.invoke(function, &event).await;
        let answer = answer.unwrap_or_else(|err| Answer::Failed(format!("{err:#}")));
        let (outcome, said) = match &answer {
            Answer::Done(value) => (StepOutcome::Done, said(value)),
            Answer::Failed(said) => (StepOutcome::Failed, said.clone()),
        };
        say(&format!("{step:<12}  {said}"));
        attempt.record(aws, outcome);
    };
    say(&last_words(rotation, &ended, aws));
}

fn last_words(rotation: &Rotation, ended: &Ended, aws: &LocalAws) -> String {
    match ended {
        Ended::Succeeded if rotation.kind == Kind::Test => "tested".to_owned(),
        Ended::Succeeded => "rotated".to_owned(),
        Ended::Abandoned => "abandoned: somebody has cancelled it or put another value".to_owned(),
        Ended::Failed { error } => match rotation.next_attempt(aws) {
            Some(at) => format!("failed: {error}; tried again at {}", at.strftime("%H:%M:%S")),
            None => format!("failed: {error}; not tried again"),
        },
    }
}

/// What the rotation function says of a step; Secrets Manager itself does not care.
fn said(answer: &Value) -> String {
    answer["outcome"].as_str().unwrap_or("done").to_owned()
}

/// The name in the ARN of a secret, without the six characters at its end.
fn name(arn: &str) -> &str {
    let name = arn.rsplit(':').next().unwrap_or(arn);
    name.rsplit_once('-').map_or(name, |(name, _)| name)
}

/// The name in the ARN of a function, which may end in a version.
fn function_name(arn: &str) -> &str {
    arn.split(':').nth(6).unwrap_or(arn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_the_arns() {
        assert_eq!(name("arn:aws:secretsmanager:eu-west-1:1:secret:my-app-AbCdEf"), "my-app");
        let function = "arn:aws:lambda:eu-west-1:1:function:secret-rotation";
        assert_eq!(function_name(function), "secret-rotation");
        assert_eq!(function_name(&format!("{function}:live")), "secret-rotation");
        assert_eq!(function_name("secret-rotation"), "secret-rotation");
    }
}
