//! Secrets Manager as a client sees it, one call at a time.

mod labels;
mod passwords;
mod requests;
mod rotations;
mod secrets;
mod values;

use serde_json::{Value, json};

use super::State;
use crate::aws::probe::Probe;

const A: &str = "aaaaaaaa-0000-4000-8000-000000000000";
const B: &str = "bbbbbbbb-0000-4000-8000-000000000000";
const C: &str = "cccccccc-0000-4000-8000-000000000000";
const FUNCTION: &str = "arn:aws:lambda:eu-west-1:111111111111:function:rotate";

/// A world with the secret `db`, whose current version is `A` with the value `one`.
fn probe() -> Probe {
    let mut probe = Probe::new();
    create(&mut probe, "db", A, "one").unwrap();
    probe
}

type Outcome = Result<Value, crate::aws::call::ServiceError>;

fn create(probe: &mut Probe, name: &str, token: &str, text: &str) -> Outcome {
    let parameters = json!({ "Name": name, "ClientRequestToken": token, "SecretString": text });
    probe.secretsmanager("CreateSecret", parameters)
}

/// Without stages the label of the current version moves.
fn put(probe: &mut Probe, token: &str, text: &str, stages: &[&str]) -> Outcome {
    let mut parameters =
        json!({ "SecretId": "db", "ClientRequestToken": token, "SecretString": text });
    if !stages.is_empty() {
        parameters["VersionStages"] = json!(stages);
    }
    probe.secretsmanager("PutSecretValue", parameters)
}

/// The value of the version that is meant, or the refusal.
fn get(probe: &mut Probe, id: Option<&str>, stage: Option<&str>) -> Result<String, String> {
    let mut parameters = json!({ "SecretId": "db" });
    if let Some(id) = id {
        parameters["VersionId"] = json!(id);
    }
    if let Some(stage) = stage {
        parameters["VersionStage"] = json!(stage);
    }
    let answer = probe.secretsmanager("GetSecretValue", parameters);
    answer
        .map(|answer| answer["SecretString"].as_str().unwrap().to_owned())
        .map_err(|error| error.to_string())
}

fn describe(probe: &mut Probe) -> Value {
    probe.secretsmanager("DescribeSecret", json!({ "SecretId": "db" })).unwrap()
}

/// The labels of each version, as `DescribeSecret` shows them.
fn labels(probe: &mut Probe) -> Value {
    describe(probe)["VersionIdsToStages"].clone()
}

fn state(probe: &mut Probe) -> &mut State {
    &mut probe.place().secretsmanager
}
