//! The intrinsic functions of CloudFormation. One that is not here is an error.

use std::collections::BTreeMap;

use anyhow::{Context as _, bail, ensure};
use serde_json::{Map, Value, json};

use super::Deployment;

/// Everything that references can point at.
#[derive(Debug)]
pub(super) struct Scope<'a> {
    pub(super) template: &'a Value,
    pub(super) deployment: &'a Deployment,
    pub(super) parameters: BTreeMap<&'a str, Value>,
}

impl<'a> Scope<'a> {
    /// Takes parameters from the deployment, else their defaults.
    pub(super) fn new(template: &'a Value, deployment: &'a Deployment) -> anyhow::Result<Self> {
        let mut parameters = BTreeMap::new();
        for (name, declared) in members(&template["Parameters"]) {
            let text = match (deployment.parameters.get(name), &declared["Default"]) {
                (Some(given), _) => given.clone(),
                (None, Value::Null) => bail!("the parameter `{name}` has no value"),
                (None, default) => text(default)?,
            };
            ensure!(is_allowed(declared, &text), "the parameter `{name}` cannot be `{text}`");
            ensure!(
                template["Resources"][name].is_null(),
                "the parameter `{name}` is called like a resource"
            );
            let value = match declared["Type"].as_str().context("a parameter has no `Type`")? {
                "String" | "Number" => json!(text),
                "CommaDelimitedList" => json!(text.split(',').map(str::trim).collect::<Vec<_>>()),
                other => bail!("the parameter `{name}` has the type `{other}`, not understood"),
            };
            parameters.insert(name.as_str(), value);
        }
        if let Some(unknown) =
            deployment.parameters.keys().find(|name| !parameters.contains_key(name.as_str()))
        {
            bail!("the template has no parameter `{unknown}`");
        }
        Ok(Self { template, deployment, parameters })
    }

    /// The resources whose condition holds.
    pub(super) fn resources(&self) -> anyhow::Result<Vec<(&'a String, &'a Value)>> {
        let mut existing = Vec::new();
        for (logical_id, resource) in members(&self.template["Resources"]) {
            if self.exists(resource)? {
                existing.push((logical_id, resource));
            }
        }
        Ok(existing)
    }

    /// The outputs whose condition holds, by name.
    pub(super) fn outputs(&self) -> anyhow::Result<BTreeMap<String, String>> {
        let mut existing = BTreeMap::new();
        for (name, output) in members(&self.template["Outputs"]) {
            if self.exists(output)? {
                let value = self.resolve(&output["Value"]).and_then(|value| text(&value));
                existing.insert(name.clone(), value.with_context(|| format!("in `{name}`"))?);
            }
        }
        Ok(existing)
    }

    /// Whether the condition of a resource or an output holds.
    pub(super) fn exists(&self, declared: &Value) -> anyhow::Result<bool> {
        declared["Condition"].as_str().map_or(Ok(true), |condition| self.condition(condition))
    }

    /// The value with every intrinsic function replaced.
    pub(super) fn resolve(&self, value: &Value) -> anyhow::Result<Value> {
        Ok(self.maybe(value)?.unwrap_or(Value::Null))
    }

    /// `None` for `AWS::NoValue`, which takes its place away with it.
    fn maybe(&self, value: &Value) -> anyhow::Result<Option<Value>> {
        Ok(Some(match value {
            Value::Array(values) => {
                let mut resolved = Vec::new();
                for value in values {
                    resolved.extend(self.maybe(value)?);
                }
                Value::Array(resolved)
            }
            Value::Object(members) => {
                let mut pairs = members.iter();
                if let (Some((name, argument)), None) = (pairs.next(), pairs.next())
                    && (name == "Ref" || name.starts_with("Fn::"))
                {
                    return self.call(name, argument).with_context(|| format!("in `{value}`"));
                }
                let mut resolved = Map::new();
                for (name, value) in members {
                    if let Some(value) = self.maybe(value)? {
                        resolved.insert(name.clone(), value);
                    }
                }
                Value::Object(resolved)
            }
            plain => plain.clone(),
        }))
    }

