//! Tells others what a run did: one event with the actions, and a digest when something new failed,
//! or once a day while something does.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::PoisonError,
};

use aws_config::SdkConfig;
use jiff::{SignedDuration, Timestamp, tz::Offset};
use serde_json::{Value, json};
use shared::{announce, error::AwsError};

use crate::{
    App,
    event::Run,
    report::{Failure, Line, Report, TargetReport},
};

/// An entry of this many lines stays far below the size that the bus takes, because reasons are cut.
const LINES_PER_EVENT: usize = 100;

/// Returns the notifications that failed.
pub(crate) async fn announce(
    app: &App,
    own: &SdkConfig,
    report: &Report,
    run: &Run,
) -> Vec<AwsError> {
    let App { config, told, .. } = app;
    let mut errors = Vec::new();
    let details = details(report);
    if let (Some(bus), false) = (&config.event_bus, details.is_empty()) {
        let (source, detail_type) = ("caretaker.instance-scheduler", "Instance Scheduler Run");
        errors.extend(announce::put_events(own, bus, source, detail_type, &details).await.err());
    }
    let is_worth_it = {
        let failures: BTreeSet<String> = report.failures.keys().cloned().collect();
        let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
        let is_worth_it = is_worth_a_digest(&report.failures, &told, run.now, config.interval);
        if run.is_whole() {
            *told = failures;
        } else {
            told.extend(failures);
        }
        is_worth_it
    };
    if let (Some(topic), true) = (&config.alert_topic, is_worth_it) {
        let (subject, lines) = digest(report);
        errors.extend(announce::publish(own, topic, &subject, lines).await.err());
    }
    errors
}

/// Whether something failed that did not in the last run, or it is the first run of a day.
fn is_worth_a_digest(
    failures: &BTreeMap<String, Failure>,
    told: &BTreeSet<String>,
    now: Timestamp,
    interval: SignedDuration,
) -> bool {
    let date = |at: Timestamp| Offset::UTC.to_datetime(at).date();
    let is_new_day = now.checked_sub(interval).is_ok_and(|last| date(last) != date(now));
    let is_new = |(what, failure): (&String, &Failure)| match failure {
        Failure::New => !told.contains(what),
        Failure::Known => false,
    };
    (is_new_day && !failures.is_empty()) || failures.iter().any(is_new)
}

/// The details of the events: nothing done and nothing failed is nothing to tell.
fn details(report: &Report) -> Vec<Value> {
    let mut details = Vec::new();
    for target in &report.targets {
        let TargetReport { account, region, counts, actions, failed, .. } = target;
        let lines: Vec<(&str, &Line)> = actions
            .listed()
            .iter()
            .map(|line| ("actions", line))
            .chain(failed.listed().iter().map(|line| ("failed", line)))
            .collect();
        details.extend(lines.chunks(LINES_PER_EVENT).map(|chunk| {
            let of = |name| -> Vec<&Line> {
                let lines = chunk.iter().filter(|(list, _)| *list == name);
                lines.map(|(_, line)| *line).collect()
            };
            json!({
                "now": report.now,
                "account": account,
                "region": region,
                "counts": counts,
                "actions": of("actions"),
                "failed": of("failed"),
            })
        }));
    }
    details
}

/// The subject and the lines of one message for all failures of a run.
fn digest(report: &Report) -> (String, Vec<String>) {
    let n_failed = report.counts.failed;
    let subject = format!("instance-scheduler: {n_failed} failed at {}", report.now);
    let mut lines: Vec<String> = report.failed.clone();
    for target in &report.targets {
        let account = target.account.as_deref().unwrap_or("own account");
        lines.extend(target.failed.listed().iter().map(|line| {
            let Line { change, kind: _, resource, name, because } = line;
            let change = change.as_deref().unwrap_or("problem");
            let name = name.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
            format!("{account} {}: {change} {resource}{name}: {because}", target.region)
        }));
    }
    (subject, lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Counts;

    fn line(resource: &str) -> Line {
        Line {
            change: Some("start".to_owned()),
            kind: Some("instance"),
            resource: resource.to_owned(),
            name: None,
            because: "period office".to_owned(),
        }
    }

    fn report(n_actions: usize, n_failed: usize) -> Report {
        let target = TargetReport {
            region: "eu-west-1".to_owned(),
            actions: (0..n_actions).map(|i| line(&format!("i-{i}"))).collect(),
            failed: (0..n_failed).map(|i| line(&format!("i-f{i}"))).collect(),
            ..TargetReport::default()
        };
        let counts = Counts { failed: n_failed, ..Counts::default() };
        Report {
            now: "2026-06-01T09:00:00Z".to_owned(),
            counts,
            targets: vec![target],
            ..Report::default()
        }
    }

    #[test]
    fn nothing_done_is_nothing_to_tell() {
        assert!(details(&report(0, 0)).is_empty());
    }

    #[test]
    fn many_actions_are_split_into_events_below_the_limit() {
        let details = details(&report(150, 60));
        assert_eq!(details.len(), 3);
        assert_eq!(details[1]["actions"].as_array().map(Vec::len), Some(50));
        assert_eq!(details[1]["failed"].as_array().map(Vec::len), Some(50));
        assert!(details.iter().all(|detail| detail.to_string().len() < 25_000));
    }

    #[test]
    fn a_digest_has_a_line_per_failure() {
        let (subject, lines) = digest(&report(0, 2));
        assert_eq!(subject, "instance-scheduler: 2 failed at 2026-06-01T09:00:00Z");
        assert_eq!(
            lines,
            [
                "own account eu-west-1: start i-f0: period office",
                "own account eu-west-1: start i-f1: period office",
            ]
        );
    }
}
