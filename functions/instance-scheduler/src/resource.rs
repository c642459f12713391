//! What the plan knows of a resource, whatever service it belongs to. No SDK type, no decision.

use std::{fmt, rc::Rc};

use jiff::Timestamp;

/// What kind of thing is started and stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// An EC2 instance.
    Instance,
    /// An RDS DB instance that belongs to no cluster.
    Database,
    /// An Aurora, Multi-AZ, Neptune or DocumentDB cluster.
    Cluster,
    /// An Auto Scaling group.
    Group,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Instance => "instance",
            Self::Database => "database",
            Self::Cluster => "cluster",
            Self::Group => "group",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Whether a resource runs, reduced to what decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Power {
    Running,
    Stopped,
    Starting,
    Stopping,
    /// In a state that allows neither a start nor a stop, with its name at AWS.
    Busy(Rc<str>),
}

/// One scheduled resource. Small, because there may be 100,000: what few resources have is in
/// `extra`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    pub kind: Kind,
    /// Instance id, database or cluster identifier, or group name.
    pub id: Box<str>,
    /// The value of its tag `Name`.
    pub name: Option<Box<str>>,
    pub power: Power,
    /// The value of the schedule tag.
    pub schedule: Rc<str>,
    /// The value of `caretaker:scheduler`: the last edge handled.
    pub handled: Option<Box<str>>,
    /// When it was launched (an instance: last started) or created.
    pub born: Option<Timestamp>,
    /// The instance type or class.
    pub size: Rc<str>,
    pub extra: Option<Box<Extra>>,
}

/// What few resources have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extra {
    /// Of databases, clusters and groups, as the service says it.
    pub arn: Option<String>,
    /// The value of `caretaker:override`.
    pub override_tag: Option<String>,
    /// The value of `caretaker:problem`.
    pub problem_tag: Option<String>,
    /// The value of `caretaker:instance-types`.
    pub instance_types: Option<String>,
    /// The value of `caretaker:group`: `<name> <order>`.
    pub group_tag: Option<String>,
    /// Why a stopped instance is stopped, as AWS says: `Code: text`.
    pub state_reason: Option<String>,
    /// Why starting or stopping can never work, known without trying.
    pub obstacle: Option<Obstacle>,
    /// How many tags more it may have, where these are few.
    pub tags_left: Option<u8>,
    pub hibernation_configured: bool,
    /// The id of the request that launched a spot instance.
    pub spot_request: Option<String>,
    /// RDS' `ddd:hh:mm-ddd:hh:mm`.
    pub maintenance_window: Option<String>,
    /// When RDS will start a stopped resource by itself.
    pub restarts_at: Option<Timestamp>,
    /// An Auto Scaling group's sizes now.
    pub capacity: Option<Capacity>,
    /// The value of `caretaker:capacity`: the sizes to restore.
    pub capacity_tag: Option<String>,
}

impl Extra {
    /// An Auto Scaling group without instances that has its former sizes in the tag. Its maximum
    /// may be left, or be back.
    pub fn is_emptied(&self) -> bool {
        let is_empty = |capacity: Capacity| capacity.min == 0 && capacity.desired == 0;
        self.capacity_tag.is_some() && self.capacity.is_some_and(is_empty)
    }
}

/// Known from the listing, so never attempted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    OneTimeSpot,
    InstanceStoreRoot,
    InAutoScalingGroup,
    ClusterMember,
    ReadReplica,
    HasReadReplicas,
    ServerlessV1,
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OneTimeSpot => "a one-time spot instance cannot be stopped",
            Self::InstanceStoreRoot => "an instance-store root volume cannot be stopped",
            Self::InAutoScalingGroup => "belongs to an Auto Scaling group: tag the group",
            Self::ClusterMember => "belongs to a cluster: tag the cluster",
            Self::ReadReplica => "a read replica cannot be stopped",
            Self::HasReadReplicas => "a database with read replicas cannot be stopped",
            Self::ServerlessV1 => "an Aurora Serverless v1 cluster pauses itself",
        })
    }
}

/// The three sizes of an Auto Scaling group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Capacity {
    pub min: i32,
    pub max: i32,
    pub desired: i32,
}

impl Capacity {
    pub const ZERO: Self = Self { min: 0, max: 0, desired: 0 };

    /// The same with at most so many instances.
    #[must_use]
    pub fn at_most(self, most: i32) -> Self {
        let Self { min, max, desired } = self;
        Self { min: min.min(most), max: max.min(most), desired: desired.min(most) }
    }

    /// Reads what `Display` wrote. Legal in a tag of any service.
    pub fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let mut size =
            |name: &str| words.next()?.strip_prefix(name)?.strip_prefix('=')?.parse().ok();
        let capacity = Self { min: size("min")?, max: size("max")?, desired: size("desired")? };
        let is_sane = 0 <= capacity.min
            && capacity.min <= capacity.desired
            && capacity.desired <= capacity.max;
        (is_sane && words.next().is_none()).then_some(capacity)
    }
}

impl fmt::Display for Capacity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "min={} max={} desired={}", self.min, self.max, self.desired)
    }
}

/// A maintenance window as SSM lists it. SSM tells only the next execution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedWindow {
    pub name: String,
    pub next_execution: String,
    pub time_zone: Option<String>,
    pub duration_hours: i32,
}

/// The tag with the last edge handled.
pub const STATE_TAG: &str = "caretaker:scheduler";
/// The tag with which a person overrides the schedule.
pub const OVERRIDE_TAG: &str = "caretaker:override";
/// The tag in which the function says what is wrong with a resource.
pub const PROBLEM_TAG: &str = "caretaker:problem";
/// The tag with other instance types to try when there is no capacity.
pub const INSTANCE_TYPES_TAG: &str = "caretaker:instance-types";
/// The tag with the sizes of a stopped Auto Scaling group.
pub const CAPACITY_TAG: &str = "caretaker:capacity";
/// The tag that puts a resource into an ordered group.
pub const GROUP_TAG: &str = "caretaker:group";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_capacity_survives_its_tag() {
        let capacity = Capacity { min: 1, max: 4, desired: 2 };
        assert_eq!(capacity.to_string(), "min=1 max=4 desired=2");
        assert_eq!(Capacity::parse("min=1 max=4 desired=2"), Some(capacity));
    }

    #[test]
    fn a_capacity_that_makes_no_sense_is_refused() {
        for text in [
            "",
            "min=1",
            "min=3 max=2 desired=2",
            "min=1 max=4 desired=5",
            "min=1 max=4 desired=2 x",
            "min=-1 max=4 desired=2",
        ] {
            assert_eq!(Capacity::parse(text), None, "{text}");
        }
    }
}
