//! An Auto Scaling group: its sizes, its tags and its members. Launches nothing; `scale` does.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

/// How long a group takes to act on a change, and waits between changes.
#[derive(Debug, Clone, Copy)]
pub struct Timings {
    pub reaction: SignedDuration,
}

impl Default for Timings {
    fn default() -> Self {
        Self { reaction: SignedDuration::from_secs(10) }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size {
    pub min: u32,
    pub max: u32,
    pub desired: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    pub value: String,
    /// New instances get the tag too.
    pub propagates: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifecycle {
    Pending,
    InService,
    Terminating,
}

impl Lifecycle {
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::InService => "InService",
            Self::Terminating => "Terminating",
        }
    }
}

/// An instance of the group.
#[derive(Debug, Clone)]
pub struct Member {
    pub id: String,
    pub zone: String,
    pub instance_type: String,
    pub lifecycle: Lifecycle,
    pub is_healthy: bool,
}

#[derive(Debug, Clone)]
pub struct Group {
    pub name: String,
    pub size: Size,
    pub zones: Vec<String>,
    pub instance_type: String,
    pub created: Timestamp,
    pub tags: BTreeMap<String, Tag>,
    pub cooldown_secs: u32,
    pub(super) members: Vec<Member>,
    /// When the group brings its members to the desired capacity; none while they are there.
    pub(super) acts_at: Option<Timestamp>,
    pub(super) last_activity: Option<Timestamp>,
    /// The part of the ARN that AWS makes up; empty until the world takes the group in.
    pub(super) uuid: String,
}

impl Group {
    /// A group of `t3.micro` that was created at the epoch.
    pub fn new(name: impl Into<String>, zones: &[&str], size: Size) -> Self {
        Self {
            name: name.into(),
            size,
            zones: zones.iter().map(|&zone| zone.to_owned()).collect(),
            instance_type: "t3.micro".to_owned(),
            created: Timestamp::UNIX_EPOCH,
            tags: BTreeMap::new(),
            cooldown_secs: 300,
            members: Vec::new(),
            acts_at: None,
            last_activity: None,
            uuid: String::new(),
        }
    }

    #[must_use]
    pub fn of_type(mut self, instance_type: impl Into<String>) -> Self {
        self.instance_type = instance_type.into();
        self
    }

    #[must_use]
    pub fn created(mut self, at: Timestamp) -> Self {
        self.created = at;
        self
    }

    /// A tag of the group that its instances do not get.
    #[must_use]
    pub fn tag(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.tags.insert(key.into(), Tag { value: value.into(), propagates: false });
        self
    }

    /// A tag of the group that new instances get too.
    #[must_use]
    pub fn propagated_tag(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.tags.insert(key.into(), Tag { value: value.into(), propagates: true });
        self
    }

    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// `autoScalingGroup:<uuid>:autoScalingGroupName/<name>`, the last part of the ARN.
    pub(super) fn resource(&self) -> String {
        format!("autoScalingGroup:{}:autoScalingGroupName/{}", self.uuid, self.name)
    }

    /// Members that count for the capacity.
    pub(super) fn n_live(&self) -> usize {
        self.members.iter().filter(|member| member.lifecycle != Lifecycle::Terminating).count()
    }

    pub(super) fn has_desired(&self) -> bool {
        u32::try_from(self.n_live()) == Ok(self.size.desired)
    }
}
