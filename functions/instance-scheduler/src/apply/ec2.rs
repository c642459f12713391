//! Starts and stops instances in batches.

mod types;

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use aws_config::SdkConfig;
use aws_sdk_ec2::{
    Client,
    types::{Instance, InstanceState, InstanceStateName, Reservation},
};
use shared::{
    batch::{self, in_batches},
    deadline::Deadline,
    error::{AwsError, AwsErrorKind, AwsResultExt as _},
};

use super::Applied;
use crate::plan::action::{Action, Change, InstanceChange};

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
    fn of(action: &Action<InstanceChange>) -> Self {
        match &action.change {
            InstanceChange::Start(_) => Self::Start,
            InstanceChange::Stop | InstanceChange::StopToResize { .. } => Self::Stop,
            InstanceChange::Hibernate => Self::Hibernate,
        }
    }
}

impl From<Action<InstanceChange>> for Action {
    fn from(action: Action<InstanceChange>) -> Self {
        let (action, change) = action.split();
        action.with(Change::Instance(change))
    }
}

pub(super) async fn change(
    aws: &SdkConfig,
    mut actions: Vec<Action<InstanceChange>>,
    deadline: Deadline,
    applied: &mut Applied,
) {
    if actions.is_empty() {
        return;
    }
    let ec2 = Client::new(aws);
    let mut denied = BTreeSet::new();
    // Taken from the end, so that what is done leaves no hole behind: the memory for 100,000 actions
    // is there once.
    actions.reverse();
    actions.sort_by_key(|action| Reverse(Call::of(action)));
    while let Some(call) = actions.last().map(Call::of) {
        let first = actions.partition_point(|action| Call::of(action) > call);
        let batch = actions.split_off(first.max(actions.len().saturating_sub(INSTANCES_PER_CALL)));
        actions.shrink_to_fit();
        let batch = types::set(&ec2, batch.into_iter().rev(), deadline, applied).await;
        if deadline.has_passed() {
            applied.leave(batch);
            continue;
        }
        let batch = if denied.contains(&call) {
            still_denied(&ec2, call, batch, applied).await
        } else {
            batch
        };
        if !batch.is_empty() && !send(&ec2, call, batch, applied).await {
            denied.insert(call);
        }
    }
}

/// After a batch of which not one was allowed: whether that is so of this one is asked of one of
/// its instances, instead of looking for the culprits in it again. Returns what is left to do.
async fn still_denied(
    ec2: &Client,
    call: Call,
    mut batch: Vec<Action<InstanceChange>>,
    applied: &mut Applied,
) -> Vec<Action<InstanceChange>> {
    let Some(one) = batch.pop() else { return batch };
    match send_one(ec2, call, &[one.resource.id.to_string()]).await {
        Ok(()) => {
            applied.done.push(one.into());
            batch
        }
        Err(error) if error.kind == AwsErrorKind::Denied => {
            batch.push(one);
            applied.fail(batch, error);
            Vec::new()
        }
        Err(_) => {
            batch.push(one);
            batch
        }
    }
}

/// Sends one batch. Tells whether any of it was allowed.
async fn send(
    ec2: &Client,
    call: Call,
    actions: Vec<Action<InstanceChange>>,
    applied: &mut Applied,
) -> bool {
    let ids: Vec<String> = actions.iter().map(|action| action.resource.id.to_string()).collect();
    let outcome = in_batches(&ids, ids.len(), async |ids| match send_one(ec2, call, ids).await {
        Err(error) if error.kind == AwsErrorKind::WrongState && ids.len() > 1 => {
            Err(name_all(ec2, call, ids, error).await)
        }
        result => result,
    })
    .await;
    let mut actions: BTreeMap<Box<str>, Action<InstanceChange>> =
        actions.into_iter().map(|action| (action.resource.id.clone(), action)).collect();
    let done = outcome.accepted.iter().filter_map(|id| actions.remove(id.as_str()));
    applied.done.extend(done.map(Action::from));
    let mut refused = outcome.refused.iter();
    let is_denied = refused.all(|refusal| refusal.error.kind == AwsErrorKind::Denied);
    let is_allowed = !outcome.accepted.is_empty() || !is_denied;
    for batch::Refusal { ids, error } in outcome.refused {
        let refused = ids.iter().filter_map(|id| actions.remove(id.as_str()));
        // The error names them all, which is too much to say of each.
        if error.kind == AwsErrorKind::WrongState && ids.len() > 1 {
            applied.fail(refused, restate(&error, "changed since they were listed"));
            continue;
        }
        let (others, same): (Vec<_>, Vec<_>) =
            refused.partition(|action| types::has_other(action, &error));
        for action in others {
            types::start_as_another(ec2, action, error.clone(), applied).await;
        }
        if !same.is_empty() {
            applied.fail(same, error);
        }
    }
    is_allowed
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

/// The same error in other words.
fn restate(error: &AwsError, message: &str) -> AwsError {
    AwsError::new(error.operation, error.code.as_deref().unwrap_or_default(), message)
}
