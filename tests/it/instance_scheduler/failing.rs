//! Instances that cannot be stopped, do not start, or start as something else.

use tests::aws::ec2::{Shortage, StartFailure};

use super::*;

const OFFICE: &str = "mon-fri 09:00-17:00";
/// Hours, and types that a tag may choose from.
const CHOOSY: &str = "periods: [{begintime: '09:00', endtime: '17:00', weekdays: mon-fri}]
instance_types: [t3.micro, t3.small, t3.medium]
";
const PROBLEM: &str = "caretaker:problem";
const EVENING: &str = "2026-06-01T17:00:00Z";

#[test]
fn what_can_never_be_stopped_is_never_tried() {
    let account = Account::new(EVENING, |place, _| {
        place.ec2.add(instance(1, OFFICE).spot(false));
        place.ec2.add(instance(2, OFFICE).instance_store_root());
        place.ec2.add(instance(3, OFFICE).in_group("web"));
        place.ec2.add(instance(4, OFFICE).spot(true));
    });
    let run = account.tick(EVENING);
    assert_eq!(
        lines(&run, "skipped"),
        [
            format!("{}: a one-time spot instance cannot be stopped", id(1)),
            format!("{}: an instance-store root volume cannot be stopped", id(2)),
            format!("{}: belongs to an Auto Scaling group: tag the group", id(3)),
        ]
    );
    assert_eq!(lines(&run, "actions"), [format!("stop {}: outside every period", id(4))]);
    let stops = account.aws.log().calls_of("ec2:StopInstances");
    assert_eq!(stops.len(), 1);
    assert_eq!(stops[0].parameter("InstanceId.1"), Some(id(4)));
    assert_eq!(stops[0].parameter("InstanceId.2"), None);
}

#[test]
fn hibernation_that_is_not_configured_becomes_a_plain_stop() {
    let account = Account::new(EVENING, |place, now| {
        document(
            place,
            "schedules/office",
            "hibernate: true\nperiods: [{begintime: '09:00', endtime: '17:00'}]",
            now,
        );
        place.ec2.add(instance(1, "office").hibernation_configured());
        place.ec2.add(instance(2, "office"));
    });
    let run = account.tick(EVENING);
    assert_eq!(
        lines(&run, "actions"),
        [
            format!("hibernate {}: outside every period", id(1)),
            format!(
                "stop {}: outside every period (a plain stop, because hibernation is not \
                 configured)",
                id(2)
            ),
        ]
    );
    let hibernates = |entry: &tests::aws::log::Entry| entry.parameter("Hibernate").is_some();
    let stops = account.aws.log().calls_of("ec2:StopInstances");
    assert_eq!(stops.iter().filter(|entry| hibernates(entry)).count(), 1);
    assert_eq!(stops.len(), 2);
}

#[test]
fn a_protected_instance_is_tried_once_per_edge() {
    let account = Account::new(EVENING, |place, _| {
        place.ec2.add(instance(1, OFFICE).stop_protected());
        place.ec2.add(instance(2, OFFICE));
    });
    let run = account.tick(EVENING);
    let (error_type, message) = failure(&run).unwrap();
    assert_eq!(error_type, "Aws.Unsupported", "{message}");
    assert_eq!(account.power(&id(2)), "stopping");
    assert_eq!(
        account.tag(&id(1), PROBLEM).unwrap(),
        "ec2:StopInstances refused: OperationNotPermitted"
    );

    account.aws.log().clear();
    let run = account.tick("2026-06-01T17:05:00Z");
    let left = "AWS cannot stop it: left alone until the next edge";
    assert_eq!(lines(&run, "skipped"), [format!("{}: {left}", id(1))]);
    assert_eq!(failure(&run), None);
    assert_eq!(account.changes(), [""; 0]);
    assert!(account.tag(&id(1), PROBLEM).is_some());

    account.place(|place, now| place.ec2.instance(&id(1), now).unwrap().stop_protected = false);
    account.tick("2026-06-02T09:00:00Z").answer();
    assert_eq!(account.tag(&id(1), PROBLEM), None);
    let run = account.tick("2026-06-02T17:00:00Z");
    assert_eq!(lines(&run, "actions").len(), 2);
}

/// Ticks every five minutes, and tells at which minutes the instance was started or the run failed.
fn minutes(account: &Account, n_ticks: i64) -> (Vec<i64>, Vec<i64>) {
    let monday: Timestamp = MONDAY.parse().unwrap();
    let (mut started, mut failed) = (Vec::new(), Vec::new());
    for tick in 0..n_ticks {
        account.aws.log().clear();
        let run = account.tick(&(monday + jiff::SignedDuration::from_mins(5 * tick)).to_string());
        if account.aws.log().count("ec2:StartInstances") > 0 {
            started.push(5 * tick);
        }
        if failure(&run).is_some() {
            failed.push(5 * tick);
        }
    }
    (started, failed)
}

