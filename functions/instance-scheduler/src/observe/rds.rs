//! Lists RDS databases and clusters by the schedule tag. RDS has no filter by tag, so all are
//! listed and most are dropped at once.

use aws_config::SdkConfig;
use aws_sdk_rds::{
    Client,
    types::{DbCluster, DbInstance, Tag},
};
use jiff::Timestamp;
use shared::{error::AwsError, page::drain, tag::Tags};

use super::{NAME_TAG, Texts, with_tags};
use crate::resource::{Extra, Kind, Obstacle, Power, Resource};

/// The most that one page of RDS may hold.
const PAGE_SIZE: i32 = 100;

pub(super) async fn databases(aws: &SdkConfig, tag_key: &str) -> Result<Vec<Resource>, AwsError> {
    let rds = Client::new(aws);
    let mut resources = Vec::new();
    let mut texts = Texts::default();
    let pages = rds.describe_db_instances().into_paginator().page_size(PAGE_SIZE).send();
    drain(pages, "rds:DescribeDBInstances", |page| {
        let databases = page.db_instances.unwrap_or_default().into_iter();
        resources
            .extend(databases.filter_map(|database| self::database(database, tag_key, &mut texts)));
    })
    .await?;
    let pages = rds.describe_db_clusters().into_paginator().page_size(PAGE_SIZE).send();
    drain(pages, "rds:DescribeDBClusters", |page| {
        let clusters = page.db_clusters.unwrap_or_default().into_iter();
        resources
            .extend(clusters.filter_map(|cluster| self::cluster(cluster, tag_key, &mut texts)));
    })
    .await?;
    Ok(resources)
}

fn database(database: DbInstance, tag_key: &str, texts: &mut Texts) -> Option<Resource> {
    let tags = tags(database.tag_list);
    let is_replica = database.read_replica_source_db_instance_identifier.is_some()
        || database.read_replica_source_db_cluster_identifier.is_some();
    let has_replicas =
        !database.read_replica_db_instance_identifiers.unwrap_or_default().is_empty()
            || !database.read_replica_db_cluster_identifiers.unwrap_or_default().is_empty();
    let obstacle = if database.db_cluster_identifier.is_some() {
        Some(Obstacle::ClusterMember)
    } else if is_replica {
        Some(Obstacle::ReadReplica)
    } else if has_replicas {
        Some(Obstacle::HasReadReplicas)
    } else {
        None
    };
    let extra = Extra {
        arn: database.db_instance_arn,
        obstacle,
        maintenance_window: database.preferred_maintenance_window,
        restarts_at: database
            .automatic_restart_time
            .and_then(|time| Timestamp::from_second(time.secs()).ok()),
        ..Extra::default()
    };
    let schedule = texts.get(tags.get(tag_key)?.trim());
    let (handled, extra) = with_tags(&tags, extra);
    Some(Resource {
        kind: Kind::Database,
        id: database.db_instance_identifier?.into(),
        name: tags.get(NAME_TAG).map(Box::from),
        power: power(&database.db_instance_status?, texts),
        schedule,
        handled,
        born: database
            .instance_create_time
            .and_then(|time| Timestamp::from_second(time.secs()).ok()),
        size: texts.get(&database.db_instance_class.unwrap_or_default()),
        extra,
    })
}

fn cluster(cluster: DbCluster, tag_key: &str, texts: &mut Texts) -> Option<Resource> {
    let tags = tags(cluster.tag_list);
    let obstacle = if cluster.engine_mode.as_deref() == Some("serverless") {
        Some(Obstacle::ServerlessV1)
    } else if cluster.replication_source_identifier.is_some_and(|source| !source.is_empty()) {
        Some(Obstacle::ReadReplica)
    } else {
        None
    };
    let extra = Extra {
        arn: cluster.db_cluster_arn,
        obstacle,
        maintenance_window: cluster.preferred_maintenance_window,
        restarts_at: cluster
            .automatic_restart_time
            .and_then(|time| Timestamp::from_second(time.secs()).ok()),
        ..Extra::default()
    };
    let schedule = texts.get(tags.get(tag_key)?.trim());
    let (handled, extra) = with_tags(&tags, extra);
    Some(Resource {
        kind: Kind::Cluster,
        id: cluster.db_cluster_identifier?.into(),
        name: tags.get(NAME_TAG).map(Box::from),
        power: power(&cluster.status?, texts),
        schedule,
        handled,
        born: cluster.cluster_create_time.and_then(|time| Timestamp::from_second(time.secs()).ok()),
        size: texts.get(&cluster.db_cluster_instance_class.or(cluster.engine).unwrap_or_default()),
        extra,
    })
}

fn tags(tags: Option<Vec<Tag>>) -> Tags {
    Tags::from_pairs(tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)))
}

fn power(status: &str, texts: &mut Texts) -> Power {
    match status {
        "available" => Power::Running,
        "stopped" => Power::Stopped,
        "starting" => Power::Starting,
        "stopping" => Power::Stopping,
        other => Power::Busy(texts.get(other)),
    }
}
