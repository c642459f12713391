//! CloudWatch metrics in the embedded metric format: a line on standard output, no API call.
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use std::io::{self, Write as _};

use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// CloudWatch takes at most this many metrics in one document.
const MAX_METRICS: usize = 100;

/// The unit of a metric, as CloudWatch names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Count,
    Milliseconds,
    /// CloudWatch has no hours.
    None,
}

/// Metrics that share a namespace and dimensions.
#[derive(Debug)]
pub struct Metrics {
    namespace: &'static str,
    dimensions: Vec<(&'static str, String)>,
    values: Vec<(&'static str, Unit, f64)>,
}

impl Metrics {
    pub fn new(namespace: &'static str) -> Self {
        Self { namespace, dimensions: Vec::new(), values: Vec::new() }
    }

    #[must_use]
    pub fn dimension(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.dimensions.push((name, value.into()));
        self
    }

    #[must_use]
    pub fn metric(mut self, name: &'static str, unit: Unit, value: f64) -> Self {
        self.values.push((name, unit, value));
        self
    }

    /// One JSON document per hundred metrics.
    pub fn documents(&self, now: Timestamp) -> Vec<Value> {
        let Self { namespace, dimensions, values } = self;
        let names: Vec<&str> = dimensions.iter().map(|(name, _)| *name).collect();
        let document = |metrics: &[(&'static str, Unit, f64)]| {
            let definitions: Vec<Value> = metrics
                .iter()
                .map(|(name, unit, _)| json!({ "Name": name, "Unit": format!("{unit:?}") }))
                .collect();
            let mut document = Map::new();
            document.insert(
                "_aws".to_owned(),
                json!({
                    "Timestamp": now.as_millisecond(),
                    "CloudWatchMetrics": [{
                        "Namespace": namespace,
                        "Dimensions": [names],
                        "Metrics": definitions,
                    }],
                }),
            );
            document
                .extend(dimensions.iter().map(|(name, value)| ((*name).to_owned(), json!(value))));
            document
                .extend(metrics.iter().map(|(name, _, value)| ((*name).to_owned(), json!(value))));
            Value::Object(document)
        };
        values.chunks(MAX_METRICS).map(document).collect()
    }

    /// Writes the documents to standard output. Losing a metric must not fail the work it
    /// measures, so a closed output is ignored.
    pub fn emit(&self, now: Timestamp) {
        let mut out = io::stdout().lock();
        for document in self.documents(now) {
            let _ = writeln!(out, "{document}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_defines_what_it_carries() {
        let now = "2026-06-01T09:00:00Z".parse().unwrap();
        let metrics = Metrics::new("Caretaker").dimension("Function", "instance-scheduler").metric(
            "Started",
            Unit::Count,
            3.0,
        );
        assert_eq!(
            metrics.documents(now),
            [json!({
                "_aws": {
                    "Timestamp": 1_780_304_400_000_i64,
                    "CloudWatchMetrics": [{
                        "Namespace": "Caretaker",
                        "Dimensions": [["Function"]],
                        "Metrics": [{ "Name": "Started", "Unit": "Count" }],
                    }],
                },
                "Function": "instance-scheduler",
                "Started": 3.0,
            })]
        );
    }

    #[test]
    fn more_than_a_hundred_metrics_are_split() {
        let mut metrics = Metrics::new("Caretaker");
        for _ in 0..101 {
            metrics = metrics.metric("Started", Unit::Count, 1.0);
        }
        assert_eq!(metrics.documents(Timestamp::UNIX_EPOCH).len(), 2);
    }
}
