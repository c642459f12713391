//! The answer of a run: what was done, what was left out and why, what failed. Pure.

use serde::Serialize;
use shared::error::AwsError;

use crate::{
    apply::Applied,
    plan::{
        Plan,
        action::{Action, Change, Problem, Skipped},
    },
};

/// A list in the report names at most so many resources: Lambda's answer may have 6 MB, and nobody
/// reads more. The counts are always whole.
const LISTED: usize = 500;

/// AWS names every id of a refused batch, and that once per id would be megabytes.
const REASON_CHARS: usize = 300;

#[derive(Debug, Default, Serialize)]
pub struct Report {
    pub now: String,
    pub dry_run: bool,
    pub counts: Counts,
    pub targets: Vec<TargetReport>,
    /// About documents: schedules that cannot be read, what lint finds in the others, parameters
    /// that are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// Failures that belong to no target: an account that cannot be listed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<String>,
}

impl Report {
    /// Sums up the targets.
    pub fn count(&mut self) {
        self.counts = Counts { failed: self.failed.len(), ..Counts::default() };
        for target in &self.targets {
            self.counts.add(target.counts);
        }
    }

    /// Adds advice on schedules. Inline ones may be many.
    pub fn advise(&mut self, mut advice: Vec<String>) {
        let n_cut = advice.len().saturating_sub(LISTED);
        advice.truncate(LISTED);
        self.warnings.extend(advice);
        self.warnings.extend((n_cut > 0).then(|| format!("{n_cut} more about schedules")));
    }

    /// Adds a failure that belongs to no target.
    pub fn fail(&mut self, error: &AwsError) {
        self.failed.push(said(error));
    }

    /// Adds a place that could not be entered: an account, or a unit that has accounts.
    pub fn fail_in(&mut self, place: &str, error: &AwsError) {
        self.failed.push(format!("{place}: {}", said(error)));
    }
}

/// One account in one region.
#[derive(Debug, Default, Serialize)]
pub struct TargetReport {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    pub region: String,
    pub counts: Counts,
    pub actions: Vec<Line>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<Line>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<Line>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Line>,
    /// Entries that the lists above leave out.
    #[serde(skip_serializing_if = "is_zero")]
    pub not_listed: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(n: &usize) -> bool {
    *n == 0
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Resources that carry the schedule tag.
    pub managed: usize,
    pub running: usize,
    pub started: usize,
    pub stopped: usize,
    pub skipped: usize,
    pub failed: usize,
    /// Planned, but the time was up; the next run does them.
    pub left: usize,
}

impl Counts {
    pub fn add(&mut self, other: Self) {
        let Self { managed, running, started, stopped, skipped, failed, left } = other;
        self.managed += managed;
        self.running += running;
        self.started += started;
        self.stopped += stopped;
        self.skipped += skipped;
        self.failed += failed;
        self.left += left;
    }
}

/// One resource and what is said about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    #[serde(rename = "do", skip_serializing_if = "Option::is_none")]
    pub change: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<&'static str>,
    pub resource: String,
    pub because: String,
}

impl Line {
    fn action(action: &Action) -> Self {
        Self {
            change: Some(action.change.to_string()),
            kind: Some(action.kind.name()),
            resource: action.id.to_string(),
            because: action.why.to_string(),
        }
    }

    fn skipped(skipped: &Skipped) -> Self {
        Self {
            change: None,
            kind: Some(skipped.kind.name()),
            resource: skipped.id.to_string(),
            because: skipped.reason.to_string(),
        }
    }

    fn problem(problem: &Problem) -> Self {
        Self {
            change: None,
            kind: Some(problem.kind.name()),
            resource: problem.id.to_string(),
            because: problem.text.to_string(),
        }
    }
}

impl TargetReport {
    /// What was planned, before anything is done: all that a dry run says.
    pub fn planned(account: Option<String>, region: String, plan: &Plan) -> Self {
        let mut report = Self {
            account,
            region,
            counts: Counts {
                managed: plan.n_managed,
                running: plan.n_running,
                skipped: plan.skipped.len(),
                ..Counts::default()
            },
            ..Self::default()
        };
        let Self { skipped, failed, warnings, counts, not_listed, .. } = &mut report;
        list(skipped, not_listed, plan.skipped.iter().map(Line::skipped));
        let (fatal, harmless): (Vec<_>, Vec<_>) =
            plan.problems.iter().partition(|problem| problem.fails_run);
        counts.failed += fatal.len();
        list(failed, not_listed, fatal.into_iter().map(Line::problem));
        list(warnings, not_listed, harmless.into_iter().map(Line::problem));
        report
    }

    /// Adds actions that were done, or in a dry run would be.
    pub fn done(&mut self, actions: &[Action]) {
        self.counts.started += actions.iter().filter(|action| action.change.starts()).count();
        self.counts.stopped += actions.iter().filter(|action| action.change.stops()).count();
        // What is only remembered changes nothing that a reader could see.
        let visible = actions.iter().filter(|action| action.change != Change::Remember);
        list(&mut self.actions, &mut self.not_listed, visible.map(Line::action));
    }

    /// Adds what became of the plan. Returns the failures.
    pub fn applied(&mut self, applied: Applied) -> impl Iterator<Item = AwsError> + use<> {
        let Applied { done, failed, errors, untagged, left } = applied;
        self.done(&done);
        self.counts.failed +=
            failed.len() + untagged.iter().map(|untagged| untagged.resources.len()).sum::<usize>();
        self.counts.left += left.len();
        let failures = failed.iter().map(|(action, index)| {
            let error = &errors[*index];
            Line { because: said(error), ..Line::action(action) }
        });
        list(&mut self.failed, &mut self.not_listed, failures);
        let untagged_lines = untagged.iter().flat_map(|untagged| {
            let because = said(&untagged.error);
            untagged.resources.iter().map(move |resource| Line {
                change: Some("remember".to_owned()),
                kind: None,
                resource: resource.clone(),
                because: because.clone(),
            })
        });
        list(&mut self.failed, &mut self.not_listed, untagged_lines);
        errors.into_iter().chain(untagged.into_iter().map(|untagged| untagged.error))
    }

    /// Adds a failed listing.
    pub fn fail(&mut self, error: &AwsError) {
        self.counts.failed += 1;
        self.failed.push(Line {
            change: None,
            kind: None,
            resource: "listing".to_owned(),
            because: said(error),
        });
    }
}

/// What failed and why, on one line that is not too long.
fn said(error: &AwsError) -> String {
    let reason = error.reason();
    match reason.char_indices().nth(REASON_CHARS) {
        Some((end, _)) => format!("{error}: {}...", &reason[..end]),
        None => format!("{error}: {reason}"),
    }
}

fn list(lines: &mut Vec<Line>, not_listed: &mut usize, new: impl Iterator<Item = Line>) {
    for line in new {
        if lines.len() < LISTED {
            lines.push(line);
        } else {
            *not_listed += 1;
        }
    }
}
