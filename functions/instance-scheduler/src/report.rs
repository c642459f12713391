//! The answer of a run: what was done, what was left out and why, what failed. Pure.

use std::collections::BTreeMap;

use serde::Serialize;
use shared::{
    error::{AwsError, quoted, quoted_id, quoted_to},
    report::{LISTED, Lines},
    target::Target,
};

use crate::{
    apply::{Applied, refusal},
    event::Run,
    plan::{
        Plan,
        action::{Action, Change, Named, Problem, Skipped},
    },
};

#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
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
    /// Of the failures, by what they are about: those of the last run are not told again.
    #[serde(skip)]
    pub failures: BTreeMap<String, Failure>,
}

/// Whether the tags of the resource say so already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    New,
    Known,
}

impl Report {
    pub(crate) fn new(run: &Run, warnings: Vec<String>) -> Self {
        Self { now: run.now.to_string(), dry_run: run.is_dry, warnings, ..Self::default() }
    }

    /// Adds a target.
    pub(crate) fn add(&mut self, mut target: TargetReport) {
        self.counts.add(target.counts);
        self.failures.append(&mut target.failures);
        self.targets.push(target);
    }

    /// Adds a failure that belongs to no target.
    pub(crate) fn fail(&mut self, what: String) {
        self.counts.failed += 1;
        self.failures.insert(what.clone(), Failure::New);
        self.failed.push(what);
    }

    /// Adds advice on schedules. Inline ones may be many.
    pub(crate) fn advise(&mut self, mut advice: Vec<String>) {
        let n_cut = advice.len().saturating_sub(LISTED);
        advice.truncate(LISTED);
        self.warnings.extend(advice);
        self.warnings.extend((n_cut > 0).then(|| format!("{n_cut} more about schedules")));
    }

    /// Logs one line of counts per target, also when nothing was done: a run that left no line did
    /// not look.
    pub(crate) fn log_counts(&self) {
        for target in &self.targets {
            let Counts {
                managed,
                running,
                started,
                stopped,
                skipped,
                problems,
                overridden,
                failed,
                left,
            } = target.counts;
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
                problems,
                overridden,
                failed,
                left,
                "run"
            );
        }
    }
}

/// One account in one region.
#[derive(Debug, Default, Serialize)]
pub(crate) struct TargetReport {
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
    /// Overrides that hold.
    #[serde(skip_serializing_if = "Lines::is_empty")]
    pub overrides: Lines<Line>,
    #[serde(skip)]
    pub failures: BTreeMap<String, Failure>,
    /// Entries that the lists above leave out.
    #[serde(skip_serializing_if = "is_zero")]
    pub not_listed: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(n: &usize) -> bool {
    *n == 0
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Counts {
    /// Resources that carry the schedule tag.
    pub managed: usize,
    pub running: usize,
    pub started: usize,
    pub stopped: usize,
    pub skipped: usize,
    /// Resources that something is wrong with.
    pub problems: usize,
    /// Resources with an override that holds.
    pub overridden: usize,
    pub failed: usize,
    /// Planned, but the time was up; the next run does them.
    pub left: usize,
}

impl Counts {
    pub(crate) fn add(&mut self, other: Self) {
        let Self {
            managed,
            running,
            started,
            stopped,
            skipped,
            problems,
            overridden,
            failed,
            left,
        } = other;
        self.managed += managed;
        self.running += running;
        self.started += started;
        self.stopped += stopped;
        self.skipped += skipped;
        self.problems += problems;
        self.overridden += overridden;
        self.failed += failed;
        self.left += left;
    }
}

/// One resource and what is said about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Line {
    #[serde(rename = "do", skip_serializing_if = "Option::is_none")]
    pub change: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<&'static str>,
    pub resource: String,
    /// The value of its tag `Name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    pub because: String,
}

impl Line {
    fn of(resource: &Named, because: &str) -> Self {
        let Named { kind, id, name, arn: _ } = resource;
        Self {
            change: None,
            kind: Some(kind.name()),
            resource: quoted_id(id).to_string(),
            name: name.as_ref().map(|name| quoted(name).to_string()),
            because: sentence(because),
        }
    }

    fn action(action: &Action) -> Self {
        let change = Some(action.change.to_string());
        Self { change, ..Self::of(&action.resource, &action.why) }
    }

    fn skipped(skipped: &Skipped) -> Self {
        Self::of(&skipped.resource, &skipped.reason)
    }

