//! Reads weekdays, monthdays and months as AWS Instance Scheduler writes them, and answers whether
//! a date matches; it never walks further than the values of one domain.

use std::str::FromStr;

use anyhow::{Context as _, bail, ensure};
use jiff::civil::{Date, Weekday};
use shared::error::quoted;

/// The days on which a period begins. A part that is absent holds on every day; all parts must hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Recurrence {
    pub weekdays: Option<Weekdays>,
    pub monthdays: Option<Monthdays>,
    pub months: Option<Months>,
}

impl Recurrence {
    pub fn contains(&self, date: Date) -> bool {
        let Self { weekdays, monthdays, months } = self;
        months.is_none_or(|months| months.contains(date))
            && weekdays.is_none_or(|weekdays| weekdays.contains(date))
            && monthdays.is_none_or(|monthdays| monthdays.contains(date))
    }

    /// Whether both name some date, as far as that can be told without looking at dates.
    pub fn may_meet(&self, other: &Self) -> bool {
        let apart = |one: Option<u32>, other: Option<u32>| {
            one.zip(other).is_some_and(|(one, other)| one & other == 0)
        };
        let plain_weekdays =
            |it: &Self| it.weekdays.filter(|days| days.is_plain()).map(|it| it.every);
        let plain_monthdays = |it: &Self| {
            it.monthdays.filter(|days| !days.last && days.nearest == 0).map(|it| it.every)
        };
        let months = |it: &Self| it.months.map(|Months(months)| months);
        !apart(months(self), months(other))
            && !apart(plain_weekdays(self), plain_weekdays(other))
            && !apart(plain_monthdays(self), plain_monthdays(other))
    }

    /// Whether one week is like the other.
    pub fn is_weekly(&self) -> bool {
        let Self { weekdays, monthdays, months } = self;
        let is_plain = weekdays.is_none_or(Weekdays::is_plain);
        is_plain && monthdays.is_none() && months.is_none()
    }

    /// Whether every date matches because nothing restricts it.
    pub fn is_every_day(&self) -> bool {
        *self == Self::default()
    }
}

/// Weekdays: plain ones, the nth of a month (`mon#2`) and the last of a month (`friL`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Weekdays {
    every: u32,
    nth: [u32; 5],
    last: u32,
}

impl FromStr for Weekdays {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let mut weekdays = Self::default();
        for item in items(text) {
            if item == "l" {
                weekdays.every |= 1 << SUNDAY;
            } else if let Some((day, nth)) = item.split_once('#') {
                let day = WEEKDAYS.value(day)?;
                let nth = number(nth).filter(|nth| (1..=5).contains(nth));
                let nth = nth.with_context(|| {
                    format!("`{item}`: the number is 1 to 5", item = quoted(&item))
                })?;
                weekdays.nth[nth as usize - 1] |= 1 << day;
            } else if let Some(day) = item.strip_suffix('l') {
                weekdays.last |= 1 << WEEKDAYS.value(day)?;
            } else {
                weekdays.every |= WEEKDAYS.set(&item)?;
            }
        }
        Ok(weekdays)
    }
}

impl Weekdays {
    /// Whether it has neither the nth nor the last of a month.
    fn is_plain(self) -> bool {
        self.nth == [0; 5] && self.last == 0
    }

    pub fn contains(&self, date: Date) -> bool {
        let bit = 1 << date.weekday().to_monday_zero_offset();
        let nth = usize::from(date.day().unsigned_abs() - 1) / 7;
        self.every & bit != 0
            || self.nth[nth] & bit != 0
            || (self.last & bit != 0 && date.day() + 7 > date.days_in_month())
    }
}

/// Days of the month: plain ones, the last one (`L`) and the working day nearest to one (`15W`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Monthdays {
    every: u32,
    last: bool,
    nearest: u32,
}

impl FromStr for Monthdays {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let mut monthdays = Self::default();
        for item in items(text) {
            if item == "l" {
                monthdays.last = true;
            } else if let Some(day) = item.strip_suffix('w') {
                monthdays.nearest |= 1 << MONTHDAYS.value(day)?;
            } else {
                monthdays.every |= MONTHDAYS.set(&item)?;
            }
        }
        Ok(monthdays)
    }
}

impl Monthdays {
    pub fn contains(&self, date: Date) -> bool {
        self.every & (1 << date.day()) != 0
            || (self.last && date.day() == date.days_in_month())
            || (self.nearest != 0 && self.is_nearest(date))
    }

    /// `nW` in a month without an nth day is no day at all.
    /// The anchor raises there, which aborts its whole run.
    fn is_nearest(&self, date: Date) -> bool {
        let (day, last) = (date.day(), date.days_in_month());
        let asked = |day: i8| (1..=last).contains(&day) && self.nearest & (1 << day) != 0;
        match date.weekday() {
            Weekday::Saturday | Weekday::Sunday => false,
            // The 1st on a Saturday moves forward to the 3rd, so as not to leave the month.
            Weekday::Monday => asked(day) || asked(day - 1) || (day == 3 && asked(1)),
            // The last day on a Sunday moves back to the Friday before, for the same reason.
            Weekday::Friday => asked(day) || asked(day + 1) || (day + 2 == last && asked(last)),
            _ => asked(day),
        }
    }
}

/// Months of the year.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Months(u32);

impl FromStr for Months {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let mut months = 0;
        for item in items(text) {
            months |= MONTHS.set(&item)?;
        }
        Ok(Self(months))
    }
}

