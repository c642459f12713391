//! `GetSecretValue`. The one read that may see what is no longer true.

use serde::Deserialize;
use serde_json::json;

use super::{
    check, error, site,
    state::State,
    versions::{CURRENT, SecretValue, Version, Versions},
};
use crate::aws::{
    call::{Call, Outcome, Reply, ServiceError},
    json,
};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Get {
    secret_id: String,
    version_id: Option<String>,
    version_stage: Option<String>,
}

pub(super) fn get(state: &mut State, call: &mut Call) -> Outcome {
    let input: Get = json::input(call)?;
    check::length(&input.secret_id, "secretId", 1..=2_048)?;
    check::version_id(input.version_id.as_deref(), "versionId")?;
    input.version_stage.as_deref().map_or(Ok(()), check::stage)?;
    let site = site(call);
    let secret = state.find_alive(&site, &input.secret_id)?;
    let versions = secret.read(site.now);
    let (id, version, value) =
        sought(versions, input.version_id.as_deref(), input.version_stage.as_deref())?;
    let mut reply = json!({
        "VersionId": id,
        "CreatedDate": version.created.as_duration().as_secs_f64(),
    });
    match value {
        SecretValue::Text(text) => reply["SecretString"] = json!(text),
        SecretValue::Binary(base64) => reply["SecretBinary"] = json!(base64),
    }
    if !version.stages.is_empty() {
        reply["VersionStages"] = json!(version.stages);
    }
    let id = id.to_owned();
    if secret.key_is_denied {
        return Err(error::key_denied());
    }
    secret.note_access(&id, site.now);
    reply["ARN"] = json!(secret.arn);
    reply["Name"] = json!(secret.name);
    Ok(Reply::Json(reply))
}

/// The version that is meant, if it has a value.
fn sought<'v>(
    versions: &'v Versions,
    id: Option<&'v str>,
    stage: Option<&str>,
) -> Result<(&'v str, &'v Version, &'v SecretValue), ServiceError> {
    let Some(id) = id else {
        let stage = stage.unwrap_or(CURRENT);
        let missing = || error::no_value_of_stage(stage);
        let id = versions.holder(stage).ok_or_else(missing)?;
        let version = versions.get(id).ok_or_else(missing)?;
        return Ok((id, version, version.value.as_ref().ok_or_else(missing)?));
    };
    let missing = || error::no_value_of_version(id);
    let version = versions.get(id).ok_or_else(missing)?;
    if stage.is_some_and(|stage| !version.has(stage)) {
        return Err(error::stage_is_elsewhere());
    }
    Ok((id, version, version.value.as_ref().ok_or_else(missing)?))
}
