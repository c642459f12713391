//! `TagResource` and `UntagResource`, and the rules of tags.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use super::{check, error, site, state::State};
use crate::aws::{
    call::{Call, Outcome, Reply, ServiceError},
    json,
};

const MOST_TAGS: usize = 50;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Tag {
    key: String,
    #[serde(default)]
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Tags {
    secret_id: String,
    tags: Vec<Tag>,
}

pub(super) fn tag(state: &mut State, call: &mut Call) -> Outcome {
    let input: Tags = json::input(call)?;
    let site = site(call);
    let secret = state.find_alive(&site, &input.secret_id)?;
    secret.tags = merged(&secret.tags, input.tags)?;
    secret.changed = site.now;
    Ok(Reply::Json(json!({})))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct TagKeys {
    secret_id: String,
    tag_keys: Vec<String>,
}

pub(super) fn untag(state: &mut State, call: &mut Call) -> Outcome {
    let input: TagKeys = json::input(call)?;
    let site = site(call);
    let secret = state.find_alive(&site, &input.secret_id)?;
    for key in &input.tag_keys {
        secret.tags.remove(key);
    }
    secret.changed = site.now;
    Ok(Reply::Json(json!({})))
}

/// The tags of a secret after these have been added.
pub(super) fn merged(
    known: &BTreeMap<String, String>,
    new: Vec<Tag>,
) -> Result<BTreeMap<String, String>, ServiceError> {
    let mut tags = known.clone();
    for Tag { key, value } in new {
        check::length(&key, "tags.member.key", 1..=128)?;
        check::length(&value, "tags.member.value", 0..=256)?;
        if key.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("aws:")) {
            return Err(error::invalid_parameter(
                "Tag keys can't start with aws:, which is reserved for AWS use.",
            ));
        }
        tags.insert(key, value);
    }
    if tags.len() > MOST_TAGS {
        return Err(error::invalid_parameter("A secret can have at most 50 tags."));
    }
    Ok(tags)
}
