//! The databases of one account in one region. State only: it answers no call.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    database::{Cluster, Instance, Snapshot},
    life::{Life, Status, Timings},
};
use crate::aws::page::Paging;

/// What one account has of RDS in one region. Identifiers are in lower case, as AWS keeps them.
#[derive(Debug, Default)]
pub struct State {
    pub timings: Timings,
    pub paging: Paging,
    pub(super) instances: BTreeMap<String, Instance>,
    pub(super) clusters: BTreeMap<String, Cluster>,
    pub snapshots: BTreeMap<String, Snapshot>,
}

impl State {
    pub fn add(&mut self, mut instance: Instance) {
        instance.id.make_ascii_lowercase();
        self.instances.insert(instance.id.clone(), instance);
    }

    pub fn add_cluster(&mut self, mut cluster: Cluster) {
        cluster.id.make_ascii_lowercase();
        self.clusters.insert(cluster.id.clone(), cluster);
    }

    /// Completes the transitions that are due.
    pub fn settle(&mut self, now: Timestamp) {
        for instance in self.instances.values_mut() {
            instance.life.settle(now, &self.timings);
        }
        for cluster in self.clusters.values_mut() {
            cluster.life.settle(now, &self.timings);
        }
    }

    pub fn instance(&self, id: &str) -> Option<&Instance> {
        self.instances.get(&id.to_ascii_lowercase())
    }

    pub fn instance_mut(&mut self, id: &str) -> Option<&mut Instance> {
        self.instances.get_mut(&id.to_ascii_lowercase())
    }

    pub fn cluster(&self, id: &str) -> Option<&Cluster> {
        self.clusters.get(&id.to_ascii_lowercase())
    }

    pub fn cluster_mut(&mut self, id: &str) -> Option<&mut Cluster> {
        self.clusters.get_mut(&id.to_ascii_lowercase())
    }

    /// The status of an instance at `now`.
    pub fn status(&mut self, id: &str, now: Timestamp) -> Option<Status> {
        self.settle(now);
        let instance = self.instance(id)?;
        Some(self.life(instance).status())
    }

    /// The status of a cluster at `now`.
    pub fn cluster_status(&mut self, id: &str, now: Timestamp) -> Option<Status> {
        self.settle(now);
        Some(self.cluster(id)?.life.status())
    }

    /// A member of a cluster lives the life of the cluster.
    pub(super) fn life(&self, instance: &Instance) -> Life {
        let cluster = instance.cluster.as_deref().and_then(|id| self.cluster(id));
        cluster.map_or(instance.life, |cluster| cluster.life)
    }

    pub(super) fn members(&self, cluster: &str) -> impl Iterator<Item = &Instance> {
        self.instances.values().filter(move |instance| instance.cluster.as_deref() == Some(cluster))
    }

    pub(super) fn replicas(&self, source: &str) -> impl Iterator<Item = &Instance> {
        self.instances
            .values()
            .filter(move |instance| instance.replica_of.as_deref() == Some(source))
    }
}
