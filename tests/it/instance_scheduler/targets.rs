//! Several accounts and regions, what fails in one of them, and who is told.

use std::collections::BTreeSet;

use tests::aws::{
    faults::{Calls, Fault},
    ssm,
};

use super::*;

pub(super) const OTHER: &str = "222222222222";
pub(super) const THIRD: &str = "333333333333";
const REGIONS: [&str; 3] = ["eu-west-1", "us-east-1", "ap-southeast-2"];
const TOPIC: &str = "arn:aws:sns:eu-west-1:111111111111:alerts";

/// One running instance that should be stopped, in every region of every account.
fn populate(world: &mut World, accounts: &[&str]) {
    for account in accounts {
        for region in REGIONS {
            world.place(account, region).ec2.add(instance(1, "never"));
        }
    }
}

/// Three regions, and the home account with `others`.
pub(super) fn with_accounts(
    others: &[&str],
    parameters: &[(&str, &str)],
    build: impl FnOnce(&mut World, Timestamp),
) -> Account {
    let accounts = [&[HOME_ACCOUNT], others].concat();
    let (regions, listed) = (REGIONS.join(","), accounts.join(","));
    let mut all = vec![("Regions", regions.as_str()), ("AlertTopicArn", TOPIC)];
    if !parameters.iter().any(|(name, _)| *name == "OrganizationalUnits") {
        all.push(("Accounts", &listed));
    }
    all.extend(parameters);
    Account::with(MONDAY, &all, tests::lambda::Spec::impatient, |world, now| {
        populate(world, &accounts);
        world.place(HOME_ACCOUNT, REGION).sns.add_topic("alerts");
        build(world, now);
    })
}

/// Where instances run on: account and region.
pub(super) fn running(account: &Account) -> BTreeSet<(String, String)> {
    let now = account.aws.clock().now();
    account.aws.with(|world| {
        let places: Vec<(String, String)> =
            world.places().map(|(account, region, _)| (account.into(), region.into())).collect();
        let mut runs = |(account, region): &(String, String)| {
            world.place(account, region).ec2.power(&id(1), now) == Some(ec2::Power::Running)
        };
        places.into_iter().filter(|place| runs(place)).collect()
    })
}

