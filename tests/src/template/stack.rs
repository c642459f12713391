//! A deployed template: what of it the local AWS and the harness need to know.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, bail, ensure};
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{
    Deployment,
    intrinsic::{Scope, text},
    kebab_case, policies,
};
use crate::aws::{
    policy::{Role, Statement},
    secretsmanager,
    world::World,
};

/// The functions, roles and parameters of one deployment.
#[derive(Debug, Clone)]
pub struct Stack {
    pub account: String,
    pub region: String,
    /// The logical ids of all resources that exist.
    pub resources: BTreeSet<String>,
    pub functions: Vec<Function>,
    /// The `AWS::IAM::Role` resources; not those that SAM makes for functions.
    pub roles: Vec<Role>,
    /// The SSM parameters: value by name.
    pub parameters: BTreeMap<String, String>,
    pub outputs: BTreeMap<String, String>,
}

/// One `AWS::Serverless::Function`.
#[derive(Debug, Clone)]
pub struct Function {
    pub logical_id: String,
    /// In kebab case: its directory, package, binary, and its access key in the local AWS.
    pub name: String,
    pub variables: BTreeMap<String, String>,
    pub timeout_secs: u64,
    pub memory_mb: u64,
    pub role: Role,
    pub events: Vec<Event>,
    /// The services that its own policy lets invoke it, by the `AWS::Lambda::Permission` resources;
    /// not those of its events.
    pub callers: BTreeSet<String>,
}

/// One trigger of a function.
#[derive(Debug, Clone)]
pub struct Event {
    pub name: String,
    /// `Schedule`, `S3`, `SQS`, `EventBridgeRule`, ...
    pub kind: String,
    pub properties: Value,
}

impl Stack {
    pub fn function(&self, name: &str) -> anyhow::Result<&Function> {
        let mut functions = self.functions.iter();
        functions
            .find(|function| function.name == name)
            .with_context(|| format!("the template has no function `{name}`"))
    }

    /// The ARN of a function, by its name.
    pub fn function_arn(&self, name: &str) -> String {
        format!("arn:aws:lambda:{}:{}:function:{name}", self.region, self.account)
    }

    /// Lets the functions call with their names as access keys, keeps Secrets Manager out of those
    /// that do not let it in, and makes the roles and the parameters exist.
    pub fn install(&self, world: &mut World, now: Timestamp) {
        for function in &self.functions {
            world.identities.add_function(&function.name, function.role.clone());
            let secrets = &mut world.place(&self.account, &self.region).secretsmanager;
            let arn = self.function_arn(&function.name);
            if function.callers.contains(secretsmanager::PRINCIPAL) {
                secrets.open_function(&arn);
            } else {
                secrets.close_function(&arn);
            }
        }
        for role in &self.roles {
            world.identities.add_role(role.clone());
        }
        let ssm = &mut world.place(&self.account, &self.region).ssm;
        for (name, value) in &self.parameters {
            ssm.set(name, value, now);
        }
    }
}

pub(super) fn deploy(template: &Value, deployment: &Deployment) -> anyhow::Result<Stack> {
    let scope = Scope::new(template, deployment)?;
    let mut stack = Stack {
        account: deployment.account.clone(),
        region: deployment.region.clone(),
        resources: BTreeSet::new(),
        functions: Vec::new(),
        roles: Vec::new(),
        parameters: BTreeMap::new(),
        outputs: scope.outputs().context("in the outputs")?,
    };
    let mut permissions: Vec<(String, String)> = Vec::new();
    let globals = &template["Globals"]["Function"];
    for (logical_id, resource) in scope.resources()? {
        let context = || format!("in the resource `{logical_id}`");
        let properties = &resource["Properties"];
        stack.resources.insert(logical_id.clone());
        match resource["Type"].as_str().with_context(context)? {
            "AWS::Serverless::Function" => {
                let properties = merged(globals, properties);
                let function = function(&scope, deployment, logical_id, &properties);
                stack.functions.push(function.with_context(context)?);
            }
            "AWS::IAM::Role" => {
                stack
                    .roles
                    .push(role(&scope, deployment, logical_id, properties).with_context(context)?);
            }
            "AWS::SSM::Parameter" => {
                let resolved = scope.resolve(properties).with_context(context)?;
                let (name, value) = (text(&resolved["Name"])?, text(&resolved["Value"])?);
                stack.parameters.insert(name, value);
            }
            "AWS::Lambda::Permission" => {
                let resolved = scope.resolve(properties).with_context(context)?;
                permissions.extend(permission(deployment, &resolved).with_context(context)?);
            }
            // A reference to nothing is an error wherever it is.
            _ => drop(scope.resolve(properties).with_context(context)?),
        }
    }
    for function in &mut stack.functions {
        let names =
            [scope.name(&function.logical_id)?, scope.attribute(&function.logical_id, "Arn")?];
        let callers = permissions.iter().filter(|(name, _)| names.contains(name));
        function.callers.extend(callers.map(|(_, principal)| principal.clone()));
    }
    Ok(stack)
}

