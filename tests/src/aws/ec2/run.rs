//! `RunInstances`, as far as a client needs it to have instances to schedule. Makes no volumes
//! and no network interfaces.

use super::{
    error::{invalid_combination, invalid_value, missing, no_capacity},
    instance::{Instance, Spot, Tags},
    item,
    params::{flag, has_form_of_id, unless_dry_run},
    state::{Shortage, State},
    tag::tags,
};
use crate::aws::{
    call::{Outcome, Reply, ServiceError},
    form::Form,
    site::Site,
    xml::Xml,
};

pub(super) fn run_instances(state: &mut State, site: &Site<'_>, mut form: Form) -> Outcome {
    let count = count(&mut form)?;
    let client_token = form.take("ClientToken");
    let mut instance = template(&mut form, site)?;
    ignore(&mut form);
    let dry_run = flag(&mut form, "DryRun")?;
    form.finish()?;
    if state.shortage(&instance.instance_type, &instance.zone) == Some(Shortage::Refused) {
        let Instance { instance_type, zone, .. } = instance;
        return Err(no_capacity(format!(
            "We currently do not have sufficient {instance_type} capacity in the Availability \
             Zone you requested ({zone}). Our system will be working on provisioning additional \
             capacity."
        )));
    }
    unless_dry_run(dry_run)?;
    if let Some(ids) = client_token.as_ref().and_then(|token| state.client_tokens.get(token)) {
        return Ok(reply(state, site, &ids.clone()));
    }
    instance.launched = site.now;
    let ids = state.launch(site, vec![instance; count]);
    if let Some(token) = client_token {
        state.client_tokens.insert(token, ids.clone());
    }
    Ok(reply(state, site, &ids))
}

/// How many: as many as allowed, since there is room for all.
fn count(form: &mut Form) -> Result<usize, ServiceError> {
    let mut number = |name: &str| {
        let text = form.take(name).ok_or_else(|| missing(name))?;
        text.parse::<usize>().ok().filter(|count| (1..=1000).contains(count)).ok_or_else(|| {
            invalid_value(format!("Value ({text}) for parameter {name} is invalid."))
        })
    };
    let (fewest, most) = (number("MinCount")?, number("MaxCount")?);
    if fewest > most {
        return Err(invalid_combination(
            "The value for minCount must be less than or equal to the value for maxCount",
        ));
    }
    Ok(most)
}

fn template(form: &mut Form, site: &Site<'_>) -> Result<Instance, ServiceError> {
    let image = form.take("ImageId").ok_or_else(|| missing("ImageId"))?;
    if !has_form_of_id(&image, "ami-") {
        return Err(ServiceError::client(
            "InvalidAMIID.Malformed",
            format!("Invalid id: \"{image}\""),
        ));
    }
    let zone =
        form.take("Placement.AvailabilityZone").unwrap_or_else(|| format!("{}a", site.region));
    if !zone.strip_prefix(site.region).is_some_and(|letter| matches!(letter, "a" | "b" | "c")) {
        return Err(invalid_value(format!("Invalid availability zone: [{zone}]")));
    }
    // What AWS starts for a caller who names no type.
    let instance_type = form.take("InstanceType").unwrap_or_else(|| "m1.small".to_owned());
    checked_type(&instance_type)?;
    let mut instance = Instance::new("", zone).of_type(instance_type);
    instance.image = image;
    instance.key_name = form.take("KeyName");
    instance.hibernation_configured = flag(form, "HibernationOptions.Configured")?;
    instance.stop_protected = flag(form, "DisableApiStop")?;
    instance.termination_protected = flag(form, "DisableApiTermination")?;
    instance.spot = spot(form)?;
    for mut specification in form.take_structs("TagSpecification") {
        let resource = specification.take("ResourceType").unwrap_or_default();
        let tags = tags(specification.take_structs("Tag"))?;
        specification.finish()?;
        match (resource.as_str(), &mut instance.spot) {
            ("instance", _) => instance.tags.extend(tags),
            ("spot-instances-request", Some(spot)) => spot.tags.extend(tags),
            _ => {
                return Err(invalid_value(format!(
                    "'{resource}' is not a valid taggable resource type for this operation."
                )));
            }
        }
    }
    Ok(instance)
}

/// `InstanceMarketOptions`.
fn spot(form: &mut Form) -> Result<Option<Spot>, ServiceError> {
    let market = form.take("InstanceMarketOptions.MarketType");
    let kind = form.take("InstanceMarketOptions.SpotOptions.SpotInstanceType");
    let interruption = form.take("InstanceMarketOptions.SpotOptions.InstanceInterruptionBehavior");
    form.take("InstanceMarketOptions.SpotOptions.MaxPrice");
    match market.as_deref() {
        None => return Ok(None),
        Some("spot") => (),
        Some(other) => return Err(invalid_value(format!("Invalid market type: {other}"))),
    }
    let persistent = match kind.as_deref() {
        None | Some("one-time") => false,
        Some("persistent") => true,
        Some(other) => return Err(invalid_value(format!("Invalid Spot instance type: {other}"))),
    };
    if !persistent && interruption.is_some_and(|behavior| behavior != "terminate") {
        return Err(invalid_combination(
            "The specified instance interruption behavior requires a persistent Spot request.",
        ));
    }
    Ok(Some(Spot { request: String::new(), persistent, tags: Tags::new() }))
}

/// Parameters that change nothing which is served here.
fn ignore(form: &mut Form) {
    for name in [
        "EbsOptimized",
        "IamInstanceProfile.Arn",
        "IamInstanceProfile.Name",
        "InstanceInitiatedShutdownBehavior",
        "MetadataOptions.HttpTokens",
        "Monitoring.Enabled",
        "SubnetId",
        "UserData",
    ] {
        form.take(name);
    }
    form.take_list("SecurityGroup");
    form.take_list("SecurityGroupId");
}

/// A family and a size; which ones exist is not known here.
pub(super) fn checked_type(name: &str) -> Result<(), ServiceError> {
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    match name.split_once('.') {
        Some((family, size)) if is_word(family) && is_word(size) => Ok(()),
        _ => Err(invalid_value(format!("Invalid value '{name}' for InstanceType."))),
    }
}

fn reply(state: &State, site: &Site<'_>, ids: &[String]) -> Reply {
    let numbers = ids.iter().filter_map(|id| state.number(id));
    let instances: Vec<&Instance> =
        numbers.filter_map(|number| state.instances.get(&number)).collect();
    let reservation = instances.first().map(|instance| instance.reservation.as_str());
    let mut xml = Xml::new();
    xml.maybe("reservationId", reservation)
        .text("ownerId", site.account)
        .text("groupSet", "")
        .list("instancesSet", "item", instances, |xml, instance| {
            item::instance(xml, instance, site);
        });
    Reply::Xml(xml)
}
