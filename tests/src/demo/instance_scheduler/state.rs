//! What each resource is seen to be between two runs. Looks at the world and its tags only, so that
//! it is no mirror of what the function believes; that something is by hand, the function says.

use crate::aws::{autoscaling, ec2, rds, site::Site, world::World};

use super::{
    fleet::{Kind, Resource},
    told::Run,
};

/// A resource from one tick to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Stopped,
    Starting,
    Running,
    /// Running because an override tag says so.
    Overridden,
    /// Running because a person started it, and left alone.
    ByHand,
    /// Should run and does not.
    Failing,
}

impl State {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Overridden => "running by override",
            Self::ByHand => "running by hand",
            Self::Failing => "failing to start",
        }
    }
}

/// Whether the function has said on the resource itself that something is wrong with it.
pub(super) const PROBLEM_TAG: &str = "caretaker:problem";
const OVERRIDE_TAG: &str = "caretaker:override";

/// The state of a resource after a run.
pub(super) fn after(run: &Run, resource: &Resource, world: &mut World, site: &Site<'_>) -> State {
    let Some(power) = power(resource, world, site) else { return State::Stopped };
    let mut has_tag = |key| tag(resource, key, world, site).is_some();
    let left_alone = run.skipped.iter().any(|skipped| {
        skipped.resource == resource.name && skipped.because.starts_with("started by hand")
    });
    match power {
        State::Stopped | State::Starting if has_tag(PROBLEM_TAG) => State::Failing,
        State::Running if left_alone => State::ByHand,
        State::Running if has_tag(OVERRIDE_TAG) => State::Overridden,
        power => power,
    }
}

/// Stopped, starting or running; what is on its way down counts as down.
fn power(resource: &Resource, world: &mut World, site: &Site<'_>) -> Option<State> {
    let place = world.place(site.account, site.region);
    let id = resource.id(site);
    let database = |status| match status {
        rds::Status::Available | rds::Status::Busy(_) => State::Running,
        rds::Status::Starting => State::Starting,
        rds::Status::Stopping | rds::Status::Stopped => State::Stopped,
    };
    match resource.kind {
        Kind::Instance => Some(match place.ec2.power(&id, site.now)? {
            ec2::Power::Running => State::Running,
            ec2::Power::Pending => State::Starting,
            _ => State::Stopped,
        }),
        Kind::Database => place.rds.status(&id, site.now).map(database),
        Kind::Cluster => place.rds.cluster_status(&id, site.now).map(database),
        Kind::Group => {
            autoscaling::settle(place, site);
            let group = place.autoscaling.group(&id)?;
            Some(match group.size.desired {
                0 => State::Stopped,
                _ if group.members().is_empty() => State::Starting,
                _ => State::Running,
            })
        }
    }
}

/// The value of a tag of a resource.
pub(super) fn tag(
    resource: &Resource,
    key: &str,
    world: &mut World,
    site: &Site<'_>,
) -> Option<String> {
    let place = world.place(site.account, site.region);
    let id = resource.id(site);
    match resource.kind {
        Kind::Instance => place.ec2.instance(&id, site.now)?.tags.get(key).cloned(),
        Kind::Database => place.rds.instance(&id)?.tags.get(key).cloned(),
        Kind::Cluster => place.rds.cluster(&id)?.tags.get(key).cloned(),
        Kind::Group => place.autoscaling.group(&id)?.tags.get(key).map(|tag| tag.value.clone()),
    }
}
