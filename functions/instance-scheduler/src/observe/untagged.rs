//! Looks up one resource that does not have the schedule tag. Only for a person's question.

use aws_config::SdkConfig;
use aws_sdk_ec2::types::Filter;
use shared::{
    error::{AwsError, AwsErrorKind, AwsResultExt as _},
    tag::Tags,
};

use super::NAME_TAG;
use crate::{config::Config, plan::action::Named, resource::Kind};

/// A resource with its state, as AWS names it.
type Found = Option<(Named, String)>;

/// Asks the services that are looked after, one after the other.
pub(crate) async fn find(aws: &SdkConfig, id: &str, config: &Config) -> Result<Found, AwsError> {
    let services = config.services;
    if id.starts_with("i-") {
        return if services.ec2 { instance(aws, id).await } else { Ok(None) };
    }
    if services.rds {
        if let Some(found) = database(aws, id).await? {
            return Ok(Some(found));
        }
        if let Some(found) = cluster(aws, id).await? {
            return Ok(Some(found));
        }
    }
    if services.autoscaling { group(aws, id).await } else { Ok(None) }
}

async fn instance(aws: &SdkConfig, id: &str) -> Result<Found, AwsError> {
    // A filter finds nothing where an id would be an error.
    let id_is = Filter::builder().name("instance-id").values(id).build();
    let call = aws_sdk_ec2::Client::new(aws).describe_instances().filters(id_is);
    let output = call.send().await.during("ec2:DescribeInstances")?;
    let reservations = output.reservations.unwrap_or_default().into_iter();
    let mut instances = reservations.flat_map(|it| it.instances.unwrap_or_default());
    Ok(instances.next().map(|instance| {
        let tags = instance.tags.unwrap_or_default();
        let tags = Tags::from_pairs(tags.into_iter().map(|tag| (tag.key, tag.value)));
        let state = instance.state.and_then(|state| state.name);
        let state = state.map_or_else(String::new, |state| state.as_str().to_owned());
        (named(Kind::Instance, id, tags.get(NAME_TAG), None), state)
    }))
}

async fn database(aws: &SdkConfig, id: &str) -> Result<Found, AwsError> {
    let call = aws_sdk_rds::Client::new(aws).describe_db_instances().db_instance_identifier(id);
    let output = unless_missing(call.send().await.during("rds:DescribeDBInstances"))?;
    let mut databases =
        output.and_then(|output| output.db_instances).unwrap_or_default().into_iter();
    Ok(databases.next().map(|it| {
        let named = named(Kind::Database, id, None, it.db_instance_arn);
        (named, it.db_instance_status.unwrap_or_default())
    }))
}

async fn cluster(aws: &SdkConfig, id: &str) -> Result<Found, AwsError> {
    let call = aws_sdk_rds::Client::new(aws).describe_db_clusters().db_cluster_identifier(id);
    let output = unless_missing(call.send().await.during("rds:DescribeDBClusters"))?;
    let mut clusters = output.and_then(|output| output.db_clusters).unwrap_or_default().into_iter();
    Ok(clusters.next().map(|it| {
        let named = named(Kind::Cluster, id, None, it.db_cluster_arn);
        (named, it.status.unwrap_or_default())
    }))
}

async fn group(aws: &SdkConfig, id: &str) -> Result<Found, AwsError> {
    let client = aws_sdk_autoscaling::Client::new(aws);
    let call = client.describe_auto_scaling_groups().auto_scaling_group_names(id);
    let output = call.send().await.during("autoscaling:DescribeAutoScalingGroups")?;
    let mut groups = output.auto_scaling_groups.unwrap_or_default().into_iter();
    Ok(groups.next().map(|it| {
        let is_empty = it.desired_capacity == Some(0);
        let state = if is_empty { "stopped" } else { "running" };
        (named(Kind::Group, id, None, it.auto_scaling_group_arn), state.to_owned())
    }))
}

fn named(kind: Kind, id: &str, name: Option<&str>, arn: Option<String>) -> Named {
    Named { kind, id: id.into(), name: name.map(Box::from), arn: arn.map(Box::from) }
}

fn unless_missing<T>(result: Result<T, AwsError>) -> Result<Option<T>, AwsError> {
    match result {
        Ok(output) => Ok(Some(output)),
        Err(error) if error.kind == AwsErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
