//! What an attack on the scheduler found, by its number, seen from the outside. What a plan alone
//! shows is tested beside the plan.

use tests::aws::{
    autoscaling::{self, Group, Size},
    faults::{Calls, Fault},
    site::Site,
};

use super::*;

const OFFICE: &str = "mon-fri 09:00-17:00";
const PROBLEM: &str = "caretaker:problem";
const FRIDAY: &str = "2026-06-05T17:00:00Z";
const TOPIC: &str = "arn:aws:sns:eu-west-1:111111111111:alerts";

fn minutes_later(at: &str, minutes: i64) -> String {
    let at: Timestamp = at.parse().unwrap();
    (at + jiff::SignedDuration::from_mins(minutes)).to_string()
}

#[test]
fn defect_c1_a_schedule_with_a_type_empties_no_group() {
    let account = Account::new("2026-06-01T10:00:00Z", |place, now| {
        let text = "periods: [{begintime: '09:00', endtime: '17:00', instance_type: m5.large}]";
        document(place, "schedules/typed", text, now);
        let sizes = Size { min: 1, max: 4, desired: 2 };
        let web = Group::new("web", &["eu-west-1a"], sizes).tag("Schedule", "typed");
        let site = Site { account: HOME_ACCOUNT, region: REGION, now };
        autoscaling::add(place, &site, web);
        place.rds.add(rds::Instance::new("orders", "eu-west-1a").tag("Schedule", "typed"));
    });
    account.tick("2026-06-01T10:00:00Z").answer();
    account.tick("2026-06-01T10:05:00Z").answer();
    let calls = account.aws.log();
    assert_eq!(calls.count("autoscaling:UpdateAutoScalingGroup"), 0);
    assert_eq!(calls.count("rds:StopDBInstance"), 0);
}

#[test]
fn defect_l1_a_region_that_is_named_twice_is_looked_after_once() {
    let twice = [("Regions", "eu-west-1,eu-west-1")];
    let account = Account::with(
        "2026-06-01T17:00:00Z",
        &twice,
        |spec| spec,
        |world, _| {
            world.place(HOME_ACCOUNT, REGION).ec2.add(instance(1, OFFICE));
        },
    );
    let run = account.tick("2026-06-01T17:00:00Z");
    assert_eq!(run.answer()["targets"].as_array().unwrap().len(), 1);
    assert_eq!(account.aws.log().count("ec2:StopInstances"), 1);
    for list in ["regions", "accounts"] {
        let nothing = account.function.invoke(&json!({ list: [] }));
        assert_eq!(failure(&nothing).unwrap().0, "BadEvent");
    }
}

#[test]
fn defect_l7_an_event_that_is_nested_too_deeply_has_a_stable_type() {
    let account = Account::new(MONDAY, |_, _| ());
    let deep = (0..200).fold(json!({}), |inner, _| json!({ "explain": inner }));
    let refused = account.function.invoke(&deep);
    let (error_type, message) = failure(&refused).unwrap();
    assert_eq!(error_type, "BadEvent", "{message}");
}

#[test]
fn defect_m3_a_misspelled_zone_is_found_out_once_and_named_shortly() {
    let zone = "Europe/Pariss".to_owned() + &"x".repeat(220);
    let account = Account::new(MONDAY, |place, _| {
        for number in 1..=2000 {
            place.ec2.add(instance(number, &format!("mon @{zone}")));
        }
        place.ec2.add(instance(2001, "mon @Europe/Pariss"));
    });
    let run = account.tick(MONDAY);
    assert_eq!(run.answer()["counts"]["problems"], 2001);
    let problem = account.tag(&id(1), PROBLEM).unwrap();
    assert!(!problem.contains("did you mean"), "{problem}");
    let near = account.tag(&id(2001), PROBLEM).unwrap();
    assert!(near.contains("did you mean Europe/Paris"), "{near}");
}

#[test]
fn defect_h2_a_policy_that_was_broken_for_four_minutes_costs_no_weekend() {
    let account = Account::new(FRIDAY, |place, _| {
        for number in 1..=30 {
            place.ec2.add(instance(number, OFFICE));
        }
    });
    account.aws.faults().inject(Fault::Denied, Calls::every().of("ec2:StopInstances"));
    assert!(failure(&account.tick(FRIDAY)).is_some());
    account.aws.faults().clear();
    let run = account.tick(&minutes_later(FRIDAY, 5));
    assert_eq!(run.answer()["counts"]["stopped"], 30);
    account.tick(&minutes_later(FRIDAY, 10)).answer();
    assert_eq!((account.power(&id(30)), account.tag(&id(30), PROBLEM)), ("stopped", None));
}

