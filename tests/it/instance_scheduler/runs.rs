//! What runs do, one behaviour at a time.

use super::*;

const OFFICE: &str = "mon-fri 09:00-17:00";

#[test]
fn starts_in_the_morning_stops_in_the_evening_and_leaves_people_alone() {
    let account = Account::new("2026-06-01T08:55:00Z", |place, _| {
        place.ec2.add(instance(1, OFFICE).stopped());
    });
    account.tick("2026-06-01T08:55:00Z").answer();
    assert_eq!(account.power(&id(1)), "stopped");

    let run = account.tick(MONDAY);
    assert_eq!(run.answer()["counts"]["started"], 1, "{:#}", run.answer());
    assert_eq!(account.power(&id(1)), "pending");
    assert_eq!(account.tag(&id(1), "caretaker:scheduler").unwrap(), "2026-06-01T09:00:00Z running");

    let run = account.tick("2026-06-01T09:05:00Z");
    assert_eq!(run.answer()["counts"]["started"], 0);
    assert_eq!(account.power(&id(1)), "running");

    let run = account.tick("2026-06-01T17:00:00Z");
    assert_eq!(run.answer()["counts"]["stopped"], 1, "{:#}", run.answer());
    account.tick("2026-06-01T17:05:00Z").answer();
    assert_eq!(account.power(&id(1)), "stopped");
}

#[test]
fn a_second_run_on_an_unchanged_world_plans_nothing() {
    let account = Account::new(MONDAY, |place, _| {
        place.ec2.add(instance(1, OFFICE).stopped());
        place.ec2.add(instance(2, "never"));
        place.ec2.add(instance(3, "ofice"));
    });
    account.tick(MONDAY).answer();
    account.aws.log().clear();
    let run = account.tick(MONDAY);
    assert_eq!(run.answer()["targets"][0]["actions"], json!([]), "{:#}", run.answer());
    let mut calls = account.aws.log().operations();
    calls.sort_unstable();
    assert_eq!(
        calls,
        [
            "autoscaling:DescribeAutoScalingGroups",
            "ec2:DescribeInstances",
            "rds:DescribeDBClusters",
            "rds:DescribeDBInstances",
            "ssm:GetParametersByPath",
            "ssm:GetParametersByPath",
            "ssm:GetParametersByPath",
        ]
    );
}
