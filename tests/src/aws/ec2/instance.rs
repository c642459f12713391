//! One instance: what it is, and how its power state moves with the world's time. Refuses
//! nothing; the operations decide what is allowed.

use std::{collections::BTreeMap, net::Ipv4Addr};

use jiff::{SignedDuration, Timestamp};

pub type Tags = BTreeMap<String, String>;

/// How long a transition takes.
#[derive(Debug, Clone, Copy)]
pub struct Timings {
    pub start: SignedDuration,
    pub stop: SignedDuration,
    pub hibernate: SignedDuration,
    pub terminate: SignedDuration,
    /// How long a terminated instance is still listed.
    pub forget: SignedDuration,
}

impl Default for Timings {
    fn default() -> Self {
        Self {
            start: SignedDuration::from_secs(20),
            stop: SignedDuration::from_secs(30),
            hibernate: SignedDuration::from_secs(60),
            terminate: SignedDuration::from_secs(30),
            forget: SignedDuration::from_hours(1),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Power {
    Pending,
    Running,
    ShuttingDown,
    Terminated,
    Stopping,
    Stopped,
}

impl Power {
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::ShuttingDown => "shutting-down",
            Self::Terminated => "terminated",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
        }
    }

    pub fn code(self) -> &'static str {
        match self {
            Self::Pending => "0",
            Self::Running => "16",
            Self::ShuttingDown => "32",
            Self::Terminated => "48",
            Self::Stopping => "64",
            Self::Stopped => "80",
        }
    }

    pub fn is_gone(self) -> bool {
        matches!(self, Self::ShuttingDown | Self::Terminated)
    }
}

/// Why a start that EC2 accepted ends in `stopped`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartFailure {
    /// The caller may not use the key of an encrypted volume.
    MissingKeyGrant,
    NoCapacity,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateReason {
    pub code: &'static str,
    pub message: &'static str,
}

impl StartFailure {
    fn reason(self) -> StateReason {
        match self {
            Self::MissingKeyGrant => StateReason {
                code: "Client.InternalError",
                message: "Client.InternalError: Client error on launch",
            },
            Self::NoCapacity => StateReason {
                code: "Server.InsufficientInstanceCapacity",
                message: "Server.InsufficientInstanceCapacity: There was insufficient capacity \
                          available to satisfy the request",
            },
        }
    }
}

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
    power: Power,
    pending: Option<Transition>,
    pub(super) state_reason: Option<StateReason>,
    pub(super) transition_reason: String,
}

#[derive(Debug, Clone)]
struct Transition {
    at: Timestamp,
    to: Power,
    reason: Option<StateReason>,
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

/// The life of an instance.
impl Instance {
    pub fn power(&self) -> Power {
        self.power
    }

    /// Completes a transition that is due.
    pub(super) fn settled(&mut self, now: Timestamp) -> &mut Self {
        self.settle(now);
        self
    }

    pub(super) fn settle(&mut self, now: Timestamp) {
        if let Some(Transition { to, reason, .. }) = self.pending.take_if(|next| next.at <= now) {
            self.power = to;
            if reason.is_some() {
                self.state_reason = reason;
            }
        }
    }

    pub(super) fn start(
        &mut self,
        now: Timestamp,
        timings: &Timings,
        failure: Option<StartFailure>,
    ) {
        self.power = Power::Pending;
        self.launched = now;
        self.state_reason = None;
        self.transition_reason.clear();
        let to = if failure.is_some() { Power::Stopped } else { Power::Running };
        self.move_to(to, now + timings.start, failure.map(StartFailure::reason));
    }

    /// The first start. Its failure terminates the instance.
    pub(super) fn launch(
        &mut self,
        now: Timestamp,
        timings: &Timings,
        failure: Option<StartFailure>,
    ) {
        self.start(now, timings, failure);
        if failure.is_some() {
            self.move_to(Power::Terminated, now + timings.start, failure.map(StartFailure::reason));
        }
    }

    pub(super) fn stop(&mut self, now: Timestamp, timings: &Timings) {
        self.power = Power::Stopping;
        self.by_user(now, "Client.UserInitiatedShutdown: User initiated shutdown");
        self.move_to(Power::Stopped, now + timings.stop, None);
    }

    pub(super) fn hibernate(&mut self, now: Timestamp, timings: &Timings) {
        self.power = Power::Stopping;
        self.by_user(now, "Client.UserInitiatedHibernate: User initiated hibernate");
        self.move_to(Power::Stopped, now + timings.hibernate, None);
    }

    pub(super) fn terminate(&mut self, now: Timestamp, timings: &Timings) {
        self.power = Power::ShuttingDown;
        self.by_user(now, "Client.UserInitiatedShutdown: User initiated shutdown");
        self.move_to(Power::Terminated, now + timings.terminate, None);
    }

    fn move_to(&mut self, to: Power, at: Timestamp, reason: Option<StateReason>) {
        self.pending = Some(Transition { at, to, reason });
    }

    fn by_user(&mut self, now: Timestamp, message: &'static str) {
        let code = message.split_once(':').map_or(message, |(code, _)| code);
        self.state_reason = Some(StateReason { code, message });
        self.transition_reason = format!("User initiated ({})", now.strftime("%F %T GMT"));
    }
}
