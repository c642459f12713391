//! What people say by tags and documents: overrides, unknown schedules, `ignore`, enforcement, new
//! resources, missing calendars.

use super::*;

const OFFICE: &str = "mon-fri 09:00-17:00";
const OVERRIDE: &str = "caretaker:override";
const PROBLEM: &str = "caretaker:problem";

#[test]
fn an_override_acts_at_once_and_at_its_expiry() {
    let account = Account::new("2026-06-01T20:00:00Z", |place, _| {
        place.ec2.add(instance(1, OFFICE).stopped());
    });
    account.tick("2026-06-01T20:00:00Z").answer();

    account.set_tag(&id(1), OVERRIDE, "running until 2026-06-01T21:02:00Z");
    let run = account.tick("2026-06-01T20:05:00Z");
    let started = format!("start {}: override running until 2026-06-01T21:02:00Z", id(1));
    assert_eq!(lines(&run, "actions"), [started]);
    account.tick("2026-06-01T21:00:00Z").answer();
    assert_eq!(account.power(&id(1)), "running");

    // The schedule itself has no edge here.
    let run = account.tick("2026-06-01T21:05:00Z");
    assert_eq!(lines(&run, "actions"), [format!("stop {}: outside every period", id(1))]);
    assert_eq!(account.tag(&id(1), OVERRIDE), None);
}

#[test]
fn an_expired_override_is_removed_where_nothing_is_to_be_done() {
    let account = Account::new(MONDAY, |place, _| {
        let old = "running until 2026-05-01T00:00:00Z";
        place.ec2.add(instance(1, OFFICE).tag(OVERRIDE, old));
    });
    assert_eq!(lines(&account.tick(MONDAY), "actions"), [""; 0]);
    assert_eq!(account.tag(&id(1), OVERRIDE), None);
    account.aws.log().clear();
    account.tick("2026-06-01T09:05:00Z").answer();
    assert_eq!(account.changes(), [""; 0]);
}

#[test]
fn another_word_of_the_same_person_is_a_new_override() {
    let account = Account::new(MONDAY, |place, _| place.ec2.add(instance(1, OFFICE)));
    account.tick(MONDAY).answer();
    for (at, word, expected) in [
        ("2026-06-01T10:00:00Z", "stopped", "stop"),
        ("2026-06-01T11:00:00Z", "running until 2026-06-01T19:00", "start"),
        ("2026-06-01T12:00:00Z", "stopped until 2026-06-01T19:00", "stop"),
    ] {
        account.set_tag(&id(1), OVERRIDE, word);
        let actions = lines(&account.tick(at), "actions");
        assert!(actions[0].starts_with(expected), "{actions:?}");
    }
    account.set_tag(&id(1), OVERRIDE, "ignore");
    for at in ["2026-06-01T13:00:00Z", "2026-06-02T09:00:00Z", "2026-06-02T17:00:00Z"] {
        assert_eq!(lines(&account.tick(at), "actions"), [""; 0], "{at}");
    }
}

#[test]
fn an_override_that_cannot_be_read_is_reported_and_does_not_hold() {
    let account = Account::new(MONDAY, |place, _| {
        place.ec2.add(instance(1, OFFICE).stopped().tag(OVERRIDE, "stopped until next tuesday"));
    });
    let run = account.tick(MONDAY);
    assert_eq!(lines(&run, "actions"), [format!("start {}: period {OFFICE}", id(1))]);
    let problem = "the override does not hold: `next tuesday` is not a time such as";
    assert!(lines(&run, "warnings")[0].contains(problem), "{:#}", run.answer());
    assert!(account.tag(&id(1), PROBLEM).unwrap().starts_with("the override does not hold: "));

    account.set_tag(&id(1), OVERRIDE, "running");
    account.tick("2026-06-01T09:05:00Z").answer();
    assert_eq!(account.tag(&id(1), PROBLEM), None);
}

