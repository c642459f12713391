//! The same for databases, Auto Scaling groups, and several accounts and regions.

use tests::aws::{
    autoscaling::{self, Group, Size},
    site::Site,
};

use super::*;

const STATE: &str = "caretaker:scheduler";
const PROBLEM: &str = "caretaker:problem";
const CAPACITY: &str = "caretaker:capacity";

const DAY: &str = "mon-sun 09:00-17:00";
const NIGHT: &str = "mon-sun 17:00-09:00";
const EVENING: &str = "2026-06-01T17:00:00Z";
/// A database takes 5 minutes to start, and a start that was refused waits for two intervals.
const TICKS: &[&str] = &[
    "2026-06-01T17:05:00Z",
    "2026-06-01T17:10:00Z",
    "2026-06-01T17:15:00Z",
    "2026-06-01T17:20:00Z",
];
const MORNING_RUNNING: &str = "2026-06-01T09:00:00Z running";
const MORNING_STOPPED: &str = "2026-06-01T09:00:00Z stopped";
const EVENING_RUNNING: &str = "2026-06-01T17:00:00Z running";
const EVENING_STOPPED: &str = "2026-06-01T17:00:00Z stopped";

#[test]
fn databases_survive_every_failure() {
    survives(&Story {
        at: EVENING,
        ticks: TICKS,
        parameters: &[("SchedulerServices", "rds")],
        build: |world, now| {
            let place = world.place(HOME_ACCOUNT, REGION);
            let retaining = r#"{"retain_running": true, "periods": [{"begintime": "17:00", "endtime": "09:00"}]}"#;
            document(place, "schedules/retaining", retaining, now);
            let database = |name, schedule, edge| {
                rds::Instance::new(name, "eu-west-1a").tag("Schedule", schedule).tag(STATE, edge)
            };
            let cluster = |name, schedule, edge| {
                rds::Cluster::new(name).tag("Schedule", schedule).tag(STATE, edge)
            };
            let morning = "2026-06-01T09:00:00Z".parse().unwrap();
            place.rds.add(database("day", DAY, MORNING_RUNNING));
            place.rds.add_cluster(cluster("day", DAY, MORNING_RUNNING));
            let asleep = database("night", "retaining", MORNING_STOPPED);
            place.rds.add(asleep.stopped_since(morning));
            let asleep = cluster("night", NIGHT, MORNING_STOPPED);
            place.rds.add_cluster(asleep.stopped_since(morning));
        },
        always: |account| {
            let is_kept = account.place(|place, _| {
                ["day", "night"].iter().all(|id| {
                    let database = place.rds.instance(id).unwrap();
                    let cluster = place.rds.cluster(id).unwrap();
                    database.tags.contains_key("Schedule") && cluster.tags.contains_key("Schedule")
                })
            });
            ensure!(is_kept, "a schedule tag is lost");
            Ok(())
        },
        finally: |account| {
            for (id, status, edge) in
                [("day", "stopped", EVENING_STOPPED), ("night", "available", EVENING_RUNNING)]
            {
                for (found, tags) in [
                    account.place(|place, now| {
                        let status = place.rds.status(id, now).unwrap().name();
                        (status, place.rds.instance(id).unwrap().tags.clone())
                    }),
                    account.place(|place, now| {
                        let status = place.rds.cluster_status(id, now).unwrap().name();
                        (status, place.rds.cluster(id).unwrap().tags.clone())
                    }),
                ] {
                    // When it was stopped is the function's business, and varies by the run.
                    let handled = tags.get(STATE).map(|text| {
                        let (edge, acted) = text.split_once(" acted=").unwrap_or((text, ""));
                        if acted.ends_with(" refused") { text.clone() } else { edge.to_owned() }
                    });
                    let problem = tags.get(PROBLEM).map(String::as_str);
                    check(id, found, status, (handled.as_deref(), problem), edge)?;
                }
            }
            Ok(())
        },
    });
}

