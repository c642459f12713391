//! Reads what the function is asked for: a step of a rotation, or what a doctor would find. Calls
//! nothing: a wrong event costs no call.

use std::fmt;

use anyhow::{Context as _, ensure};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value};
use shared::{
    document,
    event::{self, Clock, Rules},
};

use crate::{
    fault::{Code, Fault},
    hidden::Hidden,
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    Step(StepEvent),
    /// `{"doctor": {"secret": "<name or ARN>"}}`: check everything, change nothing.
    Doctor {
        secret: String,
    },
}

/// What Secrets Manager sends.
#[derive(Clone, PartialEq, Eq)]
pub struct StepEvent {
    /// As it came: the secret's labels are looked at before the name of the step.
    pub step: String,
    pub secret: String,
    pub token: String,
    /// Comes where Secrets Manager assumed a role to rotate, and goes back with the new value.
    pub rotation_token: Option<Hidden>,
}

impl StepEvent {
    /// The doctor's look at a secret belongs to no rotation.
    pub(crate) fn of_doctor(secret: String) -> Self {
        Self { step: String::new(), secret, token: String::new(), rotation_token: None }
    }
}

impl fmt::Debug for StepEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { step, secret, token, rotation_token: _ } = self;
        write!(f, "{step} of {secret}, version {token}")
    }
}

/// The requests that people make. The doctor changes nothing, so `dry_run` beside it changes
/// nothing either.
const RULES: Rules<'_> = Rules {
    requests: &["doctor"],
    has_run: false,
    has_targets: false,
    dry_run: false,
    clock: Clock::System,
    stale_after: SignedDuration::ZERO,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Doctor {
    secret: String,
}

/// The fields by which an event of Secrets Manager is known.
const OF_A_STEP: [&str; 3] = ["Step", "SecretId", "ClientRequestToken"];

/// Tells the steps of Secrets Manager from requests. `clock` is the system's time.
pub fn request(event: &Value, clock: Timestamp) -> Result<Request, Fault> {
    match event.as_object() {
        Some(fields) if OF_A_STEP.iter().any(|name| fields.contains_key(*name)) => step(fields),
        _ => asked(event, clock).map_err(|err| Fault::new(Code::BadEvent, format!("{err:#}"))),
    }
}

fn asked(event: &Value, clock: Timestamp) -> anyhow::Result<Request> {
    let request = event::read(event, &RULES, clock)?.request;
    let (name, question) = request.context("the event asks for nothing")?;
    let Doctor { secret } =
        document::from_value(&question).map_err(|refused| refused.within(name))?;
    ensure!(!secret.is_empty(), "{name}.secret: empty");
    Ok(Request::Doctor { secret })
}

fn step(fields: &Map<String, Value>) -> Result<Request, Fault> {
    let secret = text(fields, "SecretId")?;
    let token = text(fields, "ClientRequestToken")?;
    if !(32..=64).contains(&token.len()) {
        let what = format!("`ClientRequestToken` has {} characters, not 32 to 64", token.len());
        return Err(Fault::new(Code::BadEvent, what));
    }
    let step = match fields.get("Step") {
        None | Some(Value::Null) => String::new(),
        Some(_) => text(fields, "Step")?,
    };
    let rotation_token = match fields.get("RotationToken") {
        None | Some(Value::Null) => None,
        Some(_) => Some(Hidden::new(text(fields, "RotationToken")?)),
    };
    Ok(Request::Step(StepEvent { step, secret, token, rotation_token }))
}

fn text(fields: &Map<String, Value>, name: &str) -> Result<String, Fault> {
    match fields.get(name) {
        Some(Value::String(text)) if !text.is_empty() => Ok(text.clone()),
        Some(Value::String(_)) | None => {
            Err(Fault::new(Code::BadEvent, format!("`{name}` is missing")))
        }
        Some(_) => Err(Fault::new(Code::BadEvent, format!("`{name}` is not a text"))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shared::error::FaultCode as _;

    use super::*;

    const TOKEN: &str = "0123456789abcdef0123456789abcdef";

    #[track_caller]
    fn check(event: &Value, expected: &str) {
        let said = match request(event, Timestamp::UNIX_EPOCH) {
            Ok(request) => format!("{request:?}"),
            Err(fault) => format!("{}: {}", fault.code.name(), fault.what()),
        };
        assert_eq!(said, expected);
    }

    #[test]
    fn a_step_is_read_and_its_token_never_printed() {
        let step = json!({"Step": "createSecret", "SecretId": "app", "ClientRequestToken": TOKEN, "RotationToken": "t0ken"});
        check(&step, &format!("Step(createSecret of app, version {TOKEN})"));
        let without = json!({"SecretId": "app", "ClientRequestToken": TOKEN});
        check(&without, &format!("Step( of app, version {TOKEN})"));
    }

    #[test]
    fn what_is_missing_or_wrong_is_named() {
        check(&json!([]), "BadEvent: the event is not a JSON object");
        check(&json!({"Step": "createSecret"}), "BadEvent: `SecretId` is missing");
        check(&json!({"SecretId": "app"}), "BadEvent: `ClientRequestToken` is missing");
        check(
            &json!({"SecretId": "app", "ClientRequestToken": "short"}),
            "BadEvent: `ClientRequestToken` has 5 characters, not 32 to 64",
        );
        check(
            &json!({"SecretId": 5, "ClientRequestToken": TOKEN}),
            "BadEvent: `SecretId` is not a text",
        );
    }

    #[test]
    fn a_doctor_is_asked_about_one_secret() {
        check(&json!({"doctor": {"secret": "app"}}), "Doctor { secret: \"app\" }");
        check(&json!({"doctor": {"secret": "app"}, "dry_run": true}), "Doctor { secret: \"app\" }");
        check(&json!({"doctor": {}}), "BadEvent: doctor.secret: missing");
        check(&json!({"doctor": {"secret": ""}}), "BadEvent: doctor.secret: empty");
        check(
            &json!({"doctor": {"secrets": "app"}}),
            "BadEvent: doctor.secrets: unknown field, did you mean `secret`?",
        );
        check(
            &json!({"doctr": {"secret": "app"}}),
            "BadEvent: unknown field `doctr`, did you mean `doctor`?",
        );
        check(&json!({}), "BadEvent: the event asks for nothing: give one of `doctor`");
    }
}
