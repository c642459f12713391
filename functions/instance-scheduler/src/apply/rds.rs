//! Starts and stops databases and clusters. RDS takes one at a time.

use aws_config::SdkConfig;
use aws_sdk_rds::Client;
use futures_util::{StreamExt as _, stream};
use shared::{
    deadline::Deadline,
    error::{AwsError, AwsResultExt as _},
};

use super::Applied;
use crate::plan::action::{self, Action, DatabaseChange};

/// Calls under way at once: enough for hundreds of databases in a run, few enough for RDS' limit
/// on changes.
const AT_ONCE: usize = 8;

/// What RDS is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Change {
    Database(DatabaseChange),
    Cluster(DatabaseChange),
}

impl From<Action<Change>> for Action {
    fn from(action: Action<Change>) -> Self {
        let (action, change) = action.split();
        action.with(match change {
            Change::Database(change) => action::Change::Database(change),
            Change::Cluster(change) => action::Change::Cluster(change),
        })
    }
}

pub(super) async fn change(
    aws: &SdkConfig,
    actions: Vec<Action<Change>>,
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
            Some(Ok(())) => applied.done.push(action.into()),
            Some(Err(error)) => applied.fail([action], error),
            None => applied.leave([action]),
        }
    }
}

async fn change_one(rds: &Client, action: &Action<Change>) -> Result<(), AwsError> {
    let id = action.resource.id.as_ref();
    match action.change {
        Change::Cluster(DatabaseChange::Start) => {
            let call = rds.start_db_cluster().db_cluster_identifier(id);
            call.send().await.during("rds:StartDBCluster").map(drop)
        }
        Change::Cluster(DatabaseChange::Stop) => {
            let call = rds.stop_db_cluster().db_cluster_identifier(id);
            call.send().await.during("rds:StopDBCluster").map(drop)
        }
        Change::Database(DatabaseChange::Start) => {
            let call = rds.start_db_instance().db_instance_identifier(id);
            call.send().await.during("rds:StartDBInstance").map(drop)
        }
        Change::Database(DatabaseChange::Stop) => {
            let call = rds.stop_db_instance().db_instance_identifier(id);
            call.send().await.during("rds:StopDBInstance").map(drop)
        }
    }
}
