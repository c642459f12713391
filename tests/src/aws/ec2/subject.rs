//! What the filters of `DescribeInstances` look at. A name that is not here is refused.

use super::{
    filter::Filter,
    instance::{Instance, RootDevice},
};
use crate::aws::site::{Site, instant};

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Subject {
    Tag(String),
    TagKey,
    Zone,
    Hibernation,
    Image,
    Id,
    Lifecycle,
    StateCode,
    StateName,
    Type,
    KeyName,
    LaunchTime,
    Owner,
    PrivateAddress,
    Reservation,
    RootDeviceType,
    SpotRequest,
    StateReasonCode,
    Vpc,
}

impl Subject {
    pub(super) fn named(name: &str) -> Option<Self> {
        if let Some(key) = name.strip_prefix("tag:") {
            return Some(Self::Tag(key.to_owned()));
        }
        Some(match name {
            "tag-key" => Self::TagKey,
            "availability-zone" => Self::Zone,
            "hibernation-options.configured" => Self::Hibernation,
            "image-id" => Self::Image,
            "instance-id" => Self::Id,
            "instance-lifecycle" => Self::Lifecycle,
            "instance-state-code" => Self::StateCode,
            "instance-state-name" => Self::StateName,
            "instance-type" => Self::Type,
            "key-name" => Self::KeyName,
            "launch-time" => Self::LaunchTime,
            "owner-id" => Self::Owner,
            "private-ip-address" => Self::PrivateAddress,
            "reservation-id" => Self::Reservation,
            "root-device-type" => Self::RootDeviceType,
            "spot-instance-request-id" => Self::SpotRequest,
            "state-reason-code" => Self::StateReasonCode,
            "vpc-id" | "network-interface.vpc-id" => Self::Vpc,
            _ => return None,
        })
    }
}

impl Filter<Subject> {
    pub(super) fn shows(&self, instance: &Instance, site: &Site<'_>) -> bool {
        match &self.subject {
            Subject::Tag(key) => self.accepts(instance.tags.get(key).map(String::as_str)),
            Subject::TagKey => match self.exact() {
                Some(mut keys) => keys.any(|key| instance.tags.contains_key(key)),
                None => self.accepts(instance.tags.keys().map(String::as_str)),
            },
            Subject::Zone => self.accepts([instance.zone.as_str()]),
            Subject::Hibernation => {
                self.accepts([if instance.hibernation_configured { "true" } else { "false" }])
            }
            Subject::Image => self.accepts([instance.image.as_str()]),
            Subject::Id => self.accepts([instance.id.as_str()]),
            Subject::Lifecycle => self.accepts(instance.spot.as_ref().map(|_| "spot")),
            Subject::StateCode => self.accepts([instance.power().code()]),
            Subject::StateName => self.accepts([instance.power().name()]),
            Subject::Type => self.accepts([instance.instance_type.as_str()]),
            Subject::KeyName => self.accepts(instance.key_name.as_deref()),
            Subject::LaunchTime => self.accepts([instant(instance.launched).as_str()]),
            Subject::Owner => self.accepts([site.account]),
            Subject::PrivateAddress => self.accepts([instance.address.to_string().as_str()]),
            Subject::Reservation => self.accepts([instance.reservation.as_str()]),
            Subject::RootDeviceType => self.accepts([instance.root_device.name()]),
            Subject::SpotRequest => {
                self.accepts(instance.spot.as_ref().map(|spot| spot.request.as_str()))
            }
            Subject::StateReasonCode => {
                self.accepts(instance.state_reason.as_ref().map(|reason| reason.code))
            }
            Subject::Vpc => self.accepts([instance.vpc.as_str()]),
        }
    }
}

impl RootDevice {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ebs => "ebs",
            Self::InstanceStore => "instance-store",
        }
    }
}
