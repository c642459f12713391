//! `RotateSecret` and `CancelRotateSecret`: what AWS does before it calls the function for the first
//! time.

use serde::Deserialize;
use serde_json::json;

use super::{
    check::{self, NO_TOKEN},
    error,
    rotation::{Job, Kind},
    schedule::Rules,
    secret::Secret,
    site,
    state::State,
    versions::{CURRENT, PENDING, Version},
};
use crate::aws::{
    call::{Call, Outcome, Reply, ServiceError},
    json,
    site::Site,
};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Request {
    secret_id: String,
    client_request_token: Option<String>,
    #[serde(rename = "RotationLambdaARN")]
    rotation_lambda_arn: Option<String>,
    rotation_rules: Option<Rules>,
    rotate_immediately: Option<bool>,
}

pub(super) fn rotate(state: &mut State, call: &mut Call) -> Outcome {
    let input: Request = json::input(call)?;
    let Some(token) = input.client_request_token else {
        return Err(error::invalid_parameter(NO_TOKEN));
    };
    let token = check::token(Some(token))?;
    if let Some(arn) = &input.rotation_lambda_arn {
        check::length(arn, "rotationLambdaARN", 0..=2_048)?;
    }
    let site = site(call);
    let secret = state.find_own(&site, &input.secret_id)?;
    let rules = input.rotation_rules.or_else(|| secret.rotation_rules.clone());
    let interval = rules.as_ref().map_or(Ok(None), Rules::interval)?;
    let given = input.rotation_lambda_arn.filter(|arn| !arn.is_empty());
    let function = given.or_else(|| secret.rotation_function.clone());
    let function = function.ok_or_else(error::no_rotation_function)?;
    if !state.may_invoke(&function) {
        return Err(error::cannot_invoke());
    }
    let rotation_token = state.fresh_token(&site);
    let secret = state.find_own(&site, &input.secret_id)?;
    let reply = json!({ "ARN": secret.arn, "Name": secret.name, "VersionId": token });
    if secret.job.as_ref().is_some_and(|job| job.token == token) {
        // The same call again.
        return Ok(Reply::Json(reply));
    }
    if let Some(pending) = secret.versions.unfinished().map(ToOwned::to_owned) {
        retry(secret, &pending, rotation_token, &site);
        return Err(error::previous_rotation());
    }
    if secret.versions.get(&token).is_some() {
        return Err(error::token_is_used(&token, &secret.arn));
    }
    secret.rotation_enabled = Some(true);
    secret.rotation_function = Some(function);
    secret.rotation_rules = rules;
    secret.next_rotation = interval.map(|interval| site.now + interval);
    let is_immediate = input.rotate_immediately.unwrap_or(true);
    let kind = if is_immediate { Kind::Rotation } else { Kind::Test };
    begin(secret, kind, &token, rotation_token, &site);
    Ok(Reply::Json(reply))
}

/// Registers the version of a rotation, which is due from now on. In a rotation it has no value
/// yet; in a test it is a copy of the current one, and is removed afterwards.
pub(super) fn begin(
    secret: &mut Secret,
    kind: Kind,
    token: &str,
    rotation_token: String,
    site: &Site<'_>,
) {
    let current = secret.holder(CURRENT).and_then(|id| secret.versions.get(id));
    let value = match kind {
        Kind::Rotation => None,
        Kind::Test => current.and_then(|version| version.value.clone()),
    };
    secret.versions.insert(token, Version::new(value, site.now));
    secret.versions.attach(PENDING, token);
    secret.job = Some(Job::new(kind, token, rotation_token, site.now));
}

/// Makes the rotation that is not complete due again: the one that is known, or the one that left
/// its label behind.
pub(super) fn retry(secret: &mut Secret, pending: &str, rotation_token: String, site: &Site<'_>) {
    match &mut secret.job {
        Some(job) => job.retry(site.now),
        None if secret.rotation_enabled == Some(true) => {
            secret.job = Some(Job::new(Kind::Rotation, pending, rotation_token, site.now));
        }
        None => (),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Cancel {
    secret_id: String,
}

/// The label of a rotation that is going on stays where it is, as in AWS.
pub(super) fn cancel(state: &mut State, call: &mut Call) -> Outcome {
    let input: Cancel = json::input(call)?;
    let secret = state.find_own(&site(call), &input.secret_id)?;
    require_function(secret)?;
    secret.rotation_enabled = Some(false);
    secret.next_rotation = None;
    let mut reply = json!({ "ARN": secret.arn, "Name": secret.name });
    if let Some(job) = secret.job.take() {
        reply["VersionId"] = json!(job.token);
    }
    Ok(Reply::Json(reply))
}

fn require_function(secret: &Secret) -> Result<(), ServiceError> {
    secret.rotation_function.as_ref().map(drop).ok_or_else(error::no_rotation_function)
}
