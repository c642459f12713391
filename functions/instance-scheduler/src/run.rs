//! One run over all targets: look, plan, and unless it is dry, act; then report and announce.
//! Decides nothing itself.

use std::collections::BTreeSet;

use anyhow::anyhow;
use aws_config::SdkConfig;
use futures_util::{StreamExt as _, stream};
use shared::{
    error::HandlerError,
    failures::Failures,
    report::log,
    runtime::Invocation,
    target::{self, AT_ONCE, Targets},
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

/// Looks at every target, plans, acts, reports. Whatever fails is tried again by Lambda's retry and
/// by the next run: the plan is made anew from the world as it then is.
pub async fn run(
    config: &Config,
    own: &SdkConfig,
    documents: Documents,
    run: &Run,
    invocation: &Invocation,
) -> Result<Report, HandlerError> {
    let Documents { catalog, warnings } = documents;
    let catalog = &catalog;
    let mut failures = Failures::default();
    let mut report = Report::new(run, warnings);

    let account = invocation.account.as_deref();
    let Targets { entered, refused } =
        target::enter(&config.scope, own, &run.narrow, account).await?;
    for refused in refused {
        report.fail(refused.to_string());
        failures.must_be_seen(refused.error);
    }
    let found = targets::look(config, catalog, entered).await;
    let settings = Settings { now: run.now, interval: config.interval };
    let plans: Vec<_> =
        found.into_iter().map(|found| plan_one(found, catalog, &settings, &mut failures)).collect();

    let followed: BTreeSet<&str> = plans
        .iter()
        .flat_map(|(_, plan, _)| plan.tallies.keys().map(|schedule| &**schedule))
        .collect();
    report.advise(lint_followed(catalog, followed, config.interval, run.now));

    if run.dry_run {
        for (_, plan, mut target) in plans {
            target.done(&plan.actions);
            report.add(target);
        }
        return finish(report, failures, invocation);
    }
    let work = plans.into_iter().map(async |(aws, plan, target)| {
        metrics::emit(&plan, run.now, config.interval);
        let applied = apply::apply(&aws, plan.actions, invocation.deadline).await;
        (target, applied)
    });
    let mut work = stream::iter(work).buffered(AT_ONCE);
    while let Some((mut target, applied)) = work.next().await {
        for error in target.applied(applied) {
            failures.note(error);
        }
        report.add(target);
    }
    for error in announce::announce(config, own, &report).await {
        report.fail(error.summary());
        failures.note(error);
    }
    finish(report, failures, invocation)
}

fn plan_one(
    found: Found,
    catalog: &Catalog,
    settings: &Settings,
    failures: &mut Failures,
) -> (SdkConfig, Plan, TargetReport) {
    let Found { target, aws, fleet, windows } = found;
    let plan = plan::plan(fleet.resources, catalog, &windows, settings);
    let mut report = TargetReport::planned(target, &plan);
    for error in fleet.failed {
        report.fail(&error);
        failures.note(error);
    }
    if let Some(problem) = plan.problems.iter().find(|problem| problem.fails_run) {
        failures.must_be_seen(anyhow!("{problem}"));
    }
    if !plan.is_empty() {
        let account = report.account.as_deref().unwrap_or("own");
        tracing::info!(account, region = report.region, "plan:\n{plan}");
    }
    (aws, plan, report)
}

/// The report, or the first failure that a person must see, with the count of all. A failed
/// invocation has no answer, so its report is in the log.
fn finish(
    report: Report,
    failures: Failures,
    invocation: &Invocation,
) -> Result<Report, HandlerError> {
    report.log_counts();
    let n_failed = report.counts.failed;
    if !failures.is_empty() {
        let message = format!("{n_failed} failed, the rest was done");
        log(&message, &invocation.request_id, &report, invocation.clock);
    }
    failures.into_result(n_failed).map(|()| report)
}
