//! `DescribeDBInstances` and `DescribeDBClusters`. Reads only.

use std::{collections::BTreeMap, hash::Hash};

use super::{
    error::{no_such_cluster, no_such_instance},
    item,
    params::{filters, page},
    state::State,
};
use crate::aws::{
    call::{Outcome, Reply},
    form::Form,
    page::{self, Paging, Start},
    site::Site,
    xml::Xml,
};

pub(super) fn describe_db_instances(state: &State, site: &Site<'_>, mut form: Form) -> Outcome {
    let id = form.take("DBInstanceIdentifier").filter(|id| !id.is_empty());
    let known = ["db-cluster-id", "db-instance-id", "dbi-resource-id", "engine"];
    let filters = filters(&mut form, &known)?;
    let listing = ("DescribeDBInstances", &filters);
    let (limit, start) = page(&mut form, &listing, state.paging)?;
    form.finish()?;
    if let Some(id) = &id {
        state.instance(id).ok_or_else(|| no_such_instance(id))?;
    }
    let id = id.map(|id| id.to_ascii_lowercase());
    let (found, marker) = one_page(&state.instances, &listing, state.paging, limit, &start, |db| {
        id.as_ref().is_none_or(|id| *id == db.id)
            && filters.iter().all(|(name, values)| match name.as_str() {
                "db-cluster-id" => {
                    db.cluster.as_ref().is_some_and(|id| names(values, "cluster", id, site))
                }
                "db-instance-id" => names(values, "db", &db.id, site),
                "dbi-resource-id" => values.contains(&item::resource_id(site, &db.id)),
                _ => values.contains(&db.engine),
            })
    });
    let mut xml = Xml::new();
    xml.list("DBInstances", "DBInstance", found, |xml, db| item::instance(xml, state, db, site));
    xml.maybe("Marker", marker);
    Ok(Reply::Xml(xml))
}

pub(super) fn describe_db_clusters(state: &State, site: &Site<'_>, mut form: Form) -> Outcome {
    let id = form.take("DBClusterIdentifier").filter(|id| !id.is_empty());
    // No other account shares a cluster with this one.
    form.take("IncludeShared");
    let filters = filters(&mut form, &["db-cluster-id", "engine"])?;
    let listing = ("DescribeDBClusters", &filters);
    let (limit, start) = page(&mut form, &listing, state.paging)?;
    form.finish()?;
    if let Some(id) = &id {
        state.cluster(id).ok_or_else(|| no_such_cluster(id))?;
    }
    let id = id.map(|id| id.to_ascii_lowercase());
    let (found, marker) = one_page(&state.clusters, &listing, state.paging, limit, &start, |db| {
        id.as_ref().is_none_or(|id| *id == db.id)
            && filters.iter().all(|(name, values)| match name.as_str() {
                "db-cluster-id" => names(values, "cluster", &db.id, site),
                _ => values.contains(&db.engine),
            })
    });
    let mut xml = Xml::new();
    xml.list("DBClusters", "DBCluster", found, |xml, db| item::cluster(xml, state, db, site));
    xml.maybe("Marker", marker);
    Ok(Reply::Xml(xml))
}

/// Filters take an identifier or an ARN.
fn names(values: &[String], kind: &str, id: &str, site: &Site<'_>) -> bool {
    let arn = site.arn("rds", &format!("{kind}:{id}"));
    values.iter().any(|value| value.eq_ignore_ascii_case(id) || *value == arn)
}

/// The items of one page and the marker of the next.
fn one_page<'s, T>(
    items: &'s BTreeMap<String, T>,
    listing: &impl Hash,
    paging: Paging,
    limit: usize,
    start: &Start,
    shows: impl Fn(&T) -> bool,
) -> (Vec<&'s T>, Option<String>) {
    if let Some(marker) = paging.empty_page(listing, start) {
        return (Vec::new(), Some(marker));
    }
    let mut found = Vec::new();
    for (id, item) in items.range(start.key.clone().unwrap_or_default()..) {
        if shows(item) {
            if found.len() == limit {
                return (found, Some(page::token(listing, id)));
            }
            found.push(item);
        }
    }
    (found, None)
}