    fn problem(problem: &Problem) -> Self {
        Self::of(&problem.resource, &problem.text)
    }
}

/// The texts of plans quote what is foreign; this is for the whole.
fn sentence(text: &str) -> String {
    quoted_to(text, MAX_SENTENCE_CHARS).to_string()
}

const MAX_SENTENCE_CHARS: usize = 500;

impl TargetReport {
    /// What was planned, before anything is done: all that a dry run says.
    pub(crate) fn planned(target: Target, plan: &Plan) -> Self {
        let (fatal, harmless): (Vec<_>, Vec<_>) =
            plan.problems.iter().partition(|problem| problem.fails_run);
        let mut report = Self {
            counts: Counts {
                managed: plan.n_managed,
                running: plan.n_running,
                skipped: plan.skipped.len(),
                problems: plan.problems.len(),
                overridden: plan.overridden.len(),
                failed: fatal.len(),
                ..Counts::default()
            },
            skipped: plan.skipped.iter().map(Line::skipped).collect(),
            failed: fatal.iter().copied().map(Line::problem).collect(),
            warnings: harmless.into_iter().map(Line::problem).collect(),
            overrides: plan
                .overridden
                .iter()
                .map(|(resource, overridden)| Line::of(resource, &overridden.to_string()))
                .collect(),
            account: target.account,
            region: target.region,
            ..Self::default()
        };
        for problem in fatal {
            report.note(&problem.resource, &problem.text, Failure::New);
        }
        report.count_left_out();
        report
    }

    /// Adds what is left alone after all.
    pub(crate) fn skip(&mut self, skipped: &[Skipped]) {
        self.counts.skipped += skipped.len();
        self.skipped.extend(skipped.iter().map(Line::skipped));
        self.count_left_out();
    }

    /// Where it is, for sentences: `111111111111 eu-west-1`.
    pub(crate) fn place(&self) -> String {
        format!("{} {}", self.account.as_deref().unwrap_or("own account"), self.region)
    }

    /// Adds actions that were done, or in a dry run would be.
    pub(crate) fn done(&mut self, actions: &[Action]) {
        self.counts.started += actions.iter().filter(|action| action.change.starts()).count();
        self.counts.stopped += actions.iter().filter(|action| action.change.stops()).count();
        // A reader sees nothing of a change that only remembers.
        let visible = actions.iter().filter(|action| action.change != Change::Remember);
        self.actions.extend(visible.map(Line::action));
        self.count_left_out();
    }

    /// Adds what became of the plan. Returns the failures that the invocation fails for, each with
    /// what it is about.
    pub(crate) fn applied(&mut self, applied: &Applied) -> Vec<(AwsError, String)> {
        let Applied { done, failed, instead, errors, untagged, left } = applied;
        let mut fatal = Vec::new();
        for (action, index) in failed.iter().chain(instead) {
            let error = &errors[*index];
            let refusal = refusal(error);
            let is_known = action.known_problem.as_deref() == Some(refusal.as_str());
            // A start that fails again and again is told every time: somebody waits.
            if !is_known || action.change.starts() {
                fatal.push((error.clone(), self.about(&action.resource)));
            }
            let failure = if is_known { Failure::Known } else { Failure::New };
            self.note(&action.resource, &refusal, failure);
        }
        for untagged in untagged {
            let resource = untagged.resources.first().map_or("", String::as_str);
            let about = format!("{} {}", self.place(), quoted_id(resource));
            self.failures.insert(format!("{about}: tags"), Failure::New);
            fatal.push((untagged.error.clone(), about));
        }
        self.counts.failed += failed.len()
            + instead.len()
            + untagged.iter().map(|untagged| untagged.resources.len()).sum::<usize>();
        self.counts.left += left.len();
        self.failed.extend(failed.iter().chain(instead).map(|(action, index)| Line {
            because: errors[*index].summary(),
            ..Line::action(action)
        }));
        for untagged in untagged {
            let because = untagged.error.summary();
            self.failed.extend(untagged.resources.iter().map(|resource| Line {
                change: Some("remember".to_owned()),
                kind: None,
                resource: quoted_id(resource).to_string(),
                name: None,
                because: because.clone(),
            }));
        }
        self.done(done);
        let started = instead.iter().map(|(action, _)| Line {
            change: Some("start as before".to_owned()),
            ..Line::action(action)
        });
        self.counts.started += instead.len();
        self.actions.extend(started);
        self.count_left_out();
        fatal
    }

    fn about(&self, resource: &Named) -> String {
        format!("{} {resource}", self.place())
    }

    fn note(&mut self, resource: &Named, what: &str, failure: Failure) {
        self.failures.insert(format!("{}: {what}", self.about(resource)), failure);
    }

    /// Adds a failed listing.
    pub(crate) fn fail(&mut self, error: &AwsError) {
        self.counts.failed += 1;
        let because = error.summary();
        self.failures.insert(format!("{}: {because}", self.place()), Failure::New);
        self.failed.push(Line {
            change: None,
            kind: None,
            resource: "listing".to_owned(),
            name: None,
            because,
        });
        self.count_left_out();
    }

    fn count_left_out(&mut self) {
        let Self { actions, skipped, failed, warnings, overrides, .. } = self;
        let lists = [actions, skipped, failed, warnings, overrides];
        self.not_listed = lists.into_iter().map(|list| list.n_left_out()).sum();
    }
}
