//! What references to parameters and resources stand for. Names are stable where CloudFormation's
//! end in random letters.

use anyhow::{Context as _, bail, ensure};
use serde_json::{Value, json};

use super::{
    Deployment,
    intrinsic::{Scope, text},
    kebab_case,
};

impl<'a> Scope<'a> {
    /// What `Ref` gives: a parameter, a pseudo parameter, or a resource's id.
    pub(super) fn reference(&self, name: &str) -> anyhow::Result<Value> {
        let Deployment { account, region, stack_name, .. } = self.deployment;
        Ok(match name {
            "AWS::AccountId" => json!(account),
            "AWS::Region" => json!(region),
            "AWS::Partition" => json!(partition(region).0),
            "AWS::URLSuffix" => json!(partition(region).1),
            "AWS::StackName" => json!(stack_name),
            "AWS::StackId" => {
                let partition = partition(region).0;
                json!(format!(
                    "arn:{partition}:cloudformation:{region}:{account}:stack/{stack_name}/local"
                ))
            }
            _ => match self.parameters.get(name) {
                Some(value) => value.clone(),
                None => json!(self.identifier(name)?),
            },
        })
    }

    fn kind(&self, logical_id: &str) -> anyhow::Result<&'a str> {
        let resource = &self.template["Resources"][logical_id];
        let kind = resource["Type"].as_str();
        let kind = kind.with_context(|| format!("no resource `{logical_id}`"))?;
        ensure!(
            self.exists(resource)?,
            "the condition of the resource `{logical_id}` does not hold"
        );
        Ok(kind)
    }

    /// The physical name: the one the template gives, else one like CloudFormation's.
    pub(super) fn name(&self, logical_id: &str) -> anyhow::Result<String> {
        let property = match self.kind(logical_id)? {
            "AWS::Serverless::Function" | "AWS::Lambda::Function" => "FunctionName",
            "AWS::IAM::Role" => "RoleName",
            "AWS::IAM::ManagedPolicy" => "ManagedPolicyName",
            "AWS::SQS::Queue" => "QueueName",
            "AWS::SNS::Topic" => "TopicName",
            "AWS::S3::Bucket" => "BucketName",
            "AWS::DynamoDB::Table" => "TableName",
            "AWS::Logs::LogGroup" => "LogGroupName",
            _ => "Name",
        };
        let given = &self.template["Resources"][logical_id]["Properties"][property];
        Ok(match given {
            Value::Null if property == "FunctionName" => kebab_case(logical_id),
            Value::Null if property == "BucketName" => {
                format!("{}-{}-local", self.deployment.stack_name, logical_id.to_lowercase())
            }
            Value::Null => format!("{}-{logical_id}-LOCAL", self.deployment.stack_name),
            given => text(&self.resolve(given)?)?,
        })
    }

    /// What `Ref` gives for a resource: mostly its name.
    fn identifier(&self, logical_id: &str) -> anyhow::Result<String> {
        match self.kind(logical_id)? {
            "AWS::SQS::Queue" => self.attribute(logical_id, "QueueUrl"),
            "AWS::SNS::Topic" | "AWS::IAM::ManagedPolicy" => self.attribute(logical_id, "Arn"),
            _ => self.name(logical_id),
        }
    }

    pub(super) fn attribute(&self, logical_id: &str, attribute: &str) -> anyhow::Result<String> {
        let Deployment { account, region, .. } = self.deployment;
        let (kind, name) = (self.kind(logical_id)?, self.name(logical_id)?);
        let (partition, suffix) = partition(region);
        Ok(match (kind, attribute) {
            ("AWS::SQS::Queue", "QueueName") => name,
            ("AWS::SQS::Queue", "QueueUrl") => {
                format!("https://sqs.{region}.{suffix}/{account}/{name}")
            }
            ("AWS::SQS::Queue", "Arn") => format!("arn:{partition}:sqs:{region}:{account}:{name}"),
            ("AWS::SNS::Topic", "Arn" | "TopicArn") => {
                format!("arn:{partition}:sns:{region}:{account}:{name}")
            }
            ("AWS::IAM::Role", "Arn") => format!("arn:{partition}:iam::{account}:role/{name}"),
            ("AWS::IAM::ManagedPolicy", "Arn" | "PolicyArn") => {
                format!("arn:{partition}:iam::{account}:policy/{name}")
            }
            ("AWS::S3::Bucket", "Arn") => format!("arn:{partition}:s3:::{name}"),
            ("AWS::DynamoDB::Table", "Arn") => {
                format!("arn:{partition}:dynamodb:{region}:{account}:table/{name}")
            }
            ("AWS::Logs::LogGroup", "Arn") => {
                format!("arn:{partition}:logs:{region}:{account}:log-group:{name}:*")
            }
            ("AWS::Serverless::Function" | "AWS::Lambda::Function", "Arn") => {
                format!("arn:{partition}:lambda:{region}:{account}:function:{name}")
            }
            _ => bail!("the attribute `{attribute}` of a `{kind}` is not understood"),
        })
    }
}

/// The partition of a region, and the end of its hosts.
fn partition(region: &str) -> (&'static str, &'static str) {
    match region {
        _ if region.starts_with("cn-") => ("aws-cn", "amazonaws.com.cn"),
        _ if region.starts_with("us-gov-") => ("aws-us-gov", "amazonaws.com"),
        _ => ("aws", "amazonaws.com"),
    }
}
