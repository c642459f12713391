//! What people do during the simulated week, behind the function's back. Decides nothing for the
//! function: it changes the world as a person at the console would.

use anyhow::Context as _;
use jiff::Timestamp;

use super::fleet::{FLEET, Kind, Resource, WITHOUT_KEY};
use crate::aws::{site::Site, world::World};

/// One thing that a person does, and when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deed {
    pub at: &'static str,
    pub told: &'static str,
    resource: &'static str,
    act: Act,
}

#[derive(Debug, Clone, Copy)]
enum Act {
    Tag { key: &'static str, value: &'static str },
    Start,
    GrantKey,
}

/// In order of time.
pub(super) const DEEDS: [Deed; 3] = [
    Deed {
        at: "2026-11-24T21:00:00Z",
        told: "a person tags newyork-load: caretaker:override = running until 2026-11-25T01:30",
        resource: "newyork-load",
        // A time without an offset is one of the schedule's zone: here New York's.
        act: Act::Tag { key: "caretaker:override", value: "running until 2026-11-25T01:30" },
    },
    Deed {
        at: "2026-11-25T09:00:00Z",
        told: "a person grants the role the key of berlin-build's volume",
        resource: WITHOUT_KEY,
        act: Act::GrantKey,
    },
    Deed {
        at: "2026-11-28T09:40:00Z",
        told: "a person starts berlin-lab by hand",
        resource: "berlin-lab",
        act: Act::Start,
    },
];

impl Deed {
    pub(super) fn time(&self) -> anyhow::Result<Timestamp> {
        self.at.parse().with_context(|| format!("`{}` is not a time", self.at))
    }

    pub(super) fn perform(&self, world: &mut World, site: &Site<'_>) -> anyhow::Result<()> {
        let id = self.instance()?.id(site);
        let (operation, input) = match self.act {
            Act::Tag { key, value } => {
                ("CreateTags", format!("ResourceId.1={id}&Tag.1.Key={key}&Tag.1.Value={value}"))
            }
            Act::Start => ("StartInstances", format!("InstanceId.1={id}")),
            Act::GrantKey => {
                let ec2 = &mut world.place(site.account, site.region).ec2;
                let instance = ec2.instance(&id, site.now);
                let no_instance = || format!("`{}` does not exist", self.resource);
                instance.with_context(no_instance)?.start_failure = None;
                return Ok(());
            }
        };
        let done = world.by_hand("ec2", site, operation, input);
        done.map(drop).with_context(|| format!("cannot do what the story says: {}", self.told))
    }

    fn instance(&self) -> anyhow::Result<&'static Resource> {
        let mut fleet = FLEET.iter();
        fleet
            .find(|resource| resource.name == self.resource && resource.kind == Kind::Instance)
            .with_context(|| format!("`{}` is no instance of the fleet", self.resource))
    }
}
