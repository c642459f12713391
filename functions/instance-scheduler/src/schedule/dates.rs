//! Dates and ranges of dates, of one year or of every year, as exceptions and calendars name them;
//! it never asks which day is today.

use std::fmt;
use std::str::FromStr;

use anyhow::{Context as _, bail, ensure};
use jiff::civil::Date;
use shared::error::quoted;

/// A day of any year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MonthDay {
    pub month: i8,
    pub day: i8,
}

impl From<Date> for MonthDay {
    fn from(date: Date) -> Self {
        Self { month: date.month(), day: date.day() }
    }
}

/// Days in a row, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateSpan {
    Once {
        first: Date,
        last: Date,
    },
    /// From the first `since` to the last `until`, where it has such.
    Yearly {
        first: MonthDay,
        last: MonthDay,
        since: Option<Date>,
        until: Option<Date>,
    },
}

impl DateSpan {
    pub fn yearly(first: MonthDay, last: MonthDay) -> Self {
        Self::Yearly { first, last, since: None, until: None }
    }

    /// From one end to the other, both written alike: with a year, or both without.
    pub fn between(first: &str, last: &str) -> anyhow::Result<Self> {
        match (first.parse()?, last.parse()?) {
            (Self::Once { first, .. }, Self::Once { last, .. }) => {
                ensure!(first <= last, "`{first}` is later than `{last}`");
                Ok(Self::Once { first, last })
            }
            (Self::Yearly { first, .. }, Self::Yearly { last, .. }) => {
                Ok(Self::yearly(first, last))
            }
            _ => bail!(
                "`{first}` and `{last}`: either both have a year or none has",
                first = quoted(first),
                last = quoted(last)
            ),
        }
    }

    pub fn contains(&self, date: Date) -> bool {
        match *self {
            Self::Once { first, last } => first <= date && date <= last,
            Self::Yearly { first, last, since, until } => {
                let day = MonthDay::from(date);
                let within = if first <= last {
                    first <= day && day <= last
                } else {
                    day >= first || day <= last
                };
                within
                    && since.is_none_or(|since| since <= date)
                    && until.is_none_or(|until| date <= until)
            }
        }
    }

    /// The parts of one year that it holds: none, one, or both ends of a year.
    pub fn within_year(&self, year: i16) -> impl Iterator<Item = (Date, Date)> {
        let day = |month_day: MonthDay, or: i8| {
            // The only day that some years lack is 29 February.
            let MonthDay { month, day } = month_day;
            Date::new(year, month, day).or_else(|_| Date::new(year, month + i8::from(or == 1), or))
        };
        let new_year = Date::constant(year, 1, 1);
        let last_day = Date::constant(year, 12, 31);
        let (parts, since, until) = match *self {
            Self::Once { first, last } if last < new_year || last_day < first => {
                ([None, None], None, None)
            }
            Self::Once { first, last } => {
                ([Some((new_year, last_day)), None], Some(first), Some(last))
            }
            Self::Yearly { first, last, since, until } => {
                let begin = day(first, 1).unwrap_or(last_day);
                let end = day(last, 28).unwrap_or(new_year);
                let parts = if first <= last {
                    [Some((begin, end)), None]
                } else {
                    [Some((new_year, end)), Some((begin, last_day))]
                };
                (parts, since, until)
            }
        };
        let clip = move |(first, last): (Date, Date)| {
            (first.max(since.unwrap_or(first)), last.min(until.unwrap_or(last)))
        };
        parts.into_iter().flatten().map(clip).filter(|(first, last)| first <= last)
    }

    /// Whether every year has it.
    pub fn is_endless(&self) -> bool {
        matches!(self, Self::Yearly { since: None, until: None, .. })
    }

    /// The last date of all, where there is one.
    pub fn end(&self) -> Option<Date> {
        match *self {
            Self::Once { last, .. } => Some(last),
            Self::Yearly { until, .. } => until,
        }
    }
}

impl FromStr for DateSpan {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let text = text.trim();
        if let Some((first, last)) = text.split_once("..") {
            ensure!(!last.contains(".."), "`{text}` has more than two ends", text = quoted(text));
            return Self::between(first, last);
        }
        let parts: Vec<&str> = text.split('-').collect();
        let is_number = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
        let widths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
        let not_a_date = || {
            format!("`{text}` is not a date such as `2026-12-25` or `12-25`", text = quoted(text))
        };
        ensure!(parts.iter().all(is_number), not_a_date());
        match widths.as_slice() {
            [4, 2, 2] => {
                let date: Date = text.parse().ok().with_context(not_a_date)?;
                Ok(Self::Once { first: date, last: date })
            }
            [2, 2] => {
                // 2000 is a leap year, so 29 February is a day of every year that has it.
                let date: Date = format!("2000-{text}").parse().ok().with_context(not_a_date)?;
                Ok(Self::yearly(date.into(), date.into()))
            }
            _ => bail!(not_a_date()),
        }
    }
}

impl fmt::Display for MonthDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}-{:02}", self.month, self.day)
    }
}

impl fmt::Display for DateSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Once { first, last } if first == last => write!(f, "{first}"),
            Self::Once { first, last } => write!(f, "{first}..{last}"),
            Self::Yearly { first, last, .. } if first == last => write!(f, "{first}"),
            Self::Yearly { first, last, .. } => write!(f, "{first}..{last}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[track_caller]
    fn check(span: &str, day: Date, expected: bool) {
        assert_eq!(span.parse::<DateSpan>().unwrap().contains(day), expected, "{span} {day}");
    }

    #[test]
    fn both_ends_are_included_and_a_yearly_range_runs_over_the_new_year() {
        check("2026-12-24..2027-01-02", date(2026, 12, 24), true);
        check("2026-12-24..2027-01-02", date(2027, 1, 2), true);
        check("2026-12-24..2027-01-02", date(2027, 12, 24), false);
        check("12-24 .. 01-02", date(2031, 12, 31), true);
        check("12-24..01-02", date(2031, 1, 2), true);
        check("12-24..01-02", date(2031, 1, 3), false);
        check("02-29", date(2028, 2, 29), true);
    }

    #[test]
    fn the_parts_of_a_year_are_the_dates_that_it_contains() {
        let bounded = DateSpan::Yearly {
            first: MonthDay { month: 12, day: 20 },
            last: MonthDay { month: 1, day: 3 },
            since: Some(date(2026, 12, 30)),
            until: Some(date(2028, 12, 24)),
        };
        let written =
            ["2026-12-24..2028-01-02", "12-24..01-02", "02-29", "02-29..03-02", "03-01..02-29"];
        let spans = written.iter().map(|text| text.parse().unwrap()).chain([bounded]);
        for span in spans {
            for year in 2025..=2029 {
                let days = date(year, 1, 1).series(jiff::Span::new().days(1));
                for day in days.take_while(|day| day.year() == year) {
                    let within = span.within_year(year).any(|(a, b)| a <= day && day <= b);
                    assert_eq!(within, span.contains(day), "{span} {day}");
                }
            }
        }
    }

    #[test]
    fn refuses_what_is_not_a_date() {
        for text in ["", "2026-02-29", "02-30", "1-1", "26-12-25", "2026-12-25..", "..12-25"] {
            assert!(text.parse::<DateSpan>().is_err(), "{text}");
        }
        for text in ["2026-12-25..12-26", "2027-01-01..2026-01-01", "12-01..12-02..12-03"] {
            assert!(text.parse::<DateSpan>().is_err(), "{text}");
        }
    }
}