#[test]
fn defect_h3_what_ran_runs_again_as_what_it_was() {
    // A type that we may not set, and one that does not exist.
    for (instance_type, fault) in [("m5.large", Some(Fault::Denied)), ("huge", None)] {
        let account = resized_at_noon(instance_type);
        assert_eq!(account.power(&id(1)), "stopping");
        if let Some(fault) = fault {
            account.aws.faults().inject(fault, Calls::every().of("ec2:ModifyInstanceAttribute"));
        }
        let run = account.tick("2026-06-01T12:05:00Z");
        let (_, message) = failure(&run).unwrap();
        assert!(message.contains("ec2:ModifyInstanceAttribute"), "{message}");
        let problem = account.tag(&id(1), PROBLEM).unwrap();
        assert!(problem.starts_with(&format!("could not become {instance_type}")), "{problem}");
        account.tick("2026-06-01T12:10:00Z").answer();
        assert_eq!(power_and_size(&account), ("running", "t3.micro".to_owned()));
    }
}

/// An instance that was stopped at noon, to become this type.
fn resized_at_noon(instance_type: &str) -> Account {
    let account = Account::new(MONDAY, |place, now| {
        let text = format!(
            "periods:\n  - {{begintime: '09:00', endtime: '12:00'}}\n  - {{begintime: '12:00', \
             endtime: '17:00', instance_type: {instance_type}}}\n"
        );
        document(place, "schedules/sizes", &text, now);
        place.ec2.add(instance(1, "sizes"));
    });
    account.tick(MONDAY).answer();
    account.tick("2026-06-01T12:00:00Z").answer();
    account
}

fn power_and_size(account: &Account) -> (&'static str, String) {
    let size =
        account.place(|place, now| place.ec2.instance(&id(1), now).unwrap().instance_type.clone());
    (account.power(&id(1)), size)
}

#[test]
fn defect_h3_without_capacity_for_another_type_it_keeps_its_own() {
    let account = resized_at_noon("m5.large");
    account.place(|place, _| {
        let full = ("m5.large".to_owned(), "eu-west-1a".to_owned());
        place.ec2.shortages.insert(full, ec2::Shortage::Refused);
    });
    let run = account.tick("2026-06-01T12:05:00Z");
    assert_eq!(failure(&run).unwrap().0, "Aws.Capacity");
    account.tick("2026-06-01T12:10:00Z").answer();
    assert_eq!(power_and_size(&account), ("running", "t3.micro".to_owned()));
}

#[test]
fn defect_h3_while_a_start_waits_its_tag_says_why_and_one_digest_told_it() {
    let topic = [("AlertTopicArn", TOPIC)];
    let account = Account::with(
        MONDAY,
        &topic,
        |spec| spec,
        |world, _| {
            let place = world.place(HOME_ACCOUNT, REGION);
            place.sns.add_topic("alerts");
            let full = ("t3.micro".to_owned(), "eu-west-1a".to_owned());
            place.ec2.shortages.insert(full, ec2::Shortage::Refused);
            place.ec2.add(instance(1, OFFICE).stopped());
        },
    );
    for minutes in (0..=60).step_by(5) {
        assert!(failure(&account.tick(&minutes_later(MONDAY, minutes))).is_some());
        let problem = account.tag(&id(1), PROBLEM).unwrap();
        assert_eq!(problem, "ec2:StartInstances refused: InsufficientInstanceCapacity");
    }
    assert_eq!(account.place(|place, _| place.sns.messages().len()), 1);
}

/// One instance with a full set of tags beside one of somebody else, and a topic for digests.
fn with_full() -> Account {
    let topic = [("AlertTopicArn", TOPIC)];
    Account::with(
        "2026-06-01T17:00:00Z",
        &topic,
        |spec| spec,
        |world, _| {
            let place = world.place(HOME_ACCOUNT, REGION);
            place.sns.add_topic("alerts");
            let tags = (0..49).map(|number| format!("tag{number}"));
            place.ec2.add(tags.fold(instance(1, OFFICE), |it, key| it.tag(key, "x")));
            place.ec2.add(instance(2, OFFICE));
        },
    )
}

#[test]
fn defect_h8_fifty_tags_on_one_instance_are_nobody_elses_problem() {
    let account = with_full();
    let run = account.tick("2026-06-01T17:00:00Z");
    assert_eq!(run.answer()["counts"]["stopped"], 2);
    // Its owner starts it again, and is left alone.
    account.aws.clock().set("2026-06-01T17:02:00Z".parse().unwrap());
    account.start_by_hand(&id(1));
    for minute in [5, 10, 15] {
        let run = account.tick(&minutes_later("2026-06-01T17:00:00Z", minute));
        run.answer();
    }
    assert_eq!((account.power(&id(1)), account.power(&id(2))), ("running", "stopped"));
    assert_eq!(account.place(|place, _| place.sns.messages().len()), 0);
}

