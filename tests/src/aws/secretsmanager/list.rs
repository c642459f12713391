//! `ListSecrets`, with its filters. See
//! <https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_search-secret.html>.

use std::cmp::Reverse;

use serde::Deserialize;
use serde_json::json;

use super::{
    describe::{limit, show},
    error,
    secret::Secret,
    site,
    state::State,
};
use crate::aws::{
    call::{Call, Outcome, Reply, ServiceError},
    json::{self, constraint},
    page::{self, Start},
};

const FILTERS: [&str; 7] =
    ["description", "name", "tag-key", "tag-value", "primary-region", "owning-service", "all"];
const ORDERS: [&str; 4] = ["created-date", "last-accessed-date", "last-changed-date", "name"];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct List {
    #[serde(default)]
    include_planned_deletion: bool,
    max_results: Option<usize>,
    next_token: Option<String>,
    #[serde(default)]
    filters: Vec<Filter>,
    sort_order: Option<String>,
    sort_by: Option<String>,
}

#[derive(Deserialize, Hash)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Filter {
    key: String,
    #[serde(default)]
    values: Vec<String>,
}

pub(super) fn list(state: &mut State, call: &mut Call) -> Outcome {
    let input: List = json::input(call)?;
    let limit = limit(input.max_results)?;
    for filter in &input.filters {
        known(&filter.key, "filters.member.key", &FILTERS)?;
    }
    let sort_by = input.sort_by.as_deref().unwrap_or("created-date");
    known(sort_by, "sortBy", &ORDERS)?;
    let sort_order = input.sort_order.as_deref().unwrap_or("desc");
    known(sort_order, "sortOrder", &["asc", "desc"])?;

    let listing =
        ("ListSecrets", input.include_planned_deletion, &input.filters, sort_by, sort_order);
    let start = Start::read(&listing, input.next_token.as_deref());
    let start = start.ok_or_else(error::bad_page_token)?;
    if let Some(token) = state.paging.empty_page(&listing, &start) {
        return Ok(Reply::Json(json!({ "SecretList": [], "NextToken": token })));
    }
    state.bury(site(call).now);
    let mut matching: Vec<&Secret> = state
        .secrets()
        .filter(|secret| input.include_planned_deletion || secret.deleted.is_none())
        .filter(|secret| input.filters.iter().all(|filter| filter.accepts(secret)))
        .collect();
    match sort_by {
        // The names are in order already.
        "name" => (),
        "last-accessed-date" => matching.sort_by_key(|secret| secret.accessed),
        "last-changed-date" => matching.sort_by_key(|secret| secret.changed),
        _ => matching.sort_by_key(|secret| (secret.created, Reverse(secret.name.clone()))),
    }
    if sort_order == "desc" {
        matching.reverse();
    }
    let mut rest = matching
        .into_iter()
        .skip_while(|secret| start.key.as_ref().is_some_and(|key| *key != secret.name));
    let page = rest.by_ref().take(state.paging.limit(limit));
    let shown = page.map(|secret| show(secret, "SecretVersionsToStages")).collect();
    let mut reply = json!({ "SecretList": serde_json::Value::Array(shown) });
    if let Some(next) = rest.next() {
        reply["NextToken"] = json!(page::token(&listing, &next.name));
    }
    Ok(Reply::Json(reply))
}

impl Filter {
    /// Any of the values may match; one with `!` before it may not.
    fn accepts(&self, secret: &Secret) -> bool {
        self.values.iter().any(|value| match value.strip_prefix('!') {
            Some(value) => !self.matches(value, secret),
            None => self.matches(value, secret),
        })
    }

    /// All but names and tags are compared without regard to case.
    fn matches(&self, value: &str, secret: &Secret) -> bool {
        let begins = |text: &Option<String>| {
            let text = text.as_deref().unwrap_or_default().to_lowercase();
            text.starts_with(&value.to_lowercase())
        };
        match self.key.as_str() {
            "name" => secret.name.starts_with(value),
            "tag-key" => secret.tags.keys().any(|key| key.starts_with(value)),
            "tag-value" => secret.tags.values().any(|text| text.starts_with(value)),
            "description" => begins(&secret.description),
            "primary-region" => begins(&secret.primary_region),
            "owning-service" => begins(&secret.owning_service),
            _ => value.split_whitespace().all(|word| has_word(secret, word)),
        }
    }
}

fn has_word(secret: &Secret, word: &str) -> bool {
    let texts = [Some(&secret.name), secret.description.as_ref(), secret.owning_service.as_ref()];
    let tags = secret.tags.iter().flat_map(|(key, value)| [key, value]);
    let mut texts = texts.into_iter().flatten().chain(tags);
    texts.any(|text| text.to_lowercase().contains(&word.to_lowercase()))
}

fn known(value: &str, member: &str, allowed: &[&str]) -> Result<(), ServiceError> {
    if allowed.contains(&value) {
        return Ok(());
    }
    let bound = format!("satisfy enum value set: [{}]", allowed.join(", "));
    Err(constraint(value, member, &bound))
}
