//! Maintenance windows as intervals of time: of SSM, which tells its next execution, and of RDS,
//! which recurs weekly in UTC; it never asks a service.

use anyhow::{Context as _, bail, ensure};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use shared::error::quoted;

use super::instants::shift;
use super::overrides::instant;
use super::period::ClockTime;

/// A resource is up some minutes before its maintenance begins.
const LEAD_SECONDS: i64 = 10 * 60;
const HOUR: i64 = 60 * 60;
const DAY: i64 = 24 * HOUR;
const WEEK: i64 = 7 * DAY;

/// 1970-01-01 was a Thursday: the first Monday came four days later.
const FIRST_MONDAY: i64 = 4 * DAY;

/// When a resource must be running for its maintenance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// Once; the end is excluded.
    Once { from: Timestamp, until: Timestamp },
    /// Every week, `begin` seconds after Monday 00:00 UTC.
    Weekly { begin: i64, seconds: i64 },
}

impl Window {
    /// The window of SSM, from `lead` before its next execution. A time without an offset is one of
    /// `zone`.
    pub fn ssm(
        next_execution: &str,
        zone: &TimeZone,
        duration_hours: u32,
        interval_minutes: u32,
    ) -> anyhow::Result<Self> {
        let begin = instant(next_execution, zone).context("next execution")?;
        let lead = LEAD_SECONDS + i64::from(interval_minutes) * 60;
        let until = shift(begin, i64::from(duration_hours) * HOUR);
        Ok(Self::Once { from: shift(begin, -lead), until })
    }

    /// The `PreferredMaintenanceWindow` of RDS, as `sun:05:00-sun:06:00`, in UTC. Empty is none.
    pub fn rds(text: &str) -> anyhow::Result<Option<Self>> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        let malformed = || {
            format!("`{text}` is not a window such as `sun:05:00-sun:06:00`", text = quoted(text))
        };
        let (begin, end) = text.trim().split_once('-').with_context(malformed)?;
        let (begin, end) = (second_of_week(begin), second_of_week(end));
        let (begin, end) = (begin.with_context(malformed)?, end.with_context(malformed)?);
        ensure!(begin != end, malformed());
        let seconds = (end - begin).rem_euclid(WEEK) + LEAD_SECONDS;
        Ok(Some(Self::Weekly { begin: (begin - LEAD_SECONDS).rem_euclid(WEEK), seconds }))
    }

    pub fn contains(&self, at: Timestamp) -> bool {
        match *self {
            Self::Once { from, until } => from <= at && at < until,
            Self::Weekly { begin, seconds } => {
                (at.as_second() - FIRST_MONDAY - begin).rem_euclid(WEEK) < seconds
            }
        }
    }

    /// Its begins and ends after `from`, up to and including `to`.
    pub(super) fn edges(&self, from: Timestamp, to: Timestamp, edges: &mut Vec<Timestamp>) {
        match *self {
            Self::Once { from: begin, until } => edges.extend([begin, until]),
            Self::Weekly { begin, seconds } => {
                let passed = (from.as_second() - FIRST_MONDAY - begin).rem_euclid(WEEK);
                let mut begin = shift(from, -passed);
                while begin <= to && begin < Timestamp::MAX {
                    edges.extend([begin, shift(begin, seconds)]);
                    begin = shift(begin, WEEK);
                }
            }
        }
        edges.retain(|edge| from < *edge && *edge <= to);
    }
}

/// `sun:05:00` as seconds after Monday 00:00.
fn second_of_week(text: &str) -> anyhow::Result<i64> {
    let (day, time) = text.trim().split_once(':').context("no day")?;
    let day = match day.to_ascii_lowercase().as_str() {
        "mon" => 0,
        "tue" => 1,
        "wed" => 2,
        "thu" => 3,
        "fri" => 4,
        "sat" => 5,
        "sun" => 6,
        _ => bail!("no day"),
    };
    let time: ClockTime = time.parse()?;
    ensure!(time < ClockTime::END_OF_DAY, "past midnight");
    Ok(day * DAY + i64::from(time.seconds()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absent_window_is_none_and_a_malformed_one_an_error() {
        assert_eq!(Window::rds("").unwrap(), None);
        for text in ["sun", "sun:05:00", "sun:05:00-", "abc:05:00-sun:06:00", "sun:5-sun:6"] {
            assert!(Window::rds(text).is_err(), "{text}");
        }
        assert!(Window::rds("sun:05:00-sun:05:00").is_err());
        assert!(Window::ssm("soon", &TimeZone::UTC, 1, 5).is_err());
    }
}
