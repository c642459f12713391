//! What the function told about one run, read from its answer or, where it failed, from its log.
//! Believes nothing else: what is not there is an error.

use std::collections::BTreeMap;

use anyhow::{Context as _, bail};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::lambda::{Invocation, Outcome};

/// One run, with resources by the names that people gave them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    pub at: Timestamp,
    /// What the invocation failed with, so that Lambda's alarm rings.
    pub error: Option<String>,
    pub actions: Vec<Line>,
    pub failed: Vec<Line>,
    pub skipped: Vec<Line>,
    pub warnings: Vec<Line>,
}

/// One resource, and what was done with it or said about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub(super) struct Line {
    /// `start`, `stop`, ..., for an action.
    #[serde(rename = "do", default)]
    pub change: String,
    pub resource: String,
    pub because: String,
}

#[derive(Debug, Deserialize)]
struct Report {
    targets: Vec<Target>,
    #[serde(default)]
    warnings: Vec<String>,
    #[serde(default)]
    failed: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Target {
    actions: Vec<Line>,
    #[serde(default)]
    skipped: Vec<Line>,
    #[serde(default)]
    failed: Vec<Line>,
    #[serde(default)]
    warnings: Vec<Line>,
}

/// Reads the run at `at`. `names` are the resources' names by their ids.
pub(super) fn run(
    at: Timestamp,
    invocation: &Invocation,
    names: &BTreeMap<String, String>,
) -> anyhow::Result<Run> {
    let (report, error) = match &invocation.outcome {
        Outcome::Answer(answer) => (answer.clone(), None),
        Outcome::Error { error_type, message } => {
            let report = logged(&invocation.logs).with_context(|| {
                format!("the run at {at} failed without a report: {error_type}: {message}")
            })?;
            (report, Some(format!("{error_type}: {message}")))
        }
        other => bail!("the run at {at} gave no answer: {other:?}\n{}", invocation.logs.join("\n")),
    };
    let report: Report = serde_json::from_value(report)
        .with_context(|| format!("the report of the run at {at} is not understood"))?;
    let Report { targets, warnings, failed } = report;
    let general = |text| Line { change: String::new(), resource: "all".to_owned(), because: text };
    let mut run = Run {
        at,
        error,
        actions: Vec::new(),
        failed: failed.into_iter().map(general).collect(),
        skipped: Vec::new(),
        warnings: warnings.into_iter().map(general).collect(),
    };
    for Target { actions, skipped, failed, warnings } in targets {
        run.actions.extend(actions);
        run.skipped.extend(skipped);
        run.failed.extend(failed);
        run.warnings.extend(warnings);
    }
    let Run { at: _, error: _, actions, failed, skipped, warnings } = &mut run;
    for line in [actions, failed, skipped, warnings].into_iter().flatten() {
        line.name(names);
    }
    Ok(run)
}

impl Line {
    /// People know resources by their names, also in `waits for i-0...`.
    fn name(&mut self, names: &BTreeMap<String, String>) {
        for (id, name) in names {
            if self.resource == *id {
                self.resource.clone_from(name);
            }
            if self.because.contains(id) {
                self.because = self.because.replace(id, name);
            }
        }
    }
}

/// A failed invocation has no answer, so its report is in the log.
fn logged(logs: &[String]) -> anyhow::Result<Value> {
    let mut lines = logs.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let report = lines.find_map(|mut line| line.get_mut("report").map(Value::take));
    report.with_context(|| format!("no report in the log:\n{}", logs.join("\n")))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;

    fn read(outcome: Outcome, logs: &[&str]) -> anyhow::Result<Run> {
        let invocation = Invocation {
            request_id: "1".to_owned(),
            outcome,
            logs: logs.iter().map(|&line| line.to_owned()).collect(),
            duration: Duration::ZERO,
            init: None,
            peak_memory_bytes: None,
        };
        let names = BTreeMap::from([("i-1".to_owned(), "web".to_owned())]);
        run("2026-11-23T07:00:00Z".parse().unwrap(), &invocation, &names)
    }

    fn report() -> Value {
        json!({"targets": [{
            "actions": [{"do": "start", "kind": "instance", "resource": "i-1", "because": "office"}],
            "skipped": [{"resource": "db", "because": "waits for i-1 (shop 2)"}],
        }]})
    }

    #[test]
    fn an_answer_is_read_with_names_for_ids() {
        let run = read(Outcome::Answer(report()), &[]).unwrap();
        assert_eq!((&*run.actions[0].change, &*run.actions[0].resource), ("start", "web"));
        assert_eq!(run.skipped[0].because, "waits for web (shop 2)");
        assert_eq!(run.error, None);
    }

    #[test]
    fn the_report_of_a_failed_run_is_in_its_log() {
        let failed =
            Outcome::Error { error_type: "Aws.Denied".to_owned(), message: "no".to_owned() };
        let line = json!({"level": "INFO", "report": report()}).to_string();
        let run = read(failed.clone(), &["not JSON", &line]).unwrap();
        assert_eq!(run.error.as_deref(), Some("Aws.Denied: no"));
        assert_eq!(run.actions.len(), 1);
        let err = format!("{:#}", read(failed, &["not JSON"]).unwrap_err());
        assert!(err.contains("failed without a report: Aws.Denied: no"), "{err}");
    }

    #[test]
    fn a_run_without_an_answer_is_an_error_with_its_log() {
        let err = read(Outcome::TimedOut, &["last words"]).unwrap_err();
        assert!(err.to_string().ends_with("TimedOut\nlast words"), "{err}");
    }
}
