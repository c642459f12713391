//! What a policy's conditions can ask about a request. Collects; decides nothing.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::super::{
    call::{Call, Input, Touched},
    identity::Caller,
};

/// The condition keys of one request, by their names in lower case, because IAM compares them
/// without regard to case.
#[derive(Debug, Clone, Default)]
pub struct Context(BTreeMap<String, Vec<String>>);

impl Context {
    /// What holds for every resource of the call.
    pub fn of_call(caller: &Caller, call: &Call) -> Self {
        let mut context = Self::of_caller(caller);
        context.add("aws:RequestedRegion", &call.region);
        match &call.input {
            Input::Query(form) => {
                let tags = form.iter().filter_map(|(name, value)| {
                    let (prefix, field) = name.rsplit_once('.')?;
                    match field {
                        "Key" => Some((value, form.get(&format!("{prefix}.Value")))),
                        // `TagKeys.member.1` of the operations that remove tags.
                        _ => name.starts_with("TagKeys.").then_some((value, None)),
                    }
                });
                for (key, value) in tags {
                    context.add("aws:TagKeys", key);
                    if let Some(value) = value {
                        context.add(&format!("aws:RequestTag/{key}"), value);
                    }
                }
            }
            Input::Json(members) => {
                context.add_tags(members);
                let entries = members.get("Entries").and_then(|entries| entries.as_array());
                for entry in entries.into_iter().flatten() {
                    for (key, member) in
                        [("events:source", "Source"), ("events:detail-type", "DetailType")]
                    {
                        if let Some(text) = entry.get(member).and_then(|value| value.as_str()) {
                            context.add(key, text);
                        }
                    }
                }
            }
        }
        context
    }

    /// What a trust policy can ask.
    pub fn of_caller(caller: &Caller) -> Self {
        let mut context = Self::default();
        let principal = caller.role.as_ref().map_or_else(|| caller.arn.clone(), |role| role.arn());
        context.add("aws:PrincipalArn", &principal);
        context.add("aws:PrincipalAccount", &caller.account);
        if let Some(organization) = caller.organization {
            context.add("aws:PrincipalOrgID", organization);
        }
        // Over HTTP, but standing for AWS, which speaks TLS only.
        context.add("aws:SecureTransport", "true");
        context
    }

    /// The same with one resource's tags, under all the names by which services offer them.
    #[must_use]
    pub fn with_resource(&self, service: &str, resource: &Touched) -> Self {
        let mut context = self.clone();
        for (key, value) in &resource.tags {
            context.add(&format!("aws:ResourceTag/{key}"), value);
            context.add(&format!("{service}:ResourceTag/{key}"), value);
            if resource.arn.contains(":db:") {
                context.add(&format!("rds:db-tag/{key}"), value);
            }
            if resource.arn.contains(":cluster:") {
                context.add(&format!("rds:cluster-tag/{key}"), value);
            }
        }
        for (key, value) in &resource.keys {
            context.add(key, value);
        }
        if let Some(account) = resource.account() {
            context.add("aws:ResourceAccount", account);
        }
        context
    }

    /// The tags that a JSON call adds, and the keys of those that it removes.
    fn add_tags(&mut self, members: &Map<String, Value>) {
        let list = |name: &str| members.get(name).and_then(Value::as_array).into_iter().flatten();
        for tag in list("Tags") {
            let Some(key) = tag.get("Key").and_then(Value::as_str) else { continue };
            self.add("aws:TagKeys", key);
            let value = tag.get("Value").and_then(Value::as_str).unwrap_or_default();
            self.add(&format!("aws:RequestTag/{key}"), value);
        }
        for key in list("TagKeys").filter_map(Value::as_str) {
            self.add("aws:TagKeys", key);
        }
    }

    pub fn add(&mut self, key: &str, value: &str) {
        self.0.entry(key.to_ascii_lowercase()).or_default().push(value.to_owned());
    }

    pub(super) fn values(&self, key: &str) -> &[String] {
        self.0.get(&key.to_ascii_lowercase()).map_or(&[], Vec::as_slice)
    }
}
