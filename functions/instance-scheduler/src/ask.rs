//! Answers questions: explain, preview, lint, import. Asks the evaluator and changes nothing. A
//! question about what is given whole needs no AWS call.

use std::{collections::BTreeMap, rc::Rc};

use anyhow::Context as _;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use shared::{
    error::{AwsError, HandlerError},
    event::Narrow,
    runtime::Invocation,
    target,
};

use crate::{
    App,
    config::Config,
    forecast::{self, Listed, Prices},
    import::{self, Deployment, Import},
    look,
    observe::documents::{Documents, documents, prices},
    schedule::{self, Catalog, Explain, Followed, Lint, Preview, UNKNOWN_CALENDAR},
};

/// What holds at one instant.
pub(crate) async fn explain(
    app: &App,
    request: &Explain,
    now: Timestamp,
) -> Result<Value, HandlerError> {
    let catalog = catalog(app, Some(&request.schedule)).await?;
    let mut explanation = schedule::explain(request, &catalog, now).map_err(bad_event)?;
    if let Ok(followed) = catalog.given(&request.schedule) {
        explanation.warnings.extend(findings(&followed, &catalog, &app.config, now));
    }
    json(&explanation)
}

/// Every change in a span of time, of one schedule or of the whole account.
pub(crate) async fn preview(
    app: &App,
    request: &Preview,
    invocation: &Invocation,
) -> Result<Value, HandlerError> {
    if request.schedule.is_none() {
        return preview_account(app, request, invocation).await;
    }
    let catalog = catalog(app, request.schedule.as_ref()).await?;
    json(&schedule::preview(request, &catalog, invocation.clock).map_err(bad_event)?)
}

/// What is likely wrong with one schedule, or with every document.
pub(crate) async fn lint(app: &App, request: &Lint, now: Timestamp) -> Result<Value, HandlerError> {
    let catalog = catalog(app, request.schedule.as_ref()).await?;
    let Some(schedule) = &request.schedule else {
        return json(&lint_all(&catalog, &app.config, now));
    };
    let followed = catalog.given(schedule).context("schedule").map_err(bad_event)?;
    let findings = followed
        .schedule()
        .map(|schedule| schedule::lint(schedule, &catalog, app.config.interval, now))
        .unwrap_or_default();
    json(&json!({ "findings": findings }))
}

/// The documents that stand for an export of AWS Instance Scheduler.
pub(crate) fn import(
    config: &Config,
    request: &Import,
    now: Timestamp,
) -> Result<Value, HandlerError> {
    let deployment = Deployment {
        parameter_path: &config.parameter_path,
        time_zone: &config.time_zone,
        interval: config.interval,
        now,
    };
    let imported = import::import(request, &deployment).context("`import`");
    json(&imported.map_err(bad_event)?)
}

fn bad_event(err: anyhow::Error) -> HandlerError {
    HandlerError::coded(HandlerError::BAD_EVENT, err)
}

fn json(answer: &impl Serialize) -> Result<Value, HandlerError> {
    serde_json::to_value(answer).context("the answer cannot be written").map_err(HandlerError::from)
}

/// The documents that a question needs: none, where it brings its schedule and names nothing else.
async fn catalog(app: &App, schedule: Option<&Value>) -> Result<Catalog, AwsError> {
    if schedule.is_none_or(schedule::needs_documents) {
        return Ok(documents(app.own().await, &app.config).await?.catalog);
    }
    Ok(Catalog::new(app.config.time_zone.clone(), [], []))
}

/// What lint finds in one schedule, as sentences.
fn findings(
    followed: &Followed,
    catalog: &Catalog,
    config: &Config,
    now: Timestamp,
) -> Vec<String> {
    let schedule = followed.schedule();
    let findings = schedule.map(|schedule| schedule::lint(schedule, catalog, config.interval, now));
    let findings = findings.unwrap_or_default().into_iter();
    // Explain says by itself which calendars are missing.
    findings
        .filter(|finding| finding.code != UNKNOWN_CALENDAR)
        .map(|finding| finding.message)
        .collect()
}

/// Findings of every schedule document by name, and what is wrong with the documents themselves.
fn lint_all(catalog: &Catalog, config: &Config, now: Timestamp) -> Value {
    let findings: BTreeMap<&str, _> = catalog
        .schedules()
        .map(|(name, schedule)| (name, schedule::lint(schedule, catalog, config.interval, now)))
        .filter(|(_, findings)| !findings.is_empty())
        .collect();
    json!({ "schedules": findings, "problems": catalog.problems() })
}

/// What the next days bring to every tagged resource.
async fn preview_account(
    app: &App,
    request: &Preview,
    invocation: &Invocation,
) -> Result<Value, HandlerError> {
    let App { config, .. } = app;
    let span = forecast::span(request, &config.time_zone, invocation.clock).map_err(bad_event)?;
    let own = app.own().await;
    let Documents { catalog, mut warnings, .. } = documents(own, config).await?;
    let prices = match prices(own, config).await?.as_deref().map(Prices::parse).transpose() {
        Ok(prices) => prices.unwrap_or_default(),
        Err(err) => {
            warnings.push(format!("prices: {err:#}"));
            Prices::default()
        }
    };
    let account = invocation.account.as_deref();
    let targets = target::enter(&config.scope, own, &Narrow::default(), account).await?;
    warnings.extend(targets.refused.iter().map(ToString::to_string));
    let mut resources = Vec::new();
    for found in look::look(config, &catalog, targets.entered).await {
        let errors = found.fleet.failed.iter();
        warnings.extend(errors.map(|err| format!("{}: {}", found.target.region, err.summary())));
        let windows: Rc<[_]> = found.windows.into();
        resources.extend(found.fleet.resources.into_iter().map(|resource| Listed {
            target: found.target.clone(),
            windows: Rc::clone(&windows),
            resource,
        }));
    }
    let about = forecast::About { catalog: &catalog, prices: &prices, interval: config.interval };
    json(&forecast::account(&resources, about, span, warnings))
}
