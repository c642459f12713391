//! `StartInstances`, `StopInstances` and `TerminateInstances`. One bad id fails the whole batch
//! and changes nothing.

use super::{
    error::{incorrect_state, no_capacity, protected, unsupported},
    instance::{Instance, RootDevice},
    item,
    life::Power,
    params::{flag, instance_ids, locate, unless_dry_run},
    state::{Shortage, State},
};
use crate::aws::{
    call::{Outcome, Reply, ServiceError},
    form::Form,
    site::Site,
    xml::Xml,
};

pub(super) fn start_instances(state: &mut State, site: &Site<'_>, mut form: Form) -> Outcome {
    let ids = instance_ids(&mut form)?;
    form.take("AdditionalInfo");
    let dry_run = flag(&mut form, "DryRun")?;
    form.finish()?;
    let batch = check(state, site, &ids, may_start)?;
    unless_dry_run(dry_run)?;
    for (number, _) in &batch {
        let failure = state.instances.get(number).and_then(|found| state.start_failure(found));
        if let Some(instance) = state.instances.get_mut(number)
            && instance.power() == Power::Stopped
        {
            instance.remember(site.now, state.lag);
            instance.start(site.now, &state.timings, failure);
        }
    }
    Ok(reply(state, &batch))
}

pub(super) fn stop_instances(state: &mut State, site: &Site<'_>, mut form: Form) -> Outcome {
    let ids = instance_ids(&mut form)?;
    let hibernate = flag(&mut form, "Hibernate")?;
    // `Force` and `SkipOsShutdown` only lose what the system has not written yet.
    flag(&mut form, "Force")?;
    flag(&mut form, "SkipOsShutdown")?;
    let dry_run = flag(&mut form, "DryRun")?;
    form.finish()?;
    let batch = check(state, site, &ids, |_, instance| may_stop(instance, hibernate))?;
    unless_dry_run(dry_run)?;
    for (number, _) in &batch {
        if let Some(instance) = state.instances.get_mut(number)
            && instance.power() == Power::Running
        {
            instance.remember(site.now, state.lag);
            if hibernate {
                instance.hibernate(site.now, &state.timings);
            } else {
                instance.stop(site.now, &state.timings);
            }
        }
    }
    Ok(reply(state, &batch))
}

pub(super) fn terminate_instances(state: &mut State, site: &Site<'_>, mut form: Form) -> Outcome {
    let ids = instance_ids(&mut form)?;
    flag(&mut form, "Force")?;
    flag(&mut form, "SkipOsShutdown")?;
    let dry_run = flag(&mut form, "DryRun")?;
    form.finish()?;
    let batch = check(state, site, &ids, |_, instance| may_terminate(instance))?;
    unless_dry_run(dry_run)?;
    state.terminate(&ids, site.now);
    Ok(reply(state, &batch))
}

/// The instances and what they are doing now, if `allowed` lets every one of them through.
fn check(
    state: &mut State,
    site: &Site<'_>,
    ids: &[String],
    allowed: impl Fn(&State, &Instance) -> Result<(), ServiceError>,
) -> Result<Vec<(u64, Power)>, ServiceError> {
    let mut batch = Vec::with_capacity(ids.len());
    for number in locate(state, ids)? {
        if let Some(instance) = state.instances.get_mut(&number) {
            instance.settle(site.now);
        }
        if let Some(instance) = state.instances.get(&number) {
            allowed(state, instance)?;
            batch.push((number, instance.power()));
        }
    }
    Ok(batch)
}

fn may_start(state: &State, instance: &Instance) -> Result<(), ServiceError> {
    let Instance { id, instance_type, zone, .. } = instance;
    match instance.power() {
        Power::Stopped if state.shortage(instance_type, zone) == Some(Shortage::Refused) => {
            Err(no_capacity("Insufficient capacity."))
        }
        Power::Pending | Power::Running | Power::Stopped => Ok(()),
        Power::Stopping | Power::ShuttingDown | Power::Terminated => Err(incorrect_state(format!(
            "The instance '{id}' is not in a state from which it can be started."
        ))),
    }
}

fn may_stop(instance: &Instance, hibernate: bool) -> Result<(), ServiceError> {
    let id = &instance.id;
    match instance.power() {
        Power::Stopping | Power::Stopped => return Ok(()),
        Power::Pending | Power::ShuttingDown | Power::Terminated => {
            return Err(incorrect_state(format!(
                "This instance '{id}' is not in a state from which it can be stopped."
            )));
        }
        Power::Running => (),
    }
    if instance.root_device == RootDevice::InstanceStore {
        return Err(unsupported(format!(
            "The instance '{id}' does not have an 'ebs' root device type and cannot be stopped."
        )));
    }
    if instance.spot.as_ref().is_some_and(|spot| !spot.persistent) {
        return Err(unsupported(format!(
            "You can't stop the Spot Instance '{id}' because it is associated with a one-time \
             Spot Instance request. You can only stop Spot Instances associated with persistent \
             Spot Instance requests."
        )));
    }
    if instance.stop_protected {
        return Err(protected(id, "stopped", "disableApiStop"));
    }
    if hibernate && !instance.hibernation_configured {
        return Err(ServiceError::client(
            "UnsupportedHibernationConfiguration",
            format!(
                "The instance can't be hibernated because it was not configured at launch for \
                 hibernation: {id}"
            ),
        ));
    }
    Ok(())
}

fn may_terminate(instance: &Instance) -> Result<(), ServiceError> {
    if instance.termination_protected && !instance.power().is_gone() {
        return Err(protected(&instance.id, "terminated", "disableApiTermination"));
    }
    Ok(())
}

fn reply(state: &State, batch: &[(u64, Power)]) -> Reply {
    let changes =
        batch.iter().filter_map(|(number, before)| Some((state.instances.get(number)?, *before)));
    let mut xml = Xml::new();
    xml.list("instancesSet", "item", changes, |xml, (instance, before)| {
        xml.text("instanceId", &instance.id)
            .element("currentState", |xml| item::power(xml, instance.power()))
            .element("previousState", |xml| item::power(xml, before));
    });
    Reply::Xml(xml)
}
