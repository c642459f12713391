//! Asks the evaluator what a resource should be, once for all resources that follow one schedule
//! and have nothing of their own.

use std::{collections::HashMap, rc::Rc};

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::{Settings, considered::Plain, decide::Wanted, groups::LONGEST_WAIT};
use crate::{
    handled::{Handled, OverrideMark},
    resource::NamedWindow,
    schedule::{Because, Override, Schedule, Situation, Window},
};

/// The evaluator's answer, as the plan needs it.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) wanted: Rc<Wanted>,
    pub(super) because: Rc<str>,
    pub(super) plain: Option<Rc<Plain>>,
}

/// What makes a resource differ from others that follow its schedule.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Own<'a> {
    pub(super) overridden: Option<&'a Override>,
    /// RDS' preferred maintenance window.
    pub(super) weekly: Option<Window>,
    /// What was remembered, for an SSM window that has begun.
    pub(super) handled: Option<&'a Handled>,
}

pub(super) struct Answers<'a> {
    windows: &'a [NamedWindow],
    now: Timestamp,
    interval: SignedDuration,
    in_detail: bool,
    known: HashMap<Rc<str>, Answer>,
}

impl<'a> Answers<'a> {
    pub(super) fn new(windows: &'a [NamedWindow], settings: &Settings) -> Self {
        let Settings { now, interval, in_detail, .. } = *settings;
        Self { windows, now, interval, in_detail, known: HashMap::new() }
    }

    /// What the schedule, written `tag` on the resource, asks for now.
    pub(super) fn answer(&mut self, tag: &Rc<str>, schedule: &Schedule, own: Own) -> Answer {
        let begun = own.handled.and_then(begun_window);
        let is_common = own.overridden.is_none() && own.weekly.is_none() && begun.is_none();
        if is_common && let Some(answer) = self.known.get(tag) {
            return answer.clone();
        }
        let mut windows: Vec<Window> = ssm(self.windows, schedule, self.interval).collect();
        windows.extend(begun);
        windows.extend(own.weekly);
        let situation = Situation { schedule, overridden: own.overridden, windows: &windows };
        let answer = self.ask(&situation);
        if is_common {
            self.known.insert(Rc::clone(tag), answer.clone());
        }
        answer
    }

    fn ask(&self, situation: &Situation) -> Answer {
        let verdict = situation.evaluate(self.now);
        let mark = match verdict.because {
            Because::Override(overridden) => Some(OverrideMark::of(overridden)),
            _ => None,
        };
        let ends = situation.windows.iter().filter_map(|window| match *window {
            Window::Once { until, .. } if window.contains(self.now) => Some(until),
            _ => None,
        });
        let in_window = verdict.because == Because::MaintenanceWindow;
        let said_otherwise = |before: SignedDuration| {
            // The run one interval ago may have been a moment late.
            let before = self.now.checked_sub(before + SignedDuration::from_secs(1));
            before.is_ok_and(|at| {
                let then = situation.evaluate(at);
                (then.state, then.instance_type) != (verdict.state, verdict.instance_type)
            })
        };
        let wanted = Wanted {
            state: verdict.state,
            since: situation.since(self.now),
            instance_type: verdict.instance_type.map(str::to_owned),
            override_mark: mark,
            window: ends.max().filter(|_| in_window),
            in_window,
            is_recent: said_otherwise(self.interval),
            is_recent_in_group: said_otherwise(self.interval + LONGEST_WAIT),
        };
        Answer {
            wanted: Rc::new(wanted),
            because: verdict.because.to_string().into(),
            plain: self.in_detail.then(|| Rc::new(self.plain(situation))),
        }
    }

    fn plain(&self, situation: &Situation) -> Plain {
        let plain = Situation { overridden: None, ..*situation };
        let verdict = plain.evaluate(self.now);
        Plain {
            wanted: verdict.state,
            because: verdict.because.to_string(),
            next: plain.next(self.now).map(|next| (next.at, next.state)),
        }
    }
}

/// The SSM windows that a schedule names. One that cannot be read is as good as none: SSM writes
/// these times, no person does.
pub(crate) fn ssm(
    windows: &[NamedWindow],
    schedule: &Schedule,
    interval: SignedDuration,
) -> impl Iterator<Item = Window> {
    let named =
        windows.iter().filter(|window| schedule.ssm_maintenance_windows.contains(&window.name));
    named.filter_map(move |window| {
        let zone = window.time_zone.as_deref().and_then(|name| TimeZone::get(name).ok());
        let zone = zone.unwrap_or(TimeZone::UTC);
        let hours = window.duration_hours.try_into().ok()?;
        let interval_minutes = interval.as_mins().try_into().ok()?;
        Window::ssm(&window.next_execution, &zone, hours, interval_minutes).ok()
    })
}

/// A window that has begun is no longer in SSM's list, but in the tag.
fn begun_window(handled: &Handled) -> Option<Window> {
    handled.window.map(|until| Window::Once { from: handled.at.min(until), until })
}
