//! Looks a database up in RDS, by its name. Knows nothing of secrets, and changes nothing.

use aws_config::SdkConfig;
use shared::error::{AwsError, AwsErrorKind};

use crate::{
    call::{query, xml::Element},
    plan::admin::{Database, Endpoint, Named},
};

/// Of the interface of RDS.
const VERSION: &str = "2014-10-31";

/// The database as RDS describes it, unless there is none of that name here.
pub async fn look_up(aws: &SdkConfig, named: &Named) -> Result<Option<Database>, AwsError> {
    let found = match named {
        Named::Instance(id) => {
            let parameters = [("DBInstanceIdentifier", id.as_str())];
            let result = query::call(aws, VERSION, "rds:DescribeDBInstances", &parameters).await;
            result.map(|result| result.list("DBInstances").first().map(instance))
        }
        Named::Cluster(id) => {
            let parameters = [("DBClusterIdentifier", id.as_str())];
            let result = query::call(aws, VERSION, "rds:DescribeDBClusters", &parameters).await;
            result.map(|result| result.list("DBClusters").first().map(cluster))
        }
    };
    match found {
        // `127` of the host `127.0.0.1` is no name that a database may have.
        Err(err) if matches!(err.kind, AwsErrorKind::NotFound | AwsErrorKind::Invalid) => Ok(None),
        other => other,
    }
}

fn instance(instance: &Element) -> Database {
    let belongs_to = [
        ("db", "ReadReplicaSourceDBInstanceIdentifier"),
        ("cluster", "ReadReplicaSourceDBClusterIdentifier"),
        ("cluster", "DBClusterIdentifier"),
    ];
    // Sources in other regions come as ARNs.
    let named = |(kind, field): (&str, &str)| {
        let id = instance.text_of(field)?;
        Some(if id.starts_with("arn:") { id.to_owned() } else { format!("{kind}:{id}") })
    };
    let endpoint = instance.child("Endpoint");
    Database {
        arn: text(instance, "DBInstanceArn"),
        writer: endpoint.map(|endpoint| at(endpoint, "Address")).unwrap_or_default(),
        other_hosts: Vec::new(),
        belongs_to: belongs_to.into_iter().filter_map(named).collect(),
    }
}

fn cluster(cluster: &Element) -> Database {
    let custom = cluster.list("CustomEndpoints").iter().map(Element::text);
    Database {
        arn: text(cluster, "DBClusterArn"),
        writer: at(cluster, "Endpoint"),
        other_hosts: cluster
            .text_of("ReaderEndpoint")
            .into_iter()
            .chain(custom)
            .map(str::to_owned)
            .collect(),
        belongs_to: cluster
            .text_of("ReplicationSourceIdentifier")
            .map(str::to_owned)
            .into_iter()
            .collect(),
    }
}

/// The host in this field, and the port beside it.
fn at(element: &Element, host: &str) -> Endpoint {
    let port = element.text_of("Port").and_then(|port| port.parse().ok());
    Endpoint { host: text(element, host), port: port.unwrap_or_default() }
}

fn text(element: &Element, name: &str) -> String {
    element.text_of(name).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As RDS writes it.
    fn parsed(text: &str) -> Element {
        Element::parse(text).unwrap()
    }

    #[test]
    fn a_replica_belongs_to_where_its_data_comes_from() {
        let replica = parsed(
            "<DBInstance>
               <DBInstanceArn>arn:b</DBInstanceArn>
               <ReadReplicaSourceDBInstanceIdentifier>a</ReadReplicaSourceDBInstanceIdentifier>
               <DBClusterIdentifier>arn:c</DBClusterIdentifier>
               <Endpoint><Address>b.rds</Address><Port>5432</Port></Endpoint>
             </DBInstance>",
        );
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
        let young = parsed("<DBInstance><DBInstanceArn>arn:a</DBInstanceArn></DBInstance>");
        assert_eq!(instance(&young).writer, Endpoint::default());
    }

    #[test]
    fn a_cluster_has_a_host_for_writers_and_others() {
        let shop = parsed(
            "<DBCluster>
               <DBClusterArn>arn:s</DBClusterArn><Port>3306</Port>
               <Endpoint>s.rds</Endpoint><ReaderEndpoint>s.ro.rds</ReaderEndpoint>
               <CustomEndpoints><member>x.rds</member><member>y.rds</member></CustomEndpoints>
             </DBCluster>",
        );
        let expected = Database {
            arn: "arn:s".to_owned(),
            writer: Endpoint { host: "s.rds".to_owned(), port: 3306 },
            other_hosts: ["s.ro.rds", "x.rds", "y.rds"].map(str::to_owned).to_vec(),
            belongs_to: Vec::new(),
        };
        assert_eq!(cluster(&shop), expected);
    }
}
