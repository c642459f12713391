//! When a period runs, as the evaluator reads it.

use crate::schedule::{ClockTime, Recurrence};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Timing {
    pub(super) begin: Option<ClockTime>,
    pub(super) end: Option<ClockTime>,
    pub(super) days: Recurrence,
}
