//! One period of a schedule: when it begins and ends on the wall clock, and on which days; it never
//! looks at a time zone.

use std::fmt;
use std::str::FromStr;

use anyhow::{Context as _, ensure};
use shared::error::quoted;

use super::recurrence::Recurrence;

/// A time of day in whole minutes, `00:00` to `24:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClockTime(u16);

impl ClockTime {
    pub const END_OF_DAY: Self = Self(24 * 60);

    pub fn minutes(self) -> u16 {
        self.0
    }

    pub fn seconds(self) -> i32 {
        i32::from(self.0) * 60
    }
}

impl FromStr for ClockTime {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let (hours, minutes) = text
            .split_once(':')
            .filter(|(hours, minutes)| matches!(hours.len(), 1 | 2) && minutes.len() == 2)
            .filter(|(hours, minutes)| digits(hours) && digits(minutes))
            .with_context(|| {
                format!("`{text}` is not a time such as `08:00`", text = quoted(text))
            })?;
        let (hours, minutes): (u16, u16) = (hours.parse()?, minutes.parse()?);
        let time = Self(hours * 60 + minutes);
        ensure!(
            minutes < 60 && time <= Self::END_OF_DAY,
            "`{text}` is not a time of day",
            text = quoted(text)
        );
        Ok(time)
    }
}

impl fmt::Display for ClockTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

/// What a period says about an instant of a day on which it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Says {
    Run,
    Stop,
    /// The period has only one of the two times, and the instant is on its open side.
    Nothing,
}

/// A stretch of the day that recurs. When `begin` is later than `end` it runs over midnight, and
/// the whole occurrence belongs to the day on which it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    pub name: String,
    pub description: Option<String>,
    pub begin: Option<ClockTime>,
    pub end: Option<ClockTime>,
    pub days: Recurrence,
    pub instance_type: Option<String>,
}

impl Period {
    /// A period of whole days, of every day.
    pub fn all_day(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            description: None,
            begin: None,
            end: None,
            days: Recurrence::default(),
            instance_type: None,
        }
    }

    pub fn is_overnight(&self) -> bool {
        matches!((self.begin, self.end), (Some(begin), Some(end)) if begin > end)
    }

    /// Reads the day on which an occurrence begins, `second` seconds after its midnight.
    pub fn says(&self, second: i32) -> Says {
        let reached = |time: ClockTime| second >= time.seconds();
        match (self.begin, self.end) {
            (None, None) => Says::Run,
            (Some(begin), None) if reached(begin) => Says::Run,
            (None, Some(end)) if reached(end) => Says::Stop,
            (Some(_), None) | (None, Some(_)) => Says::Nothing,
            (Some(begin), Some(end)) => {
                let runs = reached(begin) && (begin > end || !reached(end));
                if runs { Says::Run } else { Says::Stop }
            }
        }
    }

    /// Whether an occurrence that began the day before still runs.
    pub fn carries_over(&self, second: i32) -> bool {
        self.is_overnight() && self.end.is_some_and(|end| second < end.seconds())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_times_with_one_or_two_digits_of_hours() {
        for (text, minutes) in [("0:00", 0), ("9:05", 545), ("09:05", 545), ("24:00", 1440)] {
            assert_eq!(text.parse::<ClockTime>().unwrap().minutes(), minutes);
        }
        for text in ["", "9", "9:5", "24:01", "25:00", "12:60", "+9:00", "009:00", "12:00:00"] {
            assert!(text.parse::<ClockTime>().is_err(), "{text}");
        }
    }
}