#[test]
fn two_accounts_and_three_regions_are_looked_after() {
    let account = with_accounts(&[OTHER], &[], |world, now| target_account(world, OTHER, now));
    let run = account.tick(MONDAY);
    assert_eq!(run.answer()["counts"]["stopped"], 6, "{:#}", run.answer());
    assert_eq!(running(&account), BTreeSet::new());
    assert_eq!(account.aws.log().count("sts:AssumeRole"), 1);
    assert_eq!(account.aws.log().count("ec2:DescribeInstances"), 6);

    let places: Vec<String> = run.answer()["targets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|target| format!("{} {}", target["account"], target["region"]).replace('"', ""))
        .collect();
    let expected = [HOME_ACCOUNT, OTHER]
        .iter()
        .flat_map(|account| REGIONS.iter().map(move |region| format!("{account} {region}")));
    assert_eq!(places, expected.collect::<Vec<_>>());
}

#[test]
fn an_event_may_narrow_a_run() {
    let account = with_accounts(&[OTHER], &[], |world, now| target_account(world, OTHER, now));
    let event = json!({ "accounts": [OTHER], "regions": ["us-east-1"] });
    let run = account.function.invoke(&event);
    assert_eq!(run.answer()["counts"]["stopped"], 1);
    assert_eq!(account.aws.log().count("ec2:DescribeInstances"), 1);
}

#[test]
fn an_event_may_name_the_only_account_there_is_and_no_other() {
    let account = Account::new(MONDAY, |place, _| place.ec2.add(instance(1, "never")));
    let run = account.function.invoke(&json!({ "accounts": [OTHER] }));
    let (error_type, message) = failure(&run).unwrap();
    assert_eq!(error_type, "BadEvent");
    assert!(message.contains("`accounts` names `222222222222`"), "{message}");

    let run = account.function.invoke(&json!({ "accounts": [HOME_ACCOUNT] }));
    assert_eq!(run.answer()["counts"]["stopped"], 1);
    assert_eq!(account.aws.log().count("sts:AssumeRole"), 0);
}

#[test]
fn an_account_that_cannot_be_entered_hides_no_other() {
    let account =
        with_accounts(&[OTHER, THIRD], &[], |world, now| target_account(world, THIRD, now));
    let run = account.tick(MONDAY);
    let (error_type, message) = failure(&run).unwrap();
    assert_eq!(error_type, "Aws.Denied", "{message}");
    assert!(message.contains("sts:AssumeRole failed"), "{message}");
    let left: Vec<String> = running(&account).into_iter().map(|(account, _)| account).collect();
    assert_eq!(left, [OTHER; 3]);
    let report = report(&run);
    let failed = report["failed"][0].as_str().unwrap();
    assert!(failed.starts_with("account 222222222222: sts:AssumeRole failed: "), "{failed}");
}

#[test]
fn a_region_that_cannot_be_listed_hides_no_other() {
    let account = with_accounts(&[], &[], |_, _| ());
    account.aws.faults().inject(Fault::Denied, Calls::nth(1).of("ec2:DescribeInstances"));
    let run = account.tick(MONDAY);
    assert_eq!(failure(&run).unwrap().0, "Aws.Denied");
    let calls = account.aws.log().calls_of("ec2:DescribeInstances");
    let region = calls.into_iter().find(|call| call.fault.is_some()).unwrap().region;
    let left: Vec<String> = running(&account).into_iter().map(|(_, region)| region).collect();
    assert_eq!(left, std::slice::from_ref(&region));

    let report = report(&run);
    let targets = report["targets"].as_array().unwrap();
    let target = targets.iter().find(|target| target["region"] == region.as_str()).unwrap();
    let because = target["failed"][0]["because"].as_str().unwrap();
    assert!(because.starts_with("ec2:DescribeInstances failed: "), "{because}");
    assert_eq!(report["counts"]["failed"], 1);
    assert_eq!(report["counts"]["stopped"], 2);
}

#[test]
fn each_target_where_something_was_done_is_an_event_on_the_bus() {
    let account = with_accounts(&[], &[], |world, _| {
        world.place(HOME_ACCOUNT, "us-east-1").ec2.add(instance(2, "always"));
    });
    account.tick(MONDAY).answer();
    let events = account.place(|place, _| place.events.events().to_vec());
    assert_eq!(events.len(), 3);
    for event in &events {
        assert_eq!(
            (event.bus.as_str(), event.source.as_str(), event.detail_type.as_str()),
            ("default", "caretaker.instance-scheduler", "Instance Scheduler Run")
        );
        assert_eq!(event.detail["account"], HOME_ACCOUNT);
        assert_eq!(event.detail["now"], MONDAY);
        assert_eq!(event.detail["counts"]["stopped"], 1);
        assert_eq!(
            event.detail["actions"],
            json!([{
                "do": "stop", "kind": "instance", "resource": id(1),
                "because": "outside every period",
            }])
        );
    }
    account.place(|place, _| place.events.clear());
    account.tick("2026-06-01T09:05:00Z").answer();
    assert_eq!(account.place(|place, _| place.events.events().len()), 0);
    assert_eq!(account.place(|place, _| place.sns.messages().len()), 0);
}

#[test]
fn a_digest_tells_what_failed() {
    let account = with_accounts(&[OTHER], &[], |world, _| {
        world.place(HOME_ACCOUNT, REGION).ec2.add(instance(2, "never").stop_protected());
    });
    account.tick(MONDAY);
    let messages = account.place(|place, _| place.sns.messages().to_vec());
    assert_eq!(messages.len(), 1);
    let subject = messages[0].subject.as_deref();
    assert_eq!(subject, Some("instance-scheduler: 2 failed at 2026-06-01T09:00:00Z"));
    let text: Vec<&str> = messages[0].text.lines().collect();
    assert!(text[0].starts_with("account 222222222222: sts:AssumeRole failed: "), "{text:?}");
    let line = format!("111111111111 eu-west-1: stop {}: ec2:StopInstances failed: ", id(2));
    assert!(text[1].starts_with(&line), "{text:?}");
    assert_eq!(text.len(), 2);
}

#[test]
fn a_refusal_with_hundreds_of_names_is_still_told() {
    let account = Account::with(
        MONDAY,
        &[("AlertTopicArn", TOPIC), ("SchedulerMaxChanges", "off")],
        |spec| spec,
        |world, _| {
            let place = world.place(HOME_ACCOUNT, REGION);
            place.sns.add_topic("alerts");
            for number in 1..=400 {
                place.ec2.add(instance(number, "never"));
            }
        },
    );
    account.aws.faults().interfere(Calls::nth(1).of("ec2:StopInstances"), |world, _| {
        world.place(HOME_ACCOUNT, REGION).ec2 = ec2::State::default();
    });
    let run = account.tick(MONDAY);
    assert_eq!(run.answer()["counts"]["failed"], 400);
    assert!(run.answer().to_string().len() < 256 * 1024);
    let events = account.place(|place, _| place.events.events().to_vec());
    let lines = events.iter().map(|event| event.detail["failed"].as_array().unwrap().len());
    assert_eq!(lines.sum::<usize>(), 400);
    assert_eq!(account.place(|place, _| place.sns.messages().len()), 1);
}

#[test]
fn each_way_to_fail_has_an_error_type_of_its_own() {
    for (fault, operation, expected) in [
        (Fault::Throttle, "ec2:DescribeInstances", "Aws.Throttled"),
        (Fault::Denied, "ec2:StopInstances", "Aws.Denied"),
        (Fault::Unavailable, "rds:DescribeDBInstances", "Aws.Unavailable"),
        (Fault::InternalError, "ssm:GetParametersByPath", "Aws.Unavailable"),
        (Fault::Timeout, "autoscaling:DescribeAutoScalingGroups", "Aws.Unreachable"),
        (Fault::Reset, "ec2:CreateTags", "Aws.Unreachable"),
        (Fault::Truncated, "events:PutEvents", "Aws.Unreachable"),
    ] {
        let account = with_accounts(&[], &[], |_, _| ());
        account.aws.faults().inject(fault, Calls::every().of(operation));
        let run = account.tick(MONDAY);
        let (error_type, message) = failure(&run).unwrap();
        assert_eq!(error_type, expected, "{message}");
        assert!(message.contains(&format!("{operation} failed")), "{message}");
    }
    // The topic is not there.
    let account = with_accounts(&[OTHER], &[], |world, now| {
        target_account(world, OTHER, now);
        world.place(HOME_ACCOUNT, REGION).sns = tests::aws::sns::State::default();
        world.place(HOME_ACCOUNT, REGION).ssm = ssm::State::default();
    });
    account.aws.faults().inject(Fault::Throttle, Calls::nth(1).of("rds:DescribeDBClusters"));
    let run = account.tick(MONDAY);
    assert_eq!(failure(&run).unwrap().0, "Aws.Throttled");
    assert!(report(&run)["failed"].to_string().contains("sns:Publish failed: "));
}

#[test]
fn what_has_gone_meanwhile_fails_nothing() {
    let account = Account::new(MONDAY, |place, _| place.ec2.add(instance(1, "never")));
    account.aws.faults().interfere(Calls::nth(1).of("ec2:StopInstances"), |world, now| {
        let ec2 = &mut world.place(HOME_ACCOUNT, REGION).ec2;
        ec2.terminate(&[id(1)], now);
    });
    let run = account.tick(MONDAY);
    assert_eq!(run.answer()["counts"]["failed"], 1, "{:#}", run.answer());
}

#[test]
fn a_wrong_variable_is_the_answer_to_every_event_and_touches_nothing() {
    for (name, value, expected) in [
        (
            "SCHEDULER_INTERVAL_MINUTES",
            "0",
            "SCHEDULER_INTERVAL_MINUTES is `0`, not between 1 and 60",
        ),
        ("DRY_RUN", "yes", "DRY_RUN is `yes`, neither `true` nor `false`"),
        ("SCHEDULER_SERVICES", "ec3", "SCHEDULER_SERVICES has `ec3`"),
        ("TIME_ZONE", "Mars/Base", "TIME_ZONE is `Mars/Base`"),
    ] {
        let account = Account::with(MONDAY, &[], |spec| spec.variable(name, value), |_, _| ());
        let runs = [account.tick(MONDAY), account.tick(MONDAY)];
        for run in &runs {
            let (error_type, message) = failure(run).unwrap();
            assert_eq!(error_type, "BadConfiguration");
            assert!(message.starts_with(expected), "{message}");
        }
        assert_eq!(runs[1].init, None, "the process lives on");
        assert_eq!(account.aws.log().total(), 0);
    }
}
