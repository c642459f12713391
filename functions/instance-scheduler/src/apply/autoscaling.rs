//! Sets Auto Scaling groups to zero and back. The sizes to restore are in a tag before the first
//! call here.

use aws_config::SdkConfig;
use aws_sdk_autoscaling::Client;
use shared::{deadline::Deadline, error::AwsResultExt as _};

use super::Applied;
use crate::{
    plan::action::{Action, Change, GroupChange},
    resource::Capacity,
};

impl From<Action<GroupChange>> for Action {
    fn from(action: Action<GroupChange>) -> Self {
        let (action, change) = action.split();
        action.with(Change::Group(change))
    }
}

pub(super) async fn change(
    aws: &SdkConfig,
    actions: Vec<Action<GroupChange>>,
    deadline: Deadline,
    applied: &mut Applied,
) {
    if actions.is_empty() {
        return;
    }
    let autoscaling = Client::new(aws);
    for action in actions {
        if deadline.has_passed() {
            applied.leave([action]);
            continue;
        }
        let Capacity { min, max, desired } = match action.change {
            GroupChange::Restore(capacity) => capacity,
            GroupChange::Empty => Capacity::ZERO,
        };
        let call = autoscaling
            .update_auto_scaling_group()
            .auto_scaling_group_name(action.resource.id.as_ref())
            .min_size(min)
            .max_size(max)
            .desired_capacity(desired);
        match call.send().await.during("autoscaling:UpdateAutoScalingGroup") {
            Ok(_) => applied.done.push(action.into()),
            Err(error) => applied.fail([action], error),
        }
    }
}
