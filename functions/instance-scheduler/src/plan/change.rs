//! Turns a decision into the change that fits the kind of resource.

use std::rc::Rc;

use shared::error::quoted;

use super::{
    Settings,
    action::{As, Change, DatabaseChange, GroupChange, InstanceChange, TagChange},
    decide::{self, Decision},
};
use crate::{
    handled::Handled,
    resource::{CAPACITY_TAG, Capacity, Extra, Kind, Resource},
    schedule::Schedule,
};

/// A change, with what is remembered before and after it.
pub(super) struct Draft {
    pub(super) change: Change,
    /// Written before the change.
    pub(super) before: Option<Before>,
    /// The edge to remember once the change is made.
    pub(super) then: Option<Handled>,
    /// The same where an instance runs as another type than planned.
    pub(super) otherwise: Option<Handled>,
    /// The same where AWS refuses the change for now, and for ever.
    pub(super) refused: Option<Handled>,
    pub(super) unsupported: Option<Handled>,
    /// Said after the reason.
    pub(super) remark: Option<String>,
}

pub(super) enum Before {
    Handled(Handled),
    Tags(TagChange),
}

impl Draft {
    fn new(change: Change, then: Handled) -> Self {
        Self {
            change,
            before: None,
            then: Some(then),
            otherwise: None,
            refused: None,
            unsupported: None,
            remark: None,
        }
    }
}

/// What a change is made of besides the decision.
pub(super) struct About<'a> {
    pub(super) resource: &'a Resource,
    pub(super) extra: &'a Extra,
    pub(super) schedule: &'a Schedule,
    /// The types that it may be made, in the order of its tag.
    pub(super) alternatives: Rc<[String]>,
    pub(super) settings: Settings<'a>,
}

/// The change for a decision, nothing where there is none, or why it is not possible.
pub(super) fn change(decision: Decision, about: &About) -> Result<Option<Draft>, String> {
    let Settings { now, interval, .. } = about.settings;
    Ok(Some(match decision {
        Decision::Nothing | Decision::Skip(_) | Decision::Wait(_) | Decision::Stuck(_) => {
            return Ok(None);
        }
        Decision::Record(then) => Draft::new(Change::Remember, then),
        Decision::Start { then, set_type, fallback, own } => {
            let before = before_start(about.schedule, &then);
            let refused = decide::refused_start(then.clone(), now, interval);
            let (change, remark) = match about.resource.kind {
                Kind::Instance => {
                    let alternatives = Rc::clone(&about.alternatives);
                    let start = As { set_type, alternatives, fallback };
                    (Change::Instance(InstanceChange::Start(Box::new(start))), None)
                }
                Kind::Database => (Change::Database(DatabaseChange::Start), None),
                Kind::Cluster => (Change::Cluster(DatabaseChange::Start), None),
                Kind::Group => restore(about)?,
            };
            // Only an instance may run as something else than planned.
            let is_instance = about.resource.kind == Kind::Instance;
            let otherwise = is_instance.then(|| Handled { own, ..then.clone() });
            let draft = Draft::new(change, then);
            Draft { before, refused: Some(refused), otherwise, remark, ..draft }
        }
        Decision::Stop { then, tries } => {
            let refused = decide::refused_stop(then.clone(), tries, now, interval);
            let unsupported = Handled { refused: true, acted: None, ..then.clone() };
            let (change, before, remark) = stop(about)?;
            Draft {
                before,
                remark,
                refused: Some(refused),
                unsupported: Some(unsupported),
                ..Draft::new(change, then)
            }
        }
        Decision::StopToResize { then } => {
            let to = then.instance_type.clone().unwrap_or_default();
            Draft {
                then: None,
                before: Some(Before::Handled(then.clone())),
                ..Draft::new(Change::Instance(InstanceChange::StopToResize { to: to.into() }), then)
            }
        }
    }))
}

fn stop(about: &About) -> Result<(Change, Option<Before>, Option<String>), String> {
    let About { resource, extra, schedule, settings, .. } = about;
    Ok(match resource.kind {
        Kind::Instance if schedule.hibernate && extra.hibernation_configured => {
            (Change::Instance(InstanceChange::Hibernate), None, None)
        }
        Kind::Instance => {
            let remark = "a plain stop, because hibernation is not configured".to_owned();
            let remark = schedule.hibernate.then_some(remark);
            (Change::Instance(InstanceChange::Stop), None, remark)
        }
        Kind::Database => (Change::Database(DatabaseChange::Stop), None, None),
        Kind::Cluster => (Change::Cluster(DatabaseChange::Stop), None, None),
        Kind::Group => {
            let capacity = extra.capacity.unwrap_or(Capacity::ZERO);
            let most = settings.max_capacity;
            if capacity.max > most {
                return Err(format!(
                    "not stopped: it may have {} instances, and could be given back at most \
                     {most} (SchedulerMaxCapacity)",
                    capacity.max
                ));
            }
            // One that is stopped but for its maximum has its sizes in the tag already.
            let is_kept = capacity == Capacity::ZERO || extra.is_emptied();
            let before = (!is_kept).then(|| {
                let set = vec![(CAPACITY_TAG, capacity.to_string())];
                Before::Tags(TagChange { set, remove: Vec::new() })
            });
            (Change::Group(GroupChange::Empty), before, None)
        }
    })
}

/// With `retain_running`, who finds a resource running must know whether we have started it.
fn before_start(schedule: &Schedule, then: &Handled) -> Option<Before> {
    // Where a start has failed before, the edge is known to be ours.
    let matters = schedule.retain_running && !schedule.enforced && then.retries == 0;
    matters.then(|| Before::Handled(Handled { starting: true, ..then.clone() }))
}

/// The sizes that its tag remembers. Others may have written it, so it is bounded.
fn restore(about: &About) -> Result<(Change, Option<String>), String> {
    let Some(text) = &about.extra.capacity_tag else {
        return Err(format!("the sizes to restore are unknown: the tag {CAPACITY_TAG} is missing"));
    };
    let capacity = Capacity::parse(text).ok_or_else(|| {
        let text = quoted(text);
        format!("the tag {CAPACITY_TAG} says `{text}`, which is not understood")
    })?;
    let most = about.settings.max_capacity;
    let bounded = capacity.at_most(most);
    let remark =
        format!("instead of {capacity}, because at most {most} are given (SchedulerMaxCapacity)");
    Ok((Change::Group(GroupChange::Restore(bounded)), (bounded != capacity).then_some(remark)))
}
