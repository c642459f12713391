//! Starts and stops instances in batches.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use aws_config::SdkConfig;
use aws_sdk_ec2::{
    Client,
    types::{AttributeValue, Instance, InstanceState, InstanceStateName, Reservation},
};
use shared::{
    batch::{self, in_batches},
    deadline::Deadline,
    error::{AwsError, AwsErrorKind, AwsResultExt as _},
};

use super::Applied;
use crate::plan::action::{Action, Change};

/// One call for so many instances: large enough to be few calls, small enough that one refused
/// batch does not hold up a whole account.
const INSTANCES_PER_CALL: usize = 500;

/// What one batch call does to all of its instances.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Call {
    Start,
    Stop,
    Hibernate,
}

impl Call {
    fn of(action: &Action) -> Self {
        match &action.change {
            Change::Stop { hibernate: true } => Self::Hibernate,
            change if change.stops() => Self::Stop,
            _ => Self::Start,
        }
    }
}

pub(super) async fn change(
    aws: &SdkConfig,
    mut actions: Vec<Action>,
    deadline: Deadline,
    applied: &mut Applied,
) {
    if actions.is_empty() {
        return;
    }
    let ec2 = Client::new(aws);
    // Taken from the end, so that what is done leaves no hole behind: the memory for 100,000 actions
    // is there once.
    actions.reverse();
    actions.sort_by_key(|action| Reverse(Call::of(action)));
    while let Some(call) = actions.last().map(Call::of) {
        let first = actions.partition_point(|action| Call::of(action) > call);
        let batch = actions.split_off(first.max(actions.len().saturating_sub(INSTANCES_PER_CALL)));
        actions.shrink_to_fit();
        let batch = set_types(&ec2, batch.into_iter().rev(), deadline, applied).await;
        if deadline.has_passed() {
            applied.left.extend(batch);
        } else if !batch.is_empty() {
            send(&ec2, call, batch, applied).await;
        }
    }
}

/// Gives those the type that must have another before they start, and returns what can be started
/// or stopped.
async fn set_types(
    ec2: &Client,
    actions: impl Iterator<Item = Action>,
    deadline: Deadline,
    applied: &mut Applied,
) -> Vec<Action> {
    let mut ready = Vec::new();
    for action in actions {
        if deadline.has_passed() {
            applied.left.push(action);
            continue;
        }
        match &action.change {
            Change::Start { set_type: Some(instance_type), .. } => {
                match set_type(ec2, &action.id, instance_type).await {
                    Ok(()) => ready.push(action),
                    Err(error) => applied.fail([action], error),
                }
            }
            _ => ready.push(action),
        }
    }
    ready
}

async fn send(ec2: &Client, call: Call, actions: Vec<Action>, applied: &mut Applied) {
    let ids: Vec<String> = actions.iter().map(|action| action.id.to_string()).collect();
    let outcome = in_batches(&ids, ids.len(), async |ids| match send_one(ec2, call, ids).await {
        Err(error) if error.kind == AwsErrorKind::WrongState && ids.len() > 1 => {
            Err(name_all(ec2, call, ids, error).await)
        }
        result => result,
    })
    .await;
    let mut actions: BTreeMap<Box<str>, Action> =
        actions.into_iter().map(|action| (action.id.clone(), action)).collect();
    applied.done.extend(outcome.accepted.iter().filter_map(|id| actions.remove(id.as_str())));
    for batch::Refusal { ids, error } in outcome.refused {
        let refused = ids.iter().filter_map(|id| actions.remove(id.as_str()));
        match error.kind {
            AwsErrorKind::Capacity => {
                for action in refused {
                    start_as_another_type(ec2, action, &error, applied).await;
                }
            }
            // The error names them all, which is too much to say of each.
            AwsErrorKind::WrongState if ids.len() > 1 => {
                applied.fail(refused, restate(&error, "changed since they were listed"));
            }
            _ => applied.fail(refused, error),
        }
    }
}

/// EC2 names one instance of a batch that is in the wrong state, however many there are. Looking
/// again costs one call; to be told of one after the other costs as many as there are.
async fn name_all(ec2: &Client, call: Call, ids: &[String], error: AwsError) -> AwsError {
    use InstanceStateName::{Pending, Running, Stopped, Stopping};
    let able_states = match call {
        Call::Start => [Stopped, Pending, Running],
        Call::Stop | Call::Hibernate => [Running, Stopping, Stopped],
    };
    let look = ec2.describe_instances().set_instance_ids(Some(ids.to_vec()));
    let look = look.send().await.during("ec2:DescribeInstances");
    // Then one after the other, after all.
    let Ok(output) = look else { return error };
    let instances = output.reservations().iter().flat_map(Reservation::instances);
    let able: BTreeSet<&str> = instances
        .filter(|instance| {
            let state = instance.state().and_then(InstanceState::name);
            state.is_some_and(|state| able_states.contains(state))
        })
        .filter_map(Instance::instance_id)
        .collect();
    let unable: Vec<&str> =
        ids.iter().map(String::as_str).filter(|id| !able.contains(id)).collect();
    if unable.is_empty() { error } else { restate(&error, &unable.join(", ")) }
}

async fn send_one(ec2: &Client, call: Call, ids: &[String]) -> Result<(), AwsError> {
    let ids = Some(ids.to_vec());
    match call {
        Call::Start => ec2
            .start_instances()
            .set_instance_ids(ids)
            .send()
            .await
            .during("ec2:StartInstances")
            .map(drop),
        Call::Stop => ec2
            .stop_instances()
            .set_instance_ids(ids)
            .send()
            .await
            .during("ec2:StopInstances")
            .map(drop),
        Call::Hibernate => {
            let call = ec2.stop_instances().set_instance_ids(ids).hibernate(true);
            call.send().await.during("ec2:StopInstances").map(drop)
        }
    }
}

/// Tries the types that the plan names for this case, in their order.
async fn start_as_another_type(
    ec2: &Client,
    action: Action,
    refusal: &AwsError,
    applied: &mut Applied,
) {
    let alternatives = match &action.change {
        Change::Start { alternatives, .. } => alternatives.clone(),
        _ => [].into(),
    };
    let mut last = copy(refusal);
    for instance_type in alternatives.iter() {
        let id = action.id.to_string();
        let mut result = set_type(ec2, &id, instance_type).await;
        if result.is_ok() {
            result = send_one(ec2, Call::Start, &[id]).await;
        }
        match result {
            Ok(()) => {
                let change = Change::Start {
                    set_type: Some(instance_type.clone()),
                    alternatives: [].into(),
                };
                applied.done.push(Action { change, ..action });
                return;
            }
            Err(error) if error.kind == AwsErrorKind::Capacity => last = error,
            Err(error) => {
                applied.fail([action], error);
                return;
            }
        }
    }
    applied.fail([action], last);
}

/// One refusal may concern several instances, each of which fails by itself.
fn copy(error: &AwsError) -> AwsError {
    let reason = error.reason();
    let code = error.code.as_deref().unwrap_or_default();
    restate(error, reason.strip_prefix(code).unwrap_or(reason).trim_start_matches(": "))
}

/// The same error in other words.
fn restate(error: &AwsError, message: &str) -> AwsError {
    AwsError::new(error.operation, error.code.as_deref().unwrap_or_default(), message)
}

async fn set_type(ec2: &Client, id: &str, instance_type: &str) -> Result<(), AwsError> {
    let value = AttributeValue::builder().value(instance_type).build();
    let call = ec2.modify_instance_attribute().instance_id(id).instance_type(value);
    call.send().await.during("ec2:ModifyInstanceAttribute").map(drop)
}
