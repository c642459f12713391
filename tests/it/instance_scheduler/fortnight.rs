//! A fortnight of a small company: two accounts, three regions, holidays, overrides, people who
//! start and stop things by hand, starts that fail, calls that are throttled. After every run the
//! world is as the tables in `oracle` say, and in the end everything has been started and stopped
//! as often as they say.

mod oracle;
mod script;

use std::collections::{BTreeMap, BTreeSet};

use tests::{
    aws::{
        autoscaling::{self, Size},
        call::Input,
        faults::{Calls, Fault},
        rds::Status,
        site::Site,
    },
    lambda::Outcome,
};

use self::oracle::{Expected, MINUTES, at};
use super::*;

const OTHER: &str = "222222222222";
const PARIS: &str = "eu-west-3";
const OHIO: &str = "us-east-2";
const INTERVAL_MINUTES: usize = 15;
/// When the world is looked at after a run: a database takes 5 minutes to start.
const SETTLED_AFTER_MINUTES: usize = 6;
/// When people act, between two runs.
const PEOPLE_AFTER_MINUTES: usize = 7;

/// Something that is looked after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Resource {
    account: &'static str,
    region: &'static str,
    what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Instance(u64),
    Database(&'static str),
    Cluster(&'static str),
    Group(&'static str),
}

impl Resource {
    /// How AWS calls it.
    fn id(self) -> String {
        match self.what {
            What::Instance(number) => id(number),
            What::Database(id) | What::Cluster(id) | What::Group(id) => id.to_owned(),
        }
    }

    /// Whether it runs, or is about to.
    fn runs(self, world: &mut World, now: Timestamp) -> bool {
        let Self { account, region, what } = self;
        let place = world.place(account, region);
        let is_up = |status| matches!(status, Status::Available | Status::Starting);
        match what {
            What::Instance(number) => {
                let power = place.ec2.power(&id(number), now).unwrap();
                matches!(power, ec2::Power::Running | ec2::Power::Pending)
            }
            What::Database(id) => is_up(place.rds.status(id, now).unwrap()),
            What::Cluster(id) => is_up(place.rds.cluster_status(id, now).unwrap()),
            What::Group(name) => place.autoscaling.group(name).unwrap().size.desired > 0,
        }
    }
}

#[test]
fn a_fortnight_goes_as_the_calendar_says() {
    let account = company();
    let expected = oracle::expected();
    let mut failed_at = BTreeSet::new();
    for minute in (0..MINUTES).step_by(INTERVAL_MINUTES) {
        for (operation, fault) in script::faults(minute) {
            account.aws.faults().inject(fault, Calls::every().of(operation));
        }
        let run = account.tick(&at(minute).to_string());
        account.aws.faults().clear();
        match &run.outcome {
            Outcome::Answer(_) => (),
            Outcome::Error { .. } => drop(failed_at.insert(oracle::name(minute))),
            other => panic!("at {}: {other:?}\n{}", oracle::name(minute), run.logs.join("\n")),
        }
        account.aws.clock().set(at(minute + SETTLED_AFTER_MINUTES));
        check_states(&account, &expected, minute + SETTLED_AFTER_MINUTES);
        account.aws.clock().set(at(minute + PEOPLE_AFTER_MINUTES));
        script::people_act(&account, minute + PEOPLE_AFTER_MINUTES);
    }
    assert_eq!(failed_at, oracle::failed_at());
    check_counts(&account, &expected);
}

fn check_states(account: &Account, expected: &[Expected], minute: usize) {
    let now = account.aws.clock().now();
    let wrong: Vec<_> = account.aws.with(|world| {
        let wrong = expected.iter().filter_map(|Expected { resource, runs, .. }| {
            let found = resource.runs(world, now);
            (found != runs[minute]).then_some((*resource, found))
        });
        wrong.collect()
    });
    assert!(wrong.is_empty(), "at {} these run or not: {wrong:?}", oracle::name(minute));
}

/// How often each resource was started and stopped by the function. People leave no trace in the
/// log of calls.
fn check_counts(account: &Account, expected: &[Expected]) {
    let mut found: BTreeMap<(String, String, String), [usize; 2]> = BTreeMap::new();
    for call in account.aws.log().calls() {
        let Input::Query(form) = &call.input else { continue };
        if call.outcome.is_err() {
            continue;
        }
        let group = form.get("AutoScalingGroupName");
        let which = match call.operation.split_once(':').unwrap_or_default().1 {
            "UpdateAutoScalingGroup" => usize::from(form.get("MaxSize") == Some("0")),
            name if name.starts_with("Start") => 0,
            name if name.starts_with("Stop") => 1,
            _ => continue,
        };
        let named = form
            .iter()
            .filter(|(name, _)| name.starts_with("InstanceId") || name.ends_with("Identifier"));
        for id in named.map(|(_, id)| id).chain(group) {
            let key = (call.account.clone(), call.region.clone(), id.to_owned());
            found.entry(key).or_default()[which] += 1;
        }
    }
    for Expected { resource, n_starts, n_stops, .. } in expected {
        let Resource { account, region, .. } = *resource;
        let key = (account.to_owned(), region.to_owned(), resource.id());
        let counts = found.remove(&key).unwrap_or_default();
        assert_eq!(counts, [*n_starts, *n_stops], "starts and stops of {resource:?}");
    }
    assert!(found.is_empty(), "nobody asked for {found:?}");
}

/// A fault is not tried again within the run. Nothing hangs here, so there is no other limit.
fn once(spec: Spec) -> Spec {
    spec.variable("AWS_MAX_ATTEMPTS", "1")
}

/// Everything as it is on Sunday night, before the function runs for the first time.
fn company() -> Account {
    let parameters = [
        ("SchedulerIntervalMinutes", "15"),
        ("Accounts", "111111111111,222222222222"),
        ("Regions", "eu-west-1,eu-west-3,us-east-2"),
        ("SchedulerExamples", "false"),
    ];
    let start = at(0).to_string();
    Account::with(&start, &parameters, once, |world, now| {
        target_account(world, OTHER, now);
        documents(world.place(HOME_ACCOUNT, REGION), now);
        let asleep = |number, schedule| instance(number, schedule).stopped();

        let place = world.place(HOME_ACCOUNT, REGION);
        place.ec2.add(asleep(1, "office"));
        place.ec2.add(asleep(2, "mon-fri 22:00-06:00"));
        place.ec2.add(asleep(3, "mon-fri 08:00-18:00"));
        place.ec2.add(instance(4, "ofice"));
        place.ec2.add(ec2::Instance::numbered(5, "eu-west-1a"));

        let place = world.place(HOME_ACCOUNT, PARIS);
        place.ec2.add(asleep(1, "mon-fri 08:00-18:00"));
        let size = Size { min: 1, max: 4, desired: 2 };
        let workers = autoscaling::Group::new("workers", &["eu-west-3a", "eu-west-3b"], size);
        let here = Site { account: HOME_ACCOUNT, region: PARIS, now };
        autoscaling::add(place, &here, workers.tag("Schedule", "mon-fri 06:00-20:00"));

        let place = world.place(HOME_ACCOUNT, OHIO);
        let weekend = "2026-05-30T00:00:00Z".parse().unwrap();
        let mut orders = rds::Instance::new("orders", "us-east-2a").stopped_since(weekend);
        orders.maintenance_window = None;
        place.rds.add(orders.tag("Schedule", "mon-fri 07:00-19:00"));
        let mut archive = rds::Cluster::new("archive").stopped_since(weekend);
        archive.maintenance_window = None;
        place.rds.add_cluster(archive.tag("Schedule", "never"));

        let place = world.place(OTHER, REGION);
        place.ec2.add(asleep(1, "strict"));
        place.ec2.add(asleep(2, "lenient"));
        world.place(OTHER, PARIS).ec2.add(asleep(1, "fair"));
        let split = "mon-fri 07:00-11:00 + mon-fri 13:00-19:00";
        world.place(OTHER, OHIO).ec2.add(asleep(1, split));
    })
}

fn documents(place: &mut Place, now: Timestamp) {
    for (name, text) in [
        ("calendars/holidays", r#"["2026-06-04"]"#),
        (
            "schedules/office",
            r#"
            calendars: [holidays]
            periods: [{weekdays: mon-fri, begintime: "08:00", endtime: "18:00"}]"#,
        ),
        (
            "schedules/strict",
            r#"
            enforced: true
            periods: [{weekdays: mon-fri, begintime: "09:00", endtime: "17:00"}]"#,
        ),
        (
            "schedules/lenient",
            r#"
            retain_running: true
            periods: [{weekdays: mon-fri, begintime: "09:00", endtime: "17:00"}]"#,
        ),
        (
            "schedules/fair",
            r#"
            exceptions: [{dates: ["2026-06-06"], mode: open}]
            periods: [{weekdays: mon-fri, begintime: "08:00", endtime: "18:00"}]"#,
        ),
    ] {
        document(place, name, text, now);
    }
}
