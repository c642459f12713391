//! `DescribeTags`, of instances. Reads only.

use super::{
    filter::{Filter, filters},
    params::{Page, flag, unless_dry_run},
    state::State,
};
use crate::aws::{
    call::{Outcome, Reply},
    form::Form,
    page,
    site::Site,
    xml::Xml,
};

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Subject {
    Key,
    ResourceId,
    ResourceType,
    Value,
    Tag(String),
}

pub(super) fn describe_tags(state: &State, site: &Site<'_>, mut form: Form) -> Outcome {
    let filters = filters(&mut form, |name| match name {
        "key" => Some(Subject::Key),
        "resource-id" => Some(Subject::ResourceId),
        "resource-type" => Some(Subject::ResourceType),
        "value" => Some(Subject::Value),
        _ => name.strip_prefix("tag:").map(|key| Subject::Tag(key.to_owned())),
    })?;
    let listing = ("DescribeTags", &filters);
    let page = Page::read(&mut form, &listing, state.paging)?;
    let dry_run = flag(&mut form, "DryRun")?;
    form.finish()?;
    unless_dry_run(dry_run)?;

    let mut found = Vec::new();
    let mut token = state.paging.empty_page(&listing, &page.start);
    if token.is_none() {
        let (number, skip) = page.start.key.as_deref().and_then(position).unwrap_or((0, 0));
        let tags = state.instances.range(number..).flat_map(|(at, instance)| {
            let skip = if *at == number { skip } else { 0 };
            let tags = instance.seen(site.now).tags.iter().enumerate().skip(skip);
            tags.map(move |(index, (key, value))| ((*at, index), &instance.id, key, value))
        });
        for tag @ ((number, index), id, key, value) in tags {
            if filters.iter().all(|filter| shows(filter, id, key, value)) {
                if found.len() == page.limit {
                    token = Some(page::token(&listing, &format!("{number}/{index}")));
                    break;
                }
                found.push(tag);
            }
        }
    }
    let mut xml = Xml::new();
    xml.list("tagSet", "item", found, |xml, (_, id, key, value)| {
        xml.text("resourceId", id)
            .text("resourceType", "instance")
            .text("key", key)
            .text("value", value);
    });
    xml.maybe("nextToken", token);
    Ok(Reply::Xml(xml))
}

fn position(key: &str) -> Option<(u64, usize)> {
    let (number, index) = key.split_once('/')?;
    Some((number.parse().ok()?, index.parse().ok()?))
}

fn shows(filter: &Filter<Subject>, id: &str, key: &str, value: &str) -> bool {
    match &filter.subject {
        Subject::Key => filter.accepts([key]),
        Subject::ResourceId => filter.accepts([id]),
        Subject::ResourceType => filter.accepts(["instance"]),
        Subject::Value => filter.accepts([value]),
        Subject::Tag(name) => name == key && filter.accepts([value]),
    }
}
