//! Writes and removes tags, one call for all resources that get equal tags.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use shared::{
    batch::in_batches,
    error::{AwsError, AwsResultExt as _},
};

use super::Untagged;
use crate::{
    plan::action::{Action, Named, TagChange},
    resource::Kind,
};

/// EC2 takes at most this many resources in one tag call.
const RESOURCES_PER_CALL: usize = 1000;
/// Auto Scaling documents no limit; this keeps a call small.
const GROUP_TAGS_PER_CALL: usize = 50;

/// Tags to change on one resource.
#[derive(Debug)]
pub(super) struct Tagging<'a> {
    kind: Kind,
    target: &'a str,
    change: &'a TagChange,
}

impl<'a> Tagging<'a> {
    /// The work that `change` means for the resource of `action`, if any.
    pub(super) fn of(action: &'a Action, change: &'a TagChange) -> Option<Self> {
        let tagging = Self { kind: action.resource.kind, target: target(action), change };
        (!change.is_empty()).then_some(tagging)
    }
}

/// How the service names the resource in its tag calls.
pub(super) fn target(action: &Action) -> &str {
    let Named { kind, id, arn, .. } = &action.resource;
    match kind {
        Kind::Database | Kind::Cluster => arn.as_deref().unwrap_or(id),
        Kind::Instance | Kind::Group => id,
    }
}

/// Tries every change and returns what failed.
pub(super) async fn write(aws: &SdkConfig, mut work: Vec<Tagging<'_>>) -> Vec<Untagged> {
    let mut untagged = Vec::new();
    let groups: Vec<_> = work.extract_if(.., |tagging| tagging.kind == Kind::Group).collect();
    let databases: Vec<_> = work
        .extract_if(.., |tagging| matches!(tagging.kind, Kind::Database | Kind::Cluster))
        .collect();
    if !work.is_empty() {
        write_ec2(aws, &work, &mut untagged).await;
    }
    if !databases.is_empty() {
        write_rds(aws, databases, &mut untagged).await;
    }
    if !groups.is_empty() {
        write_autoscaling(aws, groups, &mut untagged).await;
    }
    untagged
}

async fn write_ec2(aws: &SdkConfig, work: &[Tagging<'_>], untagged: &mut Vec<Untagged>) {
    use aws_sdk_ec2::types::Tag;
    let ec2 = aws_sdk_ec2::Client::new(aws);
    let mut set: BTreeMap<&[(&'static str, String)], Vec<&str>> = BTreeMap::new();
    let mut remove: BTreeMap<&[&'static str], Vec<&str>> = BTreeMap::new();
    for Tagging { target, change, .. } in work {
        if !change.set.is_empty() {
            set.entry(&change.set).or_default().push(target);
        }
        if !change.remove.is_empty() {
            remove.entry(&change.remove).or_default().push(target);
        }
    }
    for (pairs, ids) in set {
        let tags: Vec<Tag> = pairs
            .iter()
            .map(|(key, value)| Tag::builder().key(*key).value(value).build())
            .collect();
        each_batch(&ids, untagged, async |ids| {
            let call =
                ec2.create_tags().set_resources(Some(ids.to_vec())).set_tags(Some(tags.clone()));
            call.send().await.during("ec2:CreateTags").map(drop)
        })
        .await;
    }
    for (keys, ids) in remove {
        // Without a value the tag goes whatever its value is.
        let tags: Vec<Tag> = keys.iter().map(|key| Tag::builder().key(*key).build()).collect();
        each_batch(&ids, untagged, async |ids| {
            let call =
                ec2.delete_tags().set_resources(Some(ids.to_vec())).set_tags(Some(tags.clone()));
            call.send().await.during("ec2:DeleteTags").map(drop)
        })
        .await;
    }
}

/// One batch after the other, so that the ids of 100,000 resources are never copied at once.
async fn each_batch(
    ids: &[&str],
    untagged: &mut Vec<Untagged>,
    mut send: impl AsyncFnMut(&[String]) -> Result<(), AwsError>,
) {
    for ids in ids.chunks(RESOURCES_PER_CALL) {
        let ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
        let refused = in_batches(&ids, ids.len(), &mut send).await.refused.into_iter();
        let refused =
            refused.map(|refusal| Untagged { resources: refusal.ids, error: refusal.error });
        untagged.extend(refused);
    }
}

async fn write_rds(aws: &SdkConfig, work: Vec<Tagging<'_>>, untagged: &mut Vec<Untagged>) {
    use aws_sdk_rds::types::Tag;
    let rds = aws_sdk_rds::Client::new(aws);
    for Tagging { target, change, .. } in work {
        let TagChange { set, remove } = change;
        let mut result = Ok(());
        if !set.is_empty() {
            let tags = set.iter().map(|(key, value)| Tag::builder().key(*key).value(value).build());
            let call =
                rds.add_tags_to_resource().resource_name(target).set_tags(Some(tags.collect()));
            result = call.send().await.during("rds:AddTagsToResource").map(drop);
        }
        if !remove.is_empty() && result.is_ok() {
            let keys = remove.iter().map(|key| (*key).to_owned()).collect();
            let call =
                rds.remove_tags_from_resource().resource_name(target).set_tag_keys(Some(keys));
            result = call.send().await.during("rds:RemoveTagsFromResource").map(drop);
        }
        if let Err(error) = result {
            untagged.push(Untagged { resources: vec![target.to_owned()], error });
        }
    }
}

async fn write_autoscaling(aws: &SdkConfig, work: Vec<Tagging<'_>>, untagged: &mut Vec<Untagged>) {
    use aws_sdk_autoscaling::types::Tag;
    let autoscaling = aws_sdk_autoscaling::Client::new(aws);
    let tag = |target: &str, key: &str| {
        Tag::builder().resource_id(target).resource_type("auto-scaling-group").key(key)
    };
    let mut set = Vec::new();
    let mut remove = Vec::new();
    for Tagging { target, change, .. } in &work {
        for (key, value) in &change.set {
            set.push((*target, tag(target, key).value(value).propagate_at_launch(false).build()));
        }
        remove.extend(change.remove.iter().map(|key| (*target, tag(target, key).build())));
    }
    let names =
        |chunk: &[(&str, _)]| chunk.iter().map(|(target, _)| (*target).to_owned()).collect();
    for chunk in set.chunks(GROUP_TAGS_PER_CALL) {
        let tags = chunk.iter().map(|(_, tag)| tag.clone()).collect();
        let call = autoscaling.create_or_update_tags().set_tags(Some(tags));
        if let Err(error) = call.send().await.during("autoscaling:CreateOrUpdateTags") {
            untagged.push(Untagged { resources: names(chunk), error });
        }
    }
    for chunk in remove.chunks(GROUP_TAGS_PER_CALL) {
        let tags = chunk.iter().map(|(_, tag)| tag.clone()).collect();
        let call = autoscaling.delete_tags().set_tags(Some(tags));
        if let Err(error) = call.send().await.during("autoscaling:DeleteTags") {
            untagged.push(Untagged { resources: names(chunk), error });
        }
    }
}
