//! How many calls runs make. Every call counts: the lists are whole.

use tests::aws::faults::Calls;

use super::*;

const OFFICE: &str = "mon-fri 09:00-17:00";

/// The listings of a run, wherever nothing has more than a page.
const LISTINGS: [&str; 7] = [
    "autoscaling:DescribeAutoScalingGroups",
    "ec2:DescribeInstances",
    "rds:DescribeDBClusters",
    "rds:DescribeDBInstances",
    // The schedules, the periods and the calendars.
    "ssm:GetParametersByPath",
    "ssm:GetParametersByPath",
    "ssm:GetParametersByPath",
];

/// A thousand stopped instances whose period has begun.
fn a_thousand() -> Account {
    Account::new(MONDAY, |place, _| {
        for number in 1..=1000 {
            place.ec2.add(instance(number, OFFICE).stopped());
        }
    })
}

/// The calls of all runs are the listings and these.
#[track_caller]
fn check(account: &Account, others: &[&str]) {
    let mut expected = [&LISTINGS, others].concat();
    expected.sort_unstable();
    let mut calls = account.aws.log().operations();
    calls.sort_unstable();
    assert_eq!(calls, expected);
}

#[test]
fn a_thousand_instances_cost_a_listing_two_starts_and_one_tagging() {
    let account = a_thousand();
    let run = account.tick(MONDAY);
    assert_eq!(run.answer()["counts"]["started"], 1000);
    check(
        &account,
        &["ec2:StartInstances", "ec2:StartInstances", "ec2:CreateTags", "events:PutEvents"],
    );

    account.aws.log().clear();
    let run = account.tick("2026-06-01T09:05:00Z");
    assert_eq!(run.answer()["counts"]["running"], 1000);
    check(&account, &[]);
}

#[test]
fn a_thousand_instances_stop_as_cheaply() {
    let account = Account::new("2026-06-01T17:00:00Z", |place, _| {
        for number in 1..=1000 {
            place.ec2.add(instance(number, OFFICE));
        }
    });
    let run = account.tick("2026-06-01T17:00:00Z");
    assert_eq!(run.answer()["counts"]["stopped"], 1000);
    check(
        &account,
        &["ec2:StopInstances", "ec2:StopInstances", "ec2:CreateTags", "events:PutEvents"],
    );
}

#[test]
fn ten_that_are_gone_since_the_listing_cost_two_starts_more() {
    let account = a_thousand();
    let gone: Vec<String> = (1..=10).map(|number| id(number * 97)).collect();
    account.aws.faults().interfere(Calls::nth(1).of("ec2:StartInstances"), move |world, now| {
        let ec2 = &mut world.place(HOME_ACCOUNT, REGION).ec2;
        ec2.terminate(&gone, now);
        // As if an hour had passed, after which EC2 does not know them any more.
        ec2.settle("2026-06-02T00:00:00Z".parse().unwrap());
    });
    let run = account.tick(MONDAY);
    // What has gone needs nobody, so the run has not failed.
    assert_eq!(run.answer()["counts"]["started"], 990);
    assert_eq!(run.answer()["counts"]["failed"], 10);
    let starts = ["ec2:StartInstances"; 4];
    check(&account, &[&starts[..], &["ec2:CreateTags", "events:PutEvents"]].concat());
}

#[test]
fn ten_that_cannot_start_any_more_cost_four_calls_more() {
    let account = a_thousand();
    let ids: Vec<String> = (1..=10).map(|number| id(number * 97)).collect();
    account.aws.faults().interfere(Calls::nth(1).of("ec2:StartInstances"), move |world, now| {
        world.place(HOME_ACCOUNT, REGION).ec2.terminate(&ids, now);
    });
    let run = account.tick(MONDAY);
    assert_eq!(run.answer()["counts"]["started"], 990);
    assert_eq!(run.answer()["counts"]["failed"], 10);
    // EC2 names one of them at a time, so both halves are looked at again.
    let calls = [
        &["ec2:StartInstances"; 4][..],
        &["ec2:DescribeInstances"; 2],
        &["ec2:CreateTags", "events:PutEvents"],
    ];
    check(&account, &calls.concat());
}

#[test]
fn an_account_with_nothing_in_it_costs_the_listings() {
    let account = Account::new(MONDAY, |_, _| ());
    account.tick(MONDAY).answer();
    check(&account, &[]);
}

#[test]
fn services_that_are_left_out_are_not_asked() {
    let account = Account::with(MONDAY, &[("SchedulerServices", "ec2")], |spec| spec, |_, _| ());
    account.tick(MONDAY).answer();
    let mut calls = account.aws.log().operations();
    calls.sort_unstable();
    let documents = "ssm:GetParametersByPath";
    assert_eq!(calls, ["ec2:DescribeInstances", documents, documents, documents]);
}

#[test]
fn windows_and_spot_requests_are_asked_for_only_where_they_matter() {
    let account = Account::new(MONDAY, |place, now| {
        document(
            place,
            "schedules/patched",
            "ssm_maintenance_window: patching\nperiods: [{weekdays: mon-fri}]\n",
            now,
        );
        place.ec2.add(instance(1, "always").spot(true));
    });
    account.tick(MONDAY).answer();
    check(&account, &["ec2:DescribeSpotInstanceRequests", "ec2:CreateTags"]);

    account.aws.log().clear();
    account.set_tag(&id(1), "Schedule", "patched");
    account.tick("2026-06-01T09:05:00Z").answer();
    check(&account, &["ec2:DescribeSpotInstanceRequests", "ssm:DescribeMaintenanceWindows"]);
}
