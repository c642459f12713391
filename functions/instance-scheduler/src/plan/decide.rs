//! Decides for one resource: act on an edge once, then hands off. Pure; the table of the spec in
//! code. Never looks at the clock, at other resources, or at what the call would cost.

use jiff::{SignedDuration, Timestamp};
use shared::error::quoted_reason;

use crate::{
    handled::{Handled, OverrideMark},
    resource::Power,
    schedule::State,
};

/// A start that failed is tried again at most so often per edge.
pub const MAX_RETRIES: u32 = 5;

/// RDS starts a stopped database by itself after 7 days.
/// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_StopInstance.html>
const RDS_RESTARTS_AFTER: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What the schedule says about one moment, as the evaluator found it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub state: State,
    /// Since when, where an edge is known.
    pub since: Option<Timestamp>,
    pub instance_type: Option<String>,
    /// The override that holds now.
    pub override_mark: Option<OverrideMark>,
    /// The SSM maintenance window that holds now ends then.
    pub window: Option<Timestamp>,
    /// A maintenance window of either kind holds now.
    pub in_window: bool,
}

/// The flags of a schedule that change decisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flags {
    pub enforced: bool,
    pub retain_running: bool,
    pub stop_new_instances: bool,
    pub grace: SignedDuration,
}

/// What is known of the resource.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    pub power: &'a Power,
    pub handled: Option<&'a Handled>,
    pub born: Option<Timestamp>,
    /// The size it has now.
    pub size: &'a str,
    /// Stopped, and not by a person: a start that died.
    pub start_failure: Option<&'a str>,
    /// RDS starts it by itself after a week.
    pub restarts_itself: bool,
    /// Since when RDS has it stopped, where RDS says so.
    pub stopped_since: Option<Timestamp>,
}

/// What to do with one resource, and what to remember once it is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// In step, or hands off.
    Nothing,
    /// Hands off, and the reader should know why.
    Skip(String),
    /// Not yet: a later run will act.
    Wait(String),
    /// Only remember.
    Record(Handled),
    Start {
        then: Handled,
        set_type: Option<String>,
    },
    Stop {
        then: Handled,
    },
    /// Stop, to start again with another type in the next run. Remembered before the stop, so
    /// that a run killed in between does not take its own stop for a person's.
    StopToResize {
        then: Handled,
    },
}

/// Since when RDS has a resource stopped that it will start at `restarts_at`.
pub fn stopped_since(restarts_at: Timestamp) -> Option<Timestamp> {
    restarts_at.checked_sub(RDS_RESTARTS_AFTER).ok()
}

/// The decision for one resource at `now`.
pub fn decide(
    wanted: &Wanted,
    seen: Seen,
    flags: Flags,
    now: Timestamp,
    interval: SignedDuration,
) -> Decision {
    if wanted.state == State::Any {
        return Decision::Nothing;
    }
    let then = remembered(wanted, now);
    let decision = if is_new_edge(wanted, seen.handled) {
        at_edge(wanted, seen, flags, now, then)
    } else {
        match (wanted.state, seen.power) {
            (State::Running, Power::Stopped) => found_stopped(wanted, seen, flags, now, interval),
            (State::Running, Power::Running) => found_running(wanted, seen, &then),
            (State::Stopped, Power::Running) => found_started(seen, flags, now, then),
            _ => Decision::Nothing,
        }
    };
    remember_window(decision, wanted, seen)
}

/// An edge is new if it is later than the one handled, if the schedule has been changed so that it
/// asks for something else, or if a person has set another override.
fn is_new_edge(wanted: &Wanted, handled: Option<&Handled>) -> bool {
    let Some(handled) = handled else { return true };
    let is_later = wanted.since.is_some_and(|since| since > handled.at);
    let other_override =
        wanted.override_mark.is_some() && wanted.override_mark != handled.override_mark;
    is_later || wanted.state != handled.state || other_override
}