#[test]
fn defect_h8_the_same_failure_is_told_once_and_once_a_day() {
    let topic = [("AlertTopicArn", TOPIC)];
    let account = Account::with(
        MONDAY,
        &topic,
        |spec| spec,
        |world, now| {
            let place = world.place(HOME_ACCOUNT, REGION);
            place.sns.add_topic("alerts");
            document(place, "schedules/broken", "periods: [{weekday: mon}]", now);
            place.ec2.add(instance(1, "broken"));
            place.ec2.add(instance(2, "office-hours"));
        },
    );
    let digests = || account.place(|place, _| place.sns.messages().len());
    for minutes in [0, 5, 10] {
        assert!(failure(&account.tick(&minutes_later(MONDAY, minutes))).is_some());
    }
    assert_eq!(digests(), 1);
    // A run about another resource does not make it forgotten.
    let mut retry = scheduled(&minutes_later(MONDAY, 12));
    retry["retry"] = json!({ "resource": id(2) });
    account.function.invoke(&retry).answer();
    assert!(failure(&account.tick(&minutes_later(MONDAY, 15))).is_some());
    assert_eq!(digests(), 1);
    account.tick("2026-06-01T23:55:00Z");
    account.tick("2026-06-02T00:00:00Z");
    account.tick("2026-06-02T00:05:00Z");
    assert_eq!(digests(), 2);
    account.document("schedules/broken", "periods: [{weekdays: mon}, {weekday: tue}]");
    account.tick("2026-06-02T00:10:00Z");
    assert_eq!(digests(), 3);
}

#[test]
fn defect_m5_inline_schedules_are_one_dimension_and_metrics_are_of_what_was_done() {
    let account = Account::new("2026-06-01T17:00:00Z", |place, _| {
        for number in 1..=9 {
            place.ec2.add(instance(number, &format!("mon-fri 0{number}:00-17:00")));
        }
        place.ec2.add(instance(10, "ignore"));
        place.ec2.add(instance(11, "ofice"));
        place.ec2.add(instance(12, "office-hours"));
    });
    account.aws.faults().inject(Fault::Denied, Calls::every().of("ec2:StopInstances"));
    let run = account.tick("2026-06-01T17:00:00Z");
    let metrics: Vec<Value> =
        run.logs.iter().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let of = |schedule: &str, name: &str| {
        let metric = metrics.iter().find(|it| it["Schedule"] == schedule).unwrap();
        metric[name].clone()
    };
    let mut schedules: Vec<&str> =
        metrics.iter().filter_map(|it| it.get("Schedule")?.as_str()).collect();
    schedules.sort_unstable();
    assert_eq!(schedules, ["ignore", "inline", "office-hours", "unknown"]);
    assert_eq!((of("inline", "Stopped"), of("inline", "Failed")), (json!(0.0), json!(9.0)));
    assert_eq!(of("unknown", "Problems"), json!(1.0));
    let total =
        metrics.iter().find(|it| it["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == json!([[]]));
    assert_eq!(total.unwrap()["Problems"], 1.0);
}

#[test]
fn defect_m11_without_ssm_inline_schedules_are_followed_all_the_same() {
    let account = Account::new(MONDAY, |place, _| {
        place.ec2.add(instance(1, OFFICE).stopped());
        place.ec2.add(instance(2, "office-hours").stopped());
        place.ec2.add(instance(3, "never"));
    });
    account.aws.faults().inject(Fault::InternalError, Calls::every().of("ssm:GetParametersByPath"));
    let run = account.tick(MONDAY);
    assert_eq!(failure(&run).unwrap().0, "Aws.Unavailable");
    let powers = [1, 2, 3].map(|number| account.power(&id(number)));
    assert_eq!(powers, ["pending", "stopped", "stopping"]);
    assert_eq!(account.tag(&id(2), PROBLEM), None);
}

#[test]
fn defect_m12_the_error_names_account_region_and_resource() {
    let account = Account::new("2026-06-01T17:00:00Z", |place, _| {
        place.ec2.add(instance(1, OFFICE).tag("Name", "web-1"));
    });
    account.aws.faults().inject(Fault::Denied, Calls::every().of("ec2:StopInstances"));
    let run = account.tick("2026-06-01T17:00:00Z");
    let (_, message) = failure(&run).unwrap();
    let place = format!("{REGION} instance {} (web-1): ec2:StopInstances failed", id(1));
    assert!(message.contains(&place), "{message}");
}

#[test]
fn defect_l11_that_nothing_may_be_stopped_is_learned_once() {
    let account = Account::new("2026-06-01T17:00:00Z", |place, _| {
        for number in 1..=3000 {
            place.ec2.add(instance(number, OFFICE));
        }
    });
    account.aws.faults().inject(Fault::Denied, Calls::every().of("ec2:StopInstances"));
    let run = account.tick("2026-06-01T17:00:00Z");
    assert_eq!(failure(&run).unwrap().0, "Aws.Denied");
    let n_calls = account.aws.log().count("ec2:StopInstances");
    assert!(n_calls <= 30, "{n_calls} calls");
}

#[test]
fn defect_l12_one_protected_instance_fails_one_run_and_not_one_a_day() {
    let account = Account::new("2026-06-01T17:00:00Z", |place, _| {
        place.ec2.add(instance(1, OFFICE).stop_protected());
    });
    assert!(failure(&account.tick("2026-06-01T17:00:00Z")).is_some());
    for day in 2..=4 {
        account.tick(&format!("2026-06-0{day}T17:00:00Z")).answer();
    }
}
