//! A database and a cluster as XML, in the shape of AWS.

use super::{
    database::{Cluster, Instance, Tags},
    state::State,
};
use crate::aws::{
    site::{Site, instant},
    xml::Xml,
};

/// The children of `DBInstance`.
pub(super) fn instance(xml: &mut Xml, state: &State, instance: &Instance, site: &Site<'_>) {
    let Instance { id, engine, cluster, .. } = instance;
    let life = state.life(instance);
    xml.text("DBInstanceIdentifier", id)
        .text("DBInstanceClass", &instance.class)
        .text("Engine", engine)
        .text("EngineVersion", version(engine))
        .text("DBInstanceStatus", life.status().name())
        .maybe("AutomaticRestartTime", life.automatic_restart().map(instant))
        .text("MasterUsername", "admin")
        .element("Endpoint", |xml| {
            let (host, port) = endpoint(instance.endpoint.as_ref(), id, "", engine, site);
            xml.text("Address", host).text("Port", port);
        })
        .text("AllocatedStorage", if cluster.is_some() { "1" } else { "20" })
        .text("InstanceCreateTime", instant(instance.created))
        .text("BackupRetentionPeriod", "7")
        .text("AvailabilityZone", &instance.zone)
        .maybe("PreferredMaintenanceWindow", instance.maintenance_window.as_deref())
        .text("MultiAZ", boolean(instance.multi_az))
        .text("AutoMinorVersionUpgrade", "true")
        .maybe("ReadReplicaSourceDBInstanceIdentifier", instance.replica_of.as_deref())
        .element("ReadReplicaDBInstanceIdentifiers", |xml| {
            for replica in state.replicas(id) {
                xml.text("ReadReplicaDBInstanceIdentifier", &replica.id);
            }
        })
        .text("PubliclyAccessible", "false");
    if instance.replica_of.is_some() {
        xml.element("StatusInfos", |xml| {
            xml.element("DBInstanceStatusInfo", |xml| {
                xml.text("StatusType", "read replication")
                    .text("Normal", "true")
                    .text("Status", "replicating");
            });
        });
    } else {
        xml.text("StatusInfos", "");
    }
    xml.text("StorageType", if cluster.is_some() { "aurora" } else { "gp3" })
        .maybe("DBClusterIdentifier", cluster.as_deref())
        .text("StorageEncrypted", "true")
        .text("DbiResourceId", resource_id(site, id))
        .text("DeletionProtection", "false")
        .text("DBInstanceArn", site.arn("rds", &format!("db:{id}")));
    tags(xml, &instance.tags);
}

/// The children of `DBCluster`.
pub(super) fn cluster(xml: &mut Xml, state: &State, cluster: &Cluster, site: &Site<'_>) {
    let Cluster { id, engine, .. } = cluster;
    let (writer, port) = endpoint(cluster.endpoint.as_ref(), id, "cluster-", engine, site);
    xml.text("AllocatedStorage", "1")
        .text("BackupRetentionPeriod", "7")
        .text("DBClusterIdentifier", id)
        .text("Status", cluster.life.status().name())
        .maybe("AutomaticRestartTime", cluster.life.automatic_restart().map(instant))
        .text("Endpoint", writer)
        .text("ReaderEndpoint", host(id, "cluster-ro-", site))
        .text("MultiAZ", boolean(cluster.multi_az))
        .text("Engine", engine)
        .text("EngineVersion", version(engine))
        .text("EngineMode", "provisioned")
        .text("Port", port)
        .text("MasterUsername", "admin")
        .maybe("PreferredMaintenanceWindow", cluster.maintenance_window.as_deref())
        .text("ReadReplicaIdentifiers", "")
        .list("DBClusterMembers", "DBClusterMember", members(state, id), |xml, (member, first)| {
            xml.text("DBInstanceIdentifier", &member.id)
                .text("IsClusterWriter", boolean(first))
                .text("DBClusterParameterGroupStatus", "in-sync")
                .text("PromotionTier", "1");
        })
        .text("StorageEncrypted", "true")
        .text("DbClusterResourceId", resource_id(site, id).replace("db-", "cluster-"))
        .text("DBClusterArn", site.arn("rds", &format!("cluster:{id}")))
        .text("ClusterCreateTime", instant(cluster.created))
        .text("DeletionProtection", "false");
    tags(xml, &cluster.tags);
}

/// `TagList`.
pub(super) fn tags(xml: &mut Xml, tags: &Tags) {
    xml.list("TagList", "Tag", tags, |xml, (key, value)| {
        xml.text("Key", key).text("Value", value);
    });
}

pub(super) fn resource_id(site: &Site<'_>, id: &str) -> String {
    let number = id.bytes().fold(0, |sum: u64, byte| sum.wrapping_mul(31) + u64::from(byte));
    format!("db-{}", site.digits(number).to_ascii_uppercase())
}

/// The first member is the writer.
fn members<'s>(state: &'s State, id: &'s str) -> impl Iterator<Item = (&'s Instance, bool)> {
    state.members(id).enumerate().map(|(index, member)| (member, index == 0))
}

/// Where a test has put it, or where AWS would.
fn endpoint(
    set: Option<&(String, u16)>,
    id: &str,
    kind: &str,
    engine: &str,
    site: &Site<'_>,
) -> (String, String) {
    match set {
        Some((host, port)) => (host.clone(), port.to_string()),
        None => (host(id, kind, site), port(engine).to_owned()),
    }
}

fn host(id: &str, kind: &str, site: &Site<'_>) -> String {
    format!("{id}.{kind}c0ffeec0ffee.{}.rds.amazonaws.com", site.region)
}

fn port(engine: &str) -> &'static str {
    match engine {
        _ if engine.contains("postgres") => "5432",
        "docdb" => "27017",
        "neptune" => "8182",
        _ => "3306",
    }
}

fn version(engine: &str) -> &'static str {
    match engine {
        _ if engine.contains("postgres") => "17.4",
        "docdb" => "5.0.0",
        "neptune" => "1.4.5.0",
        _ => "8.0.41",
    }
}

fn boolean(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}
