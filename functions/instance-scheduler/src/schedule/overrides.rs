//! A person's word about one resource, in its tag: `running|stopped|ignore [until <time>]`; it never
//! holds in part, so what cannot be read is an error and no override.

use std::fmt;

use anyhow::{Context as _, bail, ensure};
use jiff::civil::{Date, DateTime};
use jiff::fmt::temporal::Pieces;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use shared::error::quoted;

use super::instants::floor;
use super::state::State;

/// What holds on a resource whatever its schedule says, up to `until` and not at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Override {
    pub asks: Asks,
    pub until: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    Running,
    Stopped,
    /// Leave the resource alone.
    Ignore,
}

impl Asks {
    pub fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Stopped => "stopped",
            Self::Ignore => "ignore",
        }
    }
}

impl Override {
    /// Reads a tag. A local time is one of the schedule's zone.
    pub fn parse(text: &str, zone: &TimeZone) -> anyhow::Result<Self> {
        let (asks, rest) = text.trim().split_once(char::is_whitespace).unwrap_or((text.trim(), ""));
        let until = match rest.trim().split_once(char::is_whitespace) {
            None if rest.trim().is_empty() => None,
            Some((word, until)) if word.eq_ignore_ascii_case("until") => Some(until),
            _ => bail!(
                "`{text}` is not `running|stopped|ignore [until <time>]`",
                text = quoted(text)
            ),
        };
        Self::of(asks, until, zone)
    }

    pub fn of(asks: &str, until: Option<&str>, zone: &TimeZone) -> anyhow::Result<Self> {
        let asks = match asks.to_ascii_lowercase().as_str() {
            "running" => Asks::Running,
            "stopped" => Asks::Stopped,
            "ignore" => Asks::Ignore,
            _ => {
                bail!("`{asks}` is neither `running`, `stopped` nor `ignore`", asks = quoted(asks))
            }
        };
        let until = until.map(|until| instant(until, zone)).transpose()?;
        Ok(Self { asks, until })
    }

    pub fn holds(&self, at: Timestamp) -> bool {
        self.until.is_none_or(|until| at < until)
    }

    /// Whether it holds for longer than that, beginning then.
    pub fn is_longer_than(&self, longest: SignedDuration, since: Timestamp) -> bool {
        self.until.is_none_or(|until| since.duration_until(until) > longest)
    }

    pub fn state(&self) -> State {
        match self.asks {
            Asks::Running => State::Running,
            Asks::Stopped => State::Stopped,
            Asks::Ignore => State::Any,
        }
    }
}

impl fmt::Display for Override {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.asks.name())?;
        self.until.map_or(Ok(()), |until| write!(f, " until {until}"))
    }
}

const LAST_DATE: Date = Date::constant(9999, 12, 30);

/// An instant with its offset, or a local time of `zone`, or a date for its midnight. In whole
/// seconds, which is as fine as schedules are.
pub fn instant(text: &str, zone: &TimeZone) -> anyhow::Result<Timestamp> {
    let text = text.trim();
    let not_a_time =
        || format!("`{text}` is not a time such as `2026-06-01T21:00`", text = quoted(text));
    // The library also reads `20260601`, and passes over a zone in brackets beside a local time.
    let has_date = text.get(..10).is_some_and(|date| date.parse::<Date>().is_ok());
    ensure!(has_date && !text.contains('['), not_a_time());
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Ok(floor(instant));
    }
    let pieces = Pieces::parse(text).ok().with_context(not_a_time)?;
    // Written by people who mean for ever; the last instant of all is some hours earlier.
    if pieces.date() >= LAST_DATE {
        return Ok(floor(Timestamp::MAX));
    }
    let local: DateTime = text.parse().ok().with_context(not_a_time)?;
    let instant = zone.to_timestamp(local).ok().with_context(not_a_time)?;
    Ok(floor(instant))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let zone = TimeZone::get("Europe/Paris").unwrap();
        let read = Override::parse(text, &zone);
        assert_eq!(read.map_or_else(|err| format!("{err:#}"), |o| o.to_string()), expected);
    }

    #[test]
    fn a_local_time_is_one_of_the_schedules_zone() {
        check("running until 2026-06-01T21:00:00Z", "running until 2026-06-01T21:00:00Z");
        check("running until 2026-06-01T21:00+02:00", "running until 2026-06-01T19:00:00Z");
        check("Running  UNTIL 2026-06-01T21:00", "running until 2026-06-01T19:00:00Z");
        check("stopped until 2026-06-01 21:00", "stopped until 2026-06-01T19:00:00Z");
        check("ignore until 2026-06-01", "ignore until 2026-05-31T22:00:00Z");
        check(" ignore ", "ignore");
    }

    #[test]
    fn defect_l2_an_override_until_the_end_of_time_holds() {
        let last = "stopped until 9999-12-30T22:00:00Z";
        for until in
            ["9999-12-31", "9999-12-31T23:59:59", "9999-12-31T23:59:59Z", "9999-12-31T00:00-12:00"]
        {
            check(&format!("stopped until {until}"), last);
        }
        check("stopped until 9999-12-29", "stopped until 9999-12-28T23:00:00Z");
        let read = Override::parse("stopped until 9999-12-31", &TimeZone::UTC).unwrap();
        assert!(read.holds("2026-06-01T09:00:00Z".parse().unwrap()));
        assert!(instant("9999-12-32", &TimeZone::UTC).is_err());
    }

    #[test]
    fn what_cannot_be_read_is_an_error() {
        check(
            "stopped until next tuesday",
            "`next tuesday` is not a time such as `2026-06-01T21:00`",
        );
        check("stop", "`stop` is neither `running`, `stopped` nor `ignore`");
        for text in ["", "running till 2026-06-01", "running until", "running until 21:00"] {
            assert!(Override::parse(text, &TimeZone::UTC).is_err(), "{text}");
        }
        for until in ["20260601", "2026-06-31", "2026-06-01T25:00", "2026-06-01T21:00[Moon/Base]"] {
            assert!(instant(until, &TimeZone::UTC).is_err(), "{until}");
        }
    }
}
