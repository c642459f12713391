//! Carries a plan out and makes no decision. Every step is safe to repeat: what a killed run has
//! done is found done by the next, and what it has not is planned again.
//!
//! The order is the promise: what must survive a kill is written first, and an edge counts as
//! handled only when the change has been accepted.

mod autoscaling;
mod ec2;
mod rds;
mod tags;

use aws_config::SdkConfig;
use shared::{
    deadline::Deadline,
    error::{AwsError, AwsErrorKind},
    tag::portable_value,
};

use self::tags::Tagging;
use crate::{
    plan::action::{Action, Change, TagChange},
    resource::{Kind, PROBLEM_TAG},
};

/// What happened to each action of one target.
#[derive(Debug, Default)]
pub struct Applied {
    pub done: Vec<Action>,
    /// Actions with the index of their error in `errors`: one error may concern many.
    pub failed: Vec<(Action, usize)>,
    pub errors: Vec<AwsError>,
    /// Done, but the tags could not be written: the next run finds it done and remembers it then.
    pub untagged: Vec<Untagged>,
    /// Not begun, because the time was up. The next run does them.
    pub left: Vec<Action>,
}

/// Resources whose tags could not be written.
#[derive(Debug)]
pub struct Untagged {
    /// Ids, names or ARNs, as the service takes them.
    pub resources: Vec<String>,
    pub error: AwsError,
}

impl Applied {
    fn fail(&mut self, actions: impl IntoIterator<Item = Action>, error: AwsError) {
        let index = self.errors.len();
        self.failed.extend(actions.into_iter().map(|action| (action, index)));
        self.errors.push(error);
    }
}

/// Tries every action. One failure does not stop the rest.
pub async fn apply(aws: &SdkConfig, actions: Vec<Action>, deadline: Deadline) -> Applied {
    let mut applied = Applied::default();
    if deadline.has_passed() {
        applied.left = actions;
        return applied;
    }
    let mut actions = remember_before(aws, actions, &mut applied).await;

    // Instances stay where they are: there may be 100,000.
    applied.done.extend(actions.extract_if(.., |action| action.change == Change::Remember));
    let groups: Vec<_> = actions.extract_if(.., |action| action.kind == Kind::Group).collect();
    let databases: Vec<_> = actions
        .extract_if(.., |action| matches!(action.kind, Kind::Database | Kind::Cluster))
        .collect();
    ec2::change(aws, actions, deadline, &mut applied).await;
    rds::change(aws, databases, deadline, &mut applied).await;
    autoscaling::change(aws, groups, deadline, &mut applied).await;

    remember_after(aws, &mut applied).await;
    applied
}

/// Writes what must be there before the change. Without it the change is not made.
async fn remember_before(
    aws: &SdkConfig,
    mut actions: Vec<Action>,
    applied: &mut Applied,
) -> Vec<Action> {
    let work = actions
        .iter()
        .filter_map(|action| Tagging::of(action, action.before.as_deref()?))
        .collect();
    for Untagged { resources, error } in tags::write(aws, work).await {
        let is_untagged = |action: &mut Action| {
            action.before.is_some() && resources.iter().any(|id| **id == *tags::target(action))
        };
        let untagged: Vec<Action> = actions.extract_if(.., is_untagged).collect();
        applied.fail(untagged, error);
    }
    actions
}

/// Writes what the next run has to know.
async fn remember_after(aws: &SdkConfig, applied: &mut Applied) {
    let refusals: Vec<(&Action, TagChange)> = applied
        .failed
        .iter()
        .filter_map(|(action, index)| {
            Some((action, refusal(action.refused.as_ref()?, &applied.errors[*index])?))
        })
        .collect();
    let done = applied.done.iter().filter_map(|action| Tagging::of(action, &action.then));
    let refused = refusals.iter().filter_map(|(action, change)| Tagging::of(action, change));
    applied.untagged = tags::write(aws, done.chain(refused).collect()).await;
}

/// What to remember of a refusal, with what AWS said, or nothing where the next run should simply
/// try again.
fn refusal(change: &TagChange, error: &AwsError) -> Option<TagChange> {
    match error.kind {
        // The first three pass by themselves. What has gone or changed under our hands leaves nothing
        // to remember, and maybe nothing to tag.
        AwsErrorKind::Throttled
        | AwsErrorKind::Unavailable
        | AwsErrorKind::Unreachable
        | AwsErrorKind::NotFound
        | AwsErrorKind::WrongState => None,
        AwsErrorKind::Capacity
        | AwsErrorKind::Denied
        | AwsErrorKind::Unsupported
        | AwsErrorKind::Invalid
        | AwsErrorKind::Other => {
            // The code alone: a text with ids would need a call per resource.
            let code = error.code.as_deref().unwrap_or("no answer");
            let problem = portable_value(&format!("{} refused: {code}", error.operation));
            let mut change = change.clone();
            change.remove.retain(|key| *key != PROBLEM_TAG);
            change.set.push((PROBLEM_TAG, problem));
            Some(change)
        }
    }
}
