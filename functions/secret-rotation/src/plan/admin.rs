//! Where the admin logs in: only at a database that is the secret's own, or has its data. Otherwise
//! whoever may edit a secret could have the admin's password sent to a host of his own, or the admin
//! change a user of another database. Asks nobody; RDS has been asked.

use std::collections::BTreeMap;

use shared::error::quoted_id;

use crate::fault::{Code, Fault};

/// The tags of a master secret that RDS manages, with the ARN of what it is for.
const OF_INSTANCE: &str = "aws:rds:primaryDBInstanceArn";
const OF_CLUSTER: &str = "aws:rds:primaryDBClusterArn";

/// A database by the name that RDS has for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    Instance(String),
    Cluster(String),
}

/// A database as RDS describes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Database {
    pub arn: String,
    /// Where writes go: an instance's endpoint, a cluster's writer.
    pub writer: Endpoint,
    /// A cluster's endpoints for readers, and those that somebody has made.
    pub other_hosts: Vec<String>,
    /// What it is a replica of, and the cluster that it is in: ARNs, or their ends such as `db:main`.
    pub belongs_to: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Endpoint {
    pub host: String,
    pub port: u16,
}

/// What a master secret's tags say that it is for: the database and its ARN.
pub fn named_by_tags(tags: &BTreeMap<String, String>) -> Option<(Named, &str)> {
    let of = |tag: &str, kind: &str| {
        let arn = tags.get(tag)?;
        let (_, id) = arn.rsplit_once(kind)?;
        Some((id.to_owned(), arn.as_str()))
    };
    of(OF_INSTANCE, ":db:")
        .map(|(id, arn)| (Named::Instance(id), arn))
        .or_else(|| of(OF_CLUSTER, ":cluster:").map(|(id, arn)| (Named::Cluster(id), arn)))
}

/// The database that a host would be the endpoint of: `app.c0ffee.eu-west-1.rds.amazonaws.com`, or
/// `app.cluster-ro-c0ffee...`. RDS has to confirm it.
pub fn named_by_host(host: &str) -> Named {
    let (id, rest) = host.split_once('.').unwrap_or((host, ""));
    let id = id.to_ascii_lowercase();
    let is_cluster = rest.to_ascii_lowercase().starts_with("cluster-");
    if is_cluster { Named::Cluster(id) } else { Named::Instance(id) }
}

impl Database {
    pub fn has_host(&self, host: &str) -> bool {
        let mut hosts = self.other_hosts.iter().chain([&self.writer.host]);
        hosts.any(|it| it.eq_ignore_ascii_case(host))
    }

    fn belongs_to(&self, other: &Self) -> bool {
        self.belongs_to.iter().any(|it| other.arn == *it || other.arn.ends_with(&format!(":{it}")))
    }

    /// Whether both have the same data: they are one, one is a replica or a member of the other, or
    /// both are of a third.
    fn shares_data_with(&self, other: &Self) -> bool {
        self.arn == other.arn
            || self.belongs_to(other)
            || other.belongs_to(self)
            || self.belongs_to.iter().any(|it| other.belongs_to.contains(it))
    }
}

/// What is known of the admin's database, and of the secret's where that is another host.
pub fn check_admin_host(
    id: &str,
    admins: &Database,
    host: &str,
    hosts: Option<&Database>,
) -> Result<(), Fault> {
    let is_same = match hosts {
        None => admins.has_host(host),
        Some(hosts) => hosts.has_host(host) && admins.shares_data_with(hosts),
    };
    if is_same {
        return Ok(());
    }
    let Database { arn, writer, .. } = admins;
    let what = format!(
        "the admin's secret `{id}` is for `{}` ({arn}), and RDS knows the host `{}` neither as \
         that nor as a replica of it",
        writer.host,
        quoted_id(host)
    );
    Err(Fault::new(Code::AdminHost, what))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REST: &str = "c0ffee.eu-west-1.rds.amazonaws.com";

    fn instance(id: &str, belongs_to: &[&str]) -> Database {
        Database {
            arn: format!("arn:aws:rds:eu-west-1:111111111111:db:{id}"),
            writer: Endpoint { host: format!("{id}.{REST}"), port: 5432 },
            other_hosts: Vec::new(),
            belongs_to: belongs_to.iter().map(|it| (*it).to_owned()).collect(),
        }
    }

    fn cluster(id: &str) -> Database {
        Database {
            arn: format!("arn:aws:rds:eu-west-1:111111111111:cluster:{id}"),
            writer: Endpoint { host: format!("{id}.cluster-{REST}"), port: 5432 },
            other_hosts: vec![format!("{id}.cluster-ro-{REST}")],
            belongs_to: Vec::new(),
        }
    }

    #[track_caller]
    fn check(admins: &Database, hosts: &Database, host: &str, expected: bool) {
        let found = check_admin_host("admin", admins, host, Some(hosts));
        assert_eq!(found.is_ok(), expected, "{found:?}");
    }

    #[test]
    fn a_host_is_the_admins_own_or_a_replica_of_it() {
        let (main, replica) = (instance("main", &[]), instance("replica", &["db:main"]));
        check(&main, &replica, &replica.writer.host, true);
        check(&replica, &main, &main.writer.host, true);
        let by_arn = instance("replica", &[&main.arn]);
        check(&main, &by_arn, &by_arn.writer.host, true);
        let stranger = instance("stranger", &["db:other"]);
        check(&main, &stranger, &stranger.writer.host, false);
        let shop = cluster("shop");
        let (one, two) = (instance("one", &["cluster:shop"]), instance("two", &["cluster:shop"]));
        check(&shop, &shop, &shop.other_hosts[0], true);
        check(&shop, &one, &one.writer.host, true);
        check(&two, &one, &one.writer.host, true);
        check(&shop, &stranger, &stranger.writer.host, false);
        // An instance may be called like a cluster.
        check(&instance("shop", &[]), &one, &one.writer.host, false);
    }

    /// The name of a host is anybody's to choose; that RDS has given it out is not.
    #[test]
    fn a_host_that_only_looks_like_a_replica_is_refused() {
        let (main, replica) = (instance("main", &[]), instance("replica", &["db:main"]));
        assert_eq!(named_by_host("replica.evil.example"), Named::Instance("replica".to_owned()));
        check(&main, &replica, "replica.evil.example", false);
        let fault = check_admin_host("admin", &main, "evil.example", None).unwrap_err();
        assert_eq!(fault.code, Code::AdminHost);
        assert!(check_admin_host("admin", &main, &main.writer.host.to_uppercase(), None).is_ok());
    }

    #[test]
    fn names_come_from_tags_and_hosts() {
        let host = |host: &str| named_by_host(host);
        assert_eq!(host(&format!("App.{REST}")), Named::Instance("app".to_owned()));
        assert_eq!(host(&format!("app.cluster-ro-{REST}")), Named::Cluster("app".to_owned()));
        let tags = |key: &str, arn: &str| BTreeMap::from([(key.to_owned(), arn.to_owned())]);
        let arn = "arn:aws:rds:eu-west-1:111111111111:cluster:shop";
        let cluster = Some((Named::Cluster("shop".to_owned()), arn));
        assert_eq!(named_by_tags(&tags(OF_CLUSTER, arn)), cluster);
        assert_eq!(named_by_tags(&tags(OF_INSTANCE, arn)), None);
        assert_eq!(named_by_tags(&tags("Name", arn)), None);
    }
}
