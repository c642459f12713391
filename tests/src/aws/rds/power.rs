//! Starting and stopping, of instances and of clusters. What may not be stopped is refused as
//! AWS refuses it; nothing is stopped twice.

use super::{
    database::{Instance, Snapshot},
    error::{
        cluster_state, instance_state, invalid_value, missing, no_such_cluster, no_such_instance,
    },
    item,
    life::Status,
    state::State,
};
use crate::aws::{
    call::{Outcome, Reply, ServiceError},
    form::Form,
    site::Site,
    xml::Xml,
};

pub(super) fn start_db_instance(state: &mut State, site: &Site<'_>, mut form: Form) -> Outcome {
    let id = identifier(&mut form, "DBInstanceIdentifier")?;
    form.finish()?;
    let instance = state.instance(&id).ok_or_else(|| no_such_instance(&id))?;
    check_kind(state, instance)?;
    if instance.life.status() != Status::Stopped {
        return Err(instance_state(format!(
            "Instance {id} cannot be started as it is not in one of the following statuses: \
             'stopped, inaccessible-encryption-credentials-recoverable, incompatible-network'"
        )));
    }
    let timings = state.timings;
    if let Some(instance) = state.instance_mut(&id) {
        instance.life.start(site.now, &timings);
    }
    instance_reply(state, site, &id)
}

pub(super) fn stop_db_instance(state: &mut State, site: &Site<'_>, mut form: Form) -> Outcome {
    let id = identifier(&mut form, "DBInstanceIdentifier")?;
    let snapshot = form.take("DBSnapshotIdentifier").map(|id| id.to_ascii_lowercase());
    form.finish()?;
    let instance = state.instance(&id).ok_or_else(|| no_such_instance(&id))?;
    check_kind(state, instance)?;
    if instance.life.status() != Status::Available {
        return Err(instance_state(format!("Instance {id} is not in available state.")));
    }
    if let Some(name) = snapshot {
        take_snapshot(state, site, name, &id)?;
    }
    let timings = state.timings;
    if let Some(instance) = state.instance_mut(&id) {
        instance.life.stop(site.now, &timings);
    }
    instance_reply(state, site, &id)
}

pub(super) fn start_db_cluster(state: &mut State, site: &Site<'_>, mut form: Form) -> Outcome {
    let id = identifier(&mut form, "DBClusterIdentifier")?;
    form.finish()?;
    let timings = state.timings;
    let cluster = state.cluster_mut(&id).ok_or_else(|| no_such_cluster(&id))?;
    let status = cluster.life.status();
    if status != Status::Stopped {
        let expected = "stopped,inaccessible-encryption-credentials-recoverable";
        return Err(cluster_state(&id, status.name(), expected));
    }
    cluster.life.start(site.now, &timings);
    cluster_reply(state, site, &id)
}

pub(super) fn stop_db_cluster(state: &mut State, site: &Site<'_>, mut form: Form) -> Outcome {
    let id = identifier(&mut form, "DBClusterIdentifier")?;
    form.finish()?;
    let timings = state.timings;
    let cluster = state.cluster_mut(&id).ok_or_else(|| no_such_cluster(&id))?;
    let status = cluster.life.status();
    if status != Status::Available {
        return Err(cluster_state(&id, status.name(), "available"));
    }
    cluster.life.stop(site.now, &timings);
    cluster_reply(state, site, &id)
}

fn identifier(form: &mut Form, name: &str) -> Result<String, ServiceError> {
    let id = form.take(name).filter(|id| !id.is_empty()).ok_or_else(|| missing(name))?;
    Ok(id.to_ascii_lowercase())
}

/// Members of clusters, replicas and sources of replicas cannot be stopped, nor started.
fn check_kind(state: &State, instance: &Instance) -> Result<(), ServiceError> {
    if instance.cluster.is_some() {
        return Err(ServiceError::client(
            "InvalidParameterCombination",
            format!("{} DB instances are not eligible for stopping and starting.", instance.engine),
        ));
    }
    if instance.replica_of.is_some() {
        return Err(instance_state("Cannot stop or start a Read-Replica instance"));
    }
    if state.replicas(&instance.id).next().is_some() {
        return Err(instance_state("Cannot stop or start an instance that has Read-Replicas"));
    }
    Ok(())
}

fn take_snapshot(
    state: &mut State,
    site: &Site<'_>,
    name: String,
    instance: &str,
) -> Result<(), ServiceError> {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let starts_well = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
    if !starts_well || !name.bytes().all(is_word) || name.ends_with('-') || name.contains("--") {
        return Err(invalid_value(format!(
            "The parameter DBSnapshotIdentifier is not a valid identifier: {name}"
        )));
    }
    if state.snapshots.contains_key(&name) {
        return Err(ServiceError::client(
            "DBSnapshotAlreadyExists",
            format!(
                "Cannot create the snapshot because a snapshot with the identifier {name} \
                 already exists."
            ),
        ));
    }
    state.snapshots.insert(name, Snapshot { instance: instance.to_owned(), created: site.now });
    Ok(())
}

fn instance_reply(state: &State, site: &Site<'_>, id: &str) -> Outcome {
    let instance = state.instance(id).ok_or_else(|| no_such_instance(id))?;
    let mut xml = Xml::new();
    xml.element("DBInstance", |xml| item::instance(xml, state, instance, site));
    Ok(Reply::Xml(xml))
}

fn cluster_reply(state: &State, site: &Site<'_>, id: &str) -> Outcome {
    let cluster = state.cluster(id).ok_or_else(|| no_such_cluster(id))?;
    let mut xml = Xml::new();
    xml.element("DBCluster", |xml| item::cluster(xml, state, cluster, site));
    Ok(Reply::Xml(xml))
}
