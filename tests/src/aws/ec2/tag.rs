//! `CreateTags` and `DeleteTags`, and the rules for tags. One bad resource or tag fails the whole
//! call.

use std::collections::BTreeSet;

use super::{
    error::{invalid_value, missing, no_such_instances},
    instance::Tags,
    params::{flag, has_form_of_id, unless_dry_run},
    state::State,
};
use crate::aws::{
    call::{Outcome, Reply, ServiceError},
    form::Form,
    site::Site,
    xml::Xml,
};

/// Tags of one resource, not counting those of AWS.
const MOST_TAGS: usize = 50;
const LONGEST_KEY: usize = 128;
const LONGEST_VALUE: usize = 256;
/// Resources of one call.
const MOST_RESOURCES: usize = 1000;

pub(super) fn create_tags(state: &mut State, site: &Site<'_>, mut form: Form) -> Outcome {
    let resources = resource_ids(&mut form)?;
    let tags = tags(form.take_structs("Tag"))?;
    let dry_run = flag(&mut form, "DryRun")?;
    form.finish()?;
    if tags.is_empty() {
        return Err(invalid_value(
            "Value ( empty ) for parameter tagSet is invalid. You must specify one or more tags \
             to create",
        ));
    }
    for id in &resources {
        let present = tags_of(state, site, id)?;
        let n_new = tags.keys().filter(|key| !present.contains_key(*key)).count();
        if n_own_tags(present) + n_new > MOST_TAGS {
            return Err(ServiceError::client(
                "TagLimitExceeded",
                "The maximum number of Tags for a resource has been reached.",
            ));
        }
    }
    unless_dry_run(dry_run)?;
    for id in &resources {
        remember(state, site, id);
        let new = tags.iter().map(|(key, value)| (key.clone(), value.clone()));
        tags_of(state, site, id)?.extend(new);
    }
    Ok(done())
}

pub(super) fn delete_tags(state: &mut State, site: &Site<'_>, mut form: Form) -> Outcome {
    let resources = resource_ids(&mut form)?;
    let mut doomed: Vec<(String, Option<String>)> = Vec::new();
    for mut tag in form.take_structs("Tag") {
        let key = tag.take("Key").ok_or_else(|| missing("Tag.Key"))?;
        refuse_reserved(&key)?;
        doomed.push((key, tag.take("Value")));
        tag.finish()?;
    }
    let dry_run = flag(&mut form, "DryRun")?;
    form.finish()?;
    for id in &resources {
        tags_of(state, site, id)?;
    }
    unless_dry_run(dry_run)?;
    for id in &resources {
        remember(state, site, id);
        let present = tags_of(state, site, id)?;
        if doomed.is_empty() {
            present.retain(|key, _| is_reserved(key));
        }
        for (key, value) in &doomed {
            // With a value, only a tag of this value goes; an empty value is a value.
            if value.is_none() || present.get(key) == value.as_ref() {
                present.remove(key);
            }
        }
    }
    Ok(done())
}

/// The tags of new things, checked: no reserved key, nothing twice, nothing too long or too
/// many.
pub(super) fn tags(forms: Vec<Form>) -> Result<Tags, ServiceError> {
    let mut tags = Tags::new();
    for mut tag in forms {
        let key =
            tag.take("Key").filter(|key| !key.is_empty()).ok_or_else(|| missing("Tag.Key"))?;
        let value = tag.take("Value").unwrap_or_default();
        tag.finish()?;
        refuse_reserved(&key)?;
        if key.chars().count() > LONGEST_KEY {
            return Err(invalid_value(format!(
                "Tag key exceeds the maximum length of {LONGEST_KEY} characters"
            )));
        }
        if value.chars().count() > LONGEST_VALUE {
            return Err(invalid_value(format!(
                "Tag value exceeds the maximum length of {LONGEST_VALUE} characters"
            )));
        }
        if tags.contains_key(&key) {
            return Err(invalid_value(format!("Duplicate tag key '{key}' specified.")));
        }
        tags.insert(key, value);
    }
    if tags.len() > MOST_TAGS {
        return Err(ServiceError::client(
            "TagLimitExceeded",
            "The maximum number of Tags for a resource has been reached.",
        ));
    }
    Ok(tags)
}

fn resource_ids(form: &mut Form) -> Result<BTreeSet<String>, ServiceError> {
    let resources = form.take_list("ResourceId");
    if resources.is_empty() {
        return Err(missing("resourceIdSet"));
    }
    if resources.len() > MOST_RESOURCES {
        return Err(invalid_value(format!(
            "The maximum number of resources in one request is {MOST_RESOURCES}"
        )));
    }
    Ok(resources.into_iter().collect())
}

/// Comes before a change of tags.
fn remember(state: &mut State, site: &Site<'_>, id: &str) {
    let lag = state.lag;
    if let Some(instance) = state.instance(id, site.now) {
        instance.remember(site.now, lag);
    }
}

/// Instances and spot requests have tags.
fn tags_of<'s>(
    state: &'s mut State,
    site: &Site<'_>,
    id: &str,
) -> Result<&'s mut Tags, ServiceError> {
    if has_form_of_id(id, "i-") {
        let instance = state.instance(id, site.now).ok_or_else(|| no_such_instances(&[id]))?;
        return Ok(&mut instance.tags);
    }
    if id.starts_with("sir-") {
        let spots = state.instances.values_mut().filter_map(|found| found.spot.as_mut());
        let spot = spots.into_iter().find(|spot| spot.request == id).ok_or_else(|| {
            ServiceError::client(
                "InvalidSpotInstanceRequestID.NotFound",
                format!("The spot instance request ID '{id}' does not exist"),
            )
        })?;
        return Ok(&mut spot.tags);
    }
    Err(ServiceError::client("InvalidID", format!("The ID '{id}' is not valid")))
}

fn n_own_tags(tags: &Tags) -> usize {
    tags.keys().filter(|key| !is_reserved(key)).count()
}

fn is_reserved(key: &str) -> bool {
    key.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("aws:"))
}

fn refuse_reserved(key: &str) -> Result<(), ServiceError> {
    if is_reserved(key) {
        return Err(invalid_value("Tag keys starting with 'aws:' are reserved for internal use"));
    }
    Ok(())
}

fn done() -> Reply {
    let mut xml = Xml::new();
    xml.text("return", "true");
    Reply::Xml(xml)
}
