//! What is likely wrong with the periods, by the calendar alone; it never asks a time zone.

use jiff::SignedDuration;
use jiff::civil::Date;
use shared::error::quoted_name;

use super::finding::{Finding, SPAN_DAYS, days_from};
use crate::schedule::definition::Schedule;
use crate::schedule::exception::Mode;
use crate::schedule::period::{ClockTime, Period};

/// One year of each kind: a leap year or not, beginning on each weekday. No date is of any other.
const YEARS: [i16; 14] =
    [2000, 2001, 2002, 2003, 2004, 2005, 2006, 2008, 2009, 2010, 2012, 2016, 2020, 2024];

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
        findings.extend(never_matches(period));
        findings.extend(shorter_than(period, interval));
    }
    let ahead: Vec<Ahead<'_>> =
        schedule.periods.iter().map(|period| Ahead::of(period, today)).collect();
    for (index, period) in ahead.iter().enumerate() {
        // One other is enough to see what is wrong; 64 periods are 4,000 pairs.
        let others = || ahead.iter().filter(|other| other.period != period.period);
        findings.extend(others().find_map(|other| lost_night(period, other)));
        findings.extend(others().find_map(|other| masked_stop(period, other)));
        findings.extend(every_day(period.period, &schedule.periods[..index]));
    }
}

/// A period with the days ahead on which it begins.
struct Ahead<'a> {
    period: &'a Period,
    days: Vec<(Date, bool)>,
}

impl<'a> Ahead<'a> {
    fn of(period: &'a Period, today: Date) -> Self {
        let days = days_from(today, SPAN_DAYS).map(|date| (date, period.days.contains(date)));
        Self { period, days: days.collect() }
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

fn never_matches(period: &Period) -> Option<Finding> {
    let all = YEARS.iter().flat_map(|year| days_from(Date::constant(*year, 1, 1), 366));
    let may_match =
        period.days.is_every_day() || all.into_iter().any(|it| period.days.contains(it));
    let message = format!("period `{}` names days that never come", quoted_name(&period.name));
    (!may_match).then_some(Finding { code: "never-matches", message })
}

/// `mon-fri 08:00-12:00 + 13:00-18:00`: the days of one period are not those of the next.
fn every_day(period: &Period, before: &[Period]) -> Option<Finding> {
    let has_hours = period.begin.or(period.end).is_some();
    let has_days = |period: &&Period| !period.days.is_every_day();
    let other = before.iter().find(has_days).filter(|_| has_hours && !has_days(&period))?;
    let message = format!(
        "period `{}` names no days, so it holds on every day, also where `{}` does not; write \
         `mon-sun` if that is meant",
        quoted_name(&period.name),
        quoted_name(&other.name)
    );
    Some(Finding { code: "every-day", message })
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
fn lost_night(evening: &Ahead<'_>, morning: &Ahead<'_>) -> Option<Finding> {
    let Ahead { period: evening, days } = evening;
    let morning = morning.period;
    let reaches_midnight = evening.begin.is_some_and(|begin| begin.minutes() > 0)
        && evening.end.is_some_and(|end| end.minutes() >= ClockTime::END_OF_DAY.minutes() - 1);
    let starts_at_midnight =
        morning.begin.is_some_and(|begin| begin.minutes() == 0) && morning.end.is_some();
    let is_same_days = evening.days == morning.days && !evening.days.is_every_day();
    if !(reaches_midnight && starts_at_midnight && is_same_days) {
        return None;
    }
    let is_lost = |pair: &&[(Date, bool)]| pair[0].1 && !pair[1].1;
    let date = days.windows(2).find(is_lost)?[0].0;
    let (evening, morning) = (quoted_name(&evening.name), quoted_name(&morning.name));
    let message = format!(
        "periods `{evening}` and `{morning}` name the same days, so the night after {date}, {} is \
         lost; write it as one period over midnight",
        date.strftime("%A")
    );
    Some(Finding { code: "lost-night", message })
}

/// Outside a period with one time only nothing is asked, which outweighs the stop of another.
fn masked_stop(one_sided: &Ahead<'_>, other: &Ahead<'_>) -> Option<Finding> {
    let mut both = one_sided.days.iter().zip(&other.days);
    let (one_sided, other) = (one_sided.period, other.period);
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
    if !asks_nothing {
        return None;
    }
    let ((date, _), _) = both.find(|((_, one), (_, other))| *one && *other)?;
    let message = format!(
        "period `{}` has one time only and keeps `{}` from stopping at {end} on {date}",
        quoted_name(&one_sided.name),
        quoted_name(&other.name)
    );
    Some(Finding { code: "masked-stop", message })
}
