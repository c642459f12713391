//! Decides for one resource: act on an edge once, then hands off. Pure; the table of the spec in
//! code. Never looks at the clock, at other resources, or at what the call would cost.

use jiff::{SignedDuration, Timestamp};
use shared::error::{quoted, quoted_reason};

use crate::{
    handled::{Handled, OverrideMark},
    resource::Power,
    schedule::State,
};

/// The pauses between tries are 1, 2, 4, 8 and 16 intervals, and then always that long.
const MAX_DOUBLINGS: u32 = 4;

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
    /// One interval ago the schedule said otherwise: whatever is done now, everybody expects.
    pub is_recent: bool,
    /// The same of the time in which members of a group may wait for each other.
    pub is_recent_in_group: bool,
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
    /// The type it has now. Only an instance can have another.
    pub size: Option<&'a str>,
    /// What it was before it was made another type, where that is a type that it may be made.
    pub own: Option<&'a str>,
    /// A group that is stopped but for its maximum, which a policy may fill.
    pub may_grow: bool,
    /// Nothing can be remembered on it.
    pub forgets: bool,
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
    /// A start that fails again and again waits for the next try. Somebody waits for it.
    Stuck(String),
    /// Only remember.
    Record(Handled),
    Start {
        then: Handled,
        /// The type that it must get before.
        set_type: Option<String>,
        /// The type that it had, and has again if it cannot run as the other.
        fallback: Option<String>,
        /// What it is to be again later, if it runs as yet another type now.
        own: Option<String>,
    },
    Stop {
        then: Handled,
        /// So often this stop was tried before.
        tries: u32,
    },
    /// Stop, to start again with another type in the next run. Remembered before the stop, so
    /// that a run killed in between does not take its own stop for a person's.
    StopToResize { then: Handled },
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
    if let Some(handled) = seen.handled.filter(|handled| handled.at > now) {
        // A late event, and a newer one has been acted on.
        let at = handled.at;
        return Decision::Skip(format!("an edge of {at} was handled, which is later than now"));
    }
    if seen.forgets && !flags.enforced && !wanted.is_recent {
        let reason = "no room for a tag to remember an edge by: acted on only right after one";
        return Decision::Skip(reason.to_owned());
    }
    let then = remembered(wanted, seen, now);
    let decision = if is_new_edge(wanted, seen.handled) {
        at_edge(wanted, seen, flags, now, then)
    } else {
        match (wanted.state, seen.power) {
            (State::Running, Power::Stopped) => found_stopped(wanted, seen, flags, now, interval),
            (State::Running, Power::Running) => found_running(wanted, seen, &then),
            (State::Stopped, Power::Running) => found_started(seen, flags, now, interval, then),
            (State::Stopped, Power::Stopped) => found_down(seen),
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

fn remembered(wanted: &Wanted, seen: Seen, now: Timestamp) -> Handled {
    // An override has no beginning that anybody recorded: it acts when it is first seen.
    let at = if wanted.override_mark.is_some() { now } else { wanted.since.unwrap_or(now) };
    Handled {
        override_mark: wanted.override_mark,
        window: wanted.window,
        instance_type: wanted.instance_type.clone().filter(|_| seen.size.is_some()),
        own: seen.own.map(str::to_owned),
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
        (State::Stopped, Power::Stopped | Power::Stopping) if seen.may_grow => {
            stop(seen, now, then)
        }
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
    let then = Handled { at: handled.at, ..remembered(wanted, seen, now) };
    if handled.resizing || handled.starting {
        return start(wanted, seen, then);
    }
    if !handled.has_failed() && seen.start_failure.is_none() {
        if flags.enforced || wanted.in_window {
            return start(wanted, seen, then);
        }
        return Decision::Skip("stopped by hand: left alone until the next edge".to_owned());
    }
    if let Some(at) = pause(handled, now, interval).filter(|_| !flags.enforced) {
        let n_starts = handled.retries.saturating_add(1);
        let reason = quoted_reason(seen.start_failure.unwrap_or("the call was refused"));
        return Decision::Stuck(format!("start {n_starts} failed ({reason}): next try at {at}"));
    }
    // Whether it lives is seen by the next run, so the pause is remembered at once.
    let then = Handled { retries: handled.retries.saturating_add(1), ..then };
    start(wanted, seen, paused(then, now, interval))
}

/// Until when a try that failed is not repeated. A pause longer than any of ours is not ours.
fn pause(handled: &Handled, now: Timestamp, interval: SignedDuration) -> Option<Timestamp> {
    let longest = interval * (1_i32 << MAX_DOUBLINGS);
    handled.retry.filter(|at| now < *at && now.duration_until(*at) <= longest)
}

/// What to remember of a start that AWS refused.
pub fn refused_start(then: Handled, now: Timestamp, interval: SignedDuration) -> Handled {
    if then.retry.is_some() { then } else { paused(then, now, interval) }
}

/// What to remember of a stop that AWS refused, and that was tried so often before.
pub fn refused_stop(
    then: Handled,
    tries: u32,
    now: Timestamp,
    interval: SignedDuration,
) -> Handled {
    paused(Handled { retries: tries, acted: None, ..then }, now, interval)
}

/// Each pause is twice the one before, up to the longest.
fn paused(then: Handled, now: Timestamp, interval: SignedDuration) -> Handled {
    let pause = interval * (1_i32 << then.retries.min(MAX_DOUBLINGS));
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
        _ => match (wanted.instance_type.as_deref(), seen.size) {
            (Some(asked), Some(size)) if asked != size => Decision::Skip(format!(
                "runs as {}, not as {}: left alone until the next edge",
                quoted(size),
                quoted(asked)
            )),
            _ => Decision::Nothing,
        },
    }
}

/// Running outside its period, with no edge since: a person's doing, or RDS', or a stop that AWS
/// refused.
fn found_started(
    seen: Seen,
    flags: Flags,
    now: Timestamp,
    interval: SignedDuration,
    then: Handled,
) -> Decision {
    let Some(handled) = seen.handled else { return Decision::Nothing };
    let then = Handled { at: handled.at, ..then };
    let tries = if handled.has_failed() { handled.retries.saturating_add(1) } else { 0 };
    if flags.enforced {
        return stop_again(seen, now, then, tries);
    }
    if handled.refused {
        return Decision::Skip("AWS cannot stop it: left alone until the next edge".to_owned());
    }
    if handled.has_failed() {
        return match pause(handled, now, interval) {
            Some(at) => Decision::Wait(format!("stop {tries} was refused: next try at {at}")),
            None => stop_again(seen, now, then, tries),
        };
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

/// Stopped as it should be. A stop that was refused is forgotten, or a later start by hand would
/// look like it.
fn found_down(seen: Seen) -> Decision {
    match seen.handled {
        Some(handled) if handled.has_failed() => {
            Decision::Record(Handled { retries: 0, retry: None, ..handled.clone() })
        }
        _ => Decision::Nothing,
    }
}

/// As the schedule's type, else as its own where it was made another.
fn start(wanted: &Wanted, seen: Seen, then: Handled) -> Decision {
    let then = Handled { own: None, ..then };
    let Some(size) = seen.size else {
        return Decision::Start { then, set_type: None, fallback: None, own: None };
    };
    let target = wanted.instance_type.as_deref().or(seen.own).unwrap_or(size);
    let was_resizing = seen.handled.is_some_and(|handled| handled.resizing);
    // What was stopped for another type ran, and is to run again. So is what only goes back to its own.
    let may_fall_back = was_resizing || wanted.instance_type.is_none();
    let before = seen.own.filter(|own| was_resizing && *own != target).unwrap_or(size);
    Decision::Start {
        set_type: (target != size).then(|| target.to_owned()),
        fallback: (may_fall_back && before != target).then(|| before.to_owned()),
        own: wanted.instance_type.is_none().then(|| target.to_owned()),
        then,
    }
}

fn stop(seen: Seen, now: Timestamp, then: Handled) -> Decision {
    stop_again(seen, now, then, 0)
}

/// A stop that was tried so often before.
fn stop_again(seen: Seen, now: Timestamp, then: Handled, tries: u32) -> Decision {
    let acted = seen.restarts_itself.then_some(now);
    Decision::Stop { then: Handled { acted, ..then }, tries }
}

/// A type that the schedule asks for newly. A type that a person has set since is left alone.
fn resize(wanted: &Wanted, seen: Seen, then: &Handled) -> Option<Decision> {
    let (instance_type, size) = (wanted.instance_type.as_deref()?, seen.size?);
    let base = seen.handled.unwrap_or(then);
    let asked_before =
        seen.handled.is_some() && base.instance_type.as_deref() == Some(instance_type);
    if instance_type == size || (asked_before && !base.resizing) {
        return None;
    }
    let then = Handled {
        resizing: true,
        own: Some(size.to_owned()),
        instance_type: Some(instance_type.to_owned()),
        ..base.clone()
    };
    Some(match seen.power {
        Power::Running => Decision::StopToResize { then },
        _ => Decision::Wait(format!(
            "still starting: becomes {} when it runs",
            quoted(instance_type)
        )),
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
