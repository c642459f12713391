//! `PutSecretValue` and `UpdateSecret`: new values, and the rotations that they put an end to.

use serde::Deserialize;
use serde_json::json;

use super::{
    check, create, error,
    rotation::{self, Kind},
    secret::{Lag, Secret},
    site,
    state::State,
    versions::{CURRENT, PENDING, SecretValue, Version},
};
use crate::aws::{
    call::{Call, Outcome, Reply, ServiceError},
    events, json,
    site::Site,
};

const MOST_LABELS: usize = 20;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Put {
    secret_id: String,
    client_request_token: Option<String>,
    secret_string: Option<String>,
    secret_binary: Option<String>,
    version_stages: Option<Vec<String>>,
    rotation_token: Option<String>,
}

pub(super) fn put(state: &mut State, events: &mut events::State, call: &mut Call) -> Outcome {
    let input: Put = json::input(call)?;
    let token = check::token(input.client_request_token)?;
    input.version_stages.as_deref().map_or(Ok(()), check::stages)?;
    input.rotation_token.as_deref().map_or(Ok(()), check::rotation_token)?;
    let value = check::value(input.secret_string, input.secret_binary)?.ok_or_else(|| {
        error::invalid_request("You must provide either SecretString or SecretBinary.")
    })?;
    let site = site(call);
    let (lag, demands_token) = (state.lag, state.demands_rotation_token);
    let secret = state.find_own(&site, &input.secret_id)?;
    check_rotation_token(secret, &token, input.rotation_token.as_deref(), demands_token)?;
    let stages = input.version_stages.unwrap_or_else(|| vec![CURRENT.to_owned()]);
    if store(secret, &token, value, &stages, lag, &site)? {
        end_rotation(secret, events, &token, &site);
    }
    let shown = secret.versions.get(&token).map(|version| version.stages.clone());
    Ok(Reply::Json(json!({
        "ARN": secret.arn,
        "Name": secret.name,
        "VersionId": token,
        "VersionStages": shown.unwrap_or_default(),
    })))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Update {
    secret_id: String,
    client_request_token: Option<String>,
    description: Option<String>,
    kms_key_id: Option<String>,
    secret_string: Option<String>,
    secret_binary: Option<String>,
}

pub(super) fn update(state: &mut State, events: &mut events::State, call: &mut Call) -> Outcome {
    let input: Update = json::input(call)?;
    let token = check::token(input.client_request_token)?;
    create::check_description(input.description.as_deref())?;
    let value = check::value(input.secret_string, input.secret_binary)?;
    let site = site(call);
    let lag = state.lag;
    let secret = state.find_own(&site, &input.secret_id)?;
    let mut reply = json!({ "ARN": secret.arn, "Name": secret.name });
    if let Some(value) = value {
        if store(secret, &token, value, &[CURRENT.to_owned()], lag, &site)? {
            end_rotation(secret, events, &token, &site);
        }
        reply["VersionId"] = json!(token);
    }
    if let Some(description) = input.description {
        secret.description = Some(description).filter(|text| !text.is_empty());
    }
    secret.kms_key_id = input.kms_key_id.or(secret.kms_key_id.take());
    secret.changed = site.now;
    Ok(Reply::Json(reply))
}

/// Writes a version, and says whether it did. The same token with the same value does nothing; a
/// placeholder is filled.
fn store(
    secret: &mut Secret,
    token: &str,
    value: SecretValue,
    stages: &[String],
    lag: Lag,
    site: &Site<'_>,
) -> Result<bool, ServiceError> {
    if secret.key_is_denied {
        return Err(error::key_denied());
    }
    let known = secret.versions.get(token).and_then(|version| version.value.as_ref());
    match known {
        Some(known) if *known == value => return Ok(false),
        Some(_) => return Err(error::token_is_used(token, &secret.arn)),
        None => (),
    }
    let mut versions = secret.versions.clone();
    let is_first = versions.is_empty();
    match versions.get_mut(token) {
        Some(placeholder) => {
            placeholder.value = Some(value);
            placeholder.created = site.now;
        }
        None => versions.insert(token, Version::new(Some(value), site.now)),
    }
    for stage in stages {
        versions.attach(stage, token);
    }
    if is_first {
        versions.attach(CURRENT, token);
    }
    if versions.n_labels() > MOST_LABELS {
        return Err(error::too_many_labels());
    }
    versions.forget(site.now);
    secret.remember(lag, site.now);
    secret.versions = versions;
    secret.changed = site.now;
    Ok(true)
}

/// A new current version from outside ends the rotation that is going on: AWS drops its label, so
/// that the next one can begin.
fn end_rotation(secret: &mut Secret, events: &mut events::State, token: &str, site: &Site<'_>) {
    let is_current = secret.holder(CURRENT) == Some(token);
    let pending = secret.versions.unfinished().filter(|&pending| pending != token);
    let Some(pending) = pending.map(ToOwned::to_owned) else { return };
    if !is_current || secret.rotation_enabled != Some(true) {
        return;
    }
    let kind = secret.job.take().map_or(Kind::Rotation, |job| job.kind);
    secret.versions.detach(PENDING);
    if kind == Kind::Rotation {
        rotation::announce(events, site, &secret.arn, &pending, "RotationAbandoned", None);
    }
}

fn check_rotation_token(
    secret: &Secret,
    token: &str,
    rotation_token: Option<&str>,
    is_demanded: bool,
) -> Result<(), ServiceError> {
    let job = secret.job.as_ref();
    match rotation_token {
        Some(given) if job.is_none_or(|job| job.rotation_token != given) => {
            Err(error::bad_rotation_token())
        }
        None if is_demanded && job.is_some_and(|job| job.token == token) => {
            Err(error::bad_rotation_token())
        }
        _ => Ok(()),
    }
}
