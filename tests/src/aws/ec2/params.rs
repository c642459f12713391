//! The parameters that many EC2 operations share: flags, numbers, instance ids, pages.

use super::{
    error::{bad_token, dry_run, invalid_value, malformed_instance_id, missing, no_such_instances},
    state::State,
};
use crate::aws::{
    call::ServiceError,
    form::Form,
    page::{Paging, Start},
};

pub(super) fn flag(form: &mut Form, name: &str) -> Result<bool, ServiceError> {
    form.take(name).map_or(Ok(false), |text| boolean(name, &text))
}

pub(super) fn boolean(name: &str, text: &str) -> Result<bool, ServiceError> {
    match text {
        _ if text.eq_ignore_ascii_case("true") => Ok(true),
        _ if text.eq_ignore_ascii_case("false") => Ok(false),
        _ => Err(invalid_value(format!("Invalid value '{text}' for boolean {name}"))),
    }
}

/// Answers a dry run. Comes after the checks of the parameters and before every effect.
pub(super) fn unless_dry_run(is_dry_run: bool) -> Result<(), ServiceError> {
    if is_dry_run { Err(dry_run()) } else { Ok(()) }
}

/// `InstanceId.N`, which must be there.
pub(super) fn instance_ids(form: &mut Form) -> Result<Vec<String>, ServiceError> {
    let ids = form.take_list("InstanceId");
    if ids.is_empty() { Err(missing("InstanceId")) } else { Ok(ids) }
}

/// The numbers of all instances, or the refusal that names every unknown one. A malformed id
/// comes first.
pub(super) fn locate(state: &State, ids: &[String]) -> Result<Vec<u64>, ServiceError> {
    if let Some(id) = ids.iter().find(|id| !has_form_of_id(id, "i-")) {
        return Err(malformed_instance_id(id));
    }
    let mut numbers = Vec::with_capacity(ids.len());
    let mut unknown = Vec::new();
    for id in ids {
        match state.number(id) {
            Some(number) => numbers.push(number),
            None => unknown.push(id.as_str()),
        }
    }
    if unknown.is_empty() { Ok(numbers) } else { Err(no_such_instances(&unknown)) }
}

/// A prefix and 8 or 17 hexadecimal digits.
pub(super) fn has_form_of_id(id: &str, prefix: &str) -> bool {
    id.strip_prefix(prefix).is_some_and(|digits| {
        matches!(digits.len(), 8 | 17)
            && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    })
}

/// `MaxResults` and `NextToken` of a listing.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) limit: usize,
    pub(super) start: Start,
    /// The caller asked for pages.
    pub(super) is_paged: bool,
}

impl Page {
    /// `listing` is everything that the token depends on.
    pub(super) fn read(
        form: &mut Form,
        listing: &impl std::hash::Hash,
        paging: Paging,
    ) -> Result<Self, ServiceError> {
        let max_results = form.take("MaxResults");
        let token = form.take("NextToken").filter(|token| !token.is_empty());
        let limit = match max_results.as_deref().map(str::parse) {
            None if token.is_some() => 1000,
            None => usize::MAX,
            Some(Ok(limit @ 5..=1000)) => limit,
            Some(Ok(limit @ ..5)) => {
                return Err(invalid_value(format!(
                    "Value ( {limit} ) for parameter maxResults is invalid. Expecting a value \
                     greater than 5."
                )));
            }
            Some(Ok(limit)) => {
                return Err(invalid_value(format!(
                    "Value ( {limit} ) for parameter maxResults is invalid. Expecting a value \
                     less than 1000."
                )));
            }
            Some(Err(_)) => return Err(invalid_value("Invalid value for parameter maxResults")),
        };
        let is_paged = max_results.is_some() || token.is_some();
        let start = Start::read(listing, token.as_deref())
            .ok_or_else(|| bad_token(token.as_deref().unwrap_or_default()))?;
        Ok(Self { limit: paging.limit(limit), start, is_paged })
    }
}
