//! The rotation of secrets as a whole: the real binary, called as Secrets Manager calls it, against
//! the local AWS, with the role that the template gives it.

mod accounts;
mod admins;
mod clients;
mod concurrency;
mod connections;
mod crashes;
mod databases;
mod deaths;
mod doctor;
mod events;
mod failures;
mod grants;
mod hooks;
mod labels;
mod messages;
mod names;
mod network;
mod passwords;
mod people;
mod plugins;
mod read_only;
mod redaction;
mod refusals;
mod rights;
mod scene;
mod second_users;
mod service;
mod shapes;
mod sharing;
mod tls;
mod users;
mod verify_ca;
mod web;

use jiff::Timestamp;
use serde_json::{Value, json};
use tests::{
    aws::{
        LocalAws,
        secretsmanager::{
            SecretValue, State,
            rotation::{Ended, Rotation, StepOutcome},
        },
        site::Site,
        world::{HOME_ACCOUNT, World},
    },
    lambda::{Function, Invocation, Outcome, Spec},
    stage::{Deployed, Stage},
    template::Stack,
};

pub(crate) const NAME: &str = "secret-rotation";
const REGION: &str = "eu-west-1";
const NOW: &str = "2026-06-01T09:00:00Z";
/// The id of the version that a rotation makes.
const T: &str = "5ac3b1de-0f5c-4a39-9a3e-2f4b6c7d8e9f";
const FUNCTION: &str = "arn:aws:lambda:eu-west-1:111111111111:function:secret-rotation";

/// The deployed function and the secrets that it looks after.
pub(crate) struct Vault {
    pub(crate) aws: LocalAws,
    stack: Stack,
    pub(crate) function: Function,
    spec: Spec,
}

impl Vault {
    /// With secrets of these names and texts.
    pub(crate) fn new(secrets: &[(&str, &str)]) -> Self {
        Self::with(&[], |spec| spec, secrets)
    }

    pub(crate) fn with(
        parameters: &[(&str, &str)],
        adjust: impl FnOnce(Spec) -> Spec,
        secrets: &[(&str, &str)],
    ) -> Self {
        let now: Timestamp = NOW.parse().unwrap();
        let deployed = Stage::at(now).parameters(parameters).deploy().unwrap();
        let spec = adjust(deployed.spec(NAME).unwrap());
        let function = Function::start(spec.clone()).unwrap();
        let Deployed { aws, stack } = deployed;
        let vault = Self { aws, stack, function, spec };
        let site = Site { account: HOME_ACCOUNT, region: REGION, now };
        vault.state(|state| {
            for (name, text) in secrets {
                state.add(&site, name, text);
                tag(state, name, "caretaker:rotation", "true");
            }
        });
        vault
    }

    /// Another process of the same function, as Lambda starts one for an event that comes while
    /// the first is busy.
    pub(crate) fn another(&self) -> Function {
        Function::start(self.spec.clone()).unwrap()
    }

    pub(crate) fn state<R>(&self, look: impl FnOnce(&mut State) -> R) -> R {
        self.aws.with(|world| look(&mut world.place(HOME_ACCOUNT, REGION).secretsmanager))
    }

    /// What a person asks Secrets Manager for.
    #[track_caller]
    pub(crate) fn by_hand(&self, operation: &str, members: &Value) {
        let now = self.aws.clock().now();
        self.aws.with(|world| by_hand(world, now, operation, members));
    }

    /// Rewrites the current version of a secret, as a person would.
    pub(crate) fn edit(&self, secret: &str, change: impl FnOnce(&mut Value)) {
        let text = self.text(secret, "AWSCURRENT").unwrap();
        let mut value: Value = serde_json::from_str(&text).unwrap();
        change(&mut value);
        let token = "0123456789abcdef0123456789abcdef";
        self.by_hand(
            "PutSecretValue",
            &json!({ "SecretId": secret, "ClientRequestToken": token, "SecretString": value.to_string() }),
        );
    }

    /// Asks for a rotation to the version `token`, which has a label and no value then.
    pub(crate) fn begin(&self, secret: &str, token: &str) -> Rotation {
        self.by_hand(
            "RotateSecret",
            &json!({
                "SecretId": secret,
                "ClientRequestToken": token,
                "RotationLambdaARN": FUNCTION,
                "RotationRules": { "AutomaticallyAfterDays": 30 },
            }),
        );
        Rotation::of(&self.aws, HOME_ACCOUNT, REGION, secret).unwrap()
    }

    /// Plays the steps, up to the first that fails.
    pub(crate) fn attempt(&self, rotation: &Rotation) -> (Ended, Vec<Invocation>) {
        let mut invocations = Vec::new();
        let ended = rotation.attempt(&self.aws, |event| {
            let invocation = self.function.invoke(event);
            let outcome = StepOutcome::from(&invocation);
            invocations.push(invocation);
            outcome
        });
        (ended, invocations)
    }

    /// A whole rotation that must succeed.
    #[track_caller]
    pub(crate) fn rotate(&self, secret: &str, token: &str) {
        let (ended, invocations) = self.attempt(&self.begin(secret, token));
        assert_eq!(ended, Ended::Succeeded, "{:?}", invocations.last().map(failure));
    }

    /// One step, whatever Secrets Manager thinks of it.
    pub(crate) fn step(&self, step: &str, secret: &str, token: &str) -> Invocation {
        let arn = self.state(|state| state.secret(secret).unwrap().arn.clone());
        self.function.invoke(&json!({
            "Step": step, "SecretId": arn, "ClientRequestToken": token,
        }))
    }

    /// The text of a version, if it has one.
    pub(crate) fn text(&self, secret: &str, label: &str) -> Option<String> {
        self.state(|state| state.secret(secret)?.text(label).map(str::to_owned))
    }

    /// The password in a version.
    pub(crate) fn password(&self, secret: &str, label: &str) -> Option<String> {
        let text: Value = serde_json::from_str(&self.text(secret, label)?).ok()?;
        text["password"].as_str().map(str::to_owned)
    }
}

/// What a person asks Secrets Manager for, in the middle of whatever happens.
#[track_caller]
fn by_hand(world: &mut World, now: Timestamp, operation: &str, members: &Value) {
    let site = Site { account: HOME_ACCOUNT, region: REGION, now };
    world.by_hand("secretsmanager", &site, operation, members).unwrap();
}

pub(crate) fn tag(state: &mut State, secret: &str, key: &str, value: &str) {
    let secret = state.secret_mut(secret).unwrap();
    secret.tags.insert(key.to_owned(), value.to_owned());
}

/// How a step failed, if it did: the code and the sentence.
pub(crate) fn failure(invocation: &Invocation) -> Option<(&str, &str)> {
    match &invocation.outcome {
        Outcome::Error { error_type, message } => Some((error_type, message)),
        _ => None,
    }
}

/// The code of a step that must fail.
#[track_caller]
pub(crate) fn code(invocation: &Invocation) -> &str {
    failure(invocation).unwrap_or_else(|| panic!("{:?}", invocation.outcome)).0
}
