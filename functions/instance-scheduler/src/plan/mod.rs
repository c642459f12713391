//! Everything one run will do in one account and region, and everything it chose not to. Pure: no
//! SDK, no clock, no environment. Never acts.

pub mod action;
mod change;
pub mod considered;
pub mod decide;
mod draft;
mod groups;
pub mod limit;
mod meaning;
mod memory;
mod one;
mod read;
mod subject;
mod wanted;

pub(crate) use self::wanted::ssm as ssm_windows;

#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    rc::Rc,
};

use jiff::{SignedDuration, Timestamp};
use shared::error::quoted_id;

use self::{
    action::{Action, Change, Named, Problem, Skipped},
    considered::{Considered, Follows},
    decide::Wanted,
    groups::{LONGEST_WAIT, Progress},
    one::Planner,
};
use crate::{
    config::Config,
    resource::{NamedWindow, Power, Resource},
    schedule::{Catalog, Override},
};

/// What a plan depends on besides the world and the documents.
#[derive(Debug, Clone, Copy)]
pub struct Settings<'a> {
    pub now: Timestamp,
    pub interval: SignedDuration,
    /// The most instances that an Auto Scaling group is given back.
    pub max_capacity: i32,
    /// The types that an instance may be made where its schedule names none.
    pub instance_types: &'a [String],
    /// How long an override may hold before it is reported.
    pub max_override: Option<SignedDuration>,
    /// Whether what is in step is told, too, and what comes next.
    pub in_detail: bool,
}

impl<'a> Settings<'a> {
    pub(crate) fn of(config: &'a Config, now: Timestamp, in_detail: bool) -> Self {
        Self {
            now,
            interval: config.interval,
            max_capacity: config.max_capacity,
            instance_types: &config.instance_types,
            max_override: config.max_override,
            in_detail,
        }
    }
}

/// The plan for one target.
#[derive(Debug, Default)]
pub struct Plan {
    /// No order between them matters: ordered groups are spread over runs.
    pub actions: Vec<Action>,
    pub skipped: Vec<Skipped>,
    pub problems: Vec<Problem>,
    /// Overrides that hold.
    pub overridden: Vec<(Named, Override)>,
    /// Documents that cannot be followed, and why.
    pub faults: BTreeMap<Rc<str>, Rc<str>>,
    /// The values of the schedule tag that were found.
    pub followed: BTreeSet<Rc<str>>,
    /// For the metrics, by document, or by what is no document.
    pub tallies: BTreeMap<Rc<str>, Tally>,
    pub n_managed: usize,
    pub n_running: usize,
}

/// Counts of the resources of one schedule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub managed: usize,
    pub running: usize,
    pub problems: usize,
    pub overridden: usize,
    /// Stopped because the schedule says so.
    pub saved: usize,
}

/// The plan for every resource. One bad resource is a problem of its own.
pub fn plan(
    resources: Vec<Resource>,
    catalog: &Catalog,
    windows: &[NamedWindow],
    settings: &Settings,
) -> Plan {
    let mut plan = Plan::default();
    consider(resources, catalog, windows, settings, |considered| {
        if settings.in_detail {
            plan.skipped.extend(considered.in_step());
        }
        plan.add(considered);
    });
    plan
}

