//! Exports and what becomes of them. Every document is read and evaluated as a run would do it.

mod codes;
mod documents;
mod forms;
mod sizes;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{together::Imported, *};
use crate::schedule::{Catalog, Situation, Texts};

fn imported_as(from: &Value, named_periods: bool) -> anyhow::Result<Imported> {
    let request = Import::read(&json!({ "from": from, "named_periods": named_periods }))?;
    let deployment = Deployment {
        parameter_path: "/caretaker",
        time_zone: &TimeZone::UTC,
        interval: SignedDuration::from_mins(5),
        now: "2026-06-01T10:00:00Z".parse().unwrap(),
    };
    import(&request, &deployment)
}

#[track_caller]
fn imported(from: &Value) -> Imported {
    imported_as(from, false).unwrap()
}

/// What is lost, as `place code`.
fn lost(imported: &Imported) -> Vec<String> {
    let code = |code| serde_json::to_value(code).unwrap().as_str().unwrap().to_owned();
    imported.lost.iter().map(|lost| format!("{} {}", lost.place, code(lost.code))).collect()
}

/// The text of the only document.
#[track_caller]
fn only(imported: &Imported) -> &str {
    assert_eq!(imported.documents.len(), 1, "{imported:#?}");
    &imported.documents[0].text
}

/// A schedule of the table with one period of office hours, and what the test is about.
fn table(schedule: &Value, period: &Value) -> Value {
    let mut all = json!([
        {"type": "schedule", "name": "office", "timezone": "UTC", "periods": ["hours"]},
        {"type": "period", "name": "hours", "begintime": "9:00", "endtime": "17:00"},
    ]);
    for (item, more) in all.as_array_mut().unwrap().iter_mut().zip([schedule, period]) {
        for (name, value) in more.as_object().unwrap() {
            item[name] = value.clone();
        }
    }
    all
}

/// The states at these instants, of the only schedule.
fn states(imported: &Imported, instants: &[&str]) -> Vec<String> {
    let mut texts = Texts::default();
    for document in &imported.documents {
        let path = document.name.strip_prefix("/caretaker/").unwrap();
        let (folder, name) = path.split_once('/').unwrap();
        let folder = match folder {
            "schedules" => &mut texts.schedules,
            _ => &mut texts.periods,
        };
        folder.push((name.to_owned(), Ok(document.text.clone())));
    }
    let catalog = Catalog::read(TimeZone::UTC, texts);
    assert_eq!(catalog.problems(), [""; 0]);
    let (_, schedule) = catalog.schedules().next().unwrap();
    let state = |at: &&str| {
        let at: Timestamp = at.parse().unwrap();
        Situation::of(schedule).evaluate(at).state.to_string()
    };
    instants.iter().map(state).collect()
}
