//! Lists every change of a span of time, in UTC and on the wall clock, and counts real hours; it
//! never counts by the wall clock, which is an hour wrong twice a year.

use anyhow::{Context as _, ensure};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::catalog::{Catalog, IGNORE};
use super::evaluate::Situation;
use super::instants::shift;
use super::request::{Asked, Preview};
use super::state::State;

/// A year and some days, so that a request cannot keep the function busy.
const LONGEST: SignedDuration = SignedDuration::from_hours(400 * 24);

const WEEK_SECONDS: i64 = 7 * 24 * 60 * 60;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Forecast {
    pub from: String,
    pub until: String,
    pub timezone: Option<String>,
    /// What holds at `from`.
    pub state: State,
    pub because: String,
    pub transitions: Vec<Change>,
    pub clock_changes: Vec<ClockChange>,
    pub running_hours: f64,
    pub stopped_hours: f64,
    pub any_hours: f64,
    pub warnings: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    pub at: String,
    pub local: String,
    pub state: State,
    pub because: String,
    /// What the clock does there, if anything.
    pub note: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClockChange {
    pub at: String,
    pub note: String,
}

/// `now` stands in for an absent `from`. The request must name a schedule: the resources of an
/// account are the caller's, who previews each with [`forecast`].
pub fn preview(request: &Preview, catalog: &Catalog, now: Timestamp) -> anyhow::Result<Forecast> {
    let Preview { schedule, from, until, .. } = request;
    let schedule = schedule.as_ref().context("schedule: missing")?;
    let asked = Asked::read(catalog, schedule, request.overridden.as_deref())?;
    let from = asked.instant("from", from.as_ref(), now)?;
    let until = asked.instant("until", until.as_ref(), shift(from, WEEK_SECONDS))?;
    ensure!(from < until, "until: `{until}` is not later than `{from}`");
    let is_short = from.duration_until(until) <= LONGEST;
    ensure!(is_short, "until: at most {} days after `from`", LONGEST.as_hours() / 24);
    let forecast = match asked.situation() {
        Some(situation) => forecast(&situation, from, until),
        None => ignored(from, until),
    };
    Ok(Forecast { warnings: asked.warnings, ..forecast })
}

/// What a situation brings from one instant to another.
pub fn forecast(situation: &Situation<'_>, from: Timestamp, until: Timestamp) -> Forecast {
    let zone = &situation.schedule.timezone;
    let first = situation.evaluate(from);
    // What changes at `until` itself belongs to the next span.
    let changes = situation.changes(from, shift(until, -1));

    let mut hours = Hours::default();
    let mut stretch = (from, first.state);
    for change in &changes {
        hours.add(stretch.1, stretch.0, change.at);
        stretch = (change.at, change.state);
    }
    hours.add(stretch.1, stretch.0, until);

    let transitions = changes.into_iter().map(|change| Change {
        at: change.at.to_string(),
        local: local(change.at, zone),
        state: change.state,
        because: change.because.to_string(),
        note: note(change.at, zone),
    });
    Forecast {
        timezone: zone.iana_name().map(str::to_owned),
        state: first.state,
        because: first.because.to_string(),
        transitions: transitions.collect(),
        clock_changes: clock_changes(from, until, zone),
        running_hours: hours.running.as_secs_f64() / 3600.0,
        stopped_hours: hours.stopped.as_secs_f64() / 3600.0,
        any_hours: hours.any.as_secs_f64() / 3600.0,
        ..ignored(from, until)
    }
}

fn ignored(from: Timestamp, until: Timestamp) -> Forecast {
    Forecast {
        from: from.to_string(),
        until: until.to_string(),
        timezone: None,
        state: State::Any,
        because: IGNORE.to_owned(),
        transitions: Vec::new(),
        clock_changes: Vec::new(),
        running_hours: 0.0,
        stopped_hours: 0.0,
        any_hours: from.duration_until(until).as_secs_f64() / 3600.0,
        warnings: Vec::new(),
    }
}

#[derive(Default)]
struct Hours {
    running: SignedDuration,
    stopped: SignedDuration,
    any: SignedDuration,
}

impl Hours {
    fn add(&mut self, state: State, from: Timestamp, to: Timestamp) {
        let total = match state {
            State::Running => &mut self.running,
            State::Stopped => &mut self.stopped,
            State::Any => &mut self.any,
        };
        *total += from.duration_until(to);
    }
}

fn local(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// What the clock does at an instant: it changes there, or shows a time that it shows twice.
fn note(at: Timestamp, zone: &TimeZone) -> Option<String> {
    if let Some(note) = clock_change(at, zone) {
        return Some(note);
    }
    let offset = zone.to_offset(at);
    let clock = offset.to_datetime(at);
    match zone.to_ambiguous_timestamp(clock).offset() {
        AmbiguousOffset::Fold { before, .. } => {
            let which = if offset == before { "first" } else { "second" };
            Some(format!(
                "the clock shows {} twice; this is the {which} time",
                clock.strftime("%H:%M")
            ))
        }
        AmbiguousOffset::Gap { .. } | AmbiguousOffset::Unambiguous { .. } => None,
    }
}

pub(super) fn clock_change(at: Timestamp, zone: &TimeZone) -> Option<String> {
    let (before, after) = (zone.to_offset(shift(at, -1)), zone.to_offset(at));
    let times = (before.to_datetime(at), after.to_datetime(at));
    let (from, to) = (times.0.strftime("%H:%M"), times.1.strftime("%H:%M"));
    (before != after).then(|| format!("the clock goes from {from} to {to}"))
}

fn clock_changes(from: Timestamp, until: Timestamp, zone: &TimeZone) -> Vec<ClockChange> {
    let instants = zone.following(shift(from, -1)).map(|transition| transition.timestamp());
    let within = instants.take_while(|at| *at < until);
    within
        .filter_map(|at| Some(ClockChange { at: at.to_string(), note: clock_change(at, zone)? }))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::schedule::window::Window;

    fn answer(request: Value) -> anyhow::Result<Forecast> {
        let catalog = Catalog::new(TimeZone::UTC, [], []);
        let now = "2026-06-01T10:00:00Z".parse().unwrap();
        preview(&serde_json::from_value(request)?, &catalog, now)
    }

    #[track_caller]
    fn check(request: Value, expected: &[&str]) -> Forecast {
        let forecast = answer(request).unwrap();
        let said: Vec<_> = forecast
            .transitions
            .iter()
            .map(|it| format!("{} {} {}", it.local, it.state, it.note.as_deref().unwrap_or("-")))
            .collect();
        assert_eq!(said, expected);
        forecast
    }

    #[test]
    fn says_what_the_clock_does() {
        let schedule = "01:30-03:30 @America/New_York";
        let forward = json!({"schedule": "02:30-04:00 @America/New_York", "from": "2026-03-08", "until": "2026-03-09"});
        let forecast = check(
            forward,
            &[
                "2026-03-08T03:00:00-04:00 running the clock goes from 02:00 to 03:00",
                "2026-03-08T04:00:00-04:00 stopped -",
            ],
        );
        assert_eq!(forecast.clock_changes[0].at, "2026-03-08T07:00:00Z");
        assert_eq!((forecast.running_hours, forecast.stopped_hours), (1.0, 22.0));
        let back = json!({"schedule": schedule, "from": "2026-11-01", "until": "2026-11-02"});
        check(
            back,
            &[
                "2026-11-01T01:30:00-04:00 running the clock shows 01:30 twice; this is the first time",
                "2026-11-01T01:00:00-05:00 stopped the clock goes from 02:00 to 01:00",
                "2026-11-01T01:30:00-05:00 running the clock shows 01:30 twice; this is the second time",
                "2026-11-01T03:30:00-05:00 stopped -",
            ],
        );
    }

    #[test]
    fn the_span_is_a_week_from_now_unless_it_says_otherwise() {
        let forecast = check(
            json!({"schedule": "mon-wed 09:00-17:00"}),
            &[
                "2026-06-01T17:00:00+00:00 stopped -",
                "2026-06-02T09:00:00+00:00 running -",
                "2026-06-02T17:00:00+00:00 stopped -",
                "2026-06-03T09:00:00+00:00 running -",
                "2026-06-03T17:00:00+00:00 stopped -",
                "2026-06-08T09:00:00+00:00 running -",
            ],
        );
        assert_eq!((forecast.state, forecast.running_hours), (State::Running, 24.0));
        assert_eq!(forecast.because, "period mon-wed 09:00-17:00");
        assert_eq!(forecast.until, "2026-06-08T10:00:00Z");
    }

    #[test]
    fn an_override_bears_on_it() {
        let request = json!({"schedule": "never", "override": "running until 2026-06-01T12:00",
            "until": "2026-06-03"});
        let forecast = check(request, &["2026-06-01T12:00:00+00:00 stopped -"]);
        assert_eq!((forecast.running_hours, forecast.stopped_hours), (2.0, 36.0));
    }

    #[test]
    fn windows_bear_on_it() {
        let schedule = crate::schedule::Schedule::of(Vec::new(), TimeZone::UTC);
        let windows = &[Window::ssm("2026-06-02T10:00:00Z", &TimeZone::UTC, 1, 5).unwrap()];
        let situation = Situation { windows, ..Situation::of(&schedule) };
        let (from, until) = ("2026-06-01T10:00:00Z", "2026-06-03T00:00:00Z");
        let forecast = forecast(&situation, from.parse().unwrap(), until.parse().unwrap());
        let changes: Vec<&str> = forecast.transitions.iter().map(|it| it.at.as_str()).collect();
        assert_eq!(changes, ["2026-06-02T09:45:00Z", "2026-06-02T11:00:00Z"]);
        assert_eq!(forecast.transitions[0].because, "maintenance window");
        assert_eq!((forecast.running_hours, forecast.stopped_hours), (1.25, 36.75));
    }

    #[test]
    fn a_span_too_long_or_empty_is_refused() {
        let err = |until: &str| {
            let request = json!({"schedule": "never", "from": "2026-01-01", "until": until});
            format!("{:#}", answer(request).unwrap_err())
        };
        assert_eq!(err("2028-01-01"), "until: at most 400 days after `from`");
        assert_eq!(
            err("2026-01-01"),
            "until: `2026-01-01T00:00:00Z` is not later than `2026-01-01T00:00:00Z`"
        );
    }
}
