//! The parameters that both listings share: filters and pages.

use super::error::{invalid_value, missing};
use crate::aws::{
    call::ServiceError,
    form::Form,
    page::{Paging, Start},
};

/// `Filters.Filter.N`: name and values. All must hold; of the values, one.
pub(super) fn filters(
    form: &mut Form,
    known: &[&str],
) -> Result<Vec<(String, Vec<String>)>, ServiceError> {
    let mut filters = Vec::new();
    for mut filter in form.take_structs("Filters.Filter") {
        let name = filter.take("Name").ok_or_else(|| missing("Filters.Filter.Name"))?;
        let values = filter.take_list("Values.Value");
        filter.finish()?;
        if !known.contains(&name.as_str()) {
            return Err(invalid_value(format!("Unrecognized filter name: {name}")));
        }
        if values.is_empty() {
            return Err(missing("Filters.Filter.Values"));
        }
        filters.push((name, values));
    }
    Ok(filters)
}

/// `MaxRecords` and `Marker`.
pub(super) fn page(
    form: &mut Form,
    listing: &impl std::hash::Hash,
    paging: Paging,
) -> Result<(usize, Start), ServiceError> {
    let limit = match form.take("MaxRecords") {
        None => 100,
        Some(text) => {
            text.parse().ok().filter(|limit| (20..=100).contains(limit)).ok_or_else(|| {
                invalid_value(format!(
                    "Invalid value {text} for MaxRecords. Must be between 20 and 100"
                ))
            })?
        }
    };
    let marker = form.take("Marker").filter(|marker| !marker.is_empty());
    let start = Start::read(listing, marker.as_deref()).ok_or_else(|| {
        invalid_value(format!("The marker '{}' is invalid.", marker.unwrap_or_default()))
    })?;
    Ok((paging.limit(limit), start))
}
