//! The metrics of a run, per schedule document. Counts only, of what was done, after it was done.

use std::{collections::BTreeMap, rc::Rc};

use jiff::{SignedDuration, Timestamp};
use shared::metric::{Metrics, Unit};

use crate::plan::{Tally, action::Action};

const NAMESPACE: &str = "Caretaker/InstanceScheduler";

/// What was done to the resources of one schedule.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Done {
    pub started: usize,
    pub stopped: usize,
    pub failed: usize,
}

/// What one target was found and what was done there, by document; resources that follow none are
/// counted under what they have instead, because every other value would be a metric to pay for.
#[derive(Debug, Default)]
pub(crate) struct Counts(BTreeMap<Rc<str>, (Tally, Done)>);

impl Counts {
    pub(crate) fn of(tallies: BTreeMap<Rc<str>, Tally>) -> Self {
        let counts = tallies.into_iter().map(|(label, tally)| (label, (tally, Done::default())));
        Self(counts.collect())
    }

    pub(crate) fn done(&mut self, action: &Action) {
        let done = self.of_schedule(action);
        done.started += usize::from(action.change.starts());
        done.stopped += usize::from(action.change.stops());
    }

    pub(crate) fn failed(&mut self, action: &Action) {
        self.of_schedule(action).failed += 1;
    }

    fn of_schedule(&mut self, action: &Action) -> &mut Done {
        &mut self.0.entry(Rc::clone(&action.schedule)).or_default().1
    }

    /// Writes them. Hours saved are those that a resource is stopped because its schedule says so,
    /// not those of a person's own stop.
    pub(crate) fn emit(&self, now: Timestamp, interval: SignedDuration) {
        for (schedule, (tally, done)) in &self.0 {
            let hours = interval.as_secs_f64() / 3600.0;
            Metrics::new(NAMESPACE)
                .dimension("Schedule", schedule.as_ref())
                .metric("Managed", Unit::Count, count(tally.managed))
                .metric("Running", Unit::Count, count(tally.running))
                .metric("Overridden", Unit::Count, count(tally.overridden))
                .metric("Started", Unit::Count, count(done.started))
                .metric("Stopped", Unit::Count, count(done.stopped))
                .metric("Failed", Unit::Count, count(done.failed))
                .metric("Problems", Unit::Count, count(tally.problems))
                .metric("HoursSaved", Unit::None, count(tally.saved) * hours)
                .emit(now);
        }
    }
}

/// What alarms look at: an alarm sees one set of dimensions only, and these have none.
pub(crate) fn emit_totals(n_problems: usize, n_failed: usize, now: Timestamp) {
    Metrics::new(NAMESPACE)
        .metric("Problems", Unit::Count, count(n_problems))
        .metric("Failed", Unit::Count, count(n_failed))
        .emit(now);
}

#[expect(clippy::cast_precision_loss, reason = "a metric of 2^52 resources may be off by one")]
fn count(n: usize) -> f64 {
    n as f64
}
