//! An instance as XML, in the shape and the order of AWS.

use super::{
    instance::{Instance, Tags},
    life::Power,
};
use crate::aws::{
    site::{Site, instant},
    xml::Xml,
};

/// The children of an `item` of `instancesSet`.
pub(super) fn instance(xml: &mut Xml, instance: &Instance, site: &Site<'_>) {
    let is_up = !matches!(instance.power(), Power::Terminated);
    let dashed = instance.address.to_string().replace('.', "-");
    let host = format!("ip-{dashed}.{}.compute.internal", site.region);
    xml.text("instanceId", &instance.id)
        .text("imageId", &instance.image)
        .element("instanceState", |xml| power(xml, instance.power()))
        .text("privateDnsName", if is_up { host.as_str() } else { "" })
        .text("dnsName", "")
        .text("reason", &instance.transition_reason)
        .maybe("keyName", instance.key_name.as_deref())
        .text("amiLaunchIndex", "0")
        .text("productCodes", "")
        .text("instanceType", &instance.instance_type)
        .text("launchTime", instant(instance.launched))
        .element("placement", |xml| {
            xml.text("availabilityZone", &instance.zone)
                .text("groupName", "")
                .text("tenancy", "default");
        })
        .element("monitoring", |xml| {
            xml.text("state", "disabled");
        });
    if is_up {
        xml.text("subnetId", subnet(instance))
            .text("vpcId", &instance.vpc)
            .text("privateIpAddress", instance.address.to_string());
    }
    xml.text("sourceDestCheck", "true").text("groupSet", "");
    if let Some(reason) = &instance.state_reason {
        xml.element("stateReason", |xml| {
            xml.text("code", reason.code).text("message", reason.message);
        });
    }
    xml.text("architecture", architecture(&instance.instance_type))
        .text("rootDeviceType", instance.root_device.name())
        .text("rootDeviceName", "/dev/xvda")
        .text("blockDeviceMapping", "")
        .text("virtualizationType", "hvm");
    if let Some(spot) = &instance.spot {
        xml.text("instanceLifecycle", "spot").text("spotInstanceRequestId", &spot.request);
    }
    xml.text("clientToken", "");
    tags(xml, &instance.tags);
    xml.text("hypervisor", "xen")
        .text("networkInterfaceSet", "")
        .text("ebsOptimized", "false")
        .text("enaSupport", "true")
        .element("hibernationOptions", |xml| {
            let configured = if instance.hibernation_configured { "true" } else { "false" };
            xml.text("configured", configured);
        })
        .element("enclaveOptions", |xml| {
            xml.text("enabled", "false");
        });
}

pub(super) fn power(xml: &mut Xml, power: Power) {
    xml.text("code", power.code()).text("name", power.name());
}

/// A `tagSet`, which AWS leaves out where there is no tag.
pub(super) fn tags(xml: &mut Xml, tags: &Tags) {
    if !tags.is_empty() {
        xml.list("tagSet", "item", tags, |xml, (key, value)| {
            xml.text("key", key).text("value", value);
        });
    }
}

/// One subnet per zone.
fn subnet(instance: &Instance) -> String {
    let zone = instance.zone.bytes().last().unwrap_or_default();
    format!("subnet-0c0ffee0c0ffee{zone:03x}")
}

/// Graviton families have a `g` after their generation: `t4g`, `m7gd`, `c7gn`; `g5` and `g6`
/// have none there.
fn architecture(instance_type: &str) -> &'static str {
    let family = instance_type.split('.').next().unwrap_or_default();
    let suffix = family.trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
    let suffix = suffix.trim_start_matches(|letter: char| letter.is_ascii_digit());
    if suffix.starts_with('g') || family == "a1" { "arm64" } else { "x86_64" }
}
