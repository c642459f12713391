//! Finds what is likely wrong with a schedule that reads well: holes, lost nights, hours that the
//! clock skips. It never changes an answer: a finding is advice.

mod clock;
mod dates;
mod periods;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::{Catalog, Schedule};

/// Advice about one schedule. The code is stable; the sentence is for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub code: &'static str,
    pub message: String,
}

/// How far the dates of a finding are sought: a year with its seasons.
const SPAN_DAYS: u16 = 400;

/// `interval` is how often the scheduler runs.
pub fn lint(
    schedule: &Schedule,
    catalog: &Catalog,
    interval: SignedDuration,
    now: Timestamp,
) -> Vec<Finding> {
    let today = now.to_zoned(schedule.timezone.clone()).date();
    let mut findings: Vec<Finding> = catalog
        .calendar_problems(schedule)
        .map(|message| Finding { code: "unknown-calendar", message })
        .collect();
    // The periods are looked at even beside an `override_status`: they hold again once it is gone.
    periods::lint(schedule, interval, today, &mut findings);
    clock::lint(schedule, now, &mut findings);
    dates::lint(schedule, today, &mut findings);
    findings
}

fn days_from(first: Date, n_days: u16) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(first), |date| date.tomorrow().ok()).take(n_days.into())
}

#[cfg(test)]
mod tests;
