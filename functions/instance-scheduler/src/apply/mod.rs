//! Carries a plan out and makes no decision. Every step is safe to repeat: what a killed run has
//! done is found done by the next, and what it has not is planned again.
//!
//! The order is the promise: what must survive a kill is written first, and an edge counts as
//! handled only when the change has been accepted.

mod autoscaling;
mod ec2;
mod rds;
mod refusal;
mod tags;

use aws_config::SdkConfig;
use shared::{deadline::Deadline, error::AwsError};

pub(crate) use self::refusal::refusal;
use self::tags::Tagging;
use crate::plan::action::{Action, Change, TagChange};

/// What happened to each action of one target.
#[derive(Debug, Default)]
pub(crate) struct Applied {
    pub done: Vec<Action>,
    /// Actions with the index of their error in `errors`: one error may concern many.
    pub failed: Vec<(Action, usize)>,
    /// Started as what they were before, because of this error.
    pub instead: Vec<(Action, usize)>,
    pub errors: Vec<AwsError>,
    /// Done, but the tags could not be written: the next run finds it done and remembers it then.
    pub untagged: Vec<Untagged>,
    /// Not begun, because the time was up. The next run does them.
    pub left: Vec<Action>,
}

/// Resources whose tags could not be written.
#[derive(Debug)]
pub(crate) struct Untagged {
    /// Ids, names or ARNs, as the service takes them.
    pub resources: Vec<String>,
    pub error: AwsError,
}

impl Applied {
    fn fail<C>(&mut self, actions: impl IntoIterator<Item = Action<C>>, error: AwsError)
    where
        Action<C>: Into<Action>,
    {
        let index = self.errors.len();
        self.failed.extend(actions.into_iter().map(|action| (action.into(), index)));
        self.errors.push(error);
    }

    fn leave<C>(&mut self, actions: impl IntoIterator<Item = Action<C>>)
    where
        Action<C>: Into<Action>,
    {
        self.left.extend(actions.into_iter().map(Into::into));
    }
}

/// Tries every action. One failure does not stop the rest.
pub(crate) async fn apply(aws: &SdkConfig, actions: Vec<Action>, deadline: Deadline) -> Applied {
    let mut applied = Applied::default();
    if deadline.has_passed() {
        applied.left = actions;
        return applied;
    }
    let actions = remember_before(aws, actions, &mut applied).await;

    let (mut instances, mut databases, mut groups) = (Vec::new(), Vec::new(), Vec::new());
    for action in actions {
        let (action, change) = action.split();
        match change {
            Change::Instance(change) => instances.push(action.with(change)),
            Change::Database(change) => databases.push(action.with(rds::Change::Database(change))),
            Change::Cluster(change) => databases.push(action.with(rds::Change::Cluster(change))),
            Change::Group(change) => groups.push(action.with(change)),
            Change::Remember => applied.done.push(action.with(Change::Remember)),
        }
    }
    ec2::change(aws, instances, deadline, &mut applied).await;
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
        .filter_map(|action| Tagging::of(action, action.tags.before.as_deref()?))
        .collect();
    for Untagged { resources, error } in tags::write(aws, work).await {
        let is_untagged = |action: &mut Action| {
            action.tags.before.is_some() && resources.iter().any(|id| **id == *tags::target(action))
        };
        let untagged: Vec<Action> = actions.extract_if(.., is_untagged).collect();
        applied.fail(untagged, error);
    }
    actions
}

/// Writes what the next run has to know.
async fn remember_after(aws: &SdkConfig, applied: &mut Applied) {
    let Applied { done, failed, instead, errors, .. } = &*applied;
    let failed = failed.iter().filter_map(|(action, index)| {
        Some((action, refusal::to_remember(action, &errors[*index])?))
    });
    let instead = instead
        .iter()
        .map(|(action, index)| (action, refusal::of_another_type(action, &errors[*index])));
    let refusals: Vec<(&Action, TagChange)> = failed.chain(instead).collect();
    let done = done.iter().filter_map(|action| Tagging::of(action, action.tags.then.as_deref()?));
    let refused = refusals.iter().filter_map(|(action, change)| Tagging::of(action, change));
    applied.untagged = tags::write(aws, done.chain(refused).collect()).await;
}
