//! `AddTagsToResource`, `RemoveTagsFromResource` and `ListTagsForResource`, and the rules for
//! tags, which allow fewer characters than those of EC2.

use super::{
    database::Tags,
    error::{invalid_value, missing, no_such_cluster, no_such_instance},
    item,
    state::State,
};
use crate::aws::{
    call::{Outcome, Reply, ServiceError},
    form::Form,
    site::Site,
    xml::Xml,
};

const MOST_TAGS: usize = 50;
const LONGEST_KEY: usize = 128;
const LONGEST_VALUE: usize = 256;

pub(super) fn add_tags(state: &mut State, site: &Site<'_>, mut form: Form) -> Outcome {
    let arn = form.take("ResourceName").ok_or_else(|| missing("ResourceName"))?;
    let mut new = Tags::new();
    for mut tag in form.take_structs("Tags.Tag") {
        let key = tag.take("Key").ok_or_else(|| missing("Tags.Tag.Key"))?;
        let value = tag.take("Value").unwrap_or_default();
        tag.finish()?;
        check(&key, &value)?;
        if new.contains_key(&key) {
            return Err(invalid_value(format!("Duplicate tag key found: {key}")));
        }
        new.insert(key, value);
    }
    form.finish()?;
    if new.is_empty() {
        return Err(missing("Tags"));
    }
    let present = tags_of(state, site, &arn)?;
    let n_new = new.keys().filter(|key| !present.contains_key(*key)).count();
    let n_own = present.keys().filter(|key| !key.starts_with("aws:")).count();
    if n_own + n_new > MOST_TAGS {
        return Err(invalid_value(format!(
            "The maximum number of tags for a resource is {MOST_TAGS}."
        )));
    }
    present.extend(new);
    Ok(Reply::Xml(Xml::new()))
}

pub(super) fn remove_tags(state: &mut State, site: &Site<'_>, mut form: Form) -> Outcome {
    let arn = form.take("ResourceName").ok_or_else(|| missing("ResourceName"))?;
    let keys = form.take_list("TagKeys.member");
    form.finish()?;
    if keys.is_empty() {
        return Err(missing("TagKeys"));
    }
    if keys.iter().any(|key| is_reserved(key)) {
        return Err(reserved());
    }
    tags_of(state, site, &arn)?.retain(|key, _| !keys.contains(key));
    Ok(Reply::Xml(Xml::new()))
}

pub(super) fn list_tags(state: &mut State, site: &Site<'_>, mut form: Form) -> Outcome {
    let arn = form.take("ResourceName").ok_or_else(|| missing("ResourceName"))?;
    form.finish()?;
    let mut xml = Xml::new();
    item::tags(&mut xml, tags_of(state, site, &arn)?);
    Ok(Reply::Xml(xml))
}

/// The tags of the instance or the cluster with this ARN.
pub(super) fn tags_of<'s>(
    state: &'s mut State,
    site: &Site<'_>,
    arn: &str,
) -> Result<&'s mut Tags, ServiceError> {
    let parts: Vec<&str> = arn.split(':').collect();
    let &["arn", "aws", "rds", region, account, kind @ ("db" | "cluster"), id] = parts.as_slice()
    else {
        return Err(invalid_value(format!("Invalid resource name: {arn}")));
    };
    if (region, account) != (site.region, site.account) {
        return Err(invalid_value(
            "The specified resource name does not match an RDS resource in this region.",
        ));
    }
    if kind == "db" {
        let instance = state.instance_mut(id).ok_or_else(|| no_such_instance(id))?;
        return Ok(&mut instance.tags);
    }
    let cluster = state.cluster_mut(id).ok_or_else(|| no_such_cluster(id))?;
    Ok(&mut cluster.tags)
}

/// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Tagging.html>
fn check(key: &str, value: &str) -> Result<(), ServiceError> {
    if is_reserved(key) {
        return Err(reserved());
    }
    if key.is_empty() || key.chars().count() > LONGEST_KEY {
        return Err(invalid_value(format!(
            "Tag keys must be between 1 and {LONGEST_KEY} characters in length."
        )));
    }
    if value.chars().count() > LONGEST_VALUE {
        return Err(invalid_value(format!(
            "Tag values must be between 0 and {LONGEST_VALUE} characters in length."
        )));
    }
    let is_legal = |letter: char| {
        letter.is_alphanumeric()
            || (letter.is_whitespace() && !letter.is_control())
            || "_.:/=+-@".contains(letter)
    };
    for (what, text) in [("key", key), ("value", value)] {
        if !text.chars().all(is_legal) {
            return Err(invalid_value(format!(
                "Invalid tag {what}: {text}. Tag {what}s can only contain letters, digits, \
                 whitespace, and the characters _ . : / = + - @"
            )));
        }
    }
    Ok(())
}

fn is_reserved(key: &str) -> bool {
    let prefix = key.get(..4).unwrap_or_default();
    prefix.eq_ignore_ascii_case("aws:") || prefix.eq_ignore_ascii_case("rds:")
}

fn reserved() -> ServiceError {
    invalid_value("The tag keys can't be prefixed with \"aws:\" or \"rds:\".")
}
