//! Maintenance windows of SSM, and runs that only tell what they would do.

use tests::aws::ssm::{Executions, Window};

use super::*;

const OFFICE: &str = "mon-fri 09:00-17:00";

fn window(begin: &str) -> Window {
    Window {
        name: "patching".to_owned(),
        schedule: "cron(0 2 ? * * *)".to_owned(),
        timezone: None,
        duration_hours: 2,
        cutoff_hours: 1,
        is_enabled: true,
        executions: Executions::Every {
            first: begin.parse().unwrap(),
            interval: jiff::SignedDuration::from_hours(7 * 24),
        },
    }
}

fn patched(place: &mut Place, now: Timestamp) {
    let text =
        "ssm_maintenance_window: patching\nperiods: [{begintime: '09:00', endtime: '17:00'}]";
    document(place, "schedules/patched", text, now);
    place.ssm.add_window(window("2026-06-01T02:00:00Z"));
}

#[test]
fn a_window_starts_early_holds_while_it_lasts_and_stops() {
    let account = Account::new("2026-06-01T01:00:00Z", |place, now| {
        patched(place, now);
        place.ec2.add(instance(1, "patched").stopped());
    });
    for (at, expected) in [
        ("2026-06-01T01:00:00Z", ""),
        ("2026-06-01T01:40:00Z", ""),
        ("2026-06-01T01:45:00Z", "start"),
        // From here on SSM tells only of the week after.
        ("2026-06-01T02:00:00Z", ""),
        ("2026-06-01T02:05:00Z", ""),
        ("2026-06-01T03:55:00Z", ""),
        ("2026-06-01T04:00:00Z", "stop"),
        ("2026-06-01T04:05:00Z", ""),
        ("2026-06-01T09:00:00Z", "start"),
    ] {
        let actions = lines(&account.tick(at), "actions").join(", ");
        let verb = actions.split(' ').next().unwrap_or_default();
        assert_eq!(verb, expected, "at {at}: {actions}");
    }
}

#[test]
fn defect_m9_the_preview_of_an_account_knows_the_windows_of_ssm() {
    let account = Account::new("2026-06-01T01:00:00Z", |place, now| {
        patched(place, now);
        place.ec2.add(instance(1, "patched").stopped());
    });
    let span = json!({ "from": "2026-06-01T01:00:00Z", "until": "2026-06-02T00:00:00Z" });
    let preview = account.function.invoke(&json!({ "preview": span })).answer().clone();
    let first = &preview["resources"][0]["own"]["transitions"][0];
    assert_eq!(first["at"], "2026-06-01T01:45:00Z", "{preview:#}");
    assert_eq!(first["because"], "maintenance window");
}

#[test]
fn what_a_person_stops_in_a_window_runs_again() {
    let account = Account::new("2026-06-01T01:45:00Z", |place, now| {
        patched(place, now);
        place.ec2.add(instance(1, "patched").stopped());
    });
    account.tick("2026-06-01T01:45:00Z").answer();
    account.tick("2026-06-01T01:50:00Z").answer();
    account.stop_by_hand(&id(1));
    let run = account.tick("2026-06-01T02:30:00Z");
    assert_eq!(lines(&run, "actions"), [format!("start {}: maintenance window", id(1))]);
}

#[test]
fn a_window_that_overlaps_a_period_is_no_edge_of_its_own() {
    let account = Account::new("2026-06-01T16:00:00Z", |place, now| {
        let text =
            "ssm_maintenance_window: late\nperiods: [{begintime: '09:00', endtime: '17:00'}]";
        document(place, "schedules/late", text, now);
        let late = Window { name: "late".to_owned(), ..window("2026-06-01T16:30:00Z") };
        place.ssm.add_window(late);
        place.ec2.add(instance(1, "late"));
    });
    for at in ["2026-06-01T16:00:00Z", "2026-06-01T16:15:00Z", "2026-06-01T17:00:00Z"] {
        assert_eq!(lines(&account.tick(at), "actions"), [""; 0], "{at}");
    }
    assert_eq!(lines(&account.tick("2026-06-01T18:25:00Z"), "actions"), [""; 0]);
    let run = account.tick("2026-06-01T18:30:00Z");
    assert_eq!(lines(&run, "actions"), [format!("stop {}: outside every period", id(1))]);
}

/// A world in which a run has something of everything to do.
fn busy(place: &mut Place, now: Timestamp) {
    patched(place, now);
    place.ec2.add(instance(1, OFFICE).stopped());
    place.ec2.add(instance(2, "never"));
    place.ec2.add(instance(3, "ofice"));
    place.ec2.add(instance(4, "patched").tag("caretaker:override", "stopped until 2026-05-01"));
    let database = rds::Instance::new("reports", "eu-west-1a").tag("Schedule", "never");
    place.rds.add(database);
}

#[test]
fn a_dry_run_tells_the_same_plan_and_changes_nothing() {
    let asked = Account::new(MONDAY, busy);
    let dry = asked.function.invoke(&json!({ "dry_run": true, "now": MONDAY }));
    assert_eq!(asked.changes(), [""; 0]);
    assert_eq!(asked.aws.log().count("events:PutEvents"), 0);

    let deployed = Account::with(
        MONDAY,
        &[("DryRun", "true")],
        |spec| spec,
        |world, now| busy(world.place(HOME_ACCOUNT, REGION), now),
    );
    let scheduled = deployed.tick(MONDAY);
    assert_eq!(deployed.changes(), [""; 0]);
    assert_eq!(scheduled.answer(), dry.answer());

    let real = Account::new(MONDAY, busy);
    let run = real.tick(MONDAY);
    assert_eq!(run.answer()["targets"], dry.answer()["targets"]);
    assert_eq!(plan(&run), plan(&dry));
    assert!(plan(&run).contains(&format!("start instance {}: period {OFFICE}", id(1))));
    assert_ne!(real.changes(), [""; 0]);
}

/// The plan as the log has it.
fn plan(invocation: &Invocation) -> String {
    let plans = invocation.logs.iter().filter_map(|line| {
        let line: Value = serde_json::from_str(line).ok()?;
        let message = line["message"].as_str().or_else(|| line["fields"]["message"].as_str())?;
        message.strip_prefix("plan:\n").map(str::to_owned)
    });
    plans.collect::<Vec<_>>().concat()
}
