//! What a call touches, for policies that name resources or their tags. Changes nothing.

use super::{state::State, tag::tags_of};
use crate::aws::{
    call::{Call, Input, Touched},
    site::Site,
};

/// The database or the cluster that the call names, or all of its kind.
pub(super) fn touched(state: &mut State, site: &Site<'_>, call: &Call) -> Vec<Touched> {
    let Input::Query(form) = &call.input else { return Touched::everything() };
    let arn = match call.operation.as_str() {
        "AddTagsToResource" | "RemoveTagsFromResource" | "ListTagsForResource" => {
            form.get("ResourceName").unwrap_or("*").to_owned()
        }
        operation if operation.contains("Cluster") => {
            let id = form.get("DBClusterIdentifier").unwrap_or("*");
            site.arn("rds", &format!("cluster:{}", id.to_ascii_lowercase()))
        }
        _ => {
            let id = form.get("DBInstanceIdentifier").unwrap_or("*");
            site.arn("rds", &format!("db:{}", id.to_ascii_lowercase()))
        }
    };
    let tags = tags_of(state, site, &arn).map(|tags| tags.clone()).unwrap_or_default();
    vec![Touched { arn, tags, ..Touched::default() }]
}
