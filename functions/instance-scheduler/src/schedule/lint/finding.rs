//! What lint says, and how far ahead it looks.

use jiff::civil::Date;
use serde::Serialize;

/// Advice about one schedule. The code is stable; the sentence is for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub code: &'static str,
    pub message: String,
}

/// How far the dates of a finding are sought: a year with its seasons.
pub(super) const SPAN_DAYS: u16 = 400;

pub(super) fn days_from(first: Date, n_days: u16) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(first), |date| date.tomorrow().ok()).take(n_days.into())
}
