//! One attempt of a rotation: which step is next, and what AWS makes of how it ended. Invokes
//! nothing.

use serde_json::Value;

use super::{Job, Kind, Rotation, announce, clear};
use crate::{
    aws::{
        LocalAws,
        secretsmanager::{secret::Secret, versions::CURRENT},
        site::Site,
        world::Place,
    },
    lambda::{Invocation, Outcome},
};

/// Whether the function answered. What it answered does not matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepOutcome {
    Done,
    /// An error, a crash or a time-out.
    Failed,
}

impl From<&Invocation> for StepOutcome {
    fn from(invocation: &Invocation) -> Self {
        match invocation.outcome {
            Outcome::Answer(_) => Self::Done,
            _ => Self::Failed,
        }
    }
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    Succeeded,
    /// Will be attempted again, unless it was a test or the last attempt.
    Failed {
        /// The text of the event that AWS sends.
        error: String,
    },
    /// Somebody has cancelled it, or has made another version the current one.
    Abandoned,
}

/// An attempt that is going on.
#[derive(Debug)]
pub struct Attempt {
    rotation: Rotation,
    n_done: usize,
    ended: Option<Ended>,
}

impl Attempt {
    pub(super) fn begin(rotation: Rotation, aws: &LocalAws) -> Self {
        let mut attempt = Self { rotation, n_done: 0, ended: None };
        let function = attempt.rotation.function.clone();
        let may_invoke = attempt.at_place(aws, |rotation, site, place| {
            let secret = place.secretsmanager.secret(&rotation.secret_arn);
            if !secret.is_some_and(|secret| is_going_on(rotation, secret)) {
                return None;
            }
            say(rotation, site, place, "Started", None);
            Some(place.secretsmanager.may_invoke(&function))
        });
        match may_invoke {
            Some(true) => (),
            Some(false) => attempt.fail(aws, format!("Cannot invoke lambda {function}")),
            None => attempt.ended = Some(Ended::Abandoned),
        }
        attempt
    }

    /// What to invoke the function with next, or how the attempt ended.
    pub fn event(&self) -> Result<Value, Ended> {
        match &self.ended {
            Some(ended) => Err(ended.clone()),
            None => Ok(self.rotation.event(self.step())),
        }
    }

    /// Takes note of how the function ended that step.
    pub fn record(&mut self, aws: &LocalAws, outcome: StepOutcome) {
        if self.ended.is_some() {
            return;
        }
        let is_going_on = self.at_place(aws, |rotation, _, place| {
            let secret = place.secretsmanager.secret(&rotation.secret_arn);
            secret.is_some_and(|secret| is_going_on(rotation, secret))
        });
        if !is_going_on {
            self.ended = Some(Ended::Abandoned);
            return;
        }
        if outcome == StepOutcome::Failed {
            let (function, step) = (&self.rotation.function, self.step());
            let error = format!("Error when executing lambda {function} during {step} step");
            return self.fail(aws, error);
        }
        self.n_done += 1;
        if self.n_done == self.rotation.kind.steps().len() {
            self.finish(aws);
        }
    }

    fn step(&self) -> &'static str {
        let steps = self.rotation.kind.steps();
        steps[self.n_done.min(steps.len() - 1)]
    }

    /// All steps are done. Whether that was a rotation is a matter of the labels.
    fn finish(&mut self, aws: &LocalAws) {
        let is_rotated = self.at_place(aws, |rotation, _, place| {
            let secret = place.secretsmanager.secret(&rotation.secret_arn);
            secret.is_some_and(|secret| secret.holder(CURRENT) == Some(&*rotation.token))
        });
        if self.rotation.kind == Kind::Rotation && !is_rotated {
            let error = "The new version has not become the current one".to_owned();
            return self.fail(aws, error);
        }
        self.at_place(aws, |rotation, site, place| {
            let clears_pending = place.secretsmanager.clears_pending;
            if let Some(secret) = place.secretsmanager.secret_mut(&rotation.secret_arn) {
                secret.job = None;
                match rotation.kind {
                    Kind::Rotation => rotated(secret, &rotation.token, clears_pending, site),
                    Kind::Test => secret.versions.remove(&rotation.token),
                }
            }
            say(rotation, site, place, "Succeeded", None);
        });
        self.ended = Some(Ended::Succeeded);
    }

    fn fail(&mut self, aws: &LocalAws, error: String) {
        self.at_place(aws, |rotation, site, place| {
            if let Some(secret) = place.secretsmanager.secret_mut(&rotation.secret_arn) {
                match (rotation.kind, &mut secret.job) {
                    (Kind::Rotation, Some(job)) => job.has_failed(site.now),
                    (Kind::Rotation, None) => (),
                    (Kind::Test, _) => {
                        secret.job = None;
                        secret.versions.remove(&rotation.token);
                    }
                }
            }
            say(rotation, site, place, "Failed", Some(error.clone()));
        });
        self.ended = Some(Ended::Failed { error });
    }

    fn at_place<T>(
        &self,
        aws: &LocalAws,
        act: impl FnOnce(&Rotation, &Site<'_>, &mut Place) -> T,
    ) -> T {
        let Rotation { account, region, .. } = &self.rotation;
        let site = Site { account, region, now: aws.clock().now() };
        aws.with(|world| act(&self.rotation, &site, world.place(account, region)))
    }
}

fn is_going_on(rotation: &Rotation, secret: &Secret) -> bool {
    secret.job.as_ref().is_some_and(|Job { token, .. }| *token == rotation.token)
}

fn rotated(secret: &mut Secret, token: &str, clears_pending: bool, site: &Site<'_>) {
    if clears_pending {
        clear(secret, token);
    }
    secret.last_rotated = Some(site.now);
}

fn say(rotation: &Rotation, site: &Site<'_>, place: &mut Place, what: &str, error: Option<String>) {
    let name = match rotation.kind {
        Kind::Rotation => format!("Rotation{what}"),
        Kind::Test => format!("TestRotation{what}"),
    };
    let Rotation { secret_arn, token, .. } = rotation;
    announce(&mut place.events, site, secret_arn, token, &name, error);
}
