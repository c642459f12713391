//! Starts and stops databases and clusters. RDS takes one at a time.

use aws_config::SdkConfig;
use aws_sdk_rds::Client;
use futures_util::{StreamExt as _, stream};
use shared::{
    deadline::Deadline,
    error::{AwsError, AwsResultExt as _},
};

use super::Applied;
use crate::{plan::action::Action, resource::Kind};

/// Calls under way at once: enough for hundreds of databases in a run, few enough for RDS' limit
/// on changes.
const AT_ONCE: usize = 8;

pub(super) async fn change(
    aws: &SdkConfig,
    actions: Vec<Action>,
    deadline: Deadline,
    applied: &mut Applied,
) {
    if actions.is_empty() {
        return;
    }
    let rds = Client::new(aws);
    let attempts = actions.into_iter().map(|action| {
        let rds = &rds;
        async move {
            if deadline.has_passed() {
                return (action, None);
            }
            let result = change_one(rds, &action).await;
            (action, Some(result))
        }
    });
    let mut attempts = stream::iter(attempts).buffered(AT_ONCE);
    while let Some((action, result)) = attempts.next().await {
        match result {
            Some(Ok(())) => applied.done.push(action),
            Some(Err(error)) => applied.fail([action], error),
            None => applied.left.push(action),
        }
    }
}

async fn change_one(rds: &Client, action: &Action) -> Result<(), AwsError> {
    let id = action.id.as_ref();
    match (action.kind, action.change.starts()) {
        (Kind::Cluster, true) => rds
            .start_db_cluster()
            .db_cluster_identifier(id)
            .send()
            .await
            .during("rds:StartDBCluster")
            .map(drop),
        (Kind::Cluster, false) => rds
            .stop_db_cluster()
            .db_cluster_identifier(id)
            .send()
            .await
            .during("rds:StopDBCluster")
            .map(drop),
        (_, true) => rds
            .start_db_instance()
            .db_instance_identifier(id)
            .send()
            .await
            .during("rds:StartDBInstance")
            .map(drop),
        (_, false) => rds
            .stop_db_instance()
            .db_instance_identifier(id)
            .send()
            .await
            .during("rds:StopDBInstance")
            .map(drop),
    }
}
