//! The policies of a function or a role in the template, as statements for `aws::policy`.

use anyhow::{Context as _, bail};
use serde_json::Value;

use super::intrinsic::Scope;
use crate::aws::policy::{Statement, parse_document};

/// AWS-managed policies that grant only what the local AWS does not serve: logs and traces.
const WITHOUT_EFFECT: [&str; 3] =
    ["AWSLambdaBasicExecutionRole", "AWSXRayDaemonWriteAccess", "AWSXrayWriteOnlyAccess"];

/// Statements from `Policies` or `ManagedPolicyArns`: documents, and names or ARNs of managed
/// policies, of which only those of the same template are known.
pub(super) fn statements(scope: &Scope<'_>, policies: &Value) -> anyhow::Result<Vec<Statement>> {
    let policies = match policies {
        Value::Null => &[],
        Value::Array(policies) => policies.as_slice(),
        single => std::slice::from_ref(single),
    };
    let mut statements = Vec::new();
    for policy in policies {
        statements.extend(match policy {
            Value::String(name) => managed(scope, name)?,
            // `AWS::IAM::Role` wraps its documents, `AWS::Serverless::Function` does not.
            Value::Object(members) if members.contains_key("PolicyDocument") => {
                document(&members["PolicyDocument"])?
            }
            Value::Object(members) if members.contains_key("Statement") => document(policy)?,
            other => bail!("the policy `{other}` is not understood"),
        });
    }
    Ok(statements)
}

/// A policy document: an object, or JSON in a string.
pub(super) fn document(value: &Value) -> anyhow::Result<Vec<Statement>> {
    match value {
        Value::String(text) => {
            let value = serde_json::from_str(text).context("a policy document is not JSON")?;
            parse_document(&value)
        }
        value => parse_document(value),
    }
}

fn managed(scope: &Scope<'_>, name: &str) -> anyhow::Result<Vec<Statement>> {
    let short = name.rsplit('/').next().unwrap_or(name);
    if WITHOUT_EFFECT.contains(&short) {
        return Ok(Vec::new());
    }
    for (logical_id, resource) in scope.resources()? {
        if resource["Type"] == "AWS::IAM::ManagedPolicy" && scope.name(logical_id)? == short {
            return document(&scope.resolve(&resource["Properties"]["PolicyDocument"])?)
                .with_context(|| format!("in the policy `{logical_id}`"));
        }
    }
    bail!("the managed policy `{name}` is not in the template")
}
