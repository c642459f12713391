//! Events as EventBridge, people and programs send them.

use serde_json::json;

use super::*;

const CLOCK: &str = "2026-06-01T09:00:30Z";

const RULES: Rules<'_> = Rules {
    requests: &["explain", "lint"],
    has_run: true,
    has_targets: true,
    dry_run: false,
    clock: Clock::System,
    stale_after: SignedDuration::from_mins(5),
};

fn ask(event: &Value, rules: &Rules<'_>) -> anyhow::Result<Event> {
    read(event, rules, CLOCK.parse().unwrap())
}

#[track_caller]
fn understood(event: &Value) -> Event {
    ask(event, &RULES).expect("it is understood")
}

#[track_caller]
fn refuses(event: &Value, expected: &str) {
    let err = ask(event, &RULES).expect_err("it is wrong");
    assert_eq!(format!("{err:#}"), expected);
}

fn scheduled(time: &str) -> Value {
    json!({
        "version": "0", "id": "1", "account": "111111111111", "region": "eu-west-1",
        "detail-type": "Scheduled Event", "source": "aws.events", "time": time,
        "resources": ["arn:aws:events:eu-west-1:111111111111:rule/tick"], "detail": {},
    })
}

#[test]
fn a_fresh_event_says_what_time_it_is() {
    let event = understood(&scheduled("2026-06-01T09:00:00Z"));
    assert_eq!(event.now.to_string(), "2026-06-01T09:00:00Z");
    assert!(!event.dry_run && event.request.is_none());
}

#[test]
fn defect_l9_the_newer_scheduler_of_eventbridge_is_understood() {
    let mut event = scheduled("2026-06-01T09:00:00Z");
    event["source"] = json!("aws.scheduler");
    event["detail"] = json!("{}");
    assert_eq!(understood(&event).now.to_string(), "2026-06-01T09:00:00Z");
}

#[test]
fn a_late_retry_runs_by_the_clock() {
    assert_eq!(understood(&scheduled("2026-06-01T08:00:00Z")).now.to_string(), CLOCK);
    assert_eq!(understood(&scheduled("2026-06-01T10:00:00Z")).now.to_string(), CLOCK);
}

#[test]
fn a_simulation_runs_by_its_events() {
    let rules = Rules { clock: Clock::Event, ..RULES };
    let event = ask(&scheduled("2031-01-01T00:00:00Z"), &rules).unwrap();
    assert_eq!(event.now.to_string(), "2031-01-01T00:00:00Z");
}

#[test]
fn defect_h6_a_scheduled_event_honours_the_fields_beside_its_own() {
    let mut event = scheduled("2026-06-01T09:00:00Z");
    event["dry_run"] = json!(true);
    event["regions"] = json!(["eu-west-1"]);
    let event = understood(&event);
    assert!(event.dry_run);
    assert_eq!(event.narrow.regions, Some(vec!["eu-west-1".to_owned()]));
    let mut event = scheduled("2026-06-01T09:00:00Z");
    event["dryrun"] = json!(true);
    refuses(&event, "unknown field `dryrun`, did you mean `dry_run`?");
}

#[test]
fn another_moment_is_only_for_a_dry_run() {
    let dry = understood(&json!({"dry_run": true, "now": "2026-12-25T10:00:00Z"}));
    assert_eq!((dry.now.to_string().as_str(), dry.dry_run), ("2026-12-25T10:00:00Z", true));
    refuses(
        &json!({"now": "2026-12-25T10:00:00Z"}),
        "`now` is accepted only together with `\"dry_run\": true`",
    );
    let err = ask(&json!({"dry_run": true, "now": "noon"}), &RULES).unwrap_err();
    assert!(err.to_string().starts_with("`now` is `noon`, which is wrong: "), "{err}");
}

#[test]
fn a_deployment_that_only_plans_cannot_be_talked_into_acting() {
    let rules = Rules { dry_run: true, ..RULES };
    assert!(ask(&json!({"dry_run": false}), &rules).unwrap().dry_run);
    assert!(ask(&scheduled("2026-06-01T09:00:00Z"), &rules).unwrap().dry_run);
}

#[test]
fn a_request_is_one_field_with_an_object() {
    let event = understood(&json!({"explain": {"schedule": "x"}, "dry_run": true}));
    assert_eq!(event.request, Some(("explain", json!({"schedule": "x"}))));
    assert!(event.dry_run);
    assert_eq!(understood(&json!({})).request, None);
    refuses(
        &json!({"explain": {}, "lint": {}}),
        "`explain` and `lint` are two requests: ask one at a time",
    );
    refuses(&json!({"explain": "x"}), "`explain` is not an object such as {\"explain\": {}}");
}

#[test]
fn what_is_not_understood_is_refused_by_name() {
    refuses(&json!([]), "the event is not a JSON object");
    refuses(&json!({"dry_run": null}), "`dry_run` is null: leave it out or give it a value");
    refuses(&json!({"lint": null}), "`lint` is null: leave it out or give it a value");
    refuses(&json!({"dry_run": "yes"}), "`dry_run` is neither true nor false");
    refuses(&json!({"regions": []}), "`regions` is empty: leave it out for all of them");
    refuses(&json!({"Records": []}), "unknown field `Records`");
    let mut event = scheduled("2026-06-01T09:00:00Z");
    event["source"] = json!("aws.ec2");
    refuses(&event, "an event `Scheduled Event` of `aws.ec2` is not for this function");
}

#[test]
fn a_function_without_a_normal_run_is_asked_for_something() {
    let rules = Rules { has_run: false, has_targets: false, ..RULES };
    let refusal = |event| format!("{:#}", ask(&event, &rules).unwrap_err());
    assert_eq!(refusal(json!({})), "the event asks for nothing: give one of `explain`, `lint`");
    assert_eq!(refusal(json!({"regions": ["x"]})), "unknown field `regions`");
}
