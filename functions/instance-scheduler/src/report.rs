//! The answer of a run: what was done, what was left out and why, what failed. Pure.

use serde::Serialize;
use shared::{
    error::{AwsError, quoted_id, quoted_to},
    report::{LISTED, Lines},
    target::Target,
};

use crate::{
    apply::Applied,
    event::Run,
    plan::{
        Plan,
        action::{Action, Change, Problem, Skipped},
    },
};

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
    /// Failures that belong to no target: an account that cannot be entered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<String>,
}

impl Report {
    pub fn new(run: &Run, warnings: Vec<String>) -> Self {
        Self { now: run.now.to_string(), dry_run: run.dry_run, warnings, ..Self::default() }
    }

    /// Adds a target.
    pub fn add(&mut self, target: TargetReport) {
        self.counts.add(target.counts);
        self.targets.push(target);
    }

    /// Adds a failure that belongs to no target.
    pub fn fail(&mut self, what: String) {
        self.counts.failed += 1;
        self.failed.push(what);
    }

    /// Adds advice on schedules. Inline ones may be many.
    pub fn advise(&mut self, mut advice: Vec<String>) {
        let n_cut = advice.len().saturating_sub(LISTED);
        advice.truncate(LISTED);
        self.warnings.extend(advice);
        self.warnings.extend((n_cut > 0).then(|| format!("{n_cut} more about schedules")));
    }

    /// Logs one line of counts per target, also when nothing was done: a run that left no line did
    /// not look.
    pub fn log_counts(&self) {
        for target in &self.targets {
            let Counts { managed, running, started, stopped, skipped, failed, left } =
                target.counts;
            tracing::info!(
                account = target.account.as_deref().unwrap_or("own"),
                region = target.region,
                now = self.now,
                dry_run = self.dry_run,
                managed,
                running,
                started,
                stopped,
                skipped,
                failed,
                left,
                "run"
            );
        }
    }
}

/// One account in one region.
#[derive(Debug, Default, Serialize)]
pub struct TargetReport {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    pub region: String,
    pub counts: Counts,
    pub actions: Lines<Line>,
    #[serde(skip_serializing_if = "Lines::is_empty")]
    pub skipped: Lines<Line>,
    #[serde(skip_serializing_if = "Lines::is_empty")]
    pub failed: Lines<Line>,
    #[serde(skip_serializing_if = "Lines::is_empty")]
    pub warnings: Lines<Line>,
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
            resource: name(&action.id),
            because: sentence(&action.why),
        }
    }

    fn skipped(skipped: &Skipped) -> Self {
        Self {
            change: None,
            kind: Some(skipped.kind.name()),
            resource: name(&skipped.id),
            because: sentence(&skipped.reason),
        }
    }

    fn problem(problem: &Problem) -> Self {
        Self {
            change: None,
            kind: Some(problem.kind.name()),
            resource: name(&problem.id),
            because: sentence(&problem.text),
        }
    }
}

fn name(id: &str) -> String {
    quoted_id(id).to_string()
}

/// The texts of plans quote what is foreign; this is for the whole.
fn sentence(text: &str) -> String {
    quoted_to(text, MAX_SENTENCE_CHARS).to_string()
}

const MAX_SENTENCE_CHARS: usize = 500;

impl TargetReport {
    /// What was planned, before anything is done: all that a dry run says.
    pub fn planned(target: Target, plan: &Plan) -> Self {
        let (fatal, harmless): (Vec<_>, Vec<_>) =
            plan.problems.iter().partition(|problem| problem.fails_run);
        let mut report = Self {
            account: target.account,
            region: target.region,
            counts: Counts {
                managed: plan.n_managed,
                running: plan.n_running,
                skipped: plan.skipped.len(),
                failed: fatal.len(),
                ..Counts::default()
            },
            skipped: plan.skipped.iter().map(Line::skipped).collect(),
            failed: fatal.into_iter().map(Line::problem).collect(),
            warnings: harmless.into_iter().map(Line::problem).collect(),
            ..Self::default()
        };
        report.count_left_out();
        report
    }

    /// Adds actions that were done, or in a dry run would be.
    pub fn done(&mut self, actions: &[Action]) {
        self.counts.started += actions.iter().filter(|action| action.change.starts()).count();
        self.counts.stopped += actions.iter().filter(|action| action.change.stops()).count();
        // A reader sees nothing of a change that only remembers.
        let visible = actions.iter().filter(|action| action.change != Change::Remember);
        self.actions.extend(visible.map(Line::action));
        self.count_left_out();
    }

    /// Adds what became of the plan. Returns the failures.
    pub fn applied(&mut self, applied: Applied) -> impl Iterator<Item = AwsError> + use<> {
        let Applied { done, failed, errors, untagged, left } = applied;
        self.counts.failed +=
            failed.len() + untagged.iter().map(|untagged| untagged.resources.len()).sum::<usize>();
        self.counts.left += left.len();
        self.failed.extend(failed.iter().map(|(action, index)| Line {
            because: errors[*index].summary(),
            ..Line::action(action)
        }));
        for untagged in &untagged {
            let because = untagged.error.summary();
            self.failed.extend(untagged.resources.iter().map(|resource| Line {
                change: Some("remember".to_owned()),
                kind: None,
                resource: name(resource),
                because: because.clone(),
            }));
        }
        self.done(&done);
        errors.into_iter().chain(untagged.into_iter().map(|untagged| untagged.error))
    }

    /// Adds a failed listing.
    pub fn fail(&mut self, error: &AwsError) {
        self.counts.failed += 1;
        self.failed.push(Line {
            change: None,
            kind: None,
            resource: "listing".to_owned(),
            because: error.summary(),
        });
        self.count_left_out();
    }

    fn count_left_out(&mut self) {
        let Self { actions, skipped, failed, warnings, .. } = self;
        let lists = [actions, skipped, failed, warnings];
        self.not_listed = lists.into_iter().map(|list| list.n_left_out()).sum();
    }
}
