//! `CreateOrUpdateTags` and `DeleteTags`, for groups. Instances keep the tags they were launched
//! with.

use super::{
    error::{missing, validation},
    group::Tag,
    state::State,
};
use crate::aws::{
    call::{Outcome, Reply, ServiceError},
    form::Form,
    xml::Xml,
};

const MOST_TAGS: usize = 50;
const LONGEST_KEY: usize = 128;
const LONGEST_VALUE: usize = 256;

pub(super) fn create_or_update_tags(state: &mut State, mut form: Form) -> Outcome {
    let mut new = Vec::new();
    for mut tag in form.take_structs("Tags.member") {
        let (group, key) = target(state, &mut tag)?;
        let value = tag.take("Value").unwrap_or_default();
        let propagates = tag.take("PropagateAtLaunch").is_some_and(|text| text == "true");
        tag.finish()?;
        if value.chars().count() > LONGEST_VALUE {
            return Err(validation(format!(
                "Tag values may be at most {LONGEST_VALUE} characters long"
            )));
        }
        new.push((group, key, Tag { value, propagates }));
    }
    form.finish()?;
    if new.is_empty() {
        return Err(missing("Tags"));
    }
    for (name, group) in &state.groups {
        let keys = new.iter().filter(|(of, ..)| of == name).map(|(_, key, _)| key);
        let mut all: std::collections::BTreeSet<&String> = group.tags.keys().collect();
        all.extend(keys);
        if all.len() > MOST_TAGS {
            return Err(ServiceError::client(
                "LimitExceeded",
                format!("A group may have at most {MOST_TAGS} tags"),
            ));
        }
    }
    for (name, key, tag) in new {
        if let Some(group) = state.group_mut(&name) {
            group.tags.insert(key, tag);
        }
    }
    Ok(Reply::Xml(Xml::new()))
}

pub(super) fn delete_tags(state: &mut State, mut form: Form) -> Outcome {
    let mut doomed = Vec::new();
    for mut tag in form.take_structs("Tags.member") {
        doomed.push(target(state, &mut tag)?);
        // Neither decides what is deleted.
        tag.take("Value");
        tag.take("PropagateAtLaunch");
        tag.finish()?;
    }
    form.finish()?;
    if doomed.is_empty() {
        return Err(missing("Tags"));
    }
    for (name, key) in doomed {
        if let Some(group) = state.group_mut(&name) {
            group.tags.remove(&key);
        }
    }
    Ok(Reply::Xml(Xml::new()))
}

/// The group that the tag is of, and its key.
fn target(state: &State, tag: &mut Form) -> Result<(String, String), ServiceError> {
    let group = tag.take("ResourceId").ok_or_else(|| missing("ResourceId"))?;
    let kind = tag.take("ResourceType").unwrap_or_default();
    let key = tag.take("Key").unwrap_or_default();
    if kind != "auto-scaling-group" {
        return Err(validation(format!(
            "Invalid resource type: {kind}. Only auto-scaling-group is supported"
        )));
    }
    if key.is_empty() || key.chars().count() > LONGEST_KEY {
        return Err(validation(format!(
            "Tag keys must be between 1 and {LONGEST_KEY} characters long"
        )));
    }
    if key.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("aws:")) {
        return Err(validation("Tag keys starting with 'aws:' are reserved for internal use"));
    }
    if state.group(&group).is_none() {
        return Err(validation(format!("Group {group} not found")));
    }
    Ok((group, key))
}
