//! What a call touches, for policies that name secrets, their tags or their rotation function.
//! Changes nothing but deletions that are due.

use serde_json::{Map, Value};

use super::state::State;
use crate::aws::{
    call::{Call, Input, Touched},
    site::Site,
};

/// Members that are condition keys under their own names.
const KEYS: [&str; 7] = [
    "Name",
    "SecretId",
    "VersionId",
    "VersionStage",
    "RotationLambdaARN",
    "RecoveryWindowInDays",
    "ForceDeleteWithoutRecovery",
];

pub(super) fn touched(state: &mut State, site: &Site<'_>, call: &Call) -> Vec<Touched> {
    let Input::Json(members) = &call.input else { return Touched::everything() };
    let mut touched = match call.operation.as_str() {
        "ListSecrets" | "GetRandomPassword" => return Touched::everything(),
        "CreateSecret" => {
            let name = members.get("Name").and_then(Value::as_str).unwrap_or_default();
            Touched { arn: state.next_arn(site, name), ..Touched::default() }
        }
        _ => {
            let id = members.get("SecretId").and_then(Value::as_str).unwrap_or_default();
            of_secret(state, site, id)
        }
    };
    touched.keys.extend(keys(members));
    vec![touched]
}

fn of_secret(state: &mut State, site: &Site<'_>, id: &str) -> Touched {
    let Ok(secret) = state.find(site, id) else {
        // Whoever may not know that a secret is missing is refused for its name.
        let arn = if id.starts_with("arn:") {
            id.to_owned()
        } else {
            site.arn("secretsmanager", &format!("secret:{id}"))
        };
        return Touched { arn, ..Touched::default() };
    };
    let function = secret.rotation_function.iter();
    let keys = function
        .map(|arn| ("secretsmanager:resource/AllowRotationLambdaArn".to_owned(), arn.clone()));
    Touched { arn: secret.arn.clone(), tags: secret.tags.clone(), keys: keys.collect() }
}

fn keys(members: &Map<String, Value>) -> impl Iterator<Item = (String, String)> {
    KEYS.into_iter().filter_map(|name| {
        let text = match members.get(name)? {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        Some((format!("secretsmanager:{name}"), text))
    })
}
