//! `DeleteSecret` and `RestoreSecret`. A secret is gone when its window is over.

use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::json;

use super::{error, id, site, state::State};
use crate::aws::{
    call::{Call, Outcome, Reply},
    json,
};

const DEFAULT_WINDOW_DAYS: i64 = 30;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Delete {
    secret_id: String,
    recovery_window_in_days: Option<i64>,
    #[serde(default)]
    force_delete_without_recovery: bool,
}

pub(super) fn delete(state: &mut State, call: &mut Call) -> Outcome {
    let input: Delete = json::input(call)?;
    let is_forced = input.force_delete_without_recovery;
    if is_forced && input.recovery_window_in_days.is_some() {
        return Err(error::invalid_parameter(
            "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
        ));
    }
    let window_days = input.recovery_window_in_days.unwrap_or(DEFAULT_WINDOW_DAYS);
    if !(7..=30).contains(&window_days) {
        return Err(error::invalid_parameter(
            "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).",
        ));
    }
    let site = site(call);
    let now = site.now.as_duration().as_secs_f64();
    if is_forced {
        // AWS says the same of a secret that does not exist.
        let name = id::local_part(&site, &input.secret_id)?.to_owned();
        let Ok(secret) = state.find(&site, &input.secret_id) else {
            let arn = site.arn("secretsmanager", &format!("secret:{name}"));
            return Ok(Reply::Json(json!({ "ARN": arn, "Name": name, "DeletionDate": now })));
        };
        let reply = json!({ "ARN": secret.arn, "Name": secret.name, "DeletionDate": now });
        let name = secret.name.clone();
        state.remove(&name);
        return Ok(Reply::Json(reply));
    }
    let secret = state.find_own(&site, &input.secret_id)?;
    let gone = site.now + SignedDuration::from_hours(24 * window_days);
    secret.deleted = Some(gone);
    secret.changed = site.now;
    Ok(Reply::Json(json!({
        "ARN": secret.arn,
        "Name": secret.name,
        "DeletionDate": gone.as_duration().as_secs_f64(),
    })))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Restore {
    secret_id: String,
}

pub(super) fn restore(state: &mut State, call: &mut Call) -> Outcome {
    let input: Restore = json::input(call)?;
    let secret = state.find(&site(call), &input.secret_id)?;
    secret.deleted = None;
    Ok(Reply::Json(json!({ "ARN": secret.arn, "Name": secret.name })))
}
