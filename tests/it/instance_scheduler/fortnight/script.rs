//! What happens to the company besides the function: what people do between two runs, and which
//! calls AWS refuses during one.

use tests::aws::ec2::StartFailure;

use super::*;

/// What AWS refuses for the length of one run.
pub(super) fn faults(minute: usize) -> Vec<(&'static str, Fault)> {
    match oracle::name(minute).as_str() {
        "10 08:00" => vec![("ec2:StartInstances", Fault::Throttle)],
        "12 18:00" => vec![("ec2:DescribeInstances", Fault::Unavailable)],
        _ => Vec::new(),
    }
}

/// What people do in this minute.
pub(super) fn people_act(account: &Account, minute: usize) {
    let first = id(1);
    let ec2 = |owner, operation: &str, id: &str| {
        account.by_hand_in(owner, REGION, "ec2", &format!("{operation}&InstanceId.1={id}"));
    };
    match oracle::name(minute).as_str() {
        "1 20:07" => break_start(account, Some(StartFailure::MissingKeyGrant)),
        "2 09:07" => break_start(account, None),
        "2 12:07" => ec2(HOME_ACCOUNT, "StopInstances", &first),
        "3 08:07" => ec2(OTHER, "StartInstances", &id(2)),
        "3 12:07" => account.by_hand_in(
            HOME_ACCOUNT,
            PARIS,
            "autoscaling",
            "SetDesiredCapacity&AutoScalingGroupName=workers&DesiredCapacity=3",
        ),
        "4 12:07" => {
            let size = account.aws.with(|world| {
                let place = world.place(HOME_ACCOUNT, PARIS);
                place.autoscaling.group("workers").unwrap().size
            });
            assert_eq!(size, Size { min: 1, max: 4, desired: 3 }, "as large as people made it");
        }
        "4 20:07" => ec2(OTHER, "StopInstances", &id(2)),
        "6 09:07" => {
            account.set_tag(&id(3), "caretaker:override", "running until 2026-06-07T12:00:00Z");
        }
        "6 10:07" => {
            ec2(HOME_ACCOUNT, "StartInstances", &first);
            ec2(OTHER, "StartInstances", &first);
            let start = "StartDBInstance&DBInstanceIdentifier=orders";
            account.by_hand_in(HOME_ACCOUNT, OHIO, "rds", start);
        }
        "8 07:07" => {
            assert_eq!(account.tag(&id(4), "caretaker:scheduler"), None);
            let problem = account.tag(&id(4), "caretaker:problem");
            assert!(problem.is_some_and(|text| text.contains("ofice")), "it is said on it");
            account.set_tag(&id(4), "Schedule", "mon-fri 08:00-18:00");
        }
        "8 12:07" => assert_eq!(account.tag(&id(4), "caretaker:problem"), None),
        "9 12:07" => ec2(OTHER, "StopInstances", &first),
        "9 13:07" => {
            account.set_tag(&id(3), "caretaker:override", "stopped until 2026-06-10T10:00:00Z");
        }
        "10 12:07" => assert_eq!(account.tag(&id(3), "caretaker:override"), None),
        _ => (),
    }
}

/// Takes the permission to use a key away from every start, or gives it back.
fn break_start(account: &Account, failure: Option<StartFailure>) {
    let now = account.aws.clock().now();
    account.aws.with(|world| {
        world.place(HOME_ACCOUNT, PARIS).ec2.instance(&id(1), now).unwrap().start_failure = failure;
    });
}
