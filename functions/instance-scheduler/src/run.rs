//! One run over all targets: look, plan, and unless it is dry, act; then report and announce.
//! Decides nothing itself.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::anyhow;
use aws_config::SdkConfig;
use futures_util::{StreamExt as _, stream};
use shared::{
    deadline::Deadline,
    error::{Fault, HandlerError, quoted},
    failures::Failures,
    report::log,
    runtime::Invocation,
    target::{self, AT_ONCE, Targets},
};

use crate::{
    App, announce,
    apply::{self, Applied},
    event::{Only, Run},
    look::{self, Found},
    metrics::{self, Counts},
    observe::documents::Documents,
    only,
    plan::{self, Plan, Settings, limit},
    report::{Report, TargetReport},
    schedule::{Catalog, lint_followed},
};

/// One target with what is planned there.
struct Planned {
    aws: SdkConfig,
    plan: Plan,
    report: TargetReport,
    place: String,
}

/// Looks at every target, plans, acts, reports. Whatever fails is tried again by Lambda's retry and
/// by the next run: the plan is made anew from the world as it then is.
pub(crate) async fn run(
    app: &App,
    documents: Documents,
    run: &Run,
    invocation: &Invocation,
) -> Result<Report, HandlerError> {
    let App { config, .. } = app;
    let own = app.own().await;
    let Documents { catalog, warnings, failed } = documents;
    let mut failures = Failures::default();
    let mut report = Report::new(run, warnings);
    if let Some(error) = failed {
        report.fail(format!("schedules cannot be read: {}", error.summary()));
        failures.note(error, "schedules cannot be read");
    }

    let account = invocation.account.as_deref();
    let narrow = match &run.only {
        Only::Retried(name) => &only::target(name),
        Only::All | Only::Some { .. } => &run.narrow,
    };
    let Targets { entered, refused } = target::enter(&config.scope, own, narrow, account).await?;
    for refused in refused {
        report.fail(refused.to_string());
        failures.must_be_seen(refused.error);
    }
    let found = look::look(config, &catalog, entered).await;
    let settings = Settings::of(config, run.now, matches!(run.only, Only::Some { .. }));
    let mut planned: Vec<Planned> = found
        .into_iter()
        .map(|found| plan_one(found, &run.only, &catalog, &settings, &mut failures))
        .collect();
    faults(&planned, &mut report, &mut failures);
    let followed: BTreeSet<&str> =
        planned.iter().flat_map(|it| it.plan.followed.iter().map(|tag| &**tag)).collect();
    report.advise(lint_followed(&catalog, followed, config.interval, run.now));

    let plans: Vec<_> = planned.iter().map(|it| (it.place.as_str(), &it.plan)).collect();
    let checked = limit::check(&plans, config.max_changes, run.allowed.as_ref());
    if run.is_dry {
        report.warnings.extend(checked.err().map(|refused| refused.to_string()));
        for Planned { plan, report: mut target, .. } in planned {
            target.done(&plan.actions);
            report.add(target);
        }
        return finish(report, failures, invocation);
    }
    let refused = checked.err();
    if let Some(refused) = &refused {
        report.fail(refused.to_string());
        for target in &mut planned {
            let held = target.plan.hold_back_stops();
            target.report.skip(&held);
        }
    }
    act(planned, app, run, invocation.deadline, &mut report, &mut failures).await;
    metrics::emit_totals(report.counts.problems, report.counts.failed, run.now);
    for error in announce::announce(app, own, &report, run).await {
        report.fail(error.summary());
        failures.note(error, "announcing the run");
    }
    let result = finish(report, failures, invocation);
    match refused {
        Some(refused) => Err(Fault::from(refused).into()),
        None => result,
    }
}

fn plan_one(
    found: Found,
    only: &Only,
    catalog: &Catalog,
    settings: &Settings,
    failures: &mut Failures,
) -> Planned {
    let Found { target, aws, fleet, windows } = found;
    let resources = only::of(fleet.resources, only);
    let plan = plan::plan(resources, catalog, &windows, settings);
    let mut report = TargetReport::planned(target, &plan);
    let place = report.place();
    for error in fleet.failed {
        report.fail(&error);
        failures.note(error, &place);
    }
    if let Some(problem) = plan.problems.iter().find(|problem| problem.fails_run) {
        failures.must_be_seen(anyhow!("{place} {problem}"));
    }
    if !plan.is_empty() {
        let account = report.account.as_deref().unwrap_or("own");
        tracing::info!(account, region = report.region, "plan:\n{plan}");
    }
    Planned { aws, plan, report, place }
}

/// Fails the run once for every document that something follows and that cannot be followed.
fn faults(planned: &[Planned], report: &mut Report, failures: &mut Failures) {
    let faults: BTreeMap<_, _> = planned.iter().flat_map(|it| &it.plan.faults).collect();
    for (document, fault) in faults {
        let what =
            format!("{fault}; what follows `{}` is left alone until it is whole", quoted(document));
        failures.must_be_seen(anyhow!("{what}"));
        report.fail(what);
    }
}

async fn act(
    planned: Vec<Planned>,
    app: &App,
    run: &Run,
    deadline: Deadline,
    report: &mut Report,
    failures: &mut Failures,
) {
    let work = planned.into_iter().map(async |planned| {
        let Planned { aws, plan, report, .. } = planned;
        let applied = apply::apply(&aws, plan.actions, deadline).await;
        emit(&applied, Counts::of(plan.tallies), run, app);
        (report, applied)
    });
    let mut work = stream::iter(work).buffered(AT_ONCE);
    while let Some((mut target, applied)) = work.next().await {
        for (error, about) in target.applied(&applied) {
            failures.note(error, about);
        }
        report.add(target);
    }
}

/// Writes the metrics of one target.
fn emit(applied: &Applied, mut counts: Counts, run: &Run, app: &App) {
    applied.done.iter().for_each(|action| counts.done(action));
    for (action, _) in applied.failed.iter().chain(&applied.instead) {
        counts.failed(action);
    }
    counts.emit(run.now, app.config.interval);
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
    if !failures.is_empty() || !report.failed.is_empty() {
        let message = format!("{n_failed} failed, the rest was done");
        log(&message, &invocation.request_id, &report, invocation.clock);
    }
    failures.into_result(n_failed).map(|()| report)
}
