//! The shared vectors through the real binary, as questions that bring their schedule. None of them
//! costs a call to AWS. What they mean is said beside the evaluator.

use std::collections::BTreeSet;

use super::*;

/// Asks about every vector of a section, and tells which answers are not the expected ones.
#[track_caller]
fn check_all(section: &str, answer: impl Fn(&Account, &Value) -> (String, String)) {
    let vectors: Value = serde_json::from_str(include_str!(
        "../../../functions/instance-scheduler/vectors/scheduler.json"
    ))
    .unwrap();
    let account = Account::new(MONDAY, |_, _| ());
    let section = vectors[section].as_array().unwrap();
    assert!(!section.is_empty());
    let mut wrong = Vec::new();
    for vector in section {
        let (answer, expected) = answer(&account, vector);
        if answer != expected {
            wrong.push(format!("{}: {answer}, expected {expected}", vector["id"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(account.aws.log().total(), 0, "{:?}", account.aws.log().operations());
}

/// The answer to a question that must have one.
fn ask(account: &Account, question: &Value) -> Value {
    account.function.invoke(question).answer().clone()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[test]
fn evaluates_as_aws_instance_scheduler_where_that_is_right() {
    check_all("aws_evaluate", |account, vector| {
        let question = json!({ "schedule": vector["schedule"], "at": vector["at_utc"] });
        let answer = ask(account, &json!({ "explain": question }));
        let state = text(&answer["state"]);
        if let Some(correct) = vector.get("correct_state") {
            return (state, text(correct));
        }
        let because = answer["because"].as_str().unwrap();
        let period = because
            .strip_prefix("period ")
            .or_else(|| because.starts_with("override_status").then_some("override_status"));
        let expected = &vector["expect"];
        (
            format!("{state} {period:?} {:?}", answer["instance_type"].as_str()),
            format!(
                "{} {:?} {:?}",
                text(&expected["state"]),
                expected["active_period"].as_str(),
                expected["instance_type"].as_str()
            ),
        )
    });
}

/// The vectors in which no maintenance window is active: a question has none.
#[test]
fn defines_what_nobody_else_has() {
    check_all("proposed", |account, vector| {
        let expected = text(&vector["expect"]["state"]);
        if vector["maintenance_window_active"] == true {
            return (expected.clone(), expected);
        }
        let mut question = json!({ "schedule": vector["schedule"], "at": vector["at_utc"] });
        if let Some(tag) = vector.get("instance_override") {
            let until = tag["until"].as_str().map(|until| format!(" until {until}"));
            let until = until.unwrap_or_default();
            question["override"] = format!("{}{until}", text(&tag["state"])).into();
        }
        let answer = ask(account, &json!({ "explain": question }));
        (text(&answer["state"]), expected)
    });
}

#[test]
fn reads_recurrences_as_aws_instance_scheduler_where_that_is_right() {
    check_all("aws_recurrence_grammar", |account, vector| {
        let field = vector["field"].as_str().unwrap();
        let month = vector["month"].as_str();
        let (from, until) = match month {
            Some(month) => {
                let first: jiff::civil::Date = format!("{month}-01").parse().unwrap();
                (first, first.last_of_month().tomorrow().unwrap())
            }
            None => ("2026-01-01".parse().unwrap(), "2027-01-01".parse().unwrap()),
        };
        let schedule = json!({
            "timezone": "UTC",
            "periods": [{ "name": "whole days", field: vector["expr"] }],
        });
        let question = json!({
            "schedule": schedule, "from": from.to_string(), "until": until.to_string(),
        });
        let invocation = account.function.invoke(&json!({ "preview": question }));
        let expected = vector.get("correct").unwrap_or(&vector["expect"]).to_string();
        if let Some(("BadEvent", _)) = failure(&invocation) {
            return ("\"error\"".to_owned(), expected);
        }
        let forecast = invocation.answer();
        let running: BTreeSet<i8> = from
            .series(jiff::Span::new().days(1))
            .take_while(|date| *date < until)
            .filter(|date| state_on(forecast, *date) == "running")
            .map(|date| if month.is_some() { date.day() } else { date.month() })
            .collect();
        (json!(running).to_string(), expected)
    });
}

/// What a forecast says of the midnight that begins a date.
fn state_on(forecast: &Value, date: jiff::civil::Date) -> &str {
    let midnight = format!("{date}T00:00:00Z");
    let transitions = forecast["transitions"].as_array().unwrap();
    let last = transitions.iter().rfind(|change| change["at"].as_str().unwrap() <= &*midnight);
    last.unwrap_or(forecast)["state"].as_str().unwrap()
}

#[test]
fn running_time_is_counted_in_real_seconds() {
    check_all("aws_usage_estimate", |account, vector| {
        let date: jiff::civil::Date = vector["local_date"].as_str().unwrap().parse().unwrap();
        let question = json!({
            "schedule": { "timezone": vector["timezone"], "periods": vector["periods"] },
            "from": date.to_string(),
            "until": date.tomorrow().unwrap().to_string(),
        });
        let answer = ask(account, &json!({ "preview": question }));
        let seconds = answer["running_hours"].as_f64().unwrap() * 3600.0;
        let expected = vector["true_running_seconds"].as_f64().unwrap();
        (seconds.to_string(), expected.to_string())
    });
}
