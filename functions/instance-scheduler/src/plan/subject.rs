//! One resource with what its schedule tag means, and what of it is known without any decision.

use super::{action::Named, meaning::Meaning};
use crate::resource::{Extra, Kind, Power, Resource};

#[derive(Clone, Copy)]
pub(super) struct Subject<'a> {
    pub(super) resource: &'a Resource,
    pub(super) extra: &'a Extra,
    pub(super) meaning: &'a Meaning<'a>,
}

impl<'a> Subject<'a> {
    pub(super) fn named(self) -> Named {
        let Self { resource, extra, meaning: _ } = self;
        Named {
            kind: resource.kind,
            id: resource.id.clone(),
            name: resource.name.clone(),
            arn: extra.arn.as_deref().map(Box::from),
        }
    }

    /// A group can be emptied while its instances start, and filled while they go.
    pub(super) fn power_to_decide(self) -> Power {
        match (self.resource.kind, &self.resource.power) {
            (Kind::Group, Power::Starting) => Power::Running,
            (Kind::Group, Power::Stopping) => Power::Stopped,
            (_, power) => power.clone(),
        }
    }

    /// Why a stopped instance is stopped, unless a person or the instance itself wanted it.
    /// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StateReason.html>
    pub(super) fn start_failure(self) -> Option<&'a str> {
        const WANTED: [&str; 2] = ["Client.UserInitiated", "Client.InstanceInitiated"];
        let is_stopped = self.resource.power == Power::Stopped;
        let reason = self.extra.state_reason.as_deref().filter(|_| is_stopped)?;
        (!WANTED.iter().any(|wanted| reason.starts_with(wanted))).then_some(reason)
    }

    /// Whether an edge could not be remembered on it.
    pub(super) fn forgets(self) -> bool {
        self.room() < 0
    }

    /// How many tags it may have besides those that remember an edge.
    pub(super) fn room(self) -> i16 {
        let Self { resource, extra, meaning: _ } = self;
        let left = extra.tags_left.map_or(i16::MAX, i16::from);
        let is_new_group = resource.kind == Kind::Group && extra.capacity_tag.is_none();
        left.saturating_sub(i16::from(resource.handled.is_none()) + i16::from(is_new_group))
    }
}
