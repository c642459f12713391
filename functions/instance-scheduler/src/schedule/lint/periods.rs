//! What is likely wrong with the periods, by the calendar alone; it never asks a time zone.

use jiff::SignedDuration;
use jiff::civil::Date;
use shared::error::quoted_name;

use super::{Finding, SPAN_DAYS, days_from};
use crate::schedule::period::{ClockTime, Period};
use crate::schedule::{Mode, Schedule};

/// As far as the evaluator looks for a change.
const EVER_DAYS: u16 = 41 * 366;

pub(super) fn lint(
    schedule: &Schedule,
    interval: SignedDuration,
    today: Date,
    findings: &mut Vec<Finding>,
) {
    let exceptional = schedule.exceptions.iter().flat_map(|it| match &it.mode {
        Mode::Periods(periods) => periods.as_slice(),
        Mode::Closed | Mode::Open => &[],
    });
    for period in schedule.periods.iter().chain(exceptional) {
        findings.extend(never_runs(period));
        findings.extend(never_matches(period, today));
        findings.extend(shorter_than(period, interval));
    }
    for period in &schedule.periods {
        for other in schedule.periods.iter().filter(|other| *other != period) {
            findings.extend(lost_night(period, other, today));
            findings.extend(masked_stop(period, other, today));
        }
    }
}

fn never_runs(period: &Period) -> Option<Finding> {
    let begin = period.begin.filter(|_| period.begin == period.end)?;
    let name = &period.name;
    let message = format!(
        "period `{name}` begins and ends at {begin}, so it never runs",
        name = quoted_name(name)
    );
    Some(Finding { code: "begin-is-end", message })
}

fn never_matches(period: &Period, today: Date) -> Option<Finding> {
    let may_match = period.days.is_every_day()
        || days_from(today, EVER_DAYS).any(|date| period.days.contains(date));
    let message = format!("period `{}` names days that never come", quoted_name(&period.name));
    (!may_match).then_some(Finding { code: "never-matches", message })
}

fn shorter_than(period: &Period, interval: SignedDuration) -> Option<Finding> {
    let (begin, end) = (period.begin?, period.end?);
    let seconds = (end.seconds() - begin.seconds()).rem_euclid(ClockTime::END_OF_DAY.seconds());
    let length = SignedDuration::from_secs(seconds.into());
    let is_short = begin != end && seconds != 0 && length < interval;
    let message = format!(
        "period `{}` lasts {} minutes and the scheduler runs every {}, so a run may miss it",
        quoted_name(&period.name),
        length.as_mins(),
        interval.as_mins()
    );
    is_short.then_some(Finding { code: "short-period", message })
}

/// `22:00-23:59` and `00:00-06:00` on the same days: the night after the last of them is lost, and
/// the morning of the first is one too many.
fn lost_night(evening: &Period, morning: &Period, today: Date) -> Option<Finding> {
    let reaches_midnight = evening.begin.is_some_and(|begin| begin.minutes() > 0)
        && evening.end.is_some_and(|end| end.minutes() >= ClockTime::END_OF_DAY.minutes() - 1);
    let starts_at_midnight =
        morning.begin.is_some_and(|begin| begin.minutes() == 0) && morning.end.is_some();
    let is_same_days = evening.days == morning.days && !evening.days.is_every_day();
    if !(reaches_midnight && starts_at_midnight && is_same_days) {
        return None;
    }
    let is_lost = |date: &Date| {
        let tomorrow = date.tomorrow().is_ok_and(|date| morning.days.contains(date));
        evening.days.contains(*date) && !tomorrow
    };
    let date = days_from(today, SPAN_DAYS).find(is_lost)?;
    let (evening, morning) = (quoted_name(&evening.name), quoted_name(&morning.name));
    let message = format!(
        "periods `{evening}` and `{morning}` name the same days, so the night after {date}, {} is \
         lost; write it as one period over midnight",
        date.strftime("%A")
    );
    Some(Finding { code: "lost-night", message })
}

/// Outside a period with one time only nothing is asked, which outweighs the stop of another.
fn masked_stop(one_sided: &Period, other: &Period, today: Date) -> Option<Finding> {
    let is_one_sided = |period: &Period| period.begin.is_some() != period.end.is_some();
    let end = other.end?;
    if !is_one_sided(one_sided) || other.is_overnight() || other.begin == other.end {
        return None;
    }
    let asks_nothing = match (one_sided.begin, one_sided.end) {
        (Some(begin), None) => end < begin,
        (None, Some(until)) => end < until,
        _ => false,
    };
    let both = |date: &Date| one_sided.days.contains(*date) && other.days.contains(*date);
    let date = days_from(today, SPAN_DAYS).find(both).filter(|_| asks_nothing)?;
    let message = format!(
        "period `{}` has one time only and keeps `{}` from stopping at {end} on {date}",
        quoted_name(&one_sided.name),
        quoted_name(&other.name)
    );
    Some(Finding { code: "masked-stop", message })
}
