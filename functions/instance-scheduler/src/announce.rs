//! Tells others what a run did: one event with the actions, and a digest when something failed.

use aws_config::SdkConfig;
use serde_json::{Value, json};
use shared::{announce, error::AwsError};

use crate::{
    config::Config,
    report::{Line, Report, TargetReport},
};

/// An entry of this many lines stays far below the size that the bus takes, because reasons are cut.
const LINES_PER_EVENT: usize = 100;

/// Returns the notifications that failed.
pub async fn announce(config: &Config, own: &SdkConfig, report: &Report) -> Vec<AwsError> {
    let mut errors = Vec::new();
    let details = details(report);
    if let (Some(bus), false) = (&config.event_bus, details.is_empty()) {
        let (source, detail_type) = ("caretaker.instance-scheduler", "Instance Scheduler Run");
        errors.extend(announce::put_events(own, bus, source, detail_type, &details).await.err());
    }
    if let (Some(topic), true) = (&config.alert_topic, report.counts.failed > 0) {
        let (subject, lines) = digest(report);
        errors.extend(announce::publish(own, topic, &subject, lines).await.err());
    }
    errors
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
            let Line { change, kind: _, resource, because } = line;
            let change = change.as_deref().unwrap_or("problem");
            format!("{account} {}: {change} {resource}: {because}", target.region)
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
