//! `UpdateAutoScalingGroup` and `SetDesiredCapacity`, for the sizes of a group.

use super::{
    error::{missing, no_such_group, validation},
    group::{Group, Size},
    scale,
    state::State,
};
use crate::aws::{
    call::{Outcome, Reply, ServiceError},
    form::Form,
    site::Site,
    xml::Xml,
};

pub(super) fn update_group(state: &mut State, at: &Site<'_>, mut form: Form) -> Outcome {
    let name = name(&mut form)?;
    let min = number(&mut form, "MinSize")?;
    let max = number(&mut form, "MaxSize")?;
    let desired = number(&mut form, "DesiredCapacity")?;
    let cooldown = number(&mut form, "DefaultCooldown")?;
    form.finish()?;
    let reaction = state.timings.reaction;
    let group = state.group_mut(&name).ok_or_else(|| no_such_group(&name))?;
    let size = resized(group.size, min, max, desired)?;
    group.cooldown_secs = cooldown.unwrap_or(group.cooldown_secs);
    group.size = Size { desired: group.size.desired, ..size };
    scale::change(group, at, size.desired, reaction);
    Ok(Reply::Xml(Xml::new()))
}

pub(super) fn set_desired_capacity(state: &mut State, at: &Site<'_>, mut form: Form) -> Outcome {
    let name = name(&mut form)?;
    let desired =
        number(&mut form, "DesiredCapacity")?.ok_or_else(|| missing("DesiredCapacity"))?;
    let honors_cooldown = form.take("HonorCooldown").is_some_and(|text| text == "true");
    form.finish()?;
    let reaction = state.timings.reaction;
    let group = state.group_mut(&name).ok_or_else(|| no_such_group(&name))?;
    let Size { min, max, .. } = group.size;
    let problem = match desired {
        _ if desired > max => Some(format!("above max value {max}")),
        _ if desired < min => Some(format!("below min value {min}")),
        _ => None,
    };
    if let Some(problem) = problem {
        return Err(validation(format!(
            "New SetDesiredCapacity value {desired} is {problem} for the AutoScalingGroup."
        )));
    }
    if honors_cooldown && is_cooling_down(group, at) {
        return Err(ServiceError::client(
            "ScalingActivityInProgress",
            format!(
                "Scaling activity is in progress and blocks changes of the capacity of {name} \
                 until its cooldown ends"
            ),
        ));
    }
    scale::change(group, at, desired, reaction);
    Ok(Reply::Xml(Xml::new()))
}

/// The new size. Without a desired capacity, the present one moves into the new bounds.
fn resized(
    size: Size,
    min: Option<u32>,
    max: Option<u32>,
    desired: Option<u32>,
) -> Result<Size, ServiceError> {
    let (min, max) = (min.unwrap_or(size.min), max.unwrap_or(size.max));
    if max < min {
        return Err(validation(format!(
            "Max bound, {max}, must be greater than or equal to min bound, {min}"
        )));
    }
    let desired = desired.unwrap_or_else(|| size.desired.clamp(min, max));
    if !(min..=max).contains(&desired) {
        return Err(validation(format!(
            "Desired capacity:{desired} must be between the specified min size:{min} and max \
             size:{max}"
        )));
    }
    Ok(Size { min, max, desired })
}

fn is_cooling_down(group: &Group, site: &Site<'_>) -> bool {
    let cooldown = jiff::SignedDuration::from_secs(group.cooldown_secs.into());
    group.last_activity.is_some_and(|at| site.now < at + cooldown)
}

fn name(form: &mut Form) -> Result<String, ServiceError> {
    form.take("AutoScalingGroupName").ok_or_else(|| missing("AutoScalingGroupName"))
}

fn number(form: &mut Form, name: &str) -> Result<Option<u32>, ServiceError> {
    let Some(text) = form.take(name) else { return Ok(None) };
    let number = text.parse().ok().filter(|number| *number <= 100_000);
    match number {
        Some(number) => Ok(Some(number)),
        None => Err(validation(format!("Invalid value '{text}' for {name}"))),
    }
}