impl Months {
    pub fn contains(self, date: Date) -> bool {
        self.0 & (1 << date.month()) != 0
    }
}

const SUNDAY: u32 = 6;

/// The values that one of the three fields may have.
struct Domain {
    what: &'static str,
    first: u32,
    last: u32,
    names: &'static [&'static str],
    /// Whether `fri-mon` runs over the end. Days of the month do not: months differ in length.
    wraps: bool,
}

const WEEKDAYS: Domain = Domain {
    what: "a weekday",
    first: 0,
    last: SUNDAY,
    names: &["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"],
    wraps: true,
};

const MONTHDAYS: Domain =
    Domain { what: "a day of the month", first: 1, last: 31, names: &[], wraps: false };

const MONTHS: Domain = Domain {
    what: "a month",
    first: 1,
    last: 12,
    names: &[
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ],
    wraps: true,
};

impl Domain {
    /// One item (`*`, `a`, `a-b`, `a/n`, `a-b/n`) as a set of bits.
    fn set(&self, item: &str) -> anyhow::Result<u32> {
        if matches!(item, "*" | "?") {
            return Ok(self.steps(self.first, self.last, 1));
        }
        let (range, step) = match item.split_once('/') {
            None => (item, None),
            Some((range, step)) => {
                let step = number(step.trim()).filter(|step| *step > 0);
                (
                    range,
                    Some(step.with_context(|| {
                        format!("`{item}`: the step is 1 or more", item = quoted(item))
                    })?),
                )
            }
        };
        let (first, last) = match range.split_once('-') {
            None => {
                let value = self.value(range)?;
                (value, if step.is_some() { self.last } else { value })
            }
            Some((first, last)) => (self.value(first.trim())?, self.end(last.trim())?),
        };
        ensure!(
            first <= last || self.wraps,
            "`{item}`: the range runs backwards",
            item = quoted(item)
        );
        Ok(self.steps(first, last, step.unwrap_or(1)))
    }

    /// `a-L` ends on the last day of the month. A day that a month lacks never comes, so 31 says it.
    fn end(&self, text: &str) -> anyhow::Result<u32> {
        let is_monthday = self.names.is_empty();
        if text == "l" && is_monthday { Ok(self.last) } else { self.value(text) }
    }

    fn value(&self, text: &str) -> anyhow::Result<u32> {
        let name = self
            .names
            .iter()
            .zip(self.first..)
            .find(|(name, _)| **name == text || (text.len() == 3 && name.starts_with(text)));
        if let Some((_, value)) = name {
            return Ok(value);
        }
        match number(text) {
            Some(value) if (self.first..=self.last).contains(&value) => Ok(value),
            _ => bail!("`{text}` is not {}", self.what, text = quoted(text)),
        }
    }

    fn steps(&self, first: u32, last: u32, step: u32) -> u32 {
        let size = self.last - self.first + 1;
        let length = (last + size - first) % size;
        (0..=length)
            .step_by(step as usize)
            .map(|n| 1 << ((first - self.first + n) % size + self.first))
            .fold(0, |set, bit: u32| set | bit)
    }
}

fn items(text: &str) -> impl Iterator<Item = String> {
    text.split(',').map(|item| item.trim().to_ascii_lowercase())
}

/// A number without sign. One too large for `u32` is still a number: larger than any domain.
fn number(text: &str) -> Option<u32> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[track_caller]
    fn check_monthdays(text: &str, first: Date, expected: &[i8]) {
        let monthdays = Monthdays::from_str(text).unwrap();
        let days = (0..first.days_in_month()).map(|n| date(first.year(), first.month(), n + 1));
        let days: Vec<i8> = days.filter(|day| monthdays.contains(*day)).map(Date::day).collect();
        assert_eq!(days, expected);
    }

    #[test]
    fn the_nearest_working_day_stays_in_its_month() {
        check_monthdays("1W", date(2026, 8, 1), &[3]); // Saturday, forward
        check_monthdays("1W", date(2026, 11, 1), &[2]); // Sunday
        check_monthdays("31W", date(2026, 5, 1), &[29]); // Sunday, back
        check_monthdays("31W", date(2026, 10, 1), &[30]); // Saturday
        check_monthdays("28W", date(2026, 2, 1), &[27]);
        check_monthdays("30W", date(2026, 2, 1), &[]);
    }

    #[test]
    fn a_step_of_any_width_is_read_whole() {
        check_monthdays("1/30", date(2026, 5, 1), &[1, 31]);
        check_monthdays("2-20/99999999999999", date(2026, 5, 1), &[2]);
    }

    #[test]
    fn spaces_are_allowed_around_items_and_dashes_only() {
        assert_eq!(Weekdays::from_str(" Mon - Fri , SUN ").unwrap().every, 0b101_1111);
        assert_eq!(Weekdays::from_str("mon-fri / 2").unwrap().every, 0b1_0101);
        for text in ["mon /2", "fri L", "mon #1", "", "mon,", "mon,,tue", "tues", "mo"] {
            assert!(Weekdays::from_str(text).is_err(), "{text}");
        }
    }

    #[test]
    fn says_which_value_is_wrong() {
        let error = |result: anyhow::Result<Monthdays>| format!("{:#}", result.unwrap_err());
        assert_eq!(error(Monthdays::from_str("1,32")), "`32` is not a day of the month");
        assert_eq!(error(Monthdays::from_str("20-10")), "`20-10`: the range runs backwards");
        assert_eq!(error(Monthdays::from_str("1/0")), "`1/0`: the step is 1 or more");
    }
}
