//! Lists Auto Scaling groups by the schedule tag.

use aws_config::SdkConfig;
use aws_sdk_autoscaling::{
    Client,
    types::{AutoScalingGroup, Filter, LifecycleState},
};
use jiff::Timestamp;
use shared::{error::AwsError, page::drain, tag::Tags};

use super::{NAME_TAG, Texts, with_tags};
use crate::resource::{CAPACITY_TAG, Capacity, Extra, Kind, Power, Resource};

/// The most that one page may hold.
const PAGE_SIZE: i32 = 100;

pub(super) async fn groups(aws: &SdkConfig, tag_key: &str) -> Result<Vec<Resource>, AwsError> {
    let autoscaling = Client::new(aws);
    let pages = autoscaling
        .describe_auto_scaling_groups()
        .filters(Filter::builder().name("tag-key").values(tag_key).build())
        .into_paginator()
        .page_size(PAGE_SIZE)
        .send();
    let mut resources = Vec::new();
    let mut texts = Texts::default();
    drain(pages, "autoscaling:DescribeAutoScalingGroups", |page| {
        let groups = page.auto_scaling_groups.unwrap_or_default().into_iter();
        resources.extend(groups.filter_map(|group| self::group(group, tag_key, &mut texts)));
    })
    .await?;
    Ok(resources)
}

fn group(group: AutoScalingGroup, tag_key: &str, texts: &mut Texts) -> Option<Resource> {
    let tags = group.tags.unwrap_or_default();
    let tags = Tags::from_pairs(tags.into_iter().map(|tag| (tag.key, tag.value)));
    let capacity =
        Capacity { min: group.min_size?, max: group.max_size?, desired: group.desired_capacity? };
    let instances = group.instances.unwrap_or_default();
    let n_in_service = instances
        .iter()
        .filter(|instance| instance.lifecycle_state == Some(LifecycleState::InService))
        .count();
    // One that idles at 0 without our tag has its maximum, and may grow at any time.
    let has_sizes = tags.contains(CAPACITY_TAG);
    let is_empty = capacity.desired == 0 && capacity.min == 0;
    let is_emptied = capacity == Capacity::ZERO || (is_empty && has_sizes);
    let power = if group.status.is_some() {
        // The only status there is says that the group is being deleted.
        Power::Busy(texts.get(&group.status.unwrap_or_default()))
    } else if is_emptied {
        if instances.is_empty() { Power::Stopped } else { Power::Stopping }
    } else if usize::try_from(capacity.desired).is_ok_and(|desired| n_in_service < desired) {
        Power::Starting
    } else {
        Power::Running
    };
    let schedule = texts.get(tags.get(tag_key)?.trim());
    let arn = group.auto_scaling_group_arn;
    let extra = Extra { capacity: Some(capacity), arn, ..Extra::default() };
    let (handled, extra) = with_tags(&tags, extra);
    Some(Resource {
        kind: Kind::Group,
        id: group.auto_scaling_group_name?.into(),
        name: tags.get(NAME_TAG).map(Box::from),
        power,
        schedule,
        handled,
        born: group.created_time.and_then(|time| Timestamp::from_second(time.secs()).ok()),
        size: texts.get("group"),
        extra,
    })
}
