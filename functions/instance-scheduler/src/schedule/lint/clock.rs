//! What the wall clock does to a schedule: holes of a minute, and hours that it skips; it finds
//! them by evaluating, never by reading the document.

use std::collections::BTreeSet;

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};
use shared::error::quoted_name;

use super::finding::{Finding, SPAN_DAYS, days_from};
use crate::schedule::days::Days;
use crate::schedule::definition::Schedule;
use crate::schedule::evaluate::Situation;
use crate::schedule::instants::shift;
use crate::schedule::period::{ClockTime, Period};
use crate::schedule::preview::clock_change;
use crate::schedule::state::State;

const MINUTE_SECONDS: i64 = 60;

/// Two years have four changes of the clock, on dates that differ.
const CLOCK_SPAN_SECONDS: i64 = 2 * 366 * DAY_SECONDS;

const DAY_SECONDS: i64 = 24 * 60 * 60;

pub(super) fn lint(schedule: &Schedule, now: Timestamp, findings: &mut Vec<Finding>) {
    findings.extend(minute_hole(schedule, now));
    let end = shift(now, CLOCK_SPAN_SECONDS);
    let transitions = schedule.timezone.following(now).map(|transition| transition.timestamp());
    let gaps: Vec<Gap> =
        transitions.take_while(|at| *at < end).filter_map(|at| Gap::at(schedule, at)).collect();
    for period in &schedule.periods {
        findings.extend(gaps.iter().find_map(|gap| gap.skips(period)));
    }
}

/// Stops for a minute that was meant to be none, as `00:00-23:59` does every midnight.
fn minute_hole(schedule: &Schedule, now: Timestamp) -> Option<Finding> {
    let begins = |period: &Period| period.begin.map_or(0, ClockTime::minutes);
    let begins: BTreeSet<u16> = schedule.periods.iter().map(begins).collect();
    // Only where a period ends a minute before another begins, on a day of such a period.
    let may_have_hole =
        |end: &ClockTime| begins.contains(&((end.minutes() + 1) % ClockTime::END_OF_DAY.minutes()));
    let ends = |period: &Period| period.end.filter(may_have_hole);
    if !schedule.periods.iter().any(|period| ends(period).is_some()) {
        return None;
    }
    let situation = Situation::of(schedule);
    let mut days = Days::new(schedule);
    let today = now.to_zoned(schedule.timezone.clone()).date();
    let mut yesterday = Vec::new();
    for date in days_from(today, SPAN_DAYS) {
        let (late, on_time): (Vec<&Period>, Vec<&Period>) = days
            .day(date)
            .begins()
            .filter(|period| ends(period).is_some())
            .partition(|period| period.is_overnight());
        let ending = yesterday.iter().copied().chain(on_time);
        let times: BTreeSet<ClockTime> = ending.filter_map(ends).collect();
        yesterday = late;
        for time in times {
            let midnight = date.at(0, 0, 0, 0);
            let local = midnight.saturating_add(SignedDuration::from_mins(time.minutes().into()));
            let Ok(at) = schedule.timezone.to_timestamp(local) else { continue };
            let mut state =
                |seconds| situation.judge(shift(at, seconds), &mut |date| days.day(date)).state;
            let is_hole = now < at
                && state(0) == State::Stopped
                && state(-1) == State::Running
                && state(MINUTE_SECONDS) == State::Running;
            if is_hole {
                let local = local.strftime("%H:%M on %Y-%m-%d");
                let message = format!(
                    "it stops for one minute at {local}; `24:00` ends a day without a hole"
                );
                return Some(Finding { code: "minute-hole", message });
            }
        }
    }
    None
}

/// Times that the wall clock skips.
struct Gap {
    first: DateTime,
    end: DateTime,
    change: String,
}

impl Gap {
    fn at(schedule: &Schedule, at: Timestamp) -> Option<Self> {
        let zone = &schedule.timezone;
        let first = zone.to_offset(shift(at, -1)).to_datetime(at);
        let end = zone.to_offset(at).to_datetime(at);
        (first < end).then(|| Self {
            first,
            end,
            change: clock_change(at, zone).unwrap_or_default(),
        })
    }

    /// What the gap does to an occurrence of the period that begins or ends in it.
    fn skips(&self, period: &Period) -> Option<Finding> {
        let (begin, end) = (period.begin?, period.end?);
        let today = self.first.date();
        let contains = |date: jiff::civil::Date, time: ClockTime| {
            let time =
                date.at(0, 0, 0, 0).checked_add(SignedDuration::from_mins(time.minutes().into()));
            time.is_ok_and(|time| self.first <= time && time < self.end)
        };
        let begins = period.days.contains(today) && contains(today, begin);
        let ends_on = if period.is_overnight() { today.yesterday().ok()? } else { today };
        let ends = period.days.contains(ends_on) && contains(today, end);
        // An end at the very end of the gap leaves nothing of a period that begins in it.
        let is_swallowed = begins
            && !period.is_overnight()
            && today.at(0, 0, 0, 0) + SignedDuration::from_mins(end.minutes().into()) <= self.end;
        let after = self.end.strftime("%H:%M");
        let effect = match (is_swallowed, begins, ends) {
            (true, ..) => "does not run at all".to_owned(),
            (false, true, _) => format!("begins at {after} instead of {begin}"),
            (false, false, true) => format!("ends at {after} instead of {end}"),
            (false, false, false) => return None,
        };
        let message = format!(
            "on {today} {}, so period `{}` {effect}",
            self.change,
            quoted_name(&period.name)
        );
        (begin != end).then_some(Finding { code: "clock-gap", message })
    }
}