fn remembered(wanted: &Wanted, now: Timestamp) -> Handled {
    // An override has no beginning that anybody recorded: it acts when it is first seen.
    let at = if wanted.override_mark.is_some() { now } else { wanted.since.unwrap_or(now) };
    Handled {
        override_mark: wanted.override_mark,
        window: wanted.window,
        instance_type: wanted.instance_type.clone(),
        ..Handled::new(at, wanted.state)
    }
}

fn at_edge(wanted: &Wanted, seen: Seen, flags: Flags, now: Timestamp, then: Handled) -> Decision {
    match (wanted.state, seen.power) {
        (_, Power::Busy(status)) => Decision::Wait(format!("busy: {status}")),
        (State::Running, Power::Stopping) => {
            Decision::Wait("still stopping: starts when it has stopped".to_owned())
        }
        (State::Stopped, Power::Starting) => {
            Decision::Wait("still starting: stops when it runs".to_owned())
        }
        (State::Running, Power::Running | Power::Starting) => {
            let was_stopped = seen.handled.is_some_and(|handled| handled.state == State::Stopped);
            let retained = flags.retain_running && !flags.enforced && was_stopped;
            match resize(wanted, seen, &then) {
                Some(decision) => decision,
                None => Decision::Record(Handled { retained, ..then }),
            }
        }
        (State::Running, Power::Stopped) => start(wanted, seen, then),
        (State::Stopped, Power::Stopped | Power::Stopping) => {
            Decision::Record(Handled { acted: seen.stopped_since, ..then })
        }
        (State::Stopped, Power::Running) => stop_at_edge(wanted, seen, flags, now, then),
        (State::Any, _) => Decision::Nothing,
    }
}

fn stop_at_edge(
    wanted: &Wanted,
    seen: Seen,
    flags: Flags,
    now: Timestamp,
    then: Handled,
) -> Decision {
    let Some(handled) = seen.handled else {
        // A person who says `stopped` means it, also of what is new.
        if wanted.override_mark.is_some() {
            return stop(seen, now, then);
        }
        if !flags.stop_new_instances {
            return Decision::Record(then);
        }
        let grace_until = seen.born.and_then(|born| born.checked_add(flags.grace).ok());
        return match grace_until {
            Some(until) if now < until => Decision::Wait(format!("new: left alone until {until}")),
            _ => stop(seen, now, then),
        };
    };
    if handled.retained && flags.retain_running && !flags.enforced {
        return Decision::Record(then);
    }
    stop(seen, now, then)
}

/// Stopped inside its period, with no edge since: a person's doing, a start that died or was never
/// sent, or our own stop to change its type.
fn found_stopped(
    wanted: &Wanted,
    seen: Seen,
    flags: Flags,
    now: Timestamp,
    interval: SignedDuration,
) -> Decision {
    let Some(handled) = seen.handled else { return Decision::Nothing };
    let then = Handled { at: handled.at, ..remembered(wanted, now) };
    if handled.resizing || handled.starting {
        return start(wanted, seen, then);
    }
    if handled.has_failed() || seen.start_failure.is_some() {
        return retry(wanted, seen, handled, then, now, interval);
    }
    if flags.enforced || wanted.in_window {
        return start(wanted, seen, then);
    }
    Decision::Skip("stopped by hand: left alone until the next edge".to_owned())
}

fn retry(
    wanted: &Wanted,
    seen: Seen,
    handled: &Handled,
    then: Handled,
    now: Timestamp,
    interval: SignedDuration,
) -> Decision {
    let reason = seen.start_failure.unwrap_or("the call was refused");
    if handled.retries >= MAX_RETRIES {
        return Decision::Skip(format!(
            "given up until the next edge, after {MAX_RETRIES} retries: {}",
            quoted_reason(reason)
        ));
    }
    match handled.retry {
        Some(at) if now < at => {
            let n_starts = handled.retries + 1;
            let reason = quoted_reason(reason);
            Decision::Wait(format!("start {n_starts} failed ({reason}): next try at {at}"))
        }
        // Whether it lives is seen by the next run, so the pause is remembered at once.
        _ => {
            let then = Handled { retries: handled.retries + 1, ..then };
            start(wanted, seen, paused(then, now, interval))
        }
    }
}

