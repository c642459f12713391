//! What a person asks at night about one resource, and lets the scheduler do.

use super::*;

const OFFICE: &str = "mon-fri 09:00-17:00";
const PROBLEM: &str = "caretaker:problem";
const EVENING: &str = "2026-06-01T17:00:00Z";

fn at(account: &Account, at: &str, mut question: Value) -> Invocation {
    account.aws.clock().set(at.parse().unwrap());
    question["now"] = json!(at);
    account.function.invoke(&question)
}

#[test]
fn one_resource_is_explained_by_its_id_or_its_arn() {
    let account = Account::new(MONDAY, |place, _| {
        let web = instance(1, OFFICE).tag("Name", "web-1").stopped();
        place.ec2.add(web.tag("caretaker:override", "stopped until 2026-06-01T18:00:00Z"));
    });
    account.tick(MONDAY).answer();
    account.aws.log().clear();
    let arn = format!("arn:aws:ec2:{REGION}:{HOME_ACCOUNT}:instance/{}", id(1));
    for name in [id(1), arn.clone()] {
        let question = json!({ "explain": { "resource": name } });
        let answer = at(&account, "2026-06-01T10:00:00Z", question).answer().clone();
        let expected = json!({
            "resource": id(1), "arn": arn, "kind": "instance", "name": "web-1",
            "account": HOME_ACCOUNT, "region": REGION,
            "tag": OFFICE, "schedule": OFFICE, "state": "stopped",
            "wanted": "running", "because": format!("period {OFFICE}"),
            "override": { "state": "stopped", "until": "2026-06-01T18:00:00Z", "holds": true },
            "handled": { "at": MONDAY, "action": "stop", "attempts": 0, "retry": null },
            "next": { "at": EVENING, "state": "stopped" },
            "would": { "do": "nothing", "because": "override stopped until 2026-06-01T18:00:00Z" },
            "problem": null, "warnings": [],
        });
        assert_eq!(answer, expected);
    }
    assert_eq!(account.changes(), [""; 0], "a question changes nothing");
}

#[test]
fn an_explanation_says_what_the_next_run_does() {
    let account = Account::new(EVENING, |place, now| {
        place.ec2.add(instance(1, OFFICE));
        place.ec2.add(instance(2, "ofice"));
        place.rds.add(rds::Instance::new("orders", "eu-west-1a").tag("Schedule", "never"));
        let text = "hibernate: true\nperiods: [{begintime: '09:00', endtime: '17:00'}]";
        document(place, "schedules/sleepy", text, now);
        place.ec2.add(instance(3, "sleepy").hibernation_configured());
    });
    let explained = |name: &str| {
        let question = json!({ "explain": { "resource": name } });
        at(&account, EVENING, question).answer().clone()
    };
    let would = |name: &str| explained(name)["would"]["do"].as_str().unwrap().to_owned();
    assert_eq!([would(&id(1)), would(&id(3)), would("orders")], ["stop", "hibernate", "stop"]);
    assert_eq!(explained("orders")["state"], "available");
    assert_eq!(explained("orders")["kind"], "database");
    assert_eq!(explained(&id(3))["schedule"], "sleepy");
    let misspelled = explained(&id(2));
    assert_eq!(
        (&misspelled["schedule"], &misspelled["would"]["do"]),
        (&json!(null), &json!("nothing"))
    );
    assert!(misspelled["problem"].as_str().unwrap().contains("unknown schedule"), "{misspelled}");
}

#[test]
fn what_nobody_schedules_is_told_from_what_is_not_there() {
    let account = Account::new(MONDAY, |place, _| {
        let mut stranger = instance(1, OFFICE);
        stranger.tags.remove("Schedule");
        place.ec2.add(stranger);
    });
    let question = json!({ "explain": { "resource": id(1) } });
    let answer = at(&account, MONDAY, question).answer().clone();
    assert_eq!((&answer["schedule"], &answer["state"]), (&json!(null), &json!("running")));
    let would = json!({ "do": "nothing", "because": "it has no tag Schedule" });
    assert_eq!(answer["would"], would);
    for name in ["i-0123456789abcdef0", "nothing"] {
        let unknown = at(&account, MONDAY, json!({ "explain": { "resource": name } }));
        let (error_type, message) = failure(&unknown).unwrap();
        assert_eq!(error_type, "Aws.NotFound", "{message}");
        assert!(message.contains(name), "{message}");
    }
}

