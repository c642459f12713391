//! The metrics of a run, per schedule. Counts only.

use jiff::{SignedDuration, Timestamp};
use shared::metric::{Metrics, Unit};

use crate::plan::Plan;

const NAMESPACE: &str = "Caretaker/InstanceScheduler";

/// Writes what one target was found and planned to be. Hours saved are those that a resource is
/// stopped because its schedule says so, not those of a person's own stop.
pub fn emit(plan: &Plan, now: Timestamp, interval: SignedDuration) {
    for (schedule, tally) in &plan.tallies {
        let hours = interval.as_secs_f64() / 3600.0;
        Metrics::new(NAMESPACE)
            .dimension("Schedule", schedule.as_ref())
            .metric("Managed", Unit::Count, count(tally.managed))
            .metric("Running", Unit::Count, count(tally.running))
            .metric("Started", Unit::Count, count(tally.started))
            .metric("Stopped", Unit::Count, count(tally.stopped))
            .metric("Problems", Unit::Count, count(tally.problems))
            .metric("HoursSaved", Unit::None, count(tally.saved) * hours)
            .emit(now);
    }
}

#[expect(clippy::cast_precision_loss, reason = "a metric of 2^52 resources may be off by one")]
fn count(n: usize) -> f64 {
    n as f64
}
