//! One run over all targets: look, plan, and unless it is dry, act; then report and announce.
//! Decides nothing itself.

use std::collections::BTreeSet;

use anyhow::anyhow;
use aws_config::SdkConfig;
use futures_util::{StreamExt as _, stream};
use shared::{
    error::{AwsError, AwsErrorKind, HandlerError},
    runtime::Invocation,
};

use crate::{
    announce, apply,
    config::Config,
    event::Run,
    metrics,
    observe::documents::Documents,
    plan::{self, Plan, Settings},
    report::{Report, TargetReport},
    schedule::{Catalog, lint_followed},
    targets::{self, Found},
};

/// Targets looked at, or acted on, at once.
pub(crate) const TARGETS_AT_ONCE: usize = 16;

/// What a run has to tell, and the first failure that a person must see.
#[derive(Default)]
pub(crate) struct Outcome {
    pub(crate) report: Report,
    first: Option<anyhow::Error>,
}

impl Outcome {
    /// Takes note of a failed call. What has gone or changed under our hands needs nobody: the
    /// next run sees it as it then is.
    pub(crate) fn note(&mut self, error: AwsError) {
        if !matches!(error.kind, AwsErrorKind::NotFound | AwsErrorKind::WrongState) {
            self.must_see(error);
        }
    }

    /// Takes note of a failed call that a person must see, whatever its kind.
    pub(crate) fn must_see(&mut self, error: AwsError) {
        self.first.get_or_insert_with(|| error.into());
    }
}

/// Looks at every target, plans, acts, reports. Whatever fails is tried again by Lambda's retry and
/// by the next run: the plan is made anew from the world as it then is.
pub async fn run(
    config: &Config,
    own: &SdkConfig,
    documents: Documents,
    run: &Run,
    invocation: &Invocation,
) -> Result<Report, HandlerError> {
    let mut outcome = Outcome::default();
    outcome.report.now = run.now.to_string();
    outcome.report.dry_run = run.dry_run;
    let Documents { catalog, warnings, prices: _ } = documents;
    let catalog = &catalog;
    outcome.report.warnings = warnings;

    let targets =
        targets::targets(config, own, run, invocation.account.as_deref(), &mut outcome).await?;
    let found = targets::look(config, catalog, targets).await;
    let settings = Settings { now: run.now, interval: config.interval };
    let plans: Vec<_> =
        found.into_iter().map(|found| plan_one(found, catalog, &settings, &mut outcome)).collect();

    let followed: BTreeSet<&str> = plans
        .iter()
        .flat_map(|(_, plan, _)| plan.tallies.keys().map(|schedule| &**schedule))
        .collect();
    outcome.report.advise(lint_followed(catalog, followed, config.interval, run.now));

    if run.dry_run {
        for (_, plan, mut report) in plans {
            report.done(&plan.actions);
            outcome.report.targets.push(report);
        }
        return finish(outcome);
    }
    let work = plans.into_iter().map(async |(aws, plan, report)| {
        metrics::emit(&plan, run.now, config.interval);
        let applied = apply::apply(&aws, plan.actions, invocation.deadline).await;
        (report, applied)
    });
    let mut work = stream::iter(work).buffered(TARGETS_AT_ONCE);
    while let Some((mut report, applied)) = work.next().await {
        for error in report.applied(applied) {
            outcome.note(error);
        }
        outcome.report.targets.push(report);
    }
    outcome.report.count();
    for error in announce::announce(config, own, &outcome.report).await {
        outcome.report.fail(&error);
        outcome.note(error);
    }
    finish(outcome)
}

fn plan_one(
    found: Found,
    catalog: &Catalog,
    settings: &Settings,
    outcome: &mut Outcome,
) -> (SdkConfig, Plan, TargetReport) {
    let Found { target, aws, fleet, windows } = found;
    let plan = plan::plan(fleet.resources, catalog, &windows, settings);
    let mut report = TargetReport::planned(target.account, target.region, &plan);
    for error in fleet.failed {
        report.fail(&error);
        outcome.note(error);
    }
    if let Some(problem) = plan.problems.iter().find(|problem| problem.fails_run) {
        outcome.first.get_or_insert_with(|| anyhow!("{problem}"));
    }
    if !plan.is_empty() {
        let account = report.account.as_deref().unwrap_or("own");
        tracing::info!(account, region = report.region, "plan:\n{plan}");
    }
    (aws, plan, report)
}

/// The report, or the first failure that a person must see, with the count of all. A failed
/// invocation has no answer, so its report is in the log.
fn finish(outcome: Outcome) -> Result<Report, HandlerError> {
    let Outcome { mut report, first } = outcome;
    report.count();
    let Some(first) = first else { return Ok(report) };
    let n_failed = report.counts.failed;
    match serde_json::to_string(&report) {
        Ok(report) => tracing::info!(report, "{n_failed} failed, the rest was done"),
        Err(err) => tracing::warn!("the report cannot be written: {err}"),
    }
    Err(first.context(format!("{n_failed} failed, the rest was done; first")).into())
}
