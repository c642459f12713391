//! Brings the members of a group to its desired capacity, by launching and terminating
//! instances of the same place, in the world's time. Knows no call.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::group::{Group, Lifecycle, Member};
use crate::aws::{
    ec2::{self, Instance, Power, Shortage},
    site::Site,
    world::Place,
};

/// Puts a group into the world, with its desired capacity running since its creation.
pub fn add(place: &mut Place, site: &Site<'_>, mut group: Group) {
    place.autoscaling.n_created += 1;
    let digits = site.digits(place.autoscaling.n_created);
    group.uuid = format!("{}-{}-4000-8000-{}", &digits[..8], &digits[8..12], &digits[4..]);
    let created = Site { now: group.created, ..*site };
    launch(&mut place.ec2, &created, &mut group);
    observe(&mut place.ec2, site, &mut group);
    place.autoscaling.groups.insert(group.name.clone(), group);
}

/// Does what every group had to do until `site.now`.
pub fn settle(place: &mut Place, site: &Site<'_>) {
    let reaction = place.autoscaling.timings.reaction;
    for group in place.autoscaling.groups.values_mut() {
        observe(&mut place.ec2, site, group);
        if group.has_desired() {
            group.acts_at = None;
            continue;
        }
        let acts_at = *group.acts_at.get_or_insert(site.now + reaction);
        if acts_at <= site.now {
            let then = Site { now: acts_at, ..*site };
            act(&mut place.ec2, &then, group);
            // What a shortage prevented is tried again after another reaction, from now on, so
            // that a long time does not become a thousand attempts.
            group.acts_at = (!group.has_desired()).then_some(site.now + reaction);
            observe(&mut place.ec2, site, group);
        }
    }
}

/// A change of capacity at `site.now`: the group acts on it after its reaction time.
pub(super) fn change(group: &mut Group, site: &Site<'_>, desired: u32, reaction: SignedDuration) {
    if group.size.desired != desired {
        group.last_activity = Some(site.now);
    }
    group.size.desired = desired;
    group.acts_at = (!group.has_desired()).then_some(site.now + reaction);
}

/// Takes over what became of the instances, and replaces those that were stopped or terminated
/// behind the group's back.
fn observe(ec2: &mut ec2::State, site: &Site<'_>, group: &mut Group) {
    group.members.retain_mut(|member| {
        let power = ec2.power(&member.id, site.now);
        match (member.lifecycle, power) {
            (_, None | Some(Power::Terminated)) => return false,
            (Lifecycle::Terminating, _) | (_, Some(Power::Pending)) => (),
            (_, Some(Power::Running)) => member.lifecycle = Lifecycle::InService,
            (_, Some(Power::Stopping | Power::Stopped | Power::ShuttingDown)) => {
                member.lifecycle = Lifecycle::Terminating;
                member.is_healthy = false;
                ec2.terminate(std::slice::from_ref(&member.id), site.now);
            }
        }
        true
    });
}

fn act(ec2: &mut ec2::State, then: &Site<'_>, group: &mut Group) {
    let n_live = u32::try_from(group.n_live()).unwrap_or(u32::MAX);
    if n_live < group.size.desired {
        launch(ec2, then, group);
    }
    for _ in group.size.desired..n_live {
        let Some(victim) = victim(group) else { break };
        victim.lifecycle = Lifecycle::Terminating;
        ec2.terminate(std::slice::from_ref(&victim.id), then.now);
    }
    group.last_activity = Some(then.now);
}

/// Launches what is missing, each in the zone with the fewest members that has capacity.
fn launch(ec2: &mut ec2::State, then: &Site<'_>, group: &mut Group) {
    while u32::try_from(group.n_live()).is_ok_and(|n_live| n_live < group.size.desired) {
        let sizes = by_zone(group);
        let with_capacity = group
            .zones
            .iter()
            .filter(|zone| ec2.shortage(&group.instance_type, zone) != Some(Shortage::Refused));
        let Some(zone) = with_capacity.min_by_key(|zone| sizes.get(zone.as_str())).cloned() else {
            return;
        };
        let mut instance = Instance::new("", zone.clone())
            .of_type(group.instance_type.clone())
            .in_group(group.name.clone());
        let tags = group.tags.iter().filter(|(_, tag)| tag.propagates);
        instance.tags.extend(tags.map(|(key, tag)| (key.clone(), tag.value.clone())));
        for id in ec2.launch(then, vec![instance]) {
            group.members.push(Member {
                id,
                zone: zone.clone(),
                instance_type: group.instance_type.clone(),
                lifecycle: Lifecycle::Pending,
                is_healthy: true,
            });
        }
    }
}

/// The oldest member of the zone with the most members.
fn victim(group: &mut Group) -> Option<&mut Member> {
    let sizes = by_zone(group);
    let largest = sizes.values().max().copied()?;
    let zones: Vec<String> = sizes
        .into_iter()
        .filter(|(_, size)| *size == largest)
        .map(|(zone, _)| zone.to_owned())
        .collect();
    group
        .members
        .iter_mut()
        .find(|member| member.lifecycle != Lifecycle::Terminating && zones.contains(&member.zone))
}

/// How many live members each zone has; a zone without any is absent.
fn by_zone(group: &Group) -> BTreeMap<&str, usize> {
    let mut sizes = BTreeMap::new();
    for member in &group.members {
        if member.lifecycle != Lifecycle::Terminating {
            *sizes.entry(member.zone.as_str()).or_default() += 1;
        }
    }
    sizes
}
