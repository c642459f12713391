//! Parameters by path, in pages of at most ten.

use std::ops::Bound;

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::{
    call::{Call, Outcome, Reply, ServiceError},
    json::{self, constraint, validation},
    token,
    world::World,
};

const MAX_RESULTS: usize = 10;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct GetByPath {
    path: String,
    #[serde(default)]
    recursive: bool,
    #[serde(default)]
    with_decryption: bool,
    max_results: Option<usize>,
    next_token: Option<String>,
}

pub(super) fn get_by_path(world: &mut World, call: &mut Call) -> Outcome {
    let input: GetByPath = json::input(call)?;
    if !input.path.starts_with('/') {
        return Err(validation(
            "The parameter doesn't meet the parameter name requirements. The parameter name must \
             begin with a forward slash \"/\". It can't be prefixed with \"aws\" or \"ssm\" \
             (case-insensitive). It must use only letters, numbers, or the following symbols: \
             . (period), - (hyphen), _ (underscore). Special characters are not allowed. All \
             sub-paths, if specified, must use the forward slash symbol \"/\". Valid example: \
             /get/parameters2-/by1./path0_.",
        ));
    }
    let limit = input.max_results.unwrap_or(MAX_RESULTS);
    if !(1..=MAX_RESULTS).contains(&limit) {
        let bound = "have value less than or equal to 10";
        return Err(constraint(&limit.to_string(), "maxResults", bound));
    }
    // The token says after which name to go on, and whether an empty page has just been sent.
    let resumed = match input.next_token.as_deref() {
        None => None,
        Some(text) => Some(token::open(text).ok_or_else(|| {
            ServiceError::client("InvalidNextToken", "The specified token isn't valid.")
        })?),
    };
    let (was_empty, after) = match resumed.as_deref() {
        None => (false, ""),
        Some(place) => place.strip_prefix('!').map_or((false, place), |place| (true, place)),
    };

    let state = &world.place(&call.account, &call.region).ssm;
    if state.sends_empty_pages && !was_empty {
        let next = token::seal(&format!("!{after}"));
        return Ok(Reply::Json(json!({ "Parameters": [], "NextToken": next })));
    }
    let prefix = format!("{}/", input.path.trim_end_matches('/'));
    let start =
        if after.is_empty() { Bound::Included(prefix.as_str()) } else { Bound::Excluded(after) };
    let mut matching = state
        .parameters
        .range::<str, _>((start, Bound::Unbounded))
        .take_while(|(name, _)| name.starts_with(&prefix))
        .filter(|(name, _)| input.recursive || !name[prefix.len()..].contains('/'));
    let page: Vec<_> = matching.by_ref().take(limit).collect();
    let shown: Vec<Value> = page
        .iter()
        .map(|(name, parameter)| parameter.show(call, name, None, input.with_decryption))
        .filter_map(Result::transpose)
        .collect::<Result<_, _>>()?;
    let mut reply = json!({ "Parameters": shown });
    if let (Some((last, _)), true) = (page.last(), matching.next().is_some()) {
        reply["NextToken"] = json!(token::seal(last));
    }
    Ok(Reply::Json(reply))
}
