//! `ModifyInstanceAttribute` and `DescribeInstanceAttribute`, for the type and the protections.

use super::{
    error::{incorrect_state, invalid_combination, invalid_value, missing, no_such_instances},
    instance::Instance,
    life::Power,
    params::{boolean, flag, locate, unless_dry_run},
    run::checked_type,
    state::State,
};
use crate::aws::{
    call::{Outcome, Reply, ServiceError},
    form::Form,
    site::Site,
    xml::Xml,
};

const NAMES: [(&str, &str); 3] = [
    ("InstanceType", "instanceType"),
    ("DisableApiStop", "disableApiStop"),
    ("DisableApiTermination", "disableApiTermination"),
];

pub(super) fn modify_instance_attribute(
    state: &mut State,
    site: &Site<'_>,
    mut form: Form,
) -> Outcome {
    let id = form.take("InstanceId").ok_or_else(|| missing("InstanceId"))?;
    let mut wanted: Vec<(&str, String)> = Vec::new();
    // Both forms that the API has: `InstanceType.Value=x`, and `Attribute=instanceType&Value=x`.
    for (member, name) in NAMES {
        let value = form.take(&format!("{member}.Value")).or_else(|| form.take(member));
        wanted.extend(value.map(|value| (name, value)));
    }
    if let Some(attribute) = form.take("Attribute") {
        let value = form.take("Value").ok_or_else(|| missing("Value"))?;
        wanted.push((known(&attribute)?, value));
    }
    let dry_run = flag(&mut form, "DryRun")?;
    form.finish()?;
    let [(name, value)] = wanted.as_slice() else {
        return Err(invalid_combination(match wanted.len() {
            0 => "No attributes specified.",
            _ => "Fields for multiple attribute types specified",
        }));
    };

    let instance = one(state, &id, site)?;
    match *name {
        "instanceType" => {
            checked_type(value)?;
            if instance.power() != Power::Stopped {
                return Err(incorrect_state(format!(
                    "The instance '{id}' is not in the 'stopped' state."
                )));
            }
            unless_dry_run(dry_run)?;
            instance.instance_type.clone_from(value);
        }
        name => {
            let value = boolean(name, value)?;
            unless_dry_run(dry_run)?;
            match name {
                "disableApiStop" => instance.stop_protected = value,
                _ => instance.termination_protected = value,
            }
        }
    }
    let mut xml = Xml::new();
    xml.text("return", "true");
    Ok(Reply::Xml(xml))
}

pub(super) fn describe_instance_attribute(
    state: &mut State,
    site: &Site<'_>,
    mut form: Form,
) -> Outcome {
    let id = form.take("InstanceId").ok_or_else(|| missing("InstanceId"))?;
    let attribute = form.take("Attribute").ok_or_else(|| missing("Attribute"))?;
    let dry_run = flag(&mut form, "DryRun")?;
    form.finish()?;
    let name = known(&attribute)?;
    let instance = one(state, &id, site)?;
    unless_dry_run(dry_run)?;
    let value = match name {
        "instanceType" => instance.instance_type.clone(),
        "disableApiStop" => instance.stop_protected.to_string(),
        _ => instance.termination_protected.to_string(),
    };
    let mut xml = Xml::new();
    xml.text("instanceId", &id).element(name, |xml| {
        xml.text("value", value);
    });
    Ok(Reply::Xml(xml))
}

fn one<'s>(
    state: &'s mut State,
    id: &str,
    site: &Site<'_>,
) -> Result<&'s mut Instance, ServiceError> {
    locate(state, &[id.to_owned()])?;
    state.instance(id, site.now).ok_or_else(|| no_such_instances(&[id]))
}

fn known(attribute: &str) -> Result<&'static str, ServiceError> {
    let known = NAMES.iter().map(|(_, name)| *name).find(|name| *name == attribute);
    known.ok_or_else(|| {
        invalid_value(format!("Value ({attribute}) for parameter attribute is invalid."))
    })
}