const WEB: Size = Size { min: 1, max: 4, desired: 2 };
const BATCH: Size = Size { min: 0, max: 8, desired: 3 };
const EMPTY: Size = Size { min: 0, max: 0, desired: 0 };

fn tag(group: &Group, key: &str) -> Option<String> {
    group.tags.get(key).map(|tag| tag.value.clone())
}

#[test]
fn groups_survive_every_failure_and_never_lose_their_sizes() {
    survives(&Story {
        at: EVENING,
        ticks: TICKS,
        parameters: &[("SchedulerServices", "autoscaling")],
        build: |world, now| {
            let place = world.place(HOME_ACCOUNT, REGION);
            let site = Site { account: HOME_ACCOUNT, region: REGION, now };
            let web = Group::new("web", &["eu-west-1a", "eu-west-1b"], WEB).tag("Schedule", DAY);
            autoscaling::add(place, &site, web.tag(STATE, MORNING_RUNNING));
            let batch = Group::new("batch", &["eu-west-1a"], EMPTY).tag("Schedule", NIGHT);
            let batch = batch.tag(STATE, MORNING_STOPPED).tag(CAPACITY, "min=0 max=8 desired=3");
            autoscaling::add(place, &site, batch);
        },
        always: |account| {
            for (name, size) in [("web", WEB), ("batch", BATCH)] {
                let group =
                    account.place(|place, _| place.autoscaling.group(name).unwrap().clone());
                let Size { min, max, desired } = size;
                let remembered = format!("min={min} max={max} desired={desired}");
                let is_known = group.size == size || tag(&group, CAPACITY) == Some(remembered);
                ensure!(is_known, "the sizes of {name} are lost");
            }
            Ok(())
        },
        finally: |account| {
            for (name, size, edge) in
                [("web", EMPTY, EVENING_STOPPED), ("batch", BATCH, EVENING_RUNNING)]
            {
                let group =
                    account.place(|place, _| place.autoscaling.group(name).unwrap().clone());
                let (handled, problem) = (tag(&group, STATE), tag(&group, PROBLEM));
                let tags = (handled.as_deref(), problem.as_deref());
                let (found, expected) = (format!("{:?}", group.size), format!("{size:?}"));
                check(name, &found, &expected, tags, edge)?;
            }
            Ok(())
        },
    });
}

const OTHER: &str = "222222222222";
const REGIONS: [&str; 2] = [REGION, "us-east-1"];

#[test]
fn two_accounts_and_two_regions_survive_every_failure() {
    survives(&Story {
        at: EVENING,
        ticks: TICKS,
        parameters: &[
            ("SchedulerServices", "ec2"),
            ("Regions", "eu-west-1,us-east-1"),
            ("Accounts", "111111111111,222222222222"),
        ],
        build: |world, now| {
            target_account(world, OTHER, now);
            for account in [HOME_ACCOUNT, OTHER] {
                let [here, there] = REGIONS;
                let to_start = instance(1, NIGHT).stopped().tag(STATE, MORNING_STOPPED);
                world.place(account, here).ec2.add(to_start);
                world.place(account, there).ec2.add(instance(1, DAY).tag(STATE, MORNING_RUNNING));
            }
        },
        always: |_| Ok(()),
        finally: |account| {
            let now = account.aws.clock().now();
            for owner in [HOME_ACCOUNT, OTHER] {
                for (region, power, edge) in [
                    (REGIONS[0], "running", EVENING_RUNNING),
                    (REGIONS[1], "stopped", EVENING_STOPPED),
                ] {
                    let found = account.aws.with(|world| {
                        world.place(owner, region).ec2.instance(&id(1), now).unwrap().clone()
                    });
                    let tag = |key| found.tags.get(key).map(String::as_str);
                    let tags = (tag(STATE), tag(PROBLEM));
                    let name = format!("{owner} {region}");
                    check(&name, found.power().name(), power, tags, edge)?;
                }
            }
            Ok(())
        },
    });
}
