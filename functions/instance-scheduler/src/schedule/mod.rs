//! The schedule domain: what a schedule says, about any instant. It is pure: no SDK, no clock, no
//! environment, no logging; live runs, explain, preview and lint all ask the one evaluator.

mod bounds;
mod calendar;
mod catalog;
mod changes;
mod dates;
mod days;
mod definition;
mod document;
mod edges;
mod evaluate;
mod exception;
mod explain;
mod ical;
mod inline;
mod instants;
mod lint;
mod overrides;
mod period;
mod periods;
mod preview;
mod recurrence;
mod request;
mod state;
mod values;
mod walk;
mod window;
mod written;

pub use bounds::MAX_CALENDAR_BYTES;
pub use catalog::{Catalog, Followed, Texts, needs_documents};
pub use definition::Schedule;
pub use evaluate::{Because, Situation};
pub use explain::explain;
pub use lint::{UNKNOWN_CALENDAR, lint, lint_followed};
pub use overrides::{Override, instant};
pub use period::ClockTime;
pub use preview::{Forecast, forecast, preview};
pub use recurrence::Recurrence;
pub use request::{Explain, Lint, Preview};
pub use state::State;
pub use window::Window;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod vectors;
