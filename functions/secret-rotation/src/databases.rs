//! Looks a database up in RDS, by its name. Knows nothing of secrets, and changes nothing.

use aws_config::SdkConfig;
use aws_sdk_rds::{
    Client,
    types::{DbCluster, DbInstance},
};
use shared::error::{AwsError, AwsErrorKind, AwsResultExt as _};

use crate::plan::admin::{Database, Endpoint, Named};

/// The database as RDS describes it, unless there is none of that name here.
pub async fn look_up(aws: &SdkConfig, named: &Named) -> Result<Option<Database>, AwsError> {
    let rds = Client::new(aws);
    let found = match named {
        Named::Instance(id) => {
            let call = rds.describe_db_instances().db_instance_identifier(id);
            let output = call.send().await.during("rds:DescribeDBInstances");
            output.map(|output| output.db_instances().first().map(instance))
        }
        Named::Cluster(id) => {
            let call = rds.describe_db_clusters().db_cluster_identifier(id);
            let output = call.send().await.during("rds:DescribeDBClusters");
            output.map(|output| output.db_clusters().first().map(cluster))
        }
    };
    match found {
        // `127` of the host `127.0.0.1` is not a name that a database may have.
        Err(err) if matches!(err.kind, AwsErrorKind::NotFound | AwsErrorKind::Invalid) => Ok(None),
        other => other,
    }
}

fn instance(instance: &DbInstance) -> Database {
    let belongs_to = [
        ("db", instance.read_replica_source_db_instance_identifier()),
        ("cluster", instance.read_replica_source_db_cluster_identifier()),
        ("cluster", instance.db_cluster_identifier()),
    ];
    // Sources in other regions come as ARNs.
    let named = |(kind, id): (&str, Option<&str>)| {
        let id = id?;
        Some(if id.starts_with("arn:") { id.to_owned() } else { format!("{kind}:{id}") })
    };
    let endpoint = instance.endpoint();
    Database {
        arn: text(instance.db_instance_arn()),
        writer: endpoint.map(|at| endpoint_at(at.address(), at.port())).unwrap_or_default(),
        other_hosts: Vec::new(),
        belongs_to: belongs_to.into_iter().filter_map(named).collect(),
    }
}

fn cluster(cluster: &DbCluster) -> Database {
    let readers = cluster.reader_endpoint().map(str::to_owned);
    Database {
        arn: text(cluster.db_cluster_arn()),
        writer: endpoint_at(cluster.endpoint(), cluster.port()),
        other_hosts: readers.into_iter().chain(cluster.custom_endpoints().to_vec()).collect(),
        belongs_to: cluster
            .replication_source_identifier()
            .map(str::to_owned)
            .into_iter()
            .collect(),
    }
}

fn endpoint_at(host: Option<&str>, port: Option<i32>) -> Endpoint {
    let port = port.and_then(|port| u16::try_from(port).ok());
    Endpoint { host: text(host), port: port.unwrap_or_default() }
}

fn text(text: Option<&str>) -> String {
    text.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replica_belongs_to_where_its_data_comes_from() {
        let replica = DbInstance::builder()
            .db_instance_arn("arn:b")
            .read_replica_source_db_instance_identifier("a")
            .db_cluster_identifier("arn:c")
            .endpoint(aws_sdk_rds::types::Endpoint::builder().address("b.rds").port(5432).build())
            .build();
        let expected = Database {
            arn: "arn:b".to_owned(),
            writer: Endpoint { host: "b.rds".to_owned(), port: 5432 },
            other_hosts: Vec::new(),
            belongs_to: vec!["db:a".to_owned(), "arn:c".to_owned()],
        };
        assert_eq!(instance(&replica), expected);
    }

    #[test]
    fn an_instance_that_is_being_made_has_no_endpoint() {
        let young = DbInstance::builder().db_instance_arn("arn:a").build();
        assert_eq!(instance(&young).writer, Endpoint::default());
    }

    #[test]
    fn a_cluster_has_a_host_for_writers_and_others() {
        let shop = DbCluster::builder()
            .db_cluster_arn("arn:s")
            .port(3306)
            .endpoint("s.rds")
            .reader_endpoint("s.ro.rds")
            .custom_endpoints("x.rds")
            .custom_endpoints("y.rds")
            .build();
        let expected = Database {
            arn: "arn:s".to_owned(),
            writer: Endpoint { host: "s.rds".to_owned(), port: 3306 },
            other_hosts: ["s.ro.rds", "x.rds", "y.rds"].map(str::to_owned).to_vec(),
            belongs_to: Vec::new(),
        };
        assert_eq!(cluster(&shop), expected);
    }
}
