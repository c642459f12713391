//! The rules of many dates, each found once: who walks over decades asks for 15,000 dates.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::{Date, Weekday};
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan as _};

use super::dates::DateSpan;
use super::definition::Schedule;
use super::evaluate::{Day, begins};
use super::instants::SECONDS_OF_DAY;

/// The days of the longest year.
const DAYS: usize = 366;

/// The index of the exception that holds on each day.
type Year = [Option<usize>; DAYS];

/// Remembers what it has found.
pub(super) struct Days<'a> {
    schedule: &'a Schedule,
    years: BTreeMap<i16, Box<Year>>,
    /// What comes every year, of leap years and of others.
    yearly: BTreeMap<bool, Box<Year>>,
    months: HashMap<Month, [u64; 31]>,
    /// Who goes from day to day asks for three, two of which are those of the last time.
    recent: [Option<(Date, Day<'a>)>; 3],
}

/// What decides on which days of a month a period begins. There are 91 of these in all.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Month {
    /// Of which exception the periods are.
    exception: Option<usize>,
    number: i8,
    first: Weekday,
    n_days: i8,
}

/// The month, the weekday of its first, whether the year is a leap year, and the exceptions from the
/// day before to the day after.
pub(super) type Likeness = (i8, Weekday, bool, Vec<Option<usize>>);

impl<'a> Days<'a> {
    pub(super) fn new(schedule: &'a Schedule) -> Self {
        Self {
            schedule,
            years: BTreeMap::new(),
            yearly: BTreeMap::new(),
            months: HashMap::new(),
            recent: [None; 3],
        }
    }

    pub(super) fn day(&mut self, date: Date) -> Day<'a> {
        if let Some((_, day)) = self.recent.iter().flatten().find(|(known, _)| *known == date) {
            return *day;
        }
        let day = self.found(date);
        self.recent.rotate_right(1);
        self.recent[0] = Some((date, day));
        day
    }

    fn found(&mut self, date: Date) -> Day<'a> {
        let exception = self.exception(date);
        let Self { schedule, months, .. } = self;
        schedule.day_with(date, exception, |periods| {
            let first = date.first_of_month();
            let month = Month {
                exception,
                number: date.month(),
                first: first.weekday(),
                n_days: date.days_in_month(),
            };
            let month = months.entry(month).or_insert_with(|| {
                let mut days = [0; 31];
                for (day, date) in days.iter_mut().zip(first.series(1.day())) {
                    *day = begins(periods, date);
                }
                days
            });
            month[usize::from(date.day().unsigned_abs()) - 1]
        })
    }

    /// All that decides about the days of a month: equal where two months are alike.
    pub(super) fn likeness(&mut self, first: Date) -> Likeness {
        let exceptions = if self.schedule.exceptions.is_empty() {
            Vec::new()
        } else {
            let dates = first.saturating_sub(1.day()).series(1.day());
            let n_dates = usize::from(first.days_in_month().unsigned_abs()) + 2;
            dates.take(n_dates).map(|date| self.exception(date)).collect()
        };
        // The day before the first of March depends on the length of February.
        (first.month(), first.weekday(), first.in_leap_year(), exceptions)
    }

    fn exception(&mut self, date: Date) -> Option<usize> {
        let Self { schedule, years, yearly, .. } = self;
        if schedule.exceptions.is_empty() {
            return None;
        }
        let year = years.entry(date.year()).or_insert_with(|| {
            let every = yearly.entry(date.in_leap_year());
            let mut year = every.or_insert_with(|| self::yearly(schedule, date)).clone();
            for (n, span) in spans(schedule).filter(|(_, span)| !span.is_endless()) {
                span.within_year(date.year()).for_each(|part| enter(&mut year, part, n));
            }
            year
        });
        year[index(date)]
    }

    /// The day before the one of `at`, which is `date` at this offset.
    pub(super) fn before(&mut self, date: Date, at: Timestamp, offset: Offset) -> Option<Day<'a>> {
        let second = second_of_day(at, offset);
        self.schedule.date_before(date, at, second).map(|date| self.day(date))
    }
}

/// Seconds after midnight.
fn second_of_day(at: Timestamp, offset: Offset) -> i32 {
    let seconds = at.as_second() + i64::from(offset.seconds());
    i32::try_from(seconds.rem_euclid(SECONDS_OF_DAY.into())).unwrap_or_default()
}

/// The lower of two: the first listed holds.
fn enter(year: &mut Year, (first, last): (Date, Date), n: usize) {
    for day in &mut year[index(first)..=index(last)] {
        *day = Some(day.map_or(n, |known| known.min(n)));
    }
}

/// The exceptions of the year of `date` that come every year.
fn yearly(schedule: &Schedule, date: Date) -> Box<Year> {
    let mut year = Box::new([None; DAYS]);
    for (n, span) in spans(schedule).filter(|(_, span)| span.is_endless()) {
        span.within_year(date.year()).for_each(|part| enter(&mut year, part, n));
    }
    year
}

fn spans(schedule: &Schedule) -> impl Iterator<Item = (usize, &DateSpan)> {
    let exceptions = schedule.exceptions.iter().enumerate();
    exceptions.flat_map(|(n, it)| it.spans().iter().map(move |entry| (n, &entry.span)))
}

fn index(date: Date) -> usize {
    usize::from(date.day_of_year().unsigned_abs()) - 1
}
