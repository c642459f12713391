//! `DescribeSpotInstanceRequests`: the requests behind the spot instances. Makes none of its own.

use super::{
    error::invalid_combination,
    filter::{Filter, filters},
    instance::{Instance, Spot},
    item,
    life::Power,
    params::{Page, flag, unless_dry_run},
    state::State,
};
use crate::aws::{
    call::{Outcome, Reply, ServiceError},
    form::Form,
    page,
    site::{Site, instant},
    xml::Xml,
};

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Subject {
    Instance,
    Request,
    State,
    Tag(String),
    TagKey,
    Type,
}

pub(super) fn describe_spot_instance_requests(
    state: &mut State,
    site: &Site<'_>,
    mut form: Form,
) -> Outcome {
    let requests = form.take_list("SpotInstanceRequestId");
    let filters = filters(&mut form, |name| match name {
        "instance-id" => Some(Subject::Instance),
        "spot-instance-request-id" => Some(Subject::Request),
        "state" => Some(Subject::State),
        "tag-key" => Some(Subject::TagKey),
        "type" => Some(Subject::Type),
        _ => name.strip_prefix("tag:").map(|key| Subject::Tag(key.to_owned())),
    })?;
    let listing = ("DescribeSpotInstanceRequests", &filters);
    let page = Page::read(&mut form, &listing, state.paging)?;
    let dry_run = flag(&mut form, "DryRun")?;
    form.finish()?;
    if !requests.is_empty() && page.is_paged {
        return Err(invalid_combination(
            "The parameter spotInstanceRequestIds cannot be used with the parameter maxResults",
        ));
    }
    unless_dry_run(dry_run)?;

    for instance in state.instances.values_mut() {
        instance.settle(site.now);
    }
    let all =
        || state.instances.iter().filter_map(|(n, found)| Some((n, found, found.spot.as_ref()?)));
    if let Some(id) = requests.iter().find(|id| all().all(|(.., spot)| spot.request != **id)) {
        return Err(ServiceError::client(
            "InvalidSpotInstanceRequestID.NotFound",
            format!("The spot instance request ID '{id}' does not exist"),
        ));
    }
    if let Some(token) = state.paging.empty_page(&listing, &page.start) {
        return Ok(reply(&[], Some(token)));
    }
    let from = page.start.key.as_deref().and_then(|key| key.parse().ok()).unwrap_or(0);
    let mut found = Vec::new();
    let mut token = None;
    for (number, instance, spot) in all().filter(|(number, ..)| **number >= from) {
        let is_named = requests.is_empty() || requests.contains(&spot.request);
        if is_named && filters.iter().all(|filter| shows(filter, instance, spot)) {
            if found.len() == page.limit {
                token = Some(page::token(&listing, &number.to_string()));
                break;
            }
            found.push((instance, spot));
        }
    }
    Ok(reply(&found, token))
}

fn reply(found: &[(&Instance, &Spot)], token: Option<String>) -> Reply {
    let mut xml = Xml::new();
    xml.list("spotInstanceRequestSet", "item", found, |xml, (instance, spot)| {
        request(xml, instance, spot);
    });
    xml.maybe("nextToken", token);
    Reply::Xml(xml)
}

fn shows(filter: &Filter<Subject>, instance: &Instance, spot: &Spot) -> bool {
    match &filter.subject {
        Subject::Instance => filter.accepts([instance.id.as_str()]),
        Subject::Request => filter.accepts([spot.request.as_str()]),
        Subject::State => filter.accepts([status(instance, spot).0]),
        Subject::Tag(key) => filter.accepts(spot.tags.get(key).map(String::as_str)),
        Subject::TagKey => filter.accepts(spot.tags.keys().map(String::as_str)),
        Subject::Type => filter.accepts([kind(spot)]),
    }
}

fn request(xml: &mut Xml, instance: &Instance, spot: &Spot) {
    let (state, code) = status(instance, spot);
    xml.text("spotInstanceRequestId", &spot.request)
        .text("type", kind(spot))
        .text("state", state)
        .element("status", |xml| {
            xml.text("code", code)
                .text("updateTime", instant(instance.launched))
                .text("message", "");
        })
        .text("instanceId", &instance.id)
        .text("createTime", instant(instance.launched))
        .text("productDescription", "Linux/UNIX")
        .text("launchedAvailabilityZone", &instance.zone)
        .text("instanceInterruptionBehavior", if spot.persistent { "stop" } else { "terminate" });
    item::tags(xml, &spot.tags);
}

fn kind(spot: &Spot) -> &'static str {
    if spot.persistent { "persistent" } else { "one-time" }
}

/// State and status code of the request, which follow the instance.
fn status(instance: &Instance, spot: &Spot) -> (&'static str, &'static str) {
    match instance.power() {
        Power::Pending | Power::Running => ("active", "fulfilled"),
        Power::Stopping => ("disabled", "marked-for-stop"),
        Power::Stopped => ("disabled", "instance-stopped-by-user"),
        Power::ShuttingDown | Power::Terminated if spot.persistent => {
            ("open", "pending-evaluation")
        }
        Power::ShuttingDown | Power::Terminated => ("closed", "instance-terminated-by-user"),
    }
}
