//! Instants as schedules know them: in whole seconds, and never past the end of time.

use jiff::{SignedDuration, Timestamp};

/// The gap that a bridge may span, as AWS Instance Scheduler has it for pairs around midnight.
pub(super) const BRIDGE_SECONDS: i64 = 60;

pub(super) const SECONDS_OF_DAY: i32 = 24 * 60 * 60;

/// The second that holds `at`: schedules know nothing finer.
pub(super) fn floor(at: Timestamp) -> Timestamp {
    let is_before_its_second = at.subsec_nanosecond() < 0;
    Timestamp::from_second(at.as_second() - i64::from(is_before_its_second)).unwrap_or(at)
}

/// `at` moved by `seconds`, at most to the end of time.
pub(super) fn shift(at: Timestamp, seconds: i64) -> Timestamp {
    let end = if seconds < 0 { Timestamp::MIN } else { Timestamp::MAX };
    at.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(end)
}
