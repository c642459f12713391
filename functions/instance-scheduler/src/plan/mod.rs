//! Everything one run will do in one account and region, and everything it chose not to. Pure: no
//! SDK, no clock, no environment. Never acts.

pub mod action;
mod change;
pub mod decide;
pub mod groups;
mod memory;
mod one;
mod wanted;

#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, fmt, rc::Rc};

use jiff::{SignedDuration, Timestamp};
use shared::error::quoted_id;

use self::{
    action::{Action, Change, Problem, Skipped},
    groups::{Progress, Rank},
    one::{Draft, Planner},
};
use crate::{
    resource::{Kind, NamedWindow, Resource},
    schedule::{Catalog, State},
};

/// What a plan depends on besides the world and the documents.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    pub now: Timestamp,
    pub interval: SignedDuration,
}

/// The plan for one target.
#[derive(Debug, Default)]
pub struct Plan {
    /// No order between them matters: ordered groups are spread over runs.
    pub actions: Vec<Action>,
    pub skipped: Vec<Skipped>,
    pub problems: Vec<Problem>,
    /// For the metrics, by the value of the schedule tag.
    pub tallies: BTreeMap<Rc<str>, Tally>,
    pub n_managed: usize,
    pub n_running: usize,
}

/// Counts of the resources of one schedule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub managed: usize,
    pub running: usize,
    pub started: usize,
    pub stopped: usize,
    pub problems: usize,
    /// Stopped because the schedule says so.
    pub saved: usize,
}

/// Decides for every resource, each by itself, then holds back the members of ordered groups whose
/// turn has not come. One bad resource is a problem of its own.
pub fn plan(
    resources: Vec<Resource>,
    catalog: &Catalog,
    windows: &[NamedWindow],
    settings: &Settings,
) -> Plan {
    let mut planner = Planner::new(catalog, windows, settings);
    let mut plan = Plan { n_managed: resources.len(), ..Plan::default() };
    let mut progress = Progress::default();
    let mut ranked: Vec<(Rank, State, Draft)> = Vec::new();
    for resource in resources {
        let draft = planner.consider(resource, &mut plan);
        match draft.rank.clone() {
            None => plan.add(draft),
            Some(rank) => {
                if draft.on_its_way {
                    progress.note(&rank, &draft.id, draft.wanted, &draft.power);
                }
                ranked.push((rank, draft.wanted, draft));
            }
        }
    }
    for (rank, wanted, mut draft) in ranked {
        if let Some(other) = progress.waits_for(&rank, wanted) {
            draft.wait(&format!("waits for {} ({rank})", quoted_id(other)));
        }
        plan.add(draft);
    }
    plan
}

impl Plan {
    /// Whether there is nothing to do and nothing to report.
    pub fn is_empty(&self) -> bool {
        let Self { actions, skipped: _, problems, tallies: _, n_managed: _, n_running: _ } = self;
        actions.is_empty() && problems.is_empty()
    }

    fn add(&mut self, draft: Draft) {
        let Draft { kind, id, schedule, action, skipped, .. } = draft;
        if let Some(action) = action {
            let tally = self.tally(&schedule);
            tally.started += usize::from(action.change.starts());
            tally.stopped += usize::from(action.change.stops());
            self.actions.push(action);
        }
        if let Some(reason) = skipped {
            self.skipped.push(Skipped { kind, id, reason });
        }
    }

    fn tally(&mut self, schedule: &Rc<str>) -> &mut Tally {
        self.tallies.entry(Rc::clone(schedule)).or_default()
    }

    fn add_problem(&mut self, kind: Kind, id: &str, text: &Rc<str>, fails_run: bool) {
        self.problems.push(Problem { kind, id: id.into(), text: Rc::clone(text), fails_run });
    }
}

/// A log line may have 256 KB: a plan of more lines is cut, and says so.
const PRINTED_LINES: usize = 500;

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { actions, skipped, problems, tallies: _, n_managed: _, n_running: _ } = self;
        let visible = actions.iter().filter(|action| action.change != Change::Remember);
        let mut n_left = PRINTED_LINES;
        let n_cut = print(f, visible, &mut n_left)?
            + print(f, problems.iter(), &mut n_left)?
            + print(f, skipped.iter(), &mut n_left)?;
        if n_cut > 0 { writeln!(f, "and {n_cut} more") } else { Ok(()) }
    }
}

/// Prints what fits and returns how many did not.
fn print<T: fmt::Display>(
    f: &mut fmt::Formatter<'_>,
    lines: impl Iterator<Item = T>,
    n_left: &mut usize,
) -> Result<usize, fmt::Error> {
    let mut n_cut = 0;
    for line in lines {
        if *n_left == 0 {
            n_cut += 1;
        } else {
            *n_left -= 1;
            writeln!(f, "{line}")?;
        }
    }
    Ok(n_cut)
}
