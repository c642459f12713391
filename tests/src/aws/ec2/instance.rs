//! One instance: what it is, and how tests and the demo describe it. How it lives is in `life`.

use std::{collections::BTreeMap, net::Ipv4Addr};

use jiff::Timestamp;

use super::life::{Power, Stale, StartFailure, StateReason, Transition};

pub type Tags = BTreeMap<String, String>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RootDevice {
    Ebs,
    InstanceStore,
}

/// The request behind a spot instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    pub request: String,
    pub persistent: bool,
    pub tags: Tags,
}

#[derive(Debug, Clone)]
pub struct Instance {
    pub id: String,
    pub instance_type: String,
    pub zone: String,
    pub image: String,
    pub vpc: String,
    pub key_name: Option<String>,
    pub tags: Tags,
    pub launched: Timestamp,
    pub spot: Option<Spot>,
    pub root_device: RootDevice,
    pub hibernation_configured: bool,
    pub stop_protected: bool,
    pub termination_protected: bool,
    /// Every start fails like this, until a test repairs it.
    pub start_failure: Option<StartFailure>,
    /// Empty until the world takes it in.
    pub(super) reservation: String,
    pub(super) address: Ipv4Addr,
    pub(super) power: Power,
    pub(super) pending: Option<Transition>,
    pub(super) state_reason: Option<StateReason>,
    pub(super) transition_reason: String,
    pub(super) stale: Option<Stale>,
}

/// The default network of every account.
const VPC: &str = "vpc-0c0ffee0c0ffee000";

/// What tests and the demo put into the world.
impl Instance {
    /// A running on-demand `t3.micro`, launched at the epoch.
    pub fn new(id: impl Into<String>, zone: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            instance_type: "t3.micro".to_owned(),
            zone: zone.into(),
            image: "ami-0abcdef1234567890".to_owned(),
            vpc: VPC.to_owned(),
            key_name: None,
            tags: Tags::new(),
            launched: Timestamp::UNIX_EPOCH,
            spot: None,
            root_device: RootDevice::Ebs,
            hibernation_configured: false,
            stop_protected: false,
            termination_protected: false,
            start_failure: None,
            reservation: String::new(),
            address: Ipv4Addr::UNSPECIFIED,
            power: Power::Running,
            pending: None,
            state_reason: None,
            transition_reason: String::new(),
            stale: None,
        }
    }

    /// A new instance with the id `i-<number>` in 17 digits.
    pub fn numbered(number: u64, zone: impl Into<String>) -> Self {
        Self::new(format!("i-{number:017x}"), zone)
    }

    #[must_use]
    pub fn of_type(mut self, instance_type: impl Into<String>) -> Self {
        self.instance_type = instance_type.into();
        self
    }

    #[must_use]
    pub fn tag(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.tags.insert(key.into(), value.into());
        self
    }

    #[must_use]
    pub fn launched(mut self, at: Timestamp) -> Self {
        self.launched = at;
        self
    }

    #[must_use]
    pub fn stopped(self) -> Self {
        self.in_state(Power::Stopped)
    }

    /// In this state, with no transition under way.
    #[must_use]
    pub fn in_state(mut self, power: Power) -> Self {
        self.power = power;
        self
    }

    #[must_use]
    pub fn spot(mut self, persistent: bool) -> Self {
        let request =
            format!("sir-{}", self.id.get(self.id.len().saturating_sub(8)..).unwrap_or("0"));
        self.spot = Some(Spot { request, persistent, tags: Tags::new() });
        self
    }

    #[must_use]
    pub fn instance_store_root(mut self) -> Self {
        self.root_device = RootDevice::InstanceStore;
        self
    }

    #[must_use]
    pub fn hibernation_configured(mut self) -> Self {
        self.hibernation_configured = true;
        self
    }

    #[must_use]
    pub fn stop_protected(mut self) -> Self {
        self.stop_protected = true;
        self
    }

    #[must_use]
    pub fn failing_to_start(mut self, failure: StartFailure) -> Self {
        self.start_failure = Some(failure);
        self
    }

    /// Belongs to this Auto Scaling group by its tag, as far as EC2 can tell.
    #[must_use]
    pub fn in_group(self, group: impl Into<String>) -> Self {
        self.tag("aws:autoscaling:groupName", group)
    }
}
