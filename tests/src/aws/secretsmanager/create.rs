//! `CreateSecret`. Replicates nothing.

use serde::Deserialize;
use serde_json::json;

use super::{
    check, id, site,
    state::State,
    tag::{self, Tag},
    versions::{CURRENT, Version},
};
use crate::aws::{
    call::{Call, Outcome, Reply, ServiceError},
    json,
};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Create {
    name: String,
    client_request_token: Option<String>,
    description: Option<String>,
    kms_key_id: Option<String>,
    secret_string: Option<String>,
    secret_binary: Option<String>,
    #[serde(default)]
    tags: Vec<Tag>,
}

pub(super) fn create(state: &mut State, call: &mut Call) -> Outcome {
    let input: Create = json::input(call)?;
    let token = check::token(input.client_request_token)?;
    check::length(&input.name, "name", 1..=512)?;
    id::check_name(&input.name)?;
    check_description(input.description.as_deref())?;
    let value = check::value(input.secret_string, input.secret_binary)?;
    let tags = tag::merged(&std::collections::BTreeMap::new(), input.tags)?;
    let site = site(call);
    if let Some(known) = state.by_name(&site, &input.name) {
        if known.deleted.is_some() {
            return Err(super::error::invalid_request(
                "You can't create this secret because a secret with this name is already \
                 scheduled for deletion.",
            ));
        }
        // A repeated call finds what the first one made.
        let is_same = known.versions.get(&token).is_some_and(|version| version.value == value);
        if is_same {
            let reply = json!({ "ARN": known.arn, "Name": known.name, "VersionId": token });
            return Ok(Reply::Json(reply));
        }
        return Err(ServiceError::client(
            "ResourceExistsException",
            format!("The operation failed because the secret {} already exists.", input.name),
        ));
    }
    let secret = state.create(&site, &input.name);
    secret.description = input.description.filter(|text| !text.is_empty());
    secret.kms_key_id = input.kms_key_id;
    secret.tags = tags;
    let mut reply = json!({ "ARN": secret.arn, "Name": secret.name });
    if value.is_some() {
        secret.versions.insert(&token, Version::new(value, site.now));
        secret.versions.attach(CURRENT, &token);
        reply["VersionId"] = json!(token);
    }
    Ok(Reply::Json(reply))
}

pub(super) fn check_description(description: Option<&str>) -> Result<(), ServiceError> {
    description.map_or(Ok(()), |text| check::length(text, "description", 0..=2_048))
}
