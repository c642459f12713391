//! Lists EC2 instances by the schedule tag.

use aws_config::SdkConfig;
use aws_sdk_ec2::{
    Client,
    types::{
        DeviceType, Filter, Instance, InstanceLifecycleType, InstanceStateName, SpotInstanceType,
    },
};
use jiff::Timestamp;
use shared::{
    error::{AwsError, AwsResultExt as _},
    page::drain,
    tag::Tags,
};

use super::{NAME_TAG, Texts, with_tags};
use crate::resource::{Extra, Kind, Obstacle, Power, Resource};

/// The most that one page of `DescribeInstances` may hold.
const PAGE_SIZE: i32 = 1000;

/// AWS puts this tag on every instance of an Auto Scaling group.
const AUTO_SCALING_TAG: &str = "aws:autoscaling:groupName";

/// EC2 accepts at most this many ids in one describe call.
const SPOT_REQUESTS_PER_CALL: usize = 500;

pub(super) async fn instances(aws: &SdkConfig, tag_key: &str) -> Result<Vec<Resource>, AwsError> {
    let ec2 = Client::new(aws);
    let pages = ec2
        .describe_instances()
        .filters(Filter::builder().name("tag-key").values(tag_key).build())
        // A terminated instance stays listed for about an hour.
        .filters(
            Filter::builder()
                .name("instance-state-name")
                .set_values(Some(
                    ["pending", "running", "stopping", "stopped"].map(str::to_owned).to_vec(),
                ))
                .build(),
        )
        .into_paginator()
        .page_size(PAGE_SIZE)
        .send();
    let mut resources = Vec::new();
    let mut texts = Texts::default();
    drain(pages, "ec2:DescribeInstances", |page| {
        for reservation in page.reservations.unwrap_or_default() {
            for instance in reservation.instances.unwrap_or_default() {
                resources.extend(resource(instance, tag_key, &mut texts));
            }
        }
    })
    .await?;
    mark_one_time_spot(&ec2, &mut resources).await?;
    Ok(resources)
}

fn resource(instance: Instance, tag_key: &str, texts: &mut Texts) -> Option<Resource> {
    let tags = instance.tags.unwrap_or_default();
    let tags = Tags::from_pairs(tags.into_iter().map(|tag| (tag.key, tag.value)));
    let is_spot = instance.instance_lifecycle == Some(InstanceLifecycleType::Spot);
    let obstacle = if tags.contains(AUTO_SCALING_TAG) {
        Some(Obstacle::InAutoScalingGroup)
    } else if instance.root_device_type == Some(DeviceType::InstanceStore) {
        Some(Obstacle::InstanceStoreRoot)
    } else {
        None
    };
    let power = power(instance.state?.name?, texts);
    // Only a stopped instance's reason decides anything; a running one has an old or none.
    let state_reason = instance.state_reason.filter(|_| power == Power::Stopped);
    let extra = Extra {
        obstacle,
        state_reason: state_reason.and_then(|reason| reason.message.or(reason.code)),
        hibernation_configured: instance
            .hibernation_options
            .is_some_and(|options| options.configured == Some(true)),
        spot_request: instance.spot_instance_request_id.filter(|_| is_spot),
        ..Extra::default()
    };
    let (handled, extra) = with_tags(&tags, extra);
    Some(Resource {
        kind: Kind::Instance,
        id: instance.instance_id?.into(),
        name: tags.get(NAME_TAG).map(Box::from),
        power,
        schedule: texts.get(tags.get(tag_key)?.trim()),
        handled,
        born: instance.launch_time.and_then(|time| Timestamp::from_second(time.secs()).ok()),
        size: texts.get(instance.instance_type?.as_str()),
        extra,
    })
}

fn power(state: InstanceStateName, texts: &mut Texts) -> Power {
    match state {
        InstanceStateName::Running => Power::Running,
        InstanceStateName::Stopped => Power::Stopped,
        InstanceStateName::Pending => Power::Starting,
        InstanceStateName::Stopping => Power::Stopping,
        other => Power::Busy(texts.get(other.as_str())),
    }
}

/// Whether a spot request is one-time is not in the instance, so it costs a call, and only in
/// accounts that have scheduled spot instances.
async fn mark_one_time_spot(ec2: &Client, resources: &mut [Resource]) -> Result<(), AwsError> {
    let requests: Vec<String> = resources
        .iter()
        .filter_map(|resource| resource.extra.as_ref()?.spot_request.clone())
        .collect();
    let mut one_time = std::collections::BTreeSet::new();
    for ids in requests.chunks(SPOT_REQUESTS_PER_CALL) {
        let output = ec2
            .describe_spot_instance_requests()
            .filters(
                Filter::builder()
                    .name("spot-instance-request-id")
                    .set_values(Some(ids.to_vec()))
                    .build(),
            )
            .send()
            .await
            .during("ec2:DescribeSpotInstanceRequests")?;
        let requests = output.spot_instance_requests.unwrap_or_default();
        let one_time_ids = requests
            .into_iter()
            .filter(|request| request.r#type == Some(SpotInstanceType::OneTime));
        one_time.extend(one_time_ids.filter_map(|request| request.spot_instance_request_id));
    }
    for extra in resources.iter_mut().filter_map(|resource| resource.extra.as_mut()) {
        if extra.spot_request.as_ref().is_some_and(|id| one_time.contains(id)) {
            extra.obstacle.get_or_insert(Obstacle::OneTimeSpot);
        }
    }
    Ok(())
}
