//! Looks a database up in RDS, by its name. Knows nothing of secrets, and changes nothing.

use aws_sdk_rds::{
    Client,
    types::{DbCluster, DbInstance},
};
use shared::error::{AwsError, AwsErrorKind, AwsResultExt as _};

use crate::plan::admin::{Database, Endpoint, Named};

/// The database as RDS describes it, unless there is none of that name here.
pub async fn look_up(client: &Client, named: &Named) -> Result<Option<Database>, AwsError> {
    let found = match named {
        Named::Instance(id) => {
            let call = client.describe_db_instances().db_instance_identifier(id);
            let output = call.send().await.during("rds:DescribeDBInstances");
            output.map(|output| {
                output.db_instances.unwrap_or_default().into_iter().map(instance).next()
            })
        }
        Named::Cluster(id) => {
            let call = client.describe_db_clusters().db_cluster_identifier(id);
            let output = call.send().await.during("rds:DescribeDBClusters");
            output.map(|output| {
                output.db_clusters.unwrap_or_default().into_iter().map(cluster).next()
            })
        }
    };
    match found {
        // `127` of the host `127.0.0.1` is no name that a database may have.
        Err(err) if matches!(err.kind, AwsErrorKind::NotFound | AwsErrorKind::Invalid) => Ok(None),
        other => other,
    }
}

fn instance(instance: DbInstance) -> Database {
    let endpoint = instance.endpoint;
    let belongs_to = [
        ("db", instance.read_replica_source_db_instance_identifier),
        ("cluster", instance.read_replica_source_db_cluster_identifier),
        ("cluster", instance.db_cluster_identifier),
    ];
    // Sources in other regions come as ARNs.
    let named = |(kind, id): (&str, Option<String>)| {
        id.map(|id| if id.starts_with("arn:") { id } else { format!("{kind}:{id}") })
    };
    Database {
        arn: instance.db_instance_arn.unwrap_or_default(),
        writer: endpoint.map(|endpoint| at(endpoint.address, endpoint.port)).unwrap_or_default(),
        other_hosts: Vec::new(),
        belongs_to: belongs_to.into_iter().filter_map(named).collect(),
    }
}

fn cluster(cluster: DbCluster) -> Database {
    let custom = cluster.custom_endpoints.unwrap_or_default();
    Database {
        arn: cluster.db_cluster_arn.unwrap_or_default(),
        writer: at(cluster.endpoint, cluster.port),
        other_hosts: cluster.reader_endpoint.into_iter().chain(custom).collect(),
        belongs_to: cluster.replication_source_identifier.into_iter().collect(),
    }
}

fn at(host: Option<String>, port: Option<i32>) -> Endpoint {
    let port = port.and_then(|port| u16::try_from(port).ok()).unwrap_or_default();
    Endpoint { host: host.unwrap_or_default(), port }
}