/// What to remember of a start that AWS refused.
pub fn refused_start(then: Handled, now: Timestamp, interval: SignedDuration) -> Handled {
    if then.retry.is_some() { then } else { paused(then, now, interval) }
}

/// Each pause is twice the one before: after 1, 2, 4, 8 and 16 intervals.
fn paused(then: Handled, now: Timestamp, interval: SignedDuration) -> Handled {
    let pause = interval * (1_i32 << then.retries.min(MAX_RETRIES));
    Handled { retry: now.checked_add(pause).ok(), ..then }
}

/// Running inside its period, with no edge since.
fn found_running(wanted: &Wanted, seen: Seen, then: &Handled) -> Decision {
    if let Some(decision) = resize(wanted, seen, then) {
        return decision;
    }
    match seen.handled {
        // It runs at last. Forgotten, or a later stop by hand would look like a failed start.
        Some(handled) if handled.has_failed() || handled.starting => Decision::Record(Handled {
            retries: 0,
            retry: None,
            starting: false,
            ..handled.clone()
        }),
        _ => Decision::Nothing,
    }
}

/// Running outside its period, with no edge since: a person's doing, or RDS'.
fn found_started(seen: Seen, flags: Flags, now: Timestamp, then: Handled) -> Decision {
    let Some(handled) = seen.handled else { return Decision::Nothing };
    let then = Handled { at: handled.at, ..then };
    if handled.refused {
        return Decision::Skip("AWS refused to stop it: left alone until the next edge".to_owned());
    }
    if flags.enforced {
        return stop(seen, now, then);
    }
    if !seen.restarts_itself || handled.manual {
        return Decision::Skip("started by hand: left alone until the next edge".to_owned());
    }
    let stopped = handled.acted.unwrap_or(handled.at);
    if now.duration_since(stopped) >= RDS_RESTARTS_AFTER {
        return stop(seen, now, then);
    }
    // Earlier than RDS would, so it was a person. Remembered, or it would look like RDS later.
    Decision::Record(Handled { manual: true, ..handled.clone() })
}

fn start(wanted: &Wanted, seen: Seen, then: Handled) -> Decision {
    let set_type = wanted.instance_type.clone().filter(|wanted| wanted != seen.size);
    Decision::Start { then, set_type }
}

fn stop(seen: Seen, now: Timestamp, then: Handled) -> Decision {
    Decision::Stop { then: Handled { acted: seen.restarts_itself.then_some(now), ..then } }
}

/// A type that the schedule asks for newly. A type that a person has set since is left alone.
fn resize(wanted: &Wanted, seen: Seen, then: &Handled) -> Option<Decision> {
    let instance_type = wanted.instance_type.as_deref()?;
    let base = seen.handled.unwrap_or(then);
    let asked_before =
        seen.handled.is_some() && base.instance_type.as_deref() == Some(instance_type);
    if instance_type == seen.size || (asked_before && !base.resizing) {
        return None;
    }
    let then =
        Handled { resizing: true, instance_type: Some(instance_type.to_owned()), ..base.clone() };
    Some(match seen.power {
        Power::Running => Decision::StopToResize { then },
        _ => Decision::Wait(format!("still starting: becomes {instance_type} when it runs")),
    })
}

/// A window that holds now is remembered even where nothing else happens, because SSM forgets it
/// as soon as it has begun.
fn remember_window(decision: Decision, wanted: &Wanted, seen: Seen) -> Decision {
    let (Some(window), Some(handled)) = (wanted.window, seen.handled) else { return decision };
    match decision {
        Decision::Nothing if handled.window != Some(window) => {
            Decision::Record(Handled { window: Some(window), ..handled.clone() })
        }
        decision => decision,
    }
}

#[cfg(test)]
mod tests;