/// Considers every resource by itself, then holds back the members of ordered groups whose turn has
/// not come.
pub fn consider(
    resources: Vec<Resource>,
    catalog: &Catalog,
    windows: &[NamedWindow],
    settings: &Settings,
    mut each: impl FnMut(Considered),
) {
    let mut planner = Planner::new(catalog, windows, settings);
    let mut progress = Progress::default();
    let mut ranked = Vec::new();
    for resource in resources {
        let considered = planner.consider(resource);
        let Considered { resource, power, course, .. } = &considered;
        let Some(rank) = course.rank.clone() else {
            each(considered);
            continue;
        };
        if course.on_its_way {
            progress.note(&rank, &resource.id, course.wanted(), power);
        }
        ranked.push((rank, considered));
    }
    for (rank, considered) in ranked {
        let other = progress.waits_for(&rank, considered.course.wanted());
        let course = match other.filter(|_| considered.course.acts()) {
            None => considered.course,
            Some(other) if has_time(considered.course.follows.as_ref(), settings.now) => {
                considered.course.waits(&format!("waits for {} ({rank})", quoted_id(other)))
            }
            Some(other) => {
                let minutes = LONGEST_WAIT.as_mins();
                let other = quoted_id(other);
                let remark = format!(
                    "{minutes} minutes after the edge it waits no longer for {other}, {rank}"
                );
                considered.course.remarked(&remark)
            }
        };
        each(Considered { course, ..considered });
    }
}

/// Whether a member of a group may still wait for others. What a person overrides does not.
fn has_time(follows: Option<&Follows>, now: Timestamp) -> bool {
    follows.is_some_and(|follows| {
        let Wanted { since, override_mark, .. } = *follows.wanted;
        let until = since.and_then(|since| since.checked_add(LONGEST_WAIT).ok());
        override_mark.is_none() && until.is_some_and(|until| now < until)
    })
}

impl Plan {
    /// Whether there is nothing to do and nothing to tell.
    pub fn is_empty(&self) -> bool {
        let Self { actions, skipped, problems, faults, .. } = self;
        let waits = skipped.iter().any(|skipped| skipped.waits);
        actions.is_empty() && problems.is_empty() && faults.is_empty() && !waits
    }

    fn add(&mut self, considered: Considered) {
        let is_running = considered.power == Power::Running;
        let overridden = considered.course.follows.as_ref().filter(|it| it.override_holds);
        let overridden = overridden.and_then(|follows| follows.overridden);
        self.n_managed += 1;
        self.n_running += usize::from(is_running);
        let tally = self.tallies.entry(Rc::clone(&considered.label)).or_default();
        tally.managed += 1;
        tally.running += usize::from(is_running);
        tally.problems += usize::from(considered.course.problem.is_some());
        tally.overridden += usize::from(overridden.is_some());
        tally.saved += usize::from(considered.is_saved());
        self.problems.extend(considered.problem());
        self.skipped.extend(considered.skipped());
        self.overridden.extend(overridden.map(|it| (considered.resource.clone(), it)));
        self.faults.extend(considered.course.fault);
        if !self.followed.contains(&considered.tag) {
            self.followed.insert(considered.tag);
        }
        self.actions.extend(considered.course.action);
    }
}

/// A longer plan is cut, and says so: nobody reads more lines, and a line of the log may have 256 KB.
const PRINTED_LINES: usize = 500;
const PRINTED_BYTES: usize = 200 * 1024;

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { actions, skipped, problems, .. } = self;
        let visible = actions.iter().filter(|action| action.change != Change::Remember);
        let mut left = (PRINTED_LINES, PRINTED_BYTES);
        let n_cut = print(f, visible, &mut left)?
            + print(f, problems.iter(), &mut left)?
            + print(f, skipped.iter(), &mut left)?;
        if n_cut > 0 { writeln!(f, "and {n_cut} more") } else { Ok(()) }
    }
}

/// Prints what fits and returns how many did not.
fn print<T: fmt::Display>(
    f: &mut fmt::Formatter<'_>,
    lines: impl Iterator<Item = T>,
    (n_lines, n_bytes): &mut (usize, usize),
) -> Result<usize, fmt::Error> {
    let mut n_cut = 0;
    for line in lines {
        if *n_lines == 0 {
            n_cut += 1;
            continue;
        }
        let line = line.to_string();
        let has_room = line.len() < *n_bytes;
        *n_lines = if has_room { *n_lines - 1 } else { 0 };
        *n_bytes = n_bytes.saturating_sub(line.len() + 1);
        if has_room {
            writeln!(f, "{line}")?;
        } else {
            n_cut += 1;
        }
    }
    Ok(n_cut)
}
