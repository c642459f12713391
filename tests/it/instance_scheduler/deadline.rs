//! A run that has little time left begins nothing more, says what it leaves, and the next one does
//! it.

use std::time::Duration;

use tests::{
    aws::{
        autoscaling::{self, Group, Size},
        faults::{Calls, Fault},
        site::Site,
    },
    lambda::Told,
};

use super::*;

/// As long as an attempt of an impatient function: what hangs costs all there is.
const SHORT: Told = Told::After(Duration::from_secs(1));

impl Account {
    /// A tick whose event tells another deadline.
    fn tick_told(&self, at: &str, told: Told) -> Invocation {
        self.aws.clock().set(at.parse().unwrap());
        self.function.invoke_told(&scheduled(at), told)
    }
}

#[test]
fn a_run_whose_time_is_up_begins_nothing_and_the_next_does_it_all() {
    let build = |world: &mut World, now| {
        let place = world.place(HOME_ACCOUNT, REGION);
        for number in 1..=3 {
            place.ec2.add(instance(number, "never"));
        }
        let large = r#"{"periods": [{"begintime": "09:00", "endtime": "17:00", "instance_type": "m5.large"}]}"#;
        document(place, "schedules/large", large, now);
        place.ec2.add(instance(4, "large").stopped());
        let size = Size { min: 1, max: 2, desired: 1 };
        let web = Group::new("web", &["eu-west-1a"], size).tag("Schedule", "never");
        autoscaling::add(place, &Site { account: HOME_ACCOUNT, region: REGION, now }, web);
    };
    let account = Account::with(MONDAY, &[], Spec::impatient, build);
    account.aws.faults().inject(Fault::Timeout, Calls::nth(1).of("rds:DescribeDBInstances"));
    let run = account.tick_told(MONDAY, SHORT);
    let report = report(&run);
    assert_eq!(report["counts"]["left"], 5, "{report:#}");
    assert_eq!(lines(&run, "actions"), [""; 0]);
    assert_eq!(account.changes(), [""; 0], "only what was found is told");

    let run = account.tick("2026-06-01T09:05:00Z");
    let counts = &run.answer()["counts"];
    assert_eq!((&counts["stopped"], &counts["started"]), (&json!(4), &json!(1)), "{counts}");
    assert_eq!(counts["left"], 0);
}

#[test]
fn what_has_begun_is_finished_and_the_rest_is_left() {
    const AT_ONCE: usize = 8;
    const LEFT: usize = 4;
    let build = |world: &mut World, _| {
        for number in 0..AT_ONCE + LEFT {
            let database = rds::Instance::new(format!("db-{number}"), "eu-west-1a");
            world.place(HOME_ACCOUNT, REGION).rds.add(database.tag("Schedule", "never"));
        }
    };
    let account = Account::with(MONDAY, &[("SchedulerServices", "rds")], Spec::impatient, build);
    for nth in 1..=AT_ONCE {
        let calls = Calls::nth(nth as u64).of("rds:StopDBInstance");
        account.aws.faults().inject(Fault::Timeout, calls);
    }
    let run = account.tick_told(MONDAY, SHORT);
    let report = report(&run);
    let count = |name: &str| usize::try_from(report["counts"][name].as_u64().unwrap()).unwrap();
    assert_eq!(count("failed") + count("left"), AT_ONCE + LEFT, "{report:#}");
    // More on a machine so busy that the time was up before the first call.
    assert!(count("left") >= LEFT, "{report:#}");
    assert!(account.aws.log().count("rds:StopDBInstance") <= AT_ONCE);

    account.aws.faults().clear();
    account.tick("2026-06-01T09:05:00Z").answer();
    account.tick("2026-06-01T09:10:00Z").answer();
    for number in 0..AT_ONCE + LEFT {
        assert_eq!(account.database(&format!("db-{number}")), "stopped");
    }
}

#[test]
fn a_deadline_in_the_past_counts_as_unknown() {
    let account = Account::new(MONDAY, |place, _| place.ec2.add(instance(1, "never")));
    let run = account.tick_told(MONDAY, Told::At { ms: 600_000 });
    assert_eq!(run.answer()["counts"]["left"], 0);
    assert_eq!(account.power(&id(1)), "stopping");
}
