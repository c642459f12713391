//! The shared vectors: what AWS Instance Scheduler answers, corrected where it is wrong, and what
//! nobody else has. They run the parsers and the evaluator only.

use std::str::FromStr as _;

use jiff::Timestamp;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use serde_json::Value;

use super::recurrence::{Monthdays, Months, Weekdays};
use super::{Override, Schedule, Situation, State, Window};

fn section(name: &str) -> Vec<Value> {
    let vectors: Value =
        serde_json::from_str(include_str!("../../vectors/scheduler.json")).unwrap();
    let section = vectors[name].as_array().unwrap().clone();
    assert!(!section.is_empty());
    section
}

fn at(value: &Value) -> Timestamp {
    value.as_str().unwrap().parse().unwrap()
}

/// The vectors whose answer is not the expected one, with both.
#[track_caller]
fn check_all(section_name: &str, answer: impl Fn(&Value) -> (String, String)) {
    let mut wrong = Vec::new();
    for vector in section(section_name) {
        let (answer, expected) = answer(&vector);
        if answer != expected {
            wrong.push(format!("{}: {answer}, expected {expected}", vector["id"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn evaluates_as_aws_instance_scheduler_where_that_is_right() {
    check_all("aws_evaluate", |vector| {
        let schedule = Schedule::read(&vector["schedule"], &TimeZone::UTC).unwrap();
        let verdict = Situation::of(&schedule).evaluate(at(&vector["at_utc"]));
        let expect = &vector["expect"];
        let Some(correct) = vector.get("correct_state") else {
            let period = match &verdict.because {
                super::Because::Period(name) => Some(*name),
                super::Because::OverrideStatus(_) => Some("override_status"),
                _ => None,
            };
            return (
                format!("{} {:?} {:?}", verdict.state, period, verdict.instance_type),
                format!(
                    "{} {:?} {:?}",
                    expect["state"].as_str().unwrap(),
                    expect["active_period"].as_str(),
                    expect["instance_type"].as_str()
                ),
            );
        };
        (verdict.state.to_string(), correct.as_str().unwrap().to_owned())
    });
}

#[test]
fn reads_recurrences_as_aws_instance_scheduler_where_that_is_right() {
    check_all("aws_recurrence_grammar", |vector| {
        let expected = vector.get("correct").unwrap_or(&vector["expect"]);
        let text = vector["expr"].as_str().unwrap();
        let matching = match vector["field"].as_str().unwrap() {
            "weekdays" => Weekdays::from_str(text).map(|it| days(vector, |date| it.contains(date))),
            "monthdays" => {
                Monthdays::from_str(text).map(|it| days(vector, |date| it.contains(date)))
            }
            _ => Months::from_str(text).map(|months| {
                let all = (1..=12).filter(|month| months.contains(date(2026, *month, 1)));
                all.collect()
            }),
        };
        let answer = matching.map_or(Value::from("error"), Value::from);
        (answer.to_string(), expected.to_string())
    });
}

fn days(vector: &Value, matches: impl Fn(Date) -> bool) -> Vec<i8> {
    let first: Date = format!("{}-01", vector["month"].as_str().unwrap()).parse().unwrap();
    let all = (1..=first.days_in_month()).map(|day| date(first.year(), first.month(), day));
    all.filter(|date| matches(*date)).map(Date::day).collect()
}

#[test]
fn maintenance_windows_are_active_from_their_lead_to_their_end() {
    check_all("aws_maintenance_windows", |vector| {
        let window = if vector["kind"] == "ssm" {
            let zone = TimeZone::get(vector["timezone"].as_str().unwrap()).unwrap();
            let number = |name: &str| u32::try_from(vector[name].as_u64().unwrap()).unwrap();
            let next = vector["next_execution"].as_str().unwrap();
            let interval = number("scheduler_interval_minutes");
            Window::ssm(next, &zone, number("duration_hours"), interval).unwrap()
        } else {
            let text = vector["preferred_maintenance_window"].as_str().unwrap();
            Window::rds(text).unwrap().unwrap()
        };
        let correct_from = vector.get("correct_active_from_utc").map(at);
        let mut answer = Vec::new();
        let mut expected = Vec::new();
        for (instants, is_active) in [("active_at_utc", true), ("inactive_at_utc", false)] {
            for instant in vector[instants].as_array().unwrap() {
                let is_early = correct_from.is_some_and(|from| at(instant) < from);
                answer.push(window.contains(at(instant)));
                expected.push(is_active && !is_early);
            }
        }
        if let Some(from) = correct_from {
            answer.push(window.contains(from));
            expected.push(true);
        }
        (format!("{answer:?}"), format!("{expected:?}"))
    });
}

#[test]
fn defines_what_nobody_else_has() {
    check_all("proposed", |vector| {
        let schedule = Schedule::read(&vector["schedule"], &TimeZone::UTC).unwrap();
        let overridden = vector.get("instance_override").and_then(|it| {
            let asks = it["state"].as_str().unwrap();
            Override::of(asks, it["until"].as_str(), &schedule.timezone).ok()
        });
        let active = [Window::Once { from: Timestamp::MIN, until: Timestamp::MAX }];
        let is_active = vector["maintenance_window_active"] == true;
        let windows: &[Window] = if is_active { &active } else { &[] };
        let overridden = overridden.as_ref();
        let situation = Situation { schedule: &schedule, overridden, windows };
        let state: State = situation.evaluate(at(&vector["at_utc"])).state;
        (state.to_string(), vector["expect"]["state"].as_str().unwrap().to_owned())
    });
}

#[test]
fn running_time_is_counted_in_real_seconds() {
    check_all("aws_usage_estimate", |vector| {
        let mut document = serde_json::Map::new();
        for field in ["timezone", "periods"] {
            document.insert(field.to_owned(), vector[field].clone());
        }
        let schedule = Schedule::read(&document.into(), &TimeZone::UTC).unwrap();
        let date: Date = vector["local_date"].as_str().unwrap().parse().unwrap();
        let midnight = |date: Date| date.to_zoned(schedule.timezone.clone()).unwrap().timestamp();
        let until = midnight(date.tomorrow().unwrap());
        let forecast = super::forecast(&Situation::of(&schedule), midnight(date), until);
        let expected = vector["true_running_seconds"].as_f64().unwrap();
        ((forecast.running_hours * 3600.0).to_string(), expected.to_string())
    });
}
