//! Turns a decision into the change that fits the kind of resource.

use shared::error::quoted;
use std::rc::Rc;

use super::{
    action::{Change, TagChange},
    decide::Decision,
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
    /// Said after the reason.
    pub(super) remark: Option<&'static str>,
}

pub(super) enum Before {
    Handled(Handled),
    Tags(TagChange),
}

/// The change for a decision, nothing where there is none, or why it is not possible.
pub(super) fn change(
    decision: Decision,
    resource: &Resource,
    extra: &Extra,
    schedule: &Schedule,
    no_alternatives: &Rc<[String]>,
) -> Result<Option<Draft>, String> {
    let draft = |change, then| Draft { change, before: None, then: Some(then), remark: None };
    Ok(Some(match decision {
        Decision::Nothing | Decision::Skip(_) | Decision::Wait(_) => return Ok(None),
        Decision::Record(then) => draft(Change::Remember, then),
        Decision::Start { then, .. } if resource.kind == Kind::Group => Draft {
            before: before_start(schedule, &then),
            ..draft(Change::Restore(remembered_capacity(extra)?), then)
        },
        Decision::Start { then, set_type } => {
            let alternatives = match &extra.instance_types {
                None => Rc::clone(no_alternatives),
                Some(types) => types
                    .split([',', ' '])
                    .map(str::trim)
                    .filter(|name| !name.is_empty())
                    .map(str::to_owned)
                    .collect(),
            };
            let set_type = set_type.filter(|_| resource.kind == Kind::Instance);
            let before = before_start(schedule, &then);
            Draft { before, ..draft(Change::Start { set_type, alternatives }, then) }
        }
        Decision::Stop { then } if resource.kind == Kind::Group => Draft {
            before: extra.capacity.filter(|capacity| *capacity != Capacity::ZERO).map(|capacity| {
                let set = vec![(CAPACITY_TAG, capacity.to_string())];
                Before::Tags(TagChange { set, remove: Vec::new() })
            }),
            ..draft(Change::Empty, then)
        },
        Decision::Stop { then } => {
            let wants_hibernation = schedule.hibernate && resource.kind == Kind::Instance;
            let hibernate = wants_hibernation && extra.hibernation_configured;
            let remark = "a plain stop, because hibernation is not configured";
            let remark = (wants_hibernation && !hibernate).then_some(remark);
            Draft { remark, ..draft(Change::Stop { hibernate }, then) }
        }
        Decision::StopToResize { then } => {
            let to = then.instance_type.clone().unwrap_or_default();
            Draft {
                change: Change::StopToResize { to },
                before: Some(Before::Handled(then)),
                then: None,
                remark: None,
            }
        }
    }))
}

/// With `retain_running`, who finds a resource running must know whether we have started it.
fn before_start(schedule: &Schedule, then: &Handled) -> Option<Before> {
    // Where a start has failed before, the edge is known to be ours.
    let matters = schedule.retain_running && !schedule.enforced && then.retries == 0;
    matters.then(|| Before::Handled(Handled { starting: true, ..then.clone() }))
}

fn remembered_capacity(extra: &Extra) -> Result<Capacity, String> {
    let Some(text) = &extra.capacity_tag else {
        return Err(format!("the sizes to restore are unknown: the tag {CAPACITY_TAG} is missing"));
    };
    let capacity = Capacity::parse(text);
    capacity.ok_or_else(|| {
        format!(
            "the tag {CAPACITY_TAG} says `{text}`, which is not understood",
            text = quoted(text)
        )
    })
}