#[test]
fn an_unknown_schedule_is_reported_on_its_resource_only() {
    let account = Account::new(MONDAY, |place, now| {
        document(place, "schedules/office", OFFICE, now);
        place.ec2.add(instance(1, "ofice").stopped());
        place.ec2.add(instance(2, "office").stopped());
    });
    let run = account.tick(MONDAY);
    let problem = "unknown schedule `ofice`, did you mean `office`?";
    assert_eq!(lines(&run, "warnings"), [format!("{}: {problem}", id(1))]);
    assert_eq!(lines(&run, "actions"), [format!("start {}: period {OFFICE}", id(2))]);
    assert_eq!(account.power(&id(1)), "stopped");
    let tag = account.tag(&id(1), PROBLEM).unwrap();
    assert!(tag.contains("unknown schedule"), "{tag}");

    account.set_tag(&id(1), "Schedule", "office");
    account.tick("2026-06-01T09:05:00Z").answer();
    assert_eq!((account.power(&id(1)), account.tag(&id(1), PROBLEM)), ("pending", None));
}

#[test]
fn defect_h7_a_broken_document_that_somebody_follows_fails_the_run() {
    let account = Account::new(MONDAY, |place, now| {
        document(place, "schedules/broken", "periods: [{weekday: mon}]", now);
        place.ec2.add(instance(1, "broken"));
        place.ec2.add(instance(2, "never"));
    });
    let run = account.tick(MONDAY);
    let (error_type, message) = failure(&run).unwrap();
    assert_eq!(error_type, "Failed", "{message}");
    assert!(
        message.contains("schedule `broken` is broken") && message.contains("weekday"),
        "{message}"
    );
    assert_eq!(lines(&run, "warnings").len(), 1);
    assert_eq!(account.power(&id(1)), "running");
    assert_eq!(account.power(&id(2)), "stopping");
}

#[test]
fn what_is_to_be_ignored_is_left_alone() {
    let account = Account::new("2026-06-01T20:00:00Z", |place, _| {
        place.ec2.add(instance(1, "ignore"));
        place.ec2.add(instance(2, " Ignore "));
    });
    let run = account.tick("2026-06-01T20:00:00Z");
    assert_eq!(lines(&run, "skipped").len(), 2, "{:#}", run.answer());
    assert_eq!(account.changes(), [""; 0]);
}

#[test]
fn what_a_person_does_holds_until_the_next_edge() {
    let account = Account::new(MONDAY, |place, _| place.ec2.add(instance(1, OFFICE)));
    account.tick(MONDAY).answer();
    account.stop_by_hand(&id(1));
    for at in ["2026-06-01T10:00:00Z", "2026-06-01T16:55:00Z", "2026-06-01T17:00:00Z"] {
        assert_eq!(lines(&account.tick(at), "actions"), [""; 0], "{at}");
    }
    account.start_by_hand(&id(1));
    let run = account.tick("2026-06-01T20:00:00Z");
    assert_eq!(
        lines(&run, "skipped"),
        [format!("{}: started by hand: left alone until the next edge", id(1))]
    );
    // Tuesday's edge asks for what is already so; the one in the evening acts.
    assert_eq!(lines(&account.tick("2026-06-02T09:00:00Z"), "actions"), [""; 0]);
    assert_eq!(lines(&account.tick("2026-06-02T17:00:00Z"), "actions").len(), 1);
}

#[test]
fn what_is_enforced_is_undone_at_every_run() {
    let account = Account::new(MONDAY, |place, now| {
        let text = "enforced: true\nperiods: [{begintime: '09:00', endtime: '17:00'}]";
        document(place, "schedules/strict", text, now);
        place.ec2.add(instance(1, "strict"));
    });
    account.tick(MONDAY).answer();
    account.stop_by_hand(&id(1));
    let run = account.tick("2026-06-01T10:00:00Z");
    assert_eq!(lines(&run, "actions"), [format!("start {}: period 1", id(1))]);
    account.tick("2026-06-01T17:00:00Z").answer();
    account.aws.clock().set("2026-06-01T18:00:00Z".parse().unwrap());
    account.start_by_hand(&id(1));
    let run = account.tick("2026-06-01T18:05:00Z");
    assert_eq!(lines(&run, "actions"), [format!("stop {}: outside every period", id(1))]);
}