#[test]
fn a_start_is_tried_again_at_once_when_a_person_asks() {
    let account = Account::new(MONDAY, |place, _| {
        let full = ("t3.micro".to_owned(), "eu-west-1a".to_owned());
        place.ec2.shortages.insert(full, ec2::Shortage::Refused);
        place.ec2.add(instance(1, OFFICE).stopped());
        place.ec2.add(instance(2, OFFICE).stopped().of_type("m5.large"));
    });
    for minute in ["00", "05", "15"] {
        assert!(failure(&account.tick(&format!("2026-06-01T09:{minute}:00Z"))).is_some());
    }
    account.place(|place, _| place.ec2.shortages.clear());
    account.aws.log().clear();
    account.aws.clock().set("2026-06-01T09:20:00Z".parse().unwrap());
    let event = json!({ "retry": { "resource": id(1) } });
    let run = account.function.invoke(&with_time(&event, "2026-06-01T09:20:00Z"));
    assert_eq!(lines(&run, "actions"), [format!("start {}: period {OFFICE}", id(1))]);
    assert_eq!(run.answer()["counts"]["managed"], 1);
    account.tick("2026-06-01T09:25:00Z").answer();
    assert_eq!((account.power(&id(1)), account.tag(&id(1), PROBLEM)), ("running", None));
}

/// The fields of a scheduled event beside those of a request: the harness takes the time from there.
fn with_time(request: &Value, time: &str) -> Value {
    let mut event = scheduled(time);
    event.as_object_mut().unwrap().extend(request.as_object().unwrap().clone());
    event
}

/// Thirty instances that run, long after their period has ended.
fn surprised() -> Account {
    Account::new("2026-06-01T20:00:00Z", |place, _| {
        for number in 1..=30 {
            place.ec2.add(instance(number, OFFICE));
        }
    })
}

#[test]
fn a_run_that_would_stop_too_much_stops_nothing_and_asks() {
    let account = surprised();
    let run = account.tick("2026-06-01T20:00:00Z");
    let (error_type, message) = failure(&run).unwrap();
    assert_eq!(error_type, "TooManyChanges", "{message}");
    let allowed = r#"{"allow":{"changes":30}}"#;
    assert!(message.contains("30 of 30 (100 %)") && message.contains(allowed), "{message}");
    assert!(message.contains(&id(10)) && message.contains("and 20 more"), "{message}");
    assert_eq!(account.changes(), [""; 0]);
    assert_eq!(lines(&run, "skipped").len(), 30);

    // A person allows it once, with the very words of the message.
    let allow: Value = serde_json::from_str(allowed).unwrap();
    let run = account.function.invoke(&with_time(&allow, "2026-06-01T20:05:00Z"));
    assert_eq!(run.answer()["counts"]["stopped"], 30);
}

#[test]
fn an_edge_that_everybody_waits_for_needs_no_permission() {
    let account = Account::new(EVENING, |place, now| {
        document(place, "schedules/shop", "expected: all\noverride_status: stopped", now);
        for number in 1..=30 {
            place.ec2.add(instance(number, OFFICE));
        }
        for number in 31..=99 {
            place.ec2.add(instance(number, "shop"));
        }
    });
    assert_eq!(account.tick(EVENING).answer()["counts"]["stopped"], 99);
}

#[test]
fn defect_m12_a_dry_run_of_some_lists_what_is_in_step() {
    let account = Account::new(MONDAY, |place, _| {
        place.ec2.add(instance(1, OFFICE));
        place.ec2.add(instance(2, "always"));
    });
    account.tick(MONDAY).answer();
    let dry = json!({ "dry_run": true, "schedule": OFFICE });
    let run = at(&account, "2026-06-01T09:05:00Z", dry);
    let in_step = format!("{}: in step: period {OFFICE}", id(1));
    assert_eq!(lines(&run, "skipped"), [in_step.as_str()]);
    let dry = json!({ "dry_run": true, "resource": id(1) });
    let run = at(&account, "2026-06-01T09:05:00Z", dry);
    assert_eq!(lines(&run, "skipped"), [in_step]);
    let (error_type, message) = {
        let run = account.function.invoke(&json!({ "resource": id(1) }));
        let (error_type, message) = failure(&run).unwrap();
        (error_type.to_owned(), message.to_owned())
    };
    assert_eq!(error_type, "BadEvent");
    assert!(message.contains("narrow a dry run only"), "{message}");
}