    fn call(&self, function: &str, argument: &Value) -> anyhow::Result<Option<Value>> {
        Ok(Some(match function {
            "Ref" => {
                let name = argument.as_str().context("a `Ref` to no name")?;
                if name == "AWS::NoValue" {
                    return Ok(None);
                }
                self.reference(name)?
            }
            "Fn::If" => {
                let [condition, yes, no] = items(argument)?;
                let condition = condition.as_str().context("an `If` of no condition")?;
                return self.maybe(if self.condition(condition)? { yes } else { no });
            }
            "Fn::Sub" => json!(self.substitute(argument)?),
            "Fn::GetAtt" => {
                let [resource, attribute] = items(argument)?;
                let resource = resource.as_str().context("a `GetAtt` of no resource")?;
                json!(self.attribute(resource, &text(attribute)?)?)
            }
            "Fn::Join" => {
                let [separator, values] = items(argument)?;
                let Value::Array(values) = self.resolve(values)? else {
                    bail!("a `Join` of no list");
                };
                let values = values.iter().map(text).collect::<anyhow::Result<Vec<_>>>()?;
                json!(values.join(&text(separator)?))
            }
            "Fn::Split" => {
                let [separator, value] = items(argument)?;
                let whole = text(&self.resolve(value)?)?;
                json!(whole.split(&text(separator)?).collect::<Vec<_>>())
            }
            "Fn::Select" => {
                let [index, values] = items(argument)?;
                let index: usize = text(&self.resolve(index)?)?.parse()?;
                self.resolve(values)?.get(index).context("a `Select` beyond the end")?.clone()
            }
            "Fn::FindInMap" => {
                let [map, first, second] = items(argument)?;
                let keys = [map, first, second].map(|key| text(&self.resolve(key)?));
                let [map, first, second] = keys;
                let found = &self.template["Mappings"][map?][first?][second?];
                ensure!(!found.is_null(), "not in the mapping");
                found.clone()
            }
            "Fn::Equals" | "Fn::And" | "Fn::Or" | "Fn::Not" => {
                json!(self.holds(&json!({ function: argument }))?)
            }
            other => bail!("the function `{other}` is not understood"),
        }))
    }

    fn condition(&self, name: &str) -> anyhow::Result<bool> {
        let condition = &self.template["Conditions"][name];
        ensure!(!condition.is_null(), "no condition `{name}`");
        self.holds(condition).with_context(|| format!("in the condition `{name}`"))
    }

    fn holds(&self, value: &Value) -> anyhow::Result<bool> {
        let mut pairs = members(value);
        let (function, argument) = pairs.next().context("an empty condition")?;
        let all = || argument.as_array().context("a condition of no list");
        Ok(match function.as_str() {
            "Condition" => self.condition(argument.as_str().context("a condition of no name")?)?,
            "Fn::Equals" => {
                let [left, right] = items(argument)?;
                text(&self.resolve(left)?)? == text(&self.resolve(right)?)?
            }
            "Fn::Not" => {
                let [inner] = items(argument)?;
                !self.holds(inner)?
            }
            "Fn::And" => {
                let held = all()?.iter().map(|one| self.holds(one));
                held.collect::<anyhow::Result<Vec<_>>>()?.into_iter().all(|holds| holds)
            }
            "Fn::Or" => {
                let held = all()?.iter().map(|one| self.holds(one));
                held.collect::<anyhow::Result<Vec<_>>>()?.into_iter().any(|holds| holds)
            }
            other => bail!("`{other}` is no condition"),
        })
    }

    fn substitute(&self, argument: &Value) -> anyhow::Result<String> {
        let (pattern, given) = match argument {
            Value::Array(_) => {
                let [pattern, given] = items(argument)?;
                (text(pattern)?, given.clone())
            }
            plain => (text(plain)?, Value::Null),
        };
        let mut result = String::new();
        let mut rest = pattern.as_str();
        while let Some((before, after)) = rest.split_once("${") {
            result.push_str(before);
            let (name, after) = after.split_once('}').context("a `${` without its `}`")?;
            if let Some(literal) = name.strip_prefix('!') {
                result.extend(["${", literal, "}"]);
            } else if let Some(value) = given.get(name) {
                result.push_str(&text(&self.resolve(value)?)?);
            } else if let (Some((resource, attribute)), false) =
                (name.split_once('.'), self.parameters.contains_key(name))
            {
                result.push_str(&self.attribute(resource, attribute)?);
            } else {
                result.push_str(&text(&self.reference(name)?)?);
            }
            rest = after;
        }
        result.push_str(rest);
        Ok(result)
    }
}

/// Whether a parameter's text keeps to its values and bounds. Patterns are left to cfn-lint.
fn is_allowed(declared: &Value, text: &str) -> bool {
    let number = text.parse::<f64>().ok();
    let is_within = |bound: &str, holds: fn(f64, f64) -> bool| match declared[bound].as_f64() {
        None => true,
        Some(bound) => number.is_some_and(|number| holds(number, bound)),
    };
    let allowed = declared["AllowedValues"].as_array();
    allowed.is_none_or(|allowed| allowed.iter().any(|one| text_of(one) == text))
        && declared["MaxLength"].as_u64().is_none_or(|max| text.chars().count() as u64 <= max)
        && is_within("MinValue", |number, bound| number >= bound)
        && is_within("MaxValue", |number, bound| number <= bound)
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn items<const N: usize>(value: &Value) -> anyhow::Result<&[Value; N]> {
    let items = value.as_array().context("the argument is not a list")?;
    items.as_slice().try_into().with_context(|| format!("the argument has not {N} values"))
}

/// A scalar as CloudFormation passes it on: as text.
pub(super) fn text(value: &Value) -> anyhow::Result<String> {
    ensure!(!value.is_array() && !value.is_object(), "`{value}` is not text");
    Ok(text_of(value))
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}
