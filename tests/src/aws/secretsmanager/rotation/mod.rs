//! Rotations as AWS drives them: step after step, synchronously, and after a failure all of it again
//! with the same token. The world never begins one by itself: a test, the demo or `cargo local` asks
//! what is due and hands over a way to invoke the function.

mod announce;
mod attempt;
mod job;

use jiff::Timestamp;
use serde_json::{Value, json};

pub use announce::PRINCIPAL;
pub use attempt::{Attempt, Ended, StepOutcome};

pub(super) use announce::announce;
pub(super) use job::Job;

use super::{rotate, secret::Secret, state::State, versions::PENDING};
use crate::aws::{LocalAws, site::Site, world::World};

const ROTATION_STEPS: &[&str] = &["createSecret", "setSecret", "testSecret", "finishSecret"];
const TEST_STEPS: &[&str] = &["testSecret"];

/// What is asked of the function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// All four steps.
    Rotation,
    /// `testSecret` only, which is what `RotateImmediately=false` means.
    Test,
}

impl Kind {
    pub fn steps(self) -> &'static [&'static str] {
        match self {
            Self::Rotation => ROTATION_STEPS,
            Self::Test => TEST_STEPS,
        }
    }
}

/// One rotation that is going on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    pub account: String,
    pub region: String,
    pub secret_arn: String,
    /// The id of the new version, which is the `ClientRequestToken` of every step.
    pub token: String,
    pub kind: Kind,
    /// The ARN of the function to invoke.
    pub function: String,
    /// What the function has to show when it writes through a role that it has assumed.
    proof: Option<String>,
}

impl Rotation {
    /// Those to be attempted now, everywhere: just asked for, to be retried, or due by their
    /// schedule, in which case they begin hereby.
    pub fn due(aws: &LocalAws) -> Vec<Self> {
        let now = aws.clock().now();
        aws.with(|world| due(world, now))
    }

    /// The rotation of this secret that is going on, due or not.
    pub fn of(aws: &LocalAws, account: &str, region: &str, name_or_arn: &str) -> Option<Self> {
        aws.with(|world| {
            let state = &world.place(account, region).secretsmanager;
            Self::new(state, account, region, state.secret(name_or_arn)?)
        })
    }

    /// When it is to be attempted next: never after the last attempt, nor when it has come to its end.
    pub fn next_attempt(&self, aws: &LocalAws) -> Option<Timestamp> {
        aws.with(|world| {
            let state = &world.place(&self.account, &self.region).secretsmanager;
            let job = state.secret(&self.secret_arn)?.job.as_ref();
            job.filter(|job| job.token == self.token)?.due
        })
    }

    /// What the function is invoked with for one step, whether or not it is that one's turn.
    pub fn event(&self, step: &str) -> Value {
        let mut event = json!({
            "Step": step,
            "SecretId": self.secret_arn,
            "ClientRequestToken": self.token,
        });
        if let Some(token) = &self.proof {
            event["RotationToken"] = json!(token);
        }
        event
    }

    /// Goes through the steps until one fails, or all are done.
    pub fn attempt(&self, aws: &LocalAws, mut invoke: impl FnMut(&Value) -> StepOutcome) -> Ended {
        let mut attempt = self.begin(aws);
        loop {
            match attempt.event() {
                Ok(event) => attempt.record(aws, invoke(&event)),
                Err(ended) => return ended,
            }
        }
    }

    /// Begins an attempt whose steps the caller invokes one by one, in whatever way.
    pub fn begin(&self, aws: &LocalAws) -> Attempt {
        Attempt::begin(self.clone(), aws)
    }

    fn new(state: &State, account: &str, region: &str, secret: &Secret) -> Option<Self> {
        let job = secret.job.as_ref()?;
        let proof = (!state.omits_rotation_token).then(|| job.rotation_token.clone());
        Some(Self {
            account: account.to_owned(),
            region: region.to_owned(),
            secret_arn: secret.arn.clone(),
            token: job.token.clone(),
            kind: job.kind,
            function: secret.rotation_function.clone()?,
            proof,
        })
    }
}

fn due(world: &mut World, now: Timestamp) -> Vec<Rotation> {
    let places: Vec<(String, String)> = world
        .places()
        .map(|(account, region, _)| (account.to_owned(), region.to_owned()))
        .collect();
    let mut due = Vec::new();
    for (account, region) in places {
        let state = &mut world.place(&account, &region).secretsmanager;
        begin_scheduled(state, &Site { account: &account, region: &region, now });
        let ready = state.secrets().filter(|secret| {
            let is_due = |job: &Job| job.due.is_some_and(|at| at <= now);
            secret.deleted.is_none() && secret.job.as_ref().is_some_and(is_due)
        });
        due.extend(ready.filter_map(|secret| Rotation::new(state, &account, &region, secret)));
    }
    due
}

/// Begins what the schedule says, or retries what has not come to its end since the last time.
fn begin_scheduled(state: &mut State, site: &Site<'_>) {
    state.bury(site.now);
    let is_scheduled = |secret: &&Secret| secret.next_rotation.is_some_and(|next| next <= site.now);
    let names: Vec<String> = state
        .secrets()
        .filter(|secret| secret.deleted.is_none() && secret.rotation_enabled == Some(true))
        .filter(is_scheduled)
        .map(|secret| secret.name.clone())
        .collect();
    for name in names {
        let (token, rotation_token) = (state.fresh_token(site), state.fresh_token(site));
        let Some(secret) = state.secret_mut(&name) else { continue };
        let interval = secret.rotation_rules.as_ref().and_then(|rules| rules.interval().ok());
        secret.next_rotation = interval.flatten().map(|interval| site.now + interval);
        match secret.versions.unfinished().map(ToOwned::to_owned) {
            Some(pending) => rotate::retry(secret, &pending, rotation_token, site),
            None => rotate::begin(secret, Kind::Rotation, &token, rotation_token, site),
        }
    }
}

/// Takes the label off the version of a rotation.
fn clear(secret: &mut Secret, token: &str) {
    if secret.holder(PENDING) == Some(token) {
        secret.versions.detach(PENDING);
    }
}
