//! `DescribeSecret` and `ListSecretVersionIds`: all of a secret but its values.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{check, error, secret::Secret, site, state::State, versions::Version};
use crate::aws::{
    call::{Call, Outcome, Reply},
    json::{self, constraint},
    page::{self, Start},
};

const MOST_RESULTS: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Describe {
    secret_id: String,
}

pub(super) fn describe(state: &mut State, call: &mut Call) -> Outcome {
    let input: Describe = json::input(call)?;
    check::length(&input.secret_id, "secretId", 1..=2_048)?;
    let secret = state.find(&site(call), &input.secret_id)?;
    let mut shown = show(secret, "VersionIdsToStages");
    if !secret.replicas.is_empty() {
        let replicas = secret.replicas.iter();
        let replicas = replicas.map(|one| json!({ "Region": one.region, "Status": one.status }));
        shown["ReplicationStatus"] = replicas.collect();
    }
    Ok(Reply::Json(shown))
}

/// A secret as both `DescribeSecret` and `ListSecrets` show it. What is not set is left out.
pub(super) fn show(secret: &Secret, versions_member: &str) -> Value {
    let mut shown = Map::new();
    let mut set = |name: &str, value: Value| {
        if !value.is_null() {
            shown.insert(name.to_owned(), value);
        }
    };
    let date = |at: Option<Timestamp>| json!(at.map(|at| at.as_duration().as_secs_f64()));
    set("ARN", json!(secret.arn));
    set("Name", json!(secret.name));
    set("Description", json!(secret.description));
    set("KmsKeyId", json!(secret.kms_key_id));
    set("RotationEnabled", json!(secret.rotation_enabled));
    set("RotationLambdaARN", json!(secret.rotation_function));
    set("RotationRules", json!(secret.rotation_rules));
    set("LastRotatedDate", date(secret.last_rotated));
    set("LastChangedDate", date(Some(secret.changed)));
    set("LastAccessedDate", date(secret.accessed));
    set("DeletedDate", date(secret.deleted));
    set("NextRotationDate", date(secret.next_rotation));
    set("OwningService", json!(secret.owning_service));
    set("CreatedDate", date(Some(secret.created)));
    set("PrimaryRegion", json!(secret.primary_region));
    if !secret.tags.is_empty() {
        let tags = secret.tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value }));
        set("Tags", tags.collect());
    }
    let labelled = secret.versions.labelled();
    let stages: Map<String, Value> =
        labelled.map(|(id, version)| (id.to_owned(), json!(version.stages))).collect();
    if !stages.is_empty() {
        set(versions_member, stages.into());
    }
    Value::Object(shown)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct List {
    secret_id: String,
    max_results: Option<usize>,
    next_token: Option<String>,
    #[serde(default)]
    include_deprecated: bool,
}

pub(super) fn versions(state: &mut State, call: &mut Call) -> Outcome {
    let input: List = json::input(call)?;
    let limit = limit(input.max_results)?;
    let paging = state.paging;
    let secret = state.find(&site(call), &input.secret_id)?;
    let listing = ("ListSecretVersionIds", &secret.arn, input.include_deprecated);
    let start = Start::read(&listing, input.next_token.as_deref());
    let start = start.ok_or_else(error::bad_page_token)?;
    let mut reply = json!({ "ARN": secret.arn, "Name": secret.name, "Versions": [] });
    if let Some(token) = paging.empty_page(&listing, &start) {
        reply["NextToken"] = json!(token);
        return Ok(Reply::Json(reply));
    }
    let all = secret.versions.in_order();
    let mut rest = all
        .into_iter()
        .filter(|(_, version)| input.include_deprecated || !version.stages.is_empty())
        .skip_while(|(id, _)| start.key.as_deref().is_some_and(|key| key != *id));
    let page = rest.by_ref().take(paging.limit(limit));
    let key_id = secret.kms_key_id.as_deref().unwrap_or("DefaultEncryptionKey");
    reply["Versions"] = page.map(|(id, version)| entry(id, version, key_id)).collect();
    if let Some((next, _)) = rest.next() {
        reply["NextToken"] = json!(page::token(&listing, next));
    }
    Ok(Reply::Json(reply))
}

fn entry(id: &str, version: &Version, key_id: &str) -> Value {
    let mut entry = json!({
        "VersionId": id,
        "CreatedDate": version.created.as_duration().as_secs_f64(),
        "KmsKeyIds": [key_id],
    });
    if !version.stages.is_empty() {
        entry["VersionStages"] = json!(version.stages);
    }
    if let Some(accessed) = version.accessed {
        entry["LastAccessedDate"] = json!(accessed.as_duration().as_secs_f64());
    }
    entry
}

pub(super) fn limit(asked: Option<usize>) -> Result<usize, crate::aws::call::ServiceError> {
    let limit = asked.unwrap_or(MOST_RESULTS);
    if (1..=MOST_RESULTS).contains(&limit) {
        return Ok(limit);
    }
    let bound = if limit == 0 {
        "have value greater than or equal to 1"
    } else {
        "have value less than or equal to 100"
    };
    Err(constraint(&limit.to_string(), "maxResults", bound))
}
