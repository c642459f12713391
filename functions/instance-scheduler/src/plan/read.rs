//! Reads the tags of one resource: what was handled, what a person overrides, where it stands in a
//! group, which types it may be made.

use std::rc::Rc;

use jiff::Timestamp;
use shared::error::quoted;

use super::{Settings, groups::Rank, meaning::Meanings, subject::Subject};
use crate::{
    handled::{Handled, OverrideMark},
    resource::INSTANCE_TYPES_TAG,
    schedule::{Override, Schedule, Window},
};

/// What was read.
pub(super) struct Read {
    pub(super) handled: Option<Handled>,
    pub(super) overridden: Option<Override>,
    pub(super) weekly: Option<Window>,
    pub(super) rank: Option<Rank>,
    /// The types of its tag that it may be made.
    pub(super) alternatives: Option<Rc<[String]>>,
    /// The first thing that was not understood, or is not allowed.
    pub(super) problem: Option<String>,
}

/// Reads all of them. Only what was handled must be readable: taken for new, a resource could be
/// stopped.
pub(super) fn read(
    subject: Subject,
    schedule: &Schedule,
    meanings: &Meanings,
    settings: &Settings,
) -> Result<Read, String> {
    let Subject { resource, extra, .. } = subject;
    let handled = resource.handled.as_deref().map(Handled::parse).transpose()?;
    let mut problem = None;
    let overridden = extra.override_tag.as_deref().and_then(|text| {
        let parsed = Override::parse(text, &schedule.timezone);
        parsed.map_err(|err| problem = Some(format!("the override does not hold: {err:#}"))).ok()
    });
    let weekly = extra.maintenance_window.as_deref().and_then(|text| {
        let parsed = Window::rds(text);
        parsed.map_err(|err| problem = Some(format!("maintenance window: {err:#}"))).ok().flatten()
    });
    let rank = rank(subject, schedule, meanings).map_err(|err| problem = Some(err));
    let alternatives = extra.instance_types.as_deref().map(|text| {
        let (allowed, others) = types(text, |name| may_be(name, schedule, settings));
        if let Some(other) = others.first() {
            problem = Some(format!(
                "the tag {INSTANCE_TYPES_TAG} names `{}`, which neither `instance_types` of the \
                 schedule nor SchedulerInstanceTypes allows",
                quoted(other)
            ));
        }
        allowed.into()
    });
    if let (Some(longest), Some(overridden)) = (settings.max_override, overridden)
        && overridden.holds(settings.now)
        && overridden.is_longer_than(longest, since(&overridden, handled.as_ref(), settings))
    {
        problem = Some(format!(
            "the override `{overridden}` is longer than allowed (SchedulerMaxOverride)"
        ));
    }
    Ok(Read { handled, overridden, weekly, rank: rank.ok().flatten(), alternatives, problem })
}

/// Since when an override holds: since it was acted on, else from now on.
fn since(overridden: &Override, handled: Option<&Handled>, settings: &Settings) -> Timestamp {
    let mark = Some(OverrideMark::of(overridden));
    let acted_on = handled.filter(|handled| handled.override_mark == mark);
    acted_on.map_or(settings.now, |handled| handled.at)
}

/// Its place in a group, by its tag or its schedule. A tag alone cannot join a group that documents
/// give: whoever may tag one resource could hold up all of it.
fn rank(
    subject: Subject,
    schedule: &Schedule,
    meanings: &Meanings,
) -> Result<Option<Rank>, String> {
    let own = schedule.group.as_ref();
    let Some(text) = &subject.extra.group_tag else {
        return Ok(own.map(|group| Rank { group: group.name.as_str().into(), order: group.order }));
    };
    let rank = Rank::parse(text)?;
    if own.is_none_or(|own| *own.name != *rank.group) && meanings.is_documented(&rank.group) {
        let group = quoted(&rank.group);
        return Err(format!(
            "`{group}` is a group of schedules: only who follows one of them joins it"
        ));
    }
    Ok(Some(rank))
}

/// Those that are allowed, in their order, and the others.
fn types(text: &str, is_allowed: impl Fn(&str) -> bool) -> (Vec<String>, Vec<String>) {
    let named = text.split([',', ' ']).map(str::trim).filter(|name| !name.is_empty());
    named.map(str::to_owned).partition(|name| is_allowed(name))
}

/// Whether an instance may be made this type: who may tag it must not choose any.
pub(super) fn may_be(instance_type: &str, schedule: &Schedule, settings: &Settings) -> bool {
    let of_document = schedule.instance_types.as_slice();
    let allowed = if of_document.is_empty() { settings.instance_types } else { of_document };
    allowed.iter().any(|allowed| allowed == instance_type)
        || schedule.periods.iter().any(|it| it.instance_type.as_deref() == Some(instance_type))
}
