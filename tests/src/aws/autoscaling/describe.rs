//! `DescribeAutoScalingGroups`. Reads only.

use super::{
    error::{bad_token, missing, validation},
    group::{Group, Member},
    state::State,
};
use crate::aws::{
    call::{Outcome, Reply, ServiceError},
    form::Form,
    page::{self, Start},
    site::{Site, instant},
    xml::Xml,
};

const DEFAULT_RECORDS: usize = 50;
const MOST_RECORDS: usize = 100;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Subject {
    TagKey,
    TagValue,
    Tag(String),
}

pub(super) fn describe_groups(state: &State, site: &Site<'_>, mut form: Form) -> Outcome {
    let names = form.take_list("AutoScalingGroupNames.member");
    form.take("IncludeInstances");
    let filters = filters(&mut form)?;
    let limit = state.paging.limit(limit(&mut form)?);
    let listing = ("DescribeAutoScalingGroups", &names, &filters);
    let token = form.take("NextToken").filter(|token| !token.is_empty());
    let start = Start::read(&listing, token.as_deref())
        .ok_or_else(|| bad_token(token.as_deref().unwrap_or_default()))?;
    form.finish()?;

    let mut found = Vec::new();
    let mut token = state.paging.empty_page(&listing, &start);
    if token.is_none() {
        for (name, group) in state.groups.range(start.key.clone().unwrap_or_default()..) {
            let is_named = names.is_empty() || names.contains(name);
            if is_named && filters.iter().all(|filter| shows(filter, group)) {
                if found.len() == limit {
                    token = Some(page::token(&listing, name));
                    break;
                }
                found.push(group);
            }
        }
    }
    let mut xml = Xml::new();
    xml.list("AutoScalingGroups", "member", found, |xml, group| item(xml, group, site));
    xml.maybe("NextToken", token);
    Ok(Reply::Xml(xml))
}

fn limit(form: &mut Form) -> Result<usize, ServiceError> {
    let Some(text) = form.take("MaxRecords") else { return Ok(DEFAULT_RECORDS) };
    match text.parse() {
        Ok(limit @ 1..=MOST_RECORDS) => Ok(limit),
        Ok(0) | Err(_) => Err(validation(format!(
            "1 validation error detected: Value '{text}' at 'maxRecords' failed to satisfy \
             constraint: Member must have value greater than or equal to 1"
        ))),
        Ok(_) => Err(validation(format!(
            "1 validation error detected: Value '{text}' at 'maxRecords' failed to satisfy \
             constraint: Member must have value less than or equal to {MOST_RECORDS}"
        ))),
    }
}

type Filter = (Subject, Vec<String>);

/// Filters of Auto Scaling know no wildcards.
fn filters(form: &mut Form) -> Result<Vec<Filter>, ServiceError> {
    let mut filters = Vec::new();
    for mut filter in form.take_structs("Filters.member") {
        let name = filter.take("Name").ok_or_else(|| missing("Filters.Name"))?;
        let values = filter.take_list("Values.member");
        filter.finish()?;
        let subject = match name.as_str() {
            "tag-key" => Subject::TagKey,
            "tag-value" => Subject::TagValue,
            _ => match name.strip_prefix("tag:") {
                Some(key) => Subject::Tag(key.to_owned()),
                None => {
                    return Err(validation(format!(
                        "Filter type {name} is not correct. Allowed Filter types are: tag-key \
                         tag-value tag:<key>"
                    )));
                }
            },
        };
        filters.push((subject, values));
    }
    Ok(filters)
}

fn shows((subject, values): &Filter, group: &Group) -> bool {
    match subject {
        Subject::TagKey => values.iter().any(|key| group.tags.contains_key(key)),
        Subject::TagValue => group.tags.values().any(|tag| values.contains(&tag.value)),
        Subject::Tag(key) => group.tags.get(key).is_some_and(|tag| values.contains(&tag.value)),
    }
}

fn item(xml: &mut Xml, group: &Group, site: &Site<'_>) {
    xml.text("AutoScalingGroupName", &group.name)
        .text("AutoScalingGroupARN", site.arn("autoscaling", &group.resource()));
    launch_template(xml);
    xml.text("MinSize", group.size.min.to_string())
        .text("MaxSize", group.size.max.to_string())
        .text("DesiredCapacity", group.size.desired.to_string())
        .text("DefaultCooldown", group.cooldown_secs.to_string())
        .element("AvailabilityZones", |xml| {
            for zone in &group.zones {
                xml.text("member", zone);
            }
        })
        .text("LoadBalancerNames", "")
        .text("TargetGroupARNs", "")
        .text("HealthCheckType", "EC2")
        .text("HealthCheckGracePeriod", "0")
        .list("Instances", "member", &group.members, member)
        .text("CreatedTime", instant(group.created))
        .text("SuspendedProcesses", "")
        .text("VPCZoneIdentifier", "")
        .text("EnabledMetrics", "")
        .list("Tags", "member", &group.tags, |xml, (key, tag)| {
            xml.text("ResourceId", &group.name)
                .text("ResourceType", "auto-scaling-group")
                .text("Key", key)
                .text("Value", &tag.value)
                .text("PropagateAtLaunch", boolean(tag.propagates));
        })
        .element("TerminationPolicies", |xml| {
            xml.text("member", "Default");
        })
        .text("NewInstancesProtectedFromScaleIn", "false");
}

fn member(xml: &mut Xml, member: &Member) {
    xml.text("InstanceId", &member.id)
        .text("InstanceType", &member.instance_type)
        .text("AvailabilityZone", &member.zone)
        .text("LifecycleState", member.lifecycle.name())
        .text("HealthStatus", if member.is_healthy { "Healthy" } else { "Unhealthy" });
    launch_template(xml);
    xml.text("ProtectedFromScaleIn", "false");
}

/// Every group launches from the same template, which nobody can look at.
fn launch_template(xml: &mut Xml) {
    xml.element("LaunchTemplate", |xml| {
        xml.text("LaunchTemplateId", "lt-0c0ffee0c0ffee000")
            .text("LaunchTemplateName", "local")
            .text("Version", "1");
    });
}

fn boolean(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}
