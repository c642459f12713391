//! Tells others what a run did: one event with the actions, and a digest when something failed.

use aws_config::SdkConfig;
use serde_json::{Value, json};
use shared::error::{AwsError, AwsResultExt as _};

use crate::{
    config::Config,
    report::{Line, Report, TargetReport},
};

/// `PutEvents` takes 256 KB and 10 entries a call
/// (<https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html>). An entry of
/// this many lines stays far below that, because reasons are cut.
const LINES_PER_EVENT: usize = 100;
const EVENTS_PER_CALL: usize = 10;
/// Leaves room for what AWS counts besides the details.
const BYTES_PER_CALL: usize = 240 * 1024;

/// SNS refuses longer subjects.
const MAX_SUBJECT_CHARS: usize = 100;
/// A digest of more lines is not read.
const LINES_PER_DIGEST: usize = 50;

/// Returns what could not be told.
pub async fn announce(config: &Config, own: &SdkConfig, report: &Report) -> Vec<AwsError> {
    let mut errors = Vec::new();
    let details = details(report);
    if let (Some(bus), false) = (&config.event_bus, details.is_empty()) {
        errors.extend(put_events(own, bus, &details).await.err());
    }
    if let (Some(topic), true) = (&config.alert_topic, report.counts.failed > 0) {
        errors.extend(publish(own, topic, report).await.err());
    }
    errors
}

/// The details of the events: nothing done and nothing failed is nothing to tell.
fn details(report: &Report) -> Vec<Value> {
    let mut details = Vec::new();
    for target in &report.targets {
        let TargetReport { account, region, counts, actions, failed, .. } = target;
        let lines: Vec<(&str, &Line)> = actions
            .iter()
            .map(|line| ("actions", line))
            .chain(failed.iter().map(|line| ("failed", line)))
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

async fn put_events(own: &SdkConfig, bus: &str, details: &[Value]) -> Result<(), AwsError> {
    use aws_sdk_eventbridge::types::PutEventsRequestEntry;
    const OPERATION: &str = "events:PutEvents";
    let events = aws_sdk_eventbridge::Client::new(own);
    let details: Vec<String> = details.iter().map(Value::to_string).collect();
    let mut rest = details.as_slice();
    while !rest.is_empty() {
        let (chunk, later) = rest.split_at(n_in_one_call(rest));
        rest = later;
        let entries = chunk.iter().map(|detail| {
            PutEventsRequestEntry::builder()
                .event_bus_name(bus)
                .source("caretaker.instance-scheduler")
                .detail_type("Instance Scheduler Run")
                .detail(detail)
                .build()
        });
        let call = events.put_events().set_entries(Some(entries.collect()));
        let output = call.send().await.during(OPERATION)?;
        // A refused entry comes inside a `200 OK`.
        let entries = output.entries.unwrap_or_default();
        if let Some(entry) = entries.iter().find(|entry| entry.error_code.is_some()) {
            let code = entry.error_code().unwrap_or_default();
            return Err(AwsError::new(OPERATION, code, entry.error_message().unwrap_or_default()));
        }
    }
    Ok(())
}

/// How many of the next details fit into one call; at least one.
fn n_in_one_call(details: &[String]) -> usize {
    let mut n_bytes = 0;
    let fitting = details.iter().take(EVENTS_PER_CALL).take_while(|detail| {
        n_bytes += detail.len();
        n_bytes <= BYTES_PER_CALL
    });
    fitting.count().max(1)
}

async fn publish(own: &SdkConfig, topic: &str, report: &Report) -> Result<(), AwsError> {
    let (subject, message) = digest(report);
    // A topic in another region is published to there.
    let region = topic.split(':').nth(3).unwrap_or_default();
    let sns = aws_sdk_sns::Client::new(&shared::aws::in_region(own, region));
    let call = sns.publish().topic_arn(topic).subject(subject).message(message);
    call.send().await.during("sns:Publish").map(drop)
}

/// One message for all failures of a run.
fn digest(report: &Report) -> (String, String) {
    let n_failed = report.counts.failed;
    let subject = format!("instance-scheduler: {n_failed} failed at {}", report.now);
    let mut lines: Vec<String> = report.failed.clone();
    for target in &report.targets {
        let account = target.account.as_deref().unwrap_or("own account");
        lines.extend(target.failed.iter().map(|line| {
            let Line { change, kind: _, resource, because } = line;
            let change = change.as_deref().unwrap_or("problem");
            format!("{account} {}: {change} {resource}: {because}", target.region)
        }));
    }
    let n_more = lines.len().saturating_sub(LINES_PER_DIGEST);
    lines.truncate(LINES_PER_DIGEST);
    if n_more > 0 {
        lines.push(format!("and {n_more} more: see the function's log"));
    }
    (subject.chars().take(MAX_SUBJECT_CHARS).collect(), lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_full_at_ten_events_or_at_its_size() {
        let details = |n_bytes: usize| vec!["x".repeat(n_bytes); 20];
        assert_eq!(n_in_one_call(&details(10)), 10);
        assert_eq!(n_in_one_call(&details(60 * 1024)), 4);
        assert_eq!(n_in_one_call(&details(BYTES_PER_CALL + 1)), 1);
    }
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
    fn a_digest_is_one_message_however_many_failed() {
        let (subject, message) = digest(&report(0, 60));
        assert_eq!(subject, "instance-scheduler: 60 failed at 2026-06-01T09:00:00Z");
        assert_eq!(message.lines().count(), LINES_PER_DIGEST + 1);
        assert_eq!(
            message.lines().next(),
            Some("own account eu-west-1: start i-f0: period office")
        );
        assert_eq!(message.lines().last(), Some("and 10 more: see the function's log"));
    }
}
