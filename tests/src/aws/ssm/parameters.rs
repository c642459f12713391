//! Single parameters: put, get, delete. Encrypts nothing; a secure string is only masked.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    super::{
        call::{Call, Outcome, Reply, ServiceError},
        json::{self, constraint, validation},
        world::World,
    },
    State, names,
};

const MAX_STANDARD_LENGTH: usize = 4_096;
const MAX_ADVANCED_LENGTH: usize = 8_192;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
pub enum Type {
    String,
    StringList,
    SecureString,
}

/// One parameter with all its versions; the last is the current one.
#[derive(Debug, Clone)]
pub struct Parameter {
    pub kind: Type,
    pub tags: BTreeMap<String, String>,
    /// Whether the key of a secure string may not be used by anyone who asks.
    pub key_is_denied: bool,
    pub(super) first_version: u64,
    pub(super) versions: Vec<Version>,
    pub(super) data_type: String,
}

#[derive(Debug, Clone)]
pub(super) struct Version {
    value: String,
    modified: Timestamp,
}

/// AWS keeps the last hundred.
const MAX_VERSIONS: usize = 100;

impl State {
    /// Creates a parameter or its next version, past all rules.
    pub fn set(&mut self, name: &str, value: &str, now: Timestamp) {
        self.write(name, Type::String, value.to_owned(), now);
    }

    /// The same for a secure string.
    pub fn set_secure(&mut self, name: &str, value: &str, now: Timestamp) {
        self.write(name, Type::SecureString, value.to_owned(), now);
    }

    pub fn parameter_mut(&mut self, name: &str) -> Option<&mut Parameter> {
        self.parameters.get_mut(name)
    }

    /// The current value.
    pub fn value(&self, name: &str) -> Option<&str> {
        Some(self.parameters.get(name)?.versions.last()?.value.as_str())
    }

    /// Returns the number of the new version.
    fn write(&mut self, name: &str, kind: Type, value: String, now: Timestamp) -> u64 {
        let parameter = self.parameters.entry(name.to_owned()).or_insert_with(|| Parameter {
            kind,
            tags: BTreeMap::new(),
            key_is_denied: false,
            first_version: 1,
            versions: Vec::new(),
            data_type: "text".to_owned(),
        });
        parameter.versions.push(Version { value, modified: now });
        if parameter.versions.len() > MAX_VERSIONS {
            parameter.versions.remove(0);
            parameter.first_version += 1;
        }
        parameter.last_version()
    }
}

impl Parameter {
    fn last_version(&self) -> u64 {
        self.first_version + self.versions.len() as u64 - 1
    }

    /// As the API shows it, the current version unless another is asked for.
    pub(super) fn show(
        &self,
        call: &Call,
        name: &str,
        selector: Option<&str>,
        decrypted: bool,
    ) -> Result<Option<Value>, ServiceError> {
        let number = match selector {
            None => Some(self.last_version()),
            Some(selector) => selector.parse().ok(),
        };
        let version = |number: u64| {
            let index = usize::try_from(number.checked_sub(self.first_version)?).ok()?;
            Some((number, self.versions.get(index)?))
        };
        let Some((number, version)) = number.and_then(version) else { return Ok(None) };
        let is_secure = self.kind == Type::SecureString;
        if is_secure && decrypted && self.key_is_denied {
            return Err(denied_key());
        }
        let value = if is_secure && !decrypted {
            format!("AQICAHlocal{:x}", version.value.len())
        } else {
            version.value.clone()
        };
        let mut shown = json!({
            "Name": name,
            "Type": self.kind,
            "Value": value,
            "Version": number,
            "LastModifiedDate": version.modified.as_duration().as_secs_f64(),
            "ARN": names::arn(call, name),
            "DataType": self.data_type,
        });
        if let Some(selector) = selector {
            shown["Selector"] = json!(format!(":{selector}"));
        }
        Ok(Some(shown))
    }
}

