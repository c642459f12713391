//! What people do during the simulated week, behind the function's back. Decides nothing for the
//! function: it changes the world as a person at the console would.

use anyhow::{Context as _, anyhow};
use jiff::Timestamp;

use super::fleet::{FLEET, Kind, Resource, WITHOUT_KEY};
use crate::aws::{
    call::{Call, Input},
    ec2,
    form::Form,
    identity::LOCAL_KEY,
    site::Site,
    world::World,
};

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
        match self.act {
            Act::Tag { key, value } => {
                let tag =
                    [("ResourceId.1", id.as_str()), ("Tag.1.Key", key), ("Tag.1.Value", value)];
                call(world, site, "CreateTags", &tag)
            }
            Act::Start => call(world, site, "StartInstances", &[("InstanceId.1", &id)]),
            Act::GrantKey => {
                let ec2 = &mut world.place(site.account, site.region).ec2;
                ec2.instance(&id, site.now).context("it does not exist")?.start_failure = None;
                Ok(())
            }
        }
        .with_context(|| format!("cannot do what the story says: {}", self.told))
    }

    fn instance(&self) -> anyhow::Result<&'static Resource> {
        let mut fleet = FLEET.iter();
        fleet
            .find(|resource| resource.name == self.resource && resource.kind == Kind::Instance)
            .with_context(|| format!("`{}` is no instance of the fleet", self.resource))
    }
}

/// Calls EC2 as the all-powerful hand, not through the endpoint, whose log is the function's.
fn call(
    world: &mut World,
    site: &Site<'_>,
    operation: &str,
    parameters: &[(&str, &str)],
) -> anyhow::Result<()> {
    let pairs = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let call = Call {
        service: "ec2",
        operation: operation.to_owned(),
        account: site.account.to_owned(),
        region: site.region.to_owned(),
        access_key: LOCAL_KEY.to_owned(),
        now: site.now,
        input: Input::Query(Form::new(pairs)),
    };
    ec2::handle(world, call).map(drop).map_err(|refused| anyhow!("{operation}: {refused}"))
}
