//! How the power state of an instance moves with the world's time, and what listings show of it
//! meanwhile. Refuses nothing; the operations decide what is allowed.

use jiff::{SignedDuration, Timestamp};

use super::instance::Instance;

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

/// What listings show of an instance while a change spreads.
#[derive(Debug, Clone)]
pub(super) struct Stale {
    until: Timestamp,
    instance: Box<Instance>,
}

#[derive(Debug, Clone)]
pub(super) struct Transition {
    at: Timestamp,
    to: Power,
    reason: Option<StateReason>,
}

/// The life of an instance.
impl Instance {
    pub fn power(&self) -> Power {
        self.power
    }

    /// The instance as listings show it.
    pub(super) fn seen(&self, now: Timestamp) -> &Self {
        match &self.stale {
            Some(stale) if now < stale.until => &stale.instance,
            _ => self,
        }
    }

    /// Comes before a change that listings show only after `lag`.
    pub(super) fn remember(&mut self, now: Timestamp, lag: SignedDuration) {
        if lag.is_positive() && self.stale.as_ref().is_none_or(|stale| stale.until <= now) {
            self.stale = None;
            let instance = Box::new(self.clone());
            self.stale = Some(Stale { until: now + lag, instance });
        }
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
