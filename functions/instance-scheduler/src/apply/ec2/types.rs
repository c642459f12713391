//! Gives instances another type, and takes them back to what they were where that fails.

use aws_sdk_ec2::{Client, types::AttributeValue};
use shared::{
    deadline::Deadline,
    error::{AwsError, AwsErrorKind, AwsResultExt as _},
};

use super::{Applied, Call, send_one};
use crate::apply::refusal::is_refusal;
use crate::plan::action::{Action, As, InstanceChange};

/// Gives those the type that must have another before they start, and returns what can be started
/// or stopped.
pub(super) async fn set(
    ec2: &Client,
    actions: impl Iterator<Item = Action<InstanceChange>>,
    deadline: Deadline,
    applied: &mut Applied,
) -> Vec<Action<InstanceChange>> {
    let mut ready = Vec::new();
    for action in actions {
        let Some(instance_type) = as_what(&action).and_then(|start| start.set_type.as_deref())
        else {
            ready.push(action);
            continue;
        };
        if deadline.has_passed() {
            applied.leave([action]);
            continue;
        }
        match set_one(ec2, &action.resource.id, instance_type).await {
            Ok(()) => ready.push(action),
            // It still has its type.
            Err(error) if has_other(&action, &error) => {
                let started = send_one(ec2, Call::Start, &[action.resource.id.to_string()]).await;
                as_before(action, started, error, applied);
            }
            Err(error) => applied.fail([action], error),
        }
    }
    ready
}

/// Whether there is another type to start as after this error.
pub(super) fn has_other(action: &Action<InstanceChange>, error: &AwsError) -> bool {
    let is_capacity = error.kind == AwsErrorKind::Capacity;
    as_what(action).is_some_and(|start| {
        let has_alternative = is_capacity && !start.alternatives.is_empty();
        is_refusal(error) && (has_alternative || start.fallback.is_some())
    })
}

/// Without capacity tries the types that the plan names for this case, in their order; then what the
/// instance was: what ran is to run again.
pub(super) async fn start_as_another(
    ec2: &Client,
    action: Action<InstanceChange>,
    error: AwsError,
    applied: &mut Applied,
) {
    let start = as_what(&action).cloned().unwrap_or_default();
    let mut last = error;
    for instance_type in start.alternatives.iter() {
        if last.kind != AwsErrorKind::Capacity {
            break;
        }
        match start_as(ec2, &action, instance_type).await {
            Ok(()) => {
                let mut action = action;
                let set_type = Some(instance_type.clone());
                action.change = InstanceChange::Start(Box::new(As { set_type, ..As::default() }));
                action.tags.then = action.tags.otherwise.take();
                applied.done.push(action.into());
                return;
            }
            Err(error) => last = error,
        }
    }
    let Some(before) = &start.fallback else { return applied.fail([action], last) };
    let started = start_as(ec2, &action, before).await;
    as_before(action, started, last, applied);
}

/// Notes that an instance runs as what it was because of an error, or that not even that is so.
fn as_before(
    action: Action<InstanceChange>,
    started: Result<(), AwsError>,
    because: AwsError,
    applied: &mut Applied,
) {
    match started {
        Ok(()) => {
            applied.instead.push((action.into(), applied.errors.len()));
            applied.errors.push(because);
        }
        Err(error) => applied.fail([action], error),
    }
}

async fn start_as(
    ec2: &Client,
    action: &Action<InstanceChange>,
    instance_type: &str,
) -> Result<(), AwsError> {
    set_one(ec2, &action.resource.id, instance_type).await?;
    send_one(ec2, Call::Start, &[action.resource.id.to_string()]).await
}

fn as_what(action: &Action<InstanceChange>) -> Option<&As> {
    match &action.change {
        InstanceChange::Start(start) => Some(start),
        InstanceChange::Stop | InstanceChange::Hibernate | InstanceChange::StopToResize { .. } => {
            None
        }
    }
}

async fn set_one(ec2: &Client, id: &str, instance_type: &str) -> Result<(), AwsError> {
    let value = AttributeValue::builder().value(instance_type).build();
    let call = ec2.modify_instance_attribute().instance_id(id).instance_type(value);
    call.send().await.during("ec2:ModifyInstanceAttribute").map(drop)
}
