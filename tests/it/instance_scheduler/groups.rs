//! Auto Scaling groups, which are emptied and filled, and ordered groups, whose members wait for
//! each other.

use std::time::Duration;

use tests::{
    aws::{
        autoscaling::{self, Group, Size},
        faults::{Calls, Fault},
        site::Site,
    },
    lambda::Outcome,
};

use super::*;

const OFFICE: &str = "mon-fri 09:00-17:00";
const EVENING: &str = "2026-06-01T17:00:00Z";
const SIZE: Size = Size { min: 1, max: 4, desired: 2 };
const EMPTY: Size = Size { min: 0, max: 0, desired: 0 };

/// An account with the group `web`, which follows `schedule`.
fn with_group(now: &str, schedule: &str) -> Account {
    Account::new(now, |place, now| {
        let web = Group::new("web", &["eu-west-1a", "eu-west-1b"], SIZE).tag("Schedule", schedule);
        let site = Site { account: HOME_ACCOUNT, region: REGION, now };
        autoscaling::add(place, &site, web);
    })
}

fn size(account: &Account) -> Size {
    account.place(|place, _| place.autoscaling.group("web").unwrap().size)
}

fn group_tag(account: &Account, key: &str) -> Option<String> {
    account.place(|place, _| {
        place.autoscaling.group("web").unwrap().tags.get(key).map(|tag| tag.value.clone())
    })
}

#[test]
fn a_group_is_emptied_and_gets_its_sizes_back() {
    let account = with_group("2026-06-01T16:55:00Z", OFFICE);
    account.tick("2026-06-01T16:55:00Z").answer();
    let run = account.tick(EVENING);
    assert_eq!(lines(&run, "actions"), ["stop web: outside every period"]);
    assert_eq!(size(&account), EMPTY);
    assert_eq!(group_tag(&account, "caretaker:capacity").unwrap(), "min=1 max=4 desired=2");
    assert_eq!(lines(&account.tick("2026-06-01T17:05:00Z"), "actions"), [""; 0]);

    let run = account.tick("2026-06-02T09:00:00Z");
    let started = "start with min=1 max=4 desired=2 web: period mon-fri 09:00-17:00";
    assert_eq!(lines(&run, "actions"), [started]);
    assert_eq!(size(&account), SIZE);
    assert_eq!(lines(&account.tick("2026-06-02T09:05:00Z"), "actions"), [""; 0]);
}

#[test]
fn an_emptied_group_whose_sizes_are_lost_is_reported() {
    let account = with_group(EVENING, OFFICE);
    account.tick(EVENING).answer();
    account.place(|place, _| {
        place.autoscaling.group_mut("web").unwrap().tags.remove("caretaker:capacity")
    });
    let run = account.tick("2026-06-02T09:00:00Z");
    let lost = "web: the sizes to restore are unknown: the tag caretaker:capacity is missing";
    assert_eq!(lines(&run, "failed"), [lost]);
    assert_eq!(failure(&run).unwrap().0, "Failed");
    assert_eq!(size(&account), EMPTY);
}

#[test]
fn killed_at_any_call_of_a_stop_and_a_start_a_group_keeps_its_sizes() {
    for fault in [Fault::KillBefore, Fault::KillAfter] {
        for operation in ["autoscaling:CreateOrUpdateTags", "autoscaling:UpdateAutoScalingGroup"] {
            let account = with_group(EVENING, OFFICE);
            let killer = account.function.killer();
            account.aws.faults().on_kill(move |_| killer.kill());
            let noted = Some("min=1 max=4 desired=2");
            for (first, again, expected, tag) in [
                (EVENING, "2026-06-01T17:05:00Z", EMPTY, noted),
                // Given back, they are forgotten: restored once more, they would be old.
                ("2026-06-02T09:00:00Z", "2026-06-02T09:05:00Z", SIZE, None),
            ] {
                account.aws.faults().inject(fault, Calls::nth(1).of(operation));
                let run = account.tick(first);
                assert!(matches!(run.outcome, Outcome::Crashed { .. }), "{:?}", run.outcome);
                account.aws.faults().clear();
                account.tick(again).answer();
                assert_eq!(size(&account), expected, "{fault:?} {operation} at {first}");
                let kept = group_tag(&account, "caretaker:capacity");
                assert_eq!(kept.as_deref(), tag);
            }
        }
    }
}

/// A database that comes before its application.
fn with_shop(now: &str) -> Account {
    Account::new(now, |place, now| {
        for (name, order) in [("database", 1), ("application", 2)] {
            let text = format!(
                "group: {{name: shop, order: {order}}}\nuse_maintenance_window: false\n\
                 periods: [{{begintime: '09:00', endtime: '17:00'}}]"
            );
            document(place, &format!("schedules/{name}"), &text, now);
        }
        place.ec2.timings.stop = jiff::SignedDuration::from_mins(7);
        place.ec2.add(instance(1, "application"));
        let database = rds::Instance::new("orders", "eu-west-1a").tag("Schedule", "database");
        place.rds.add(database);
    })
}

#[test]
fn the_application_stops_before_its_database_and_starts_after_it() {
    let account = with_shop(EVENING);
    for (at, expected) in [
        (EVENING, format!("stop {}", id(1))),
        ("2026-06-01T17:05:00Z", String::new()),
        ("2026-06-01T17:10:00Z", "stop orders".to_owned()),
        ("2026-06-01T17:15:00Z", String::new()),
        ("2026-06-02T09:00:00Z", "start orders".to_owned()),
        ("2026-06-02T09:05:00Z", format!("start {}", id(1))),
        ("2026-06-02T09:10:00Z", String::new()),
    ] {
        let actions = lines(&account.tick(at), "actions").join(", ");
        assert_eq!(actions.split(':').next().unwrap(), expected, "at {at}");
    }
    assert_eq!((account.power(&id(1)), account.database("orders")), ("running", "available"));
}

#[test]
fn who_waits_says_for_whom() {
    let account = with_shop(EVENING);
    let run = account.tick(EVENING);
    let waits = format!("orders: waits for {} (group shop order 1)", id(1));
    assert_eq!(lines(&run, "skipped"), [waits]);
    assert!(run.duration < Duration::from_secs(20), "nobody waits inside a run");
}
