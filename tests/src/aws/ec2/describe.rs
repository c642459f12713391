//! `DescribeInstances`. Reads only; the sole change it makes is to complete transitions that
//! are due.

use super::{
    error::invalid_combination,
    filter::{Filter, filters},
    instance::Instance,
    item,
    params::{Page, flag, locate, unless_dry_run},
    state::State,
    subject::Subject,
};
use crate::aws::{
    call::{Outcome, Reply, ServiceError},
    form::Form,
    page,
    site::Site,
    xml::Xml,
};

pub(super) fn describe_instances(state: &mut State, site: &Site<'_>, mut form: Form) -> Outcome {
    let ids = form.take_list("InstanceId");
    let filters = filters(&mut form, Subject::named)?;
    let listing = ("DescribeInstances", &filters);
    let page = Page::read(&mut form, &listing, state.paging)?;
    let dry_run = flag(&mut form, "DryRun")?;
    form.finish()?;
    if !ids.is_empty() && page.is_paged {
        return Err(invalid_combination(
            "The parameter instancesSet cannot be used with the parameter maxResults",
        ));
    }
    unless_dry_run(dry_run)?;

    if !ids.is_empty() {
        let found = chosen(state, site, &ids, &filters)?;
        return Ok(reply(&found, site, None));
    }
    if let Some(token) = state.paging.empty_page(&listing, &page.start) {
        return Ok(reply(&[], site, Some(token)));
    }
    let from = page.start.key.as_deref().and_then(|key| key.parse().ok()).unwrap_or(0);
    let mut found = Vec::new();
    let mut token = None;
    for (number, instance) in state.instances.range_mut(from..) {
        let instance = instance.settled(site.now).seen(site.now);
        if filters.iter().all(|filter| filter.shows(instance, site)) {
            if found.len() == page.limit {
                token = Some(page::token(&listing, &number.to_string()));
                break;
            }
            found.push(instance);
        }
    }
    Ok(reply(&found, site, token))
}

/// The instances of `ids` that the filters let through, in the order of launch.
fn chosen<'s>(
    state: &'s mut State,
    site: &Site<'_>,
    ids: &[String],
    filters: &[Filter<Subject>],
) -> Result<Vec<&'s Instance>, ServiceError> {
    let mut numbers = locate(state, ids)?;
    numbers.sort_unstable();
    numbers.dedup();
    for number in &numbers {
        if let Some(instance) = state.instances.get_mut(number) {
            instance.settle(site.now);
        }
    }
    let found = numbers.iter().filter_map(|number| state.instances.get(number));
    let found = found.map(|instance| instance.seen(site.now));
    Ok(found.filter(|found| filters.iter().all(|filter| filter.shows(found, site))).collect())
}

/// Instances of one reservation that follow each other share a `reservationSet` item.
fn reply(found: &[&Instance], site: &Site<'_>, token: Option<String>) -> Reply {
    let mut xml = Xml::new();
    let reservations = found.chunk_by(|one, next| one.reservation == next.reservation);
    xml.list("reservationSet", "item", reservations, |xml, instances| {
        xml.text("reservationId", &instances[0].reservation)
            .text("ownerId", site.account)
            .text("groupSet", "")
            .list("instancesSet", "item", instances, |xml, instance| {
                item::instance(xml, instance, site);
            });
    });
    xml.maybe("nextToken", token);
    Reply::Xml(xml)
}