/// The function that may be invoked and the service that may, if it may in this account.
fn permission(
    deployment: &Deployment,
    resolved: &Value,
) -> anyhow::Result<Option<(String, String)>> {
    let (function, principal) = (text(&resolved["FunctionName"])?, text(&resolved["Principal"])?);
    let source = &resolved["SourceAccount"];
    let is_ours = source.is_null() || text(source)? == deployment.account;
    let invokes = ["lambda:InvokeFunction", "lambda:*"].contains(&&*text(&resolved["Action"])?);
    Ok((is_ours && invokes).then_some((function, principal)))
}

fn function(
    scope: &Scope<'_>,
    deployment: &Deployment,
    logical_id: &str,
    properties: &Value,
) -> anyhow::Result<Function> {
    let resolved = scope.resolve(properties)?;
    let variables = pairs(&resolved["Environment"]["Variables"])
        .map(|(name, value)| Ok((name.clone(), text(value)?)))
        .collect::<anyhow::Result<_>>()
        .context("in its variables")?;
    let events = pairs(&resolved["Events"]).map(|(name, event)| Event {
        name: name.clone(),
        kind: event["Type"].as_str().unwrap_or_default().to_owned(),
        properties: event["Properties"].clone(),
    });
    let role = match &resolved["Role"] {
        Value::Null => Role {
            account: deployment.account.clone(),
            // As SAM and CloudFormation name it; the random end is fixed here.
            name: format!("{}-{logical_id}Role-LOCAL", deployment.stack_name),
            permissions: numbered(policies::statements(scope, &resolved["Policies"])?),
            trust: Vec::new(),
        },
        arn => {
            // SAM would drop them without a word.
            ensure!(resolved["Policies"].is_null(), "`Policies` beside a `Role` have no effect");
            role_of(scope, deployment, &text(arn)?)?
        }
    };
    Ok(Function {
        logical_id: logical_id.to_owned(),
        name: kebab_case(logical_id),
        variables,
        // The defaults of Lambda.
        timeout_secs: number(&resolved["Timeout"], 3)?,
        memory_mb: number(&resolved["MemorySize"], 128)?,
        role,
        events: events.collect(),
        callers: BTreeSet::new(),
    })
}

/// The role with this ARN, which has to be one of the template.
fn role_of(scope: &Scope<'_>, deployment: &Deployment, arn: &str) -> anyhow::Result<Role> {
    for (logical_id, resource) in scope.resources()? {
        if resource["Type"] == "AWS::IAM::Role" && scope.attribute(logical_id, "Arn")? == arn {
            return role(scope, deployment, logical_id, &resource["Properties"]);
        }
    }
    bail!("the role `{arn}` is not in the template")
}

fn role(
    scope: &Scope<'_>,
    deployment: &Deployment,
    logical_id: &str,
    properties: &Value,
) -> anyhow::Result<Role> {
    let resolved = scope.resolve(properties)?;
    let mut permissions = policies::statements(scope, &resolved["Policies"])?;
    permissions.extend(policies::statements(scope, &resolved["ManagedPolicyArns"])?);
    Ok(Role {
        account: deployment.account.clone(),
        name: scope.name(logical_id)?,
        permissions: numbered(permissions),
        trust: policies::document(&resolved["AssumeRolePolicyDocument"])?,
    })
}

/// Statements without a `Sid` are told apart by their place in the role.
fn numbered(mut statements: Vec<Statement>) -> Vec<Statement> {
    for (place, statement) in statements.iter_mut().enumerate() {
        if statement.id.starts_with('#') {
            statement.id = format!("#{}", place + 1);
        }
    }
    statements
}

/// `Globals` below what the resource says itself; maps are merged, all else is replaced.
fn merged(below: &Value, above: &Value) -> Value {
    match (below, above) {
        (Value::Object(below), Value::Object(above)) => {
            let mut members: Map<String, Value> = below.clone();
            for (name, value) in above {
                let value = below.get(name).map_or_else(|| value.clone(), |old| merged(old, value));
                members.insert(name.clone(), value);
            }
            Value::Object(members)
        }
        (below, Value::Null) => below.clone(),
        (_, above) => above.clone(),
    }
}

fn number(value: &Value, default: u64) -> anyhow::Result<u64> {
    match value {
        Value::Null => Ok(default),
        value => text(value)?.parse().with_context(|| format!("`{value}` is not a number")),
    }
}

fn pairs(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}