#[test]
fn what_a_person_started_before_its_period_is_retained() {
    let account = Account::new("2026-06-01T08:00:00Z", |place, now| {
        let text = "retain_running: true\nperiods: [{begintime: '09:00', endtime: '17:00'}]";
        document(place, "schedules/gentle", text, now);
        place.ec2.add(instance(1, "gentle").stopped());
        place.ec2.add(instance(2, "gentle").stopped());
    });
    account.tick("2026-06-01T08:00:00Z").answer();
    account.start_by_hand(&id(1));
    assert_eq!(lines(&account.tick(MONDAY), "actions").len(), 1);
    let run = account.tick("2026-06-01T17:00:00Z");
    assert_eq!(lines(&run, "actions"), [format!("stop {}: outside every period", id(2))]);
    assert_eq!(account.power(&id(1)), "running");
    // As long as it runs, as with AWS Instance Scheduler; stopped once, it is like any other.
    account.tick("2026-06-02T09:00:00Z").answer();
    assert_eq!(lines(&account.tick("2026-06-02T17:00:00Z"), "actions").len(), 1);
    account.stop_by_hand(&id(1));
    account.tick("2026-06-03T09:00:00Z").answer();
    assert_eq!(lines(&account.tick("2026-06-03T17:00:00Z"), "actions").len(), 2);
}

#[test]
fn what_is_new_is_stopped_when_its_grace_is_over() {
    let account = Account::new("2026-06-01T20:00:00Z", |place, now| {
        document(
            place,
            "schedules/kept",
            "stop_new_instances: false\noverride_status: stopped",
            now,
        );
        document(place, "schedules/slow", "grace: 1h\noverride_status: stopped", now);
        place.ec2.add(instance(1, OFFICE).launched(now));
        place.ec2.add(instance(2, "kept").launched(now));
        place.ec2.add(instance(3, "slow").launched(now));
    });
    let stopped = |at: &str| lines(&account.tick(at), "actions").join(", ");
    assert_eq!(stopped("2026-06-01T20:10:00Z"), "");
    assert_eq!(stopped("2026-06-01T20:15:00Z"), format!("stop {}: outside every period", id(1)));
    assert_eq!(stopped("2026-06-01T20:55:00Z"), "");
    assert_eq!(stopped("2026-06-01T21:00:00Z"), format!("stop {}: override_status stopped", id(3)));
    assert_eq!(account.power(&id(2)), "running");
}

#[test]
fn defect_h1_without_its_calendar_a_schedule_starts_and_stops_nothing() {
    let account = Account::new(MONDAY, |place, now| {
        let text = "calendars: [holidays]\nperiods: [{begintime: '09:00', endtime: '17:00'}]";
        document(place, "schedules/office", text, now);
        place.ec2.add(instance(1, "office").stopped());
        place.ec2.add(instance(2, "office"));
        place.ec2.add(instance(3, "always").stopped());
    });
    for calendar in
        [None, Some("[06-01, easter]"), Some("BEGIN:VCALENDAR\nnonsense\nEND:VCALENDAR")]
    {
        if let Some(text) = calendar {
            account.document("calendars/holidays", text);
        }
        let run = account.tick(MONDAY);
        let (error_type, message) = failure(&run).unwrap();
        assert_eq!(error_type, "Failed", "{message}");
        assert!(message.contains("schedule `office` is not whole: "), "{message}");
        assert_eq!(lines(&run, "skipped").len(), 2);
        let powers = [1, 2, 3].map(|number| account.power(&id(number)));
        assert_eq!(powers, ["stopped", "running", "pending"]);
    }
    account.document("calendars/holidays", "[06-01]");
    let run = account.tick("2026-06-01T09:05:00Z");
    assert!(lines(&run, "actions")[0].contains("2026-06-01"), "{:#}", run.answer());
}

#[test]
fn what_is_legal_but_probably_not_meant_is_said_at_every_run() {
    let account = Account::new(MONDAY, |place, now| {
        let night = "periods:\n  - {weekdays: mon-fri, begintime: '22:00', endtime: '23:59'}\n  - \
                     {weekdays: mon-fri, begintime: '00:00', endtime: '06:00'}\n";
        document(place, "schedules/night", night, now);
        place.ec2.add(instance(1, "mon-fri 09:00-09:03"));
        place.ec2.add(instance(2, "mon-fri 09:00-17:00"));
    });
    for _ in 0..2 {
        let run = account.tick(MONDAY);
        let warnings: Vec<&str> = run.answer()["warnings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|warning| warning.as_str().unwrap())
            .collect();
        assert_eq!(
            warnings,
            [
                "schedule `night`: periods `1` and `2` name the same days, so the night after 2026-06-05, Friday is lost; write it as one period over midnight",
                "schedule `mon-fri 09:00-09:03`: period `mon-fri 09:00-09:03` lasts 3 minutes and the scheduler runs every 5, so a run may miss it",
            ]
        );
    }
}
