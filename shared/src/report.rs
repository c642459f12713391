//! What the answers of runs have in common: lists with a limit, and a log line that can be queried.
//! Knows no function.

use std::io::{self, Write as _};

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use tracing::Level;

/// A list names at most so many entries: Lambda's answer may have 6 MB, and no one reads more. The
/// counts beside it are always whole.
pub const LISTED: usize = 500;

/// CloudWatch cuts an event at 256 KiB, and a line that is cut is no JSON.
const MAX_LINE_BYTES: usize = 250 * 1024;

/// The entries of a report, of which the first [`LISTED`] are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lines<T> {
    listed: Vec<T>,
    n_left_out: usize,
}

impl<T> Default for Lines<T> {
    fn default() -> Self {
        Self { listed: Vec::new(), n_left_out: 0 }
    }
}

impl<T> Lines<T> {
    pub fn push(&mut self, line: T) {
        self.extend([line]);
    }

    pub fn is_empty(&self) -> bool {
        self.listed.is_empty()
    }

    /// How many entries are not listed.
    pub fn n_left_out(&self) -> usize {
        self.n_left_out
    }

    pub fn listed(&self) -> &[T] {
        &self.listed
    }
}

impl<T> Extend<T> for Lines<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, lines: I) {
        let mut lines = lines.into_iter();
        let room = LISTED - self.listed.len();
        self.listed.extend(lines.by_ref().take(room));
        self.n_left_out += lines.count();
    }
}

impl<T> FromIterator<T> for Lines<T> {
    fn from_iter<I: IntoIterator<Item = T>>(lines: I) -> Self {
        let mut listed = Self::default();
        listed.extend(lines);
        listed
    }
}

impl<T: Serialize> Serialize for Lines<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.listed.serialize(serializer)
    }
}

/// Logs a report as an object, so that Logs Insights can query its fields
/// (`filter report.counts.failed > 0`). `tracing` records texts and numbers only.
pub fn log(message: &str, request_id: &str, report: &impl Serialize, now: Timestamp) {
    if !tracing::enabled!(Level::INFO) {
        return;
    }
    // A closed output must not fail the work that it reports.
    let _ = writeln!(io::stdout().lock(), "{}", line(message, request_id, report, now));
}

fn line(message: &str, request_id: &str, report: &impl Serialize, now: Timestamp) -> String {
    let line = |report: Value| {
        json!({
            "timestamp": now.to_string(),
            "level": "INFO",
            "message": message,
            "requestId": request_id,
            "report": report,
        })
        .to_string()
    };
    let mut report = serde_json::to_value(report).unwrap_or_else(|err| json!(err.to_string()));
    let whole = line(report.clone());
    if whole.len() <= MAX_LINE_BYTES {
        return whole;
    }
    // The counts, and those of each target, say how much is missing here.
    without_lists(&mut report);
    line(report)
}

/// Empties the lists whose entries have no counts.
fn without_lists(value: &mut Value) {
    match value {
        Value::Object(fields) => fields.values_mut().for_each(without_lists),
        Value::Array(items) => {
            items.retain(|item| item.get("counts").is_some());
            items.iter_mut().for_each(without_lists);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => (),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_is_cut_and_counted() {
        let mut lines: Lines<usize> = (0..LISTED - 1).collect();
        lines.extend([1, 2, 3]);
        lines.push(4);
        assert_eq!((lines.listed().len(), lines.n_left_out()), (LISTED, 3));
    }

    #[test]
    fn a_report_is_logged_as_an_object_and_fits_into_a_line() {
        let now = "2026-06-01T09:00:00Z".parse().unwrap();
        let read = |report: &Value| -> Value {
            let line = line("2 failed", "1", report, now);
            assert!(line.len() <= MAX_LINE_BYTES);
            serde_json::from_str(&line).unwrap()
        };
        let short =
            json!({"counts": {"failed": 2}, "targets": [{"counts": {}, "failed": ["i-1"]}]});
        assert_eq!(read(&short)["report"], short);
        let long = json!({
            "counts": {"failed": 2},
            "targets": [{"counts": {"failed": 2}, "failed": vec!["x".repeat(1000); 500]}],
        });
        assert_eq!(
            read(&long)["report"],
            json!({"counts": {"failed": 2}, "targets": [{"counts": {"failed": 2}, "failed": []}]})
        );
    }
}