#[test]
fn defect_h3_a_start_that_dies_is_tried_again_without_end_and_no_run_is_a_success() {
    let account = Account::new(MONDAY, |place, _| {
        let broken = instance(1, OFFICE).stopped();
        place.ec2.add(broken.failing_to_start(StartFailure::MissingKeyGrant));
        place.ec2.add(instance(2, OFFICE).stopped());
    });
    let (started, failed) = minutes(&account, 90);
    // At once when the death is found, then after 2, 4, 8 and 16 intervals, and so on.
    assert_eq!(started, [0, 5, 15, 35, 75, 155, 235, 315, 395]);
    assert_eq!(failed, (1..90).map(|tick| 5 * tick).collect::<Vec<i64>>());
    assert!(account.tag(&id(1), PROBLEM).unwrap().contains("Client.InternalError"));
    assert_eq!(account.power(&id(2)), "running");

    // Repaired, it starts at the next edge, and the problem goes.
    account.place(|place, now| place.ec2.instance(&id(1), now).unwrap().start_failure = None);
    account.tick("2026-06-01T17:00:00Z").answer();
    account.tick("2026-06-02T09:00:00Z").answer();
    account.tick("2026-06-02T09:05:00Z").answer();
    assert_eq!((account.power(&id(1)), account.tag(&id(1), PROBLEM)), ("running", None));
}

#[test]
fn a_start_that_succeeds_at_last_is_forgotten() {
    let account = Account::new(MONDAY, |place, _| {
        let broken = instance(1, OFFICE).stopped();
        place.ec2.add(broken.failing_to_start(StartFailure::NoCapacity));
    });
    account.tick(MONDAY).answer();
    let run = account.tick("2026-06-01T09:05:00Z");
    assert_eq!(failure(&run).unwrap().0, "Failed");
    account.place(|place, now| place.ec2.instance(&id(1), now).unwrap().start_failure = None);
    for at in ["2026-06-01T09:15:00Z", "2026-06-01T09:20:00Z", "2026-06-01T09:25:00Z"] {
        account.tick(at);
    }
    assert_eq!(account.tag(&id(1), "caretaker:scheduler").unwrap(), "2026-06-01T09:00:00Z running");
    assert_eq!(account.tag(&id(1), PROBLEM), None);
    account.stop_by_hand(&id(1));
    assert_eq!(lines(&account.tick("2026-06-01T10:00:00Z"), "actions"), [""; 0]);
}

#[test]
fn without_capacity_the_other_types_are_tried_in_their_order() {
    let account = Account::new(MONDAY, |place, now| {
        for full in ["t3.micro", "t3.small"] {
            let place_of = (full.to_owned(), "eu-west-1a".to_owned());
            place.ec2.shortages.insert(place_of, Shortage::Refused);
        }
        let types = "t3.small t3.medium t3.large";
        document(place, "schedules/office", CHOOSY, now);
        place.ec2.add(instance(1, "office").stopped().tag("caretaker:instance-types", types));
        place.ec2.add(instance(2, "office").stopped().of_type("m5.large"));
    });
    let run = account.tick(MONDAY);
    assert_eq!(
        lines(&run, "actions"),
        [format!("start as t3.medium {}: period 1", id(1)), format!("start {}: period 1", id(2)),]
    );
    assert_eq!(account.power(&id(1)), "pending");
    account.tick("2026-06-01T09:05:00Z").answer();
    assert_eq!(account.power(&id(1)), "running");
}

#[test]
fn without_capacity_and_other_types_it_fails_and_is_tried_again() {
    let account = Account::new(MONDAY, |place, _| {
        let full = ("t3.micro".to_owned(), "eu-west-1a".to_owned());
        place.ec2.shortages.insert(full, Shortage::Refused);
        place.ec2.add(instance(1, OFFICE).stopped());
    });
    let (started, failed) = minutes(&account, 80);
    assert_eq!(started, [0, 5, 15, 35, 75, 155, 235, 315, 395]);
    assert_eq!(failed, (0..80).map(|tick| 5 * tick).collect::<Vec<i64>>());
    let problem = account.tag(&id(1), PROBLEM).unwrap();
    assert_eq!(problem, "ec2:StartInstances refused: InsufficientInstanceCapacity");
}

#[test]
fn the_type_of_a_period_is_changed_by_a_stop_and_a_start() {
    let account = Account::new(MONDAY, |place, now| {
        let text = "periods:\n  - {name: day, begintime: '09:00', endtime: '12:00', instance_type: \
                    m5.large}\n  - {name: noon, begintime: '12:00', endtime: '17:00', \
                    instance_type: m5.xlarge}\n";
        document(place, "schedules/sizes", text, now);
        place.ec2.add(instance(1, "sizes").stopped());
    });
    let size = || {
        account.place(|place, now| place.ec2.instance(&id(1), now).unwrap().instance_type.clone())
    };
    let run = account.tick(MONDAY);
    assert_eq!(lines(&run, "actions"), [format!("start as m5.large {}: period day", id(1))]);
    assert_eq!(account.changes()[..2], ["ec2:ModifyInstanceAttribute", "ec2:StartInstances"]);
    assert_eq!(lines(&account.tick("2026-06-01T09:05:00Z"), "actions"), [""; 0]);

    let run = account.tick("2026-06-01T12:00:00Z");
    let stopped = format!("stop to become m5.xlarge {}: period noon", id(1));
    assert_eq!(lines(&run, "actions"), [stopped]);
    let run = account.tick("2026-06-01T12:05:00Z");
    assert_eq!(lines(&run, "actions"), [format!("start as m5.xlarge {}: period noon", id(1))]);
    assert_eq!(lines(&account.tick("2026-06-01T12:10:00Z"), "actions"), [""; 0]);
    assert_eq!((account.power(&id(1)), size().as_str()), ("running", "m5.xlarge"));
    assert_eq!(lines(&account.tick("2026-06-01T17:00:00Z"), "actions").len(), 1);
}
