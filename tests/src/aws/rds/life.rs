//! The status of a database or a cluster, as it moves with the world's time.

use jiff::{SignedDuration, Timestamp};

/// How long a transition takes.
#[derive(Debug, Clone, Copy)]
pub struct Timings {
    pub start: SignedDuration,
    pub stop: SignedDuration,
}

impl Default for Timings {
    fn default() -> Self {
        Self { start: SignedDuration::from_mins(5), stop: SignedDuration::from_mins(4) }
    }
}

/// AWS starts what has been stopped for so long.
/// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_StopInstance.html>
const LONGEST_STOP: SignedDuration = SignedDuration::from_hours(7 * 24);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Available,
    Stopping,
    Stopped,
    Starting,
    /// Neither can be started nor stopped: `backing-up`, `modifying`, `maintenance`, ...
    Busy(&'static str),
}

impl Status {
    pub fn name(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
            Self::Starting => "starting",
            Self::Busy(name) => name,
        }
    }
}

/// A status and what follows it by itself.
#[derive(Debug, Clone, Copy)]
pub struct Life {
    status: Status,
    next: Option<(Timestamp, Status)>,
}

impl Life {
    /// In this status, with nothing that follows.
    pub(super) fn resting(status: Status) -> Self {
        Self { status, next: None }
    }

    /// In this status until then, and available afterwards.
    pub(super) fn until(status: Status, then: Timestamp) -> Self {
        Self { status, next: Some((then, Status::Available)) }
    }

    /// Stopped since then.
    pub(super) fn stopped_since(then: Timestamp) -> Self {
        Self { status: Status::Stopped, next: Some((then + LONGEST_STOP, Status::Starting)) }
    }

    pub fn status(&self) -> Status {
        self.status
    }

    /// When AWS starts it again.
    pub fn automatic_restart(&self) -> Option<Timestamp> {
        self.next.filter(|_| self.status == Status::Stopped).map(|(at, _)| at)
    }

    /// Goes through every transition that is due. There may be several: after a week stopped
    /// comes `starting`, then `available`.
    pub(super) fn settle(&mut self, now: Timestamp, timings: &Timings) {
        while let Some((at, status)) = self.next.take_if(|(at, _)| *at <= now) {
            *self = match status {
                Status::Stopped => Self::stopped_since(at),
                Status::Starting => Self::until(Status::Starting, at + timings.start),
                status => Self::resting(status),
            };
        }
    }

    pub(super) fn start(&mut self, now: Timestamp, timings: &Timings) {
        *self = Self::until(Status::Starting, now + timings.start);
    }

    pub(super) fn stop(&mut self, now: Timestamp, timings: &Timings) {
        *self =
            Self { status: Status::Stopping, next: Some((now + timings.stop, Status::Stopped)) };
    }
}
