//! `UpdateSecretVersionStage`: moves one label, and the label of the previous version with that of
//! the current one.

use serde::Deserialize;
use serde_json::json;

use super::{
    check, error, site,
    state::State,
    versions::{CURRENT, Versions},
};
use crate::aws::{
    call::{Call, Outcome, Reply, ServiceError},
    json,
};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Update {
    secret_id: String,
    version_stage: String,
    remove_from_version_id: Option<String>,
    move_to_version_id: Option<String>,
}

pub(super) fn update(state: &mut State, call: &mut Call) -> Outcome {
    let input: Update = json::input(call)?;
    check::stage(&input.version_stage)?;
    let (from, to) = (input.remove_from_version_id.as_deref(), input.move_to_version_id.as_deref());
    check::version_id(from, "removeFromVersionId")?;
    check::version_id(to, "moveToVersionId")?;
    let site = site(call);
    let lag = state.lag;
    let secret = state.find_own(&site, &input.secret_id)?;
    let mut versions = secret.versions.clone();
    shift(&mut versions, &input.version_stage, from, to)?;
    secret.remember(lag, site.now);
    secret.versions = versions;
    secret.changed = site.now;
    Ok(Reply::Json(json!({ "ARN": secret.arn, "Name": secret.name })))
}

fn shift(
    versions: &mut Versions,
    stage: &str,
    from: Option<&str>,
    to: Option<&str>,
) -> Result<(), ServiceError> {
    if let Some(missing) = [from, to].into_iter().flatten().find(|id| versions.get(id).is_none()) {
        return Err(error::no_value_of_version(missing));
    }
    let holder = versions.holder(stage);
    match (holder, from, to) {
        (_, None, None) => Err(error::invalid_parameter(
            "You must provide a value for either MoveToVersionId or RemoveFromVersionId.",
        )),
        (Some(holder), None, Some(to)) if holder != to => Err(error::invalid_parameter(format!(
            "The parameter RemoveFromVersionId can't be empty. Staging label {stage} is currently \
             attached to version {holder}, so you must explicitly reference that version in \
             RemoveFromVersionId."
        ))),
        (holder, Some(from), _) if holder != Some(from) => Err(error::invalid_parameter(format!(
            "Staging label {stage} isn't currently attached to version {from}."
        ))),
        (_, _, None) if stage == CURRENT => Err(error::invalid_parameter(
            "You can only move staging label AWSCURRENT to a different secret version. It can\u{2019}t \
             be completely removed.",
        )),
        (_, _, Some(to)) => {
            versions.attach(stage, to);
            if versions.n_labels() > 20 {
                return Err(error::too_many_labels());
            }
            Ok(())
        }
        (_, Some(_), None) => {
            versions.detach(stage);
            Ok(())
        }
    }
}
