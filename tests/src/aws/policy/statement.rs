//! Reads policy documents. What it does not know is an error, so that no condition is ever
//! silently ignored.

use anyhow::{Context as _, bail, ensure};
use serde_json::{Map, Value};

use super::{condition::Condition, variable};

/// The version of the policy language that knows variables; the other takes them literally.
const VERSION: &str = "2012-10-17";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    Allow,
    Deny,
}

/// One statement of a policy.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Its `Sid`, or `#n` by its place in the role.
    pub id: String,
    pub effect: Effect,
    pub actions: Vec<String>,
    /// Empty in a trust policy.
    pub resources: Vec<String>,
    /// The principals of a trust policy: ARNs, account numbers, `*`, service names.
    pub principals: Vec<String>,
    pub(super) conditions: Vec<Condition>,
}

/// The statements of a policy document.
pub fn parse_document(document: &Value) -> anyhow::Result<Vec<Statement>> {
    let members = document.as_object().context("a policy document is not an object")?;
    for name in members.keys() {
        ensure!(
            matches!(name.as_str(), "Version" | "Statement" | "Id"),
            "unknown member `{name}` of a policy document"
        );
    }
    let version = members.get("Version").and_then(Value::as_str);
    let is_literal = version != Some(VERSION) && document.to_string().contains("${");
    ensure!(!is_literal, "a policy with variables needs the version {VERSION}");
    let statements = match members.get("Statement").context("a policy has no `Statement`")? {
        Value::Array(statements) => statements.as_slice(),
        single => std::slice::from_ref(single),
    };
    statements
        .iter()
        .enumerate()
        .map(|(place, statement)| {
            let members = statement.as_object().context("a statement is not an object")?;
            parse(members, place).with_context(|| format!("in statement {}", place + 1))
        })
        .collect()
}

fn parse(members: &Map<String, Value>, place: usize) -> anyhow::Result<Statement> {
    let mut statement = Statement {
        id: format!("#{}", place + 1),
        effect: Effect::Deny,
        actions: Vec::new(),
        resources: Vec::new(),
        principals: Vec::new(),
        conditions: Vec::new(),
    };
    ensure!(members.contains_key("Effect"), "no `Effect`");
    ensure!(members.contains_key("Action"), "no `Action`");
    for (name, value) in members {
        match name.as_str() {
            "Sid" => value.as_str().context("`Sid` is not text")?.clone_into(&mut statement.id),
            "Effect" => {
                statement.effect = match value.as_str() {
                    Some("Allow") => Effect::Allow,
                    Some("Deny") => Effect::Deny,
                    _ => bail!("`Effect` is neither `Allow` nor `Deny`"),
                }
            }
            "Action" => statement.actions = texts(value)?,
            "Resource" => {
                statement.resources = texts(value)?;
                let with_variable = statement.resources.iter().find(|arn| variable::has_one(arn));
                if let Some(arn) = with_variable {
                    bail!("a policy variable in a `Resource` is not understood: `{arn}`");
                }
            }
            "Principal" => statement.principals = principals(value)?,
            "Condition" => statement.conditions = conditions(value)?,
            other => bail!("unknown member `{other}` of a statement"),
        }
    }
    Ok(statement)
}

fn principals(value: &Value) -> anyhow::Result<Vec<String>> {
    match value {
        Value::Object(kinds) => {
            let lists = kinds.values().map(texts).collect::<anyhow::Result<Vec<_>>>()?;
            Ok(lists.concat())
        }
        other => texts(other),
    }
}

fn conditions(value: &Value) -> anyhow::Result<Vec<Condition>> {
    let operators = value.as_object().context("`Condition` is not an object")?;
    let mut conditions = Vec::new();
    for (operator, keys) in operators {
        let keys = keys.as_object().with_context(|| format!("`{operator}` is not an object"))?;
        for (key, values) in keys {
            conditions.push(Condition::new(operator, key, texts(values)?)?);
        }
    }
    Ok(conditions)
}

/// A text or a list of texts; YAML also has bare booleans and numbers here.
fn texts(value: &Value) -> anyhow::Result<Vec<String>> {
    match value {
        Value::String(text) => Ok(vec![text.clone()]),
        Value::Bool(_) | Value::Number(_) => Ok(vec![value.to_string()]),
        Value::Array(values) => {
            let lists = values.iter().map(texts).collect::<anyhow::Result<Vec<_>>>()?;
            Ok(lists.concat())
        }
        Value::Null | Value::Object(_) => bail!("`{value}` is neither text nor a list of texts"),
    }
}