/// What KMS answers, and with it the whole call: one such parameter fails a listing.
fn denied_key() -> ServiceError {
    ServiceError::client(
        "AccessDeniedException",
        "The ciphertext refers to a customer master key that does not exist, does not exist in \
         this region, or you are not allowed to access.",
    )
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Put {
    name: String,
    value: String,
    #[serde(rename = "Type")]
    kind: Option<String>,
    #[serde(default)]
    overwrite: bool,
    #[serde(default)]
    tags: Vec<Tag>,
    #[serde(rename = "Description")]
    _description: Option<String>,
    #[serde(rename = "KeyId")]
    _key_id: Option<String>,
    tier: Option<String>,
    data_type: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Tag {
    key: String,
    value: String,
}

pub(super) fn put(world: &mut World, call: &mut Call) -> Outcome {
    let input: Put = json::input(call)?;
    names::check(call, &input.name)?;
    let now = call.now;
    let state = &mut world.place(&call.account, &call.region).ssm;
    let known = state.parameters.get(&input.name);
    let kind = match (input.kind.as_deref(), known) {
        (Some("String"), _) => Type::String,
        (Some("StringList"), _) => Type::StringList,
        (Some("SecureString"), _) => Type::SecureString,
        (Some(other), _) => {
            let allowed = "satisfy enum value set: [SecureString, StringList, String]";
            return Err(constraint(other, "type", allowed));
        }
        (None, Some(known)) => known.kind,
        (None, None) => {
            return Err(validation("A parameter type is required when you create a parameter."));
        }
    };
    if input.value.is_empty() {
        return Err(constraint("", "value", "have length greater than or equal to 1"));
    }
    let tier = tier(input.tier.as_deref(), &input.value)?;
    let data_type = input.data_type.unwrap_or_else(|| "text".to_owned());
    if data_type != "text" {
        return Err(validation(format!("the data type `{data_type}` is not served")));
    }
    if let Some(known) = known {
        if !input.overwrite {
            return Err(ServiceError::client(
                "ParameterAlreadyExists",
                "The parameter already exists. To overwrite this value, set the overwrite option \
                 in the request to true.",
            ));
        }
        if !input.tags.is_empty() {
            return Err(validation(
                "Invalid request: tags and overwrite can't be used together. To create a \
                 parameter with tags, please remove overwrite flag. To update tags for an \
                 existing parameter, please use AddTagsToResource or RemoveTagsFromResource.",
            ));
        }
        if known.kind != kind {
            return Err(ServiceError::client(
                "HierarchyTypeMismatchException",
                "Parameter Store does not support changing the type of a parameter.",
            ));
        }
    }
    let version = state.write(&input.name, kind, input.value, now);
    if let Some(parameter) = state.parameters.get_mut(&input.name) {
        parameter.tags.extend(input.tags.into_iter().map(|tag| (tag.key, tag.value)));
    }
    Ok(Reply::Json(json!({ "Version": version, "Tier": tier })))
}

fn tier(asked: Option<&str>, value: &str) -> Result<&'static str, ServiceError> {
    let length = value.chars().count();
    match asked {
        None | Some("Standard") if length > MAX_STANDARD_LENGTH => Err(validation(
            "Standard tier parameters support a maximum parameter value of 4096 characters. To \
             create a larger parameter value, upgrade the parameter to use the \
             advanced-parameter tier. For more information, see \
             https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html",
        )),
        Some("Advanced" | "Intelligent-Tiering") if length > MAX_ADVANCED_LENGTH => {
            Err(validation(
                "Advanced tier parameters support a maximum parameter value of 8192 characters.",
            ))
        }
        None | Some("Standard") => Ok("Standard"),
        Some("Intelligent-Tiering") if length <= MAX_STANDARD_LENGTH => Ok("Standard"),
        Some("Advanced" | "Intelligent-Tiering") => Ok("Advanced"),
        Some(other) => {
            let allowed = "satisfy enum value set: [Standard, Advanced, Intelligent-Tiering]";
            Err(constraint(other, "tier", allowed))
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Get {
    name: String,
    #[serde(default)]
    with_decryption: bool,
}

pub(super) fn get(world: &mut World, call: &mut Call) -> Outcome {
    let input: Get = json::input(call)?;
    let (name, selector) = names::plain(&input.name);
    let state = &world.place(&call.account, &call.region).ssm;
    let parameter = state.parameters.get(name).ok_or_else(not_found)?;
    let shown = parameter.show(call, name, selector, input.with_decryption)?.ok_or_else(|| {
        ServiceError::client(
            "ParameterVersionNotFound",
            format!("Systems Manager could not find version {} of {name}.", selector.unwrap_or("")),
        )
    })?;
    Ok(Reply::Json(json!({ "Parameter": shown })))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct GetSeveral {
    names: Vec<String>,
    #[serde(default)]
    with_decryption: bool,
}

pub(super) fn get_several(world: &mut World, call: &mut Call) -> Outcome {
    let input: GetSeveral = json::input(call)?;
    if !(1..=10).contains(&input.names.len()) {
        let names = format!("[{}]", input.names.join(", "));
        return Err(constraint(&names, "names", "have length less than or equal to 10"));
    }
    let state = &world.place(&call.account, &call.region).ssm;
    let (mut found, mut invalid) = (Vec::new(), Vec::new());
    for asked in &input.names {
        let (name, selector) = names::plain(asked);
        let shown = match state.parameters.get(name) {
            Some(parameter) => parameter.show(call, name, selector, input.with_decryption)?,
            None => None,
        };
        match shown {
            Some(shown) => found.push(shown),
            None => invalid.push(asked),
        }
    }
    Ok(Reply::Json(json!({ "Parameters": found, "InvalidParameters": invalid })))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Delete {
    name: String,
}

pub(super) fn delete(world: &mut World, call: &mut Call) -> Outcome {
    let input: Delete = json::input(call)?;
    let state = &mut world.place(&call.account, &call.region).ssm;
    state.parameters.remove(&input.name).ok_or_else(not_found)?;
    Ok(Reply::Json(json!({})))
}

/// AWS sends this one without a text, and its SDKs print `UnknownError`.
fn not_found() -> ServiceError {
    ServiceError::client("ParameterNotFound", "")
}
