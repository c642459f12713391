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

/// Whether AWS has said no. What passes by itself is simply tried again by the next run; what has gone
/// or changed under our hands leaves nothing to remember, and maybe nothing to tag.
pub(super) fn is_refusal(error: &AwsError) -> bool {
    match error.kind {
        AwsErrorKind::Throttled
        | AwsErrorKind::Unavailable
        | AwsErrorKind::Unreachable
        | AwsErrorKind::NotFound
        | AwsErrorKind::WrongState => false,
        AwsErrorKind::Capacity
        | AwsErrorKind::Denied
        | AwsErrorKind::Unsupported
        | AwsErrorKind::Invalid
        | AwsErrorKind::Other => true,
    }
}

/// The tags of a change that failed, or nothing where the next run should simply try again.
pub(super) fn to_remember(action: &Action, error: &AwsError) -> Option<TagChange> {
    if !is_refusal(error) {
        return None;
    }
    let unsupported = action.tags.unsupported.as_ref();
    let for_ever = unsupported.filter(|_| error.kind == AwsErrorKind::Unsupported);
    let change = for_ever.or(action.tags.refused.as_ref());
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
