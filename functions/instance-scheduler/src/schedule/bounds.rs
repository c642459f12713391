//! The most that one schedule or calendar may hold, so that none costs a run more than a few
//! milliseconds, whoever wrote it. What is beyond is refused in one line; nothing is cut off.

use shared::document::Refused;

/// The periods of a document, those of its exceptions included: which of them begin on a date is a
/// set of bits.
pub(super) const MAX_PERIODS: usize = u64::BITS as usize;

/// More do not fit into the value of a tag but by writing little in each.
pub(super) const MAX_INLINE_PERIODS: usize = 8;

const MAX_EXCEPTIONS: usize = 100;

/// The dates and ranges that the exceptions of one document list.
const MAX_DATES: usize = 1_000;

const MAX_CALENDARS: usize = 20;

const MAX_WINDOWS: usize = 20;

/// The longest that prints in full where names are quoted.
const MAX_NAME_CHARS: usize = 200;

/// What an iCalendar file may have, also one in S3, where an object may be of any size.
pub const MAX_CALENDAR_BYTES: usize = 1 << 20;

/// The events of an iCalendar file, or the dates of a list.
pub(super) const MAX_EVENTS: usize = 5_000;

/// How much of each a document has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Amounts {
    pub(super) periods: usize,
    pub(super) exceptions: usize,
    pub(super) dates: usize,
    pub(super) calendars: usize,
    pub(super) windows: usize,
}

/// Refuses a document that has too much of something.
pub(super) fn check(amounts: Amounts) -> Result<(), Refused> {
    let Amounts { periods, exceptions, dates, calendars, windows } = amounts;
    let bounds = [
        ("periods", periods, MAX_PERIODS, "periods, those of exceptions included"),
        ("exceptions", exceptions, MAX_EXCEPTIONS, "exceptions"),
        ("exceptions", dates, MAX_DATES, "dates in its exceptions"),
        ("calendars", calendars, MAX_CALENDARS, "calendars"),
        ("ssm_maintenance_window", windows, MAX_WINDOWS, "maintenance windows"),
    ];
    match bounds.into_iter().find(|(_, n, most, _)| n > most) {
        None => Ok(()),
        Some((place, n, most, what)) => {
            Err(Refused::at(place, format!("a document has at most {most} {what}; this has {n}")))
        }
    }
}

/// Refuses a name that no line shows in full.
pub(super) fn check_name(name: &str) -> Result<(), String> {
    let n_chars = name.chars().count();
    if n_chars <= MAX_NAME_CHARS {
        return Ok(());
    }
    Err(format!("a name has at most {MAX_NAME_CHARS} characters; this has {n_chars}"))
}

#[cfg(test)]
mod tests;
