//! A Monday morning for instances: some start, some stop, some change, and some are nobody's
//! business.

use super::*;

const AT: &str = "2026-06-01T09:00:00Z";
/// Long enough for a start that was refused, which waits for two intervals.
const TICKS: &[&str] = &["2026-06-01T09:05:00Z", "2026-06-01T09:10:00Z", "2026-06-01T09:15:00Z"];

const OFFICE: &str = "mon-fri 09:00-17:00";
const FRIDAY: &str = "2026-05-29T17:00:00Z stopped";
const RETAINING: &str = r#"
retain_running: true
periods: [{name: office, weekdays: mon-fri, begintime: "09:00", endtime: "17:00"}]
"#;
const LARGE: &str = r#"
periods: [{name: office, weekdays: mon-fri, begintime: "09:00", endtime: "17:00", instance_type: m5.large}]
"#;
const GROWING: &str = r#"
periods:
  - {name: early, begintime: "07:00", endtime: "09:00", instance_type: t3.micro}
  - {name: day, begintime: "09:00", endtime: "17:00", instance_type: m5.large}
"#;

/// What an instance should become: its number, power, type, and the edge that it remembers.
const EXPECTED: &[(u64, &str, &str, &str)] = &[
    (1, "running", "t3.micro", "2026-06-01T09:00:00Z running"),
    (2, "running", "t3.micro", "2026-06-01T09:00:00Z running"),
    // Not `retained`: nobody but the function has started it.
    (3, "running", "t3.micro", "2026-06-01T09:00:00Z running"),
    (4, "stopped", "t3.micro", "2026-06-01T09:00:00Z stopped"),
    (5, "running", "m5.large", "2026-06-01T09:00:00Z running type=m5.large"),
    (6, "running", "m5.large", "2026-06-01T07:00:00Z running type=m5.large"),
    (7, "running", "t3.micro", "2026-06-01T09:00:00Z running"),
];

/// What must stay as it is, with the power and the edge that it has: stopped by hand, started by
/// hand, and misspelled.
const LEFT_ALONE: &[(u64, &str, Option<&str>)] = &[
    (8, "stopped", Some("2026-06-01T06:00:00Z running")),
    (9, "running", Some(FRIDAY)),
    (10, "running", None),
];

fn build(world: &mut World, now: Timestamp) {
    let place = world.place(HOME_ACCOUNT, REGION);
    document(place, "schedules/retaining", RETAINING, now);
    document(place, "schedules/large", LARGE, now);
    document(place, "schedules/growing", GROWING, now);
    let asleep = |number, schedule| instance(number, schedule).stopped().tag(STATE, FRIDAY);
    let awake = |number, schedule, edge: &str| instance(number, schedule).tag(STATE, edge);
    place.ec2.add(asleep(1, OFFICE));
    place.ec2.add(asleep(2, "mon-sun 09:00-21:00"));
    place.ec2.add(asleep(3, "retaining"));
    place.ec2.add(awake(4, "mon-sun 06:00-09:00", "2026-06-01T06:00:00Z running"));
    place.ec2.add(asleep(5, "large"));
    place.ec2.add(awake(6, "growing", "2026-06-01T07:00:00Z running type=t3.micro"));
    let override_tag = "stopped until 2026-06-01T08:58:00Z";
    place.ec2.add(asleep(7, OFFICE).tag("caretaker:override", override_tag));
    place.ec2.add(awake(8, "mon-sun 06:00-17:00", "2026-06-01T06:00:00Z running").stopped());
    place.ec2.add(awake(9, "never", FRIDAY));
    place.ec2.add(instance(10, "ofice"));
}

const STATE: &str = "caretaker:scheduler";
const PROBLEM: &str = "caretaker:problem";

fn always(account: &Account) -> anyhow::Result<()> {
    for &(number, power, edge) in LEFT_ALONE {
        let (id, now) = (id(number), account.power(&id(number)));
        ensure!(now == power, "{id} is {now}, but should have been left {power}");
        let handled = account.tag(&id, STATE);
        ensure!(handled.as_deref() == edge, "{id} remembers {handled:?}, not {edge:?}");
    }
    for number in 1..=10 {
        let schedule = account.tag(&id(number), "Schedule");
        ensure!(schedule.is_some(), "instance {number} has lost its schedule");
    }
    Ok(())
}

fn finally(account: &Account) -> anyhow::Result<()> {
    for &(number, power, instance_type, edge) in EXPECTED {
        let id = id(number);
        let (handled, problem) = (account.tag(&id, STATE), account.tag(&id, PROBLEM));
        let tags = (handled.as_deref(), problem.as_deref());
        check(&id, account.power(&id), power, tags, edge)?;
        let now = account.place(|place, now| {
            place.ec2.instance(&id, now).map(|instance| instance.instance_type.clone())
        });
        ensure!(now.as_deref() == Some(instance_type), "{id} is a {now:?}, not {instance_type}");
    }
    let left = account.tag(&id(7), "caretaker:override");
    ensure!(left.is_none(), "the override is over, but still there");
    let problem = account.tag(&id(10), PROBLEM);
    ensure!(
        problem.as_deref().is_some_and(|text| text.contains("ofice")),
        "a misspelled schedule is said to be {problem:?}"
    );
    Ok(())
}

#[test]
fn a_morning_survives_every_failure() {
    let tried = survives(&Story {
        at: AT,
        ticks: TICKS,
        parameters: &[("SchedulerServices", "ec2")],
        build,
        always,
        finally,
    });
    let changes = ["Start", "Stop", "Modify", "Create", "Delete", "PutEvents"];
    for change in changes {
        let is_tried = tried.operations.iter().any(|operation| operation.contains(change));
        assert!(is_tried, "{change} is not among {:?}", tried.operations);
    }
}
