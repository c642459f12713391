//! What is remembered of a change that AWS has refused: the edge, so that it is tried again when it
//! may help, and the refusal, for whoever looks at the resource.

use shared::{
    error::{AwsError, AwsErrorKind},
    tag::portable_value,
};

use crate::{
    plan::action::{Action, Change, InstanceChange, TagChange},
    resource::PROBLEM_TAG,
};

/// A refusal as the tag has it. The code alone: a text with ids would need a call per resource.
pub(crate) fn refusal(error: &AwsError) -> String {
    let code = error.code.as_deref().unwrap_or("no answer");
    portable_value(&format!("{} refused: {code}", error.operation))
}

/// The tags of a change that failed, or nothing where the next run should simply try again.
pub(super) fn to_remember(action: &Action, error: &AwsError) -> Option<TagChange> {
    let change = match error.kind {
        // The first three pass by themselves. What has gone or changed under our hands leaves nothing
        // to remember, and maybe nothing to tag.
        AwsErrorKind::Throttled
        | AwsErrorKind::Unavailable
        | AwsErrorKind::Unreachable
        | AwsErrorKind::NotFound
        | AwsErrorKind::WrongState => None,
        AwsErrorKind::Unsupported => {
            action.tags.unsupported.as_ref().or(action.tags.refused.as_ref())
        }
        AwsErrorKind::Capacity
        | AwsErrorKind::Denied
        | AwsErrorKind::Invalid
        | AwsErrorKind::Other => action.tags.refused.as_ref(),
    };
    Some(with_problem(change?, refusal(error)))
}

/// The tags of an instance that runs as what it was, because it could not become what was planned.
pub(super) fn of_another_type(action: &Action, error: &AwsError) -> TagChange {
    let nothing = TagChange::default();
    let change = action.tags.otherwise.as_deref().unwrap_or(&nothing);
    let wanted = match &action.change {
        Change::Instance(InstanceChange::Start(start)) => start.set_type.as_deref(),
        Change::Instance(_)
        | Change::Database(_)
        | Change::Cluster(_)
        | Change::Group(_)
        | Change::Remember => None,
    };
    let refusal = refusal(error);
    with_problem(
        change,
        match wanted {
            Some(wanted) => portable_value(&format!("could not become {wanted}: {refusal}")),
            None => refusal,
        },
    )
}

fn with_problem(change: &TagChange, problem: String) -> TagChange {
    let mut change = change.clone();
    change.remove.retain(|key| *key != PROBLEM_TAG);
    change.set.retain(|(key, _)| *key != PROBLEM_TAG);
    change.set.push((PROBLEM_TAG, problem));
    change
}
