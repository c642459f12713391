//! The schedule domain: what a schedule says, about any instant. It is pure: no SDK, no clock, no
//! environment, no logging; live runs, explain, preview and lint all ask the one evaluator.

mod bounds;
mod calendar;
mod catalog;
mod changes;
mod dates;
mod days;
mod document;
mod evaluate;
mod exception;
mod explain;
mod ical;
mod inline;
mod lint;
pub mod overrides;
mod period;
mod periods;
mod preview;
mod recurrence;
mod request;
mod values;
mod walk;
mod window;
mod written;

pub use bounds::MAX_CALENDAR_BYTES;
pub use calendar::Calendar;
pub use catalog::{Catalog, Followed, IGNORE, Texts, needs_documents};
pub use changes::Transition;
pub use dates::{DateSpan, MonthDay};
pub use document::{Group, Schedule};
pub use evaluate::{Because, Situation, State, Verdict};
pub use exception::{CalendarRef, Dates, Exception, Mode, NamedSpan};
pub use explain::{Explanation, Next, explain};
pub use lint::{Finding, UNKNOWN_CALENDAR, lint, lint_followed};
pub use overrides::{Asks, Override};
pub use period::{ClockTime, Period};
pub use preview::{Change, ClockChange, Forecast, forecast, preview};
pub use recurrence::{Monthdays, Months, Recurrence, Weekdays};
pub use request::{Explain, Lint, Preview};
pub use window::Window;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod vectors;
