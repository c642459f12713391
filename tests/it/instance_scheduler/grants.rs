//! The function's roles grant what it needs and nothing else: in one day on an account that has
//! everything, no call is denied and every granted action is used.

use std::collections::BTreeSet;

use tests::aws::{
    autoscaling::{self, Group, Size},
    policy::Grant,
    site::Site,
    ssm,
};

use super::*;

/// In the organization.
const OTHER: &str = "222222222222";
/// Not in it, but named.
const THIRD: &str = "333333333333";
const EVENING: &str = "2026-06-01T17:00:00Z";
const MORNING: &str = "2026-06-02T09:00:00Z";
const KEY: &str = "arn:aws:kms:eu-west-1:111111111111:key/00000000-0000-4000-8000-000000000000";

/// What AWS itself does in the function's name, which no call of the function shows.
const DONE_BY_AWS: [&str; 2] = [
    // EC2 makes the grant when it starts an instance with an encrypted volume.
    "kms:CreateGrant",
    // Lambda keeps the events of runs that failed twice.
    "sqs:SendMessage",
];

/// Every condition of the template holds, so that every statement is there.
const PARAMETERS: &[(&str, &str)] = &[
    ("Accounts", "111111111111,333333333333"),
    ("OrganizationalUnits", "ou-loc1-00000001"),
    ("AlertTopicArn", "arn:aws:sns:eu-west-1:111111111111:alerts"),
    ("SchedulerCalendarBucket", "calendars"),
    ("SchedulerKmsKeyArns", KEY),
];

const OFFICE: &str = r#"
calendars: [holidays]
ssm_maintenance_window: patching
periods: [{begintime: "09:00", endtime: "17:00", instance_type: m5.large}]
"#;
const HOLIDAYS: &str = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20261225\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

/// One of each kind, all of them awake, with an override that has just ended.
fn populate(world: &mut World, account: &str, now: Timestamp) {
    const OVERRIDE: (&str, &str) = ("caretaker:override", "running until 2026-06-01T16:59:00Z");
    let place = world.place(account, REGION);
    let (key, value) = OVERRIDE;
    place.ec2.add(instance(1, "office").tag(key, value));
    place.ec2.add(instance(2, "office").spot(true));
    // Fails, so that somebody is told.
    place.ec2.add(instance(3, "office").stop_protected());
    let database = rds::Instance::new("reports", "eu-west-1a");
    place.rds.add(database.tag("Schedule", "office").tag(key, value));
    place.rds.add_cluster(rds::Cluster::new("shop").tag("Schedule", "office"));
    let size = Size { min: 1, max: 4, desired: 2 };
    let web = Group::new("web", &["eu-west-1a"], size).tag("Schedule", "office").tag(key, value);
    autoscaling::add(place, &Site { account, region: REGION, now }, web);
    place.ssm.add_window(ssm::Window {
        name: "patching".to_owned(),
        schedule: "cron(0 2 ? * SUN *)".to_owned(),
        timezone: None,
        duration_hours: 2,
        cutoff_hours: 0,
        is_enabled: true,
        executions: ssm::Executions::At(vec!["2026-06-07T02:00:00Z".parse().unwrap()]),
    });
}

fn build(world: &mut World, now: Timestamp) {
    for account in [OTHER, THIRD] {
        stage::target(account, PARAMETERS_OF_TARGET).unwrap().install(world, now);
    }
    world.organization.create(HOME_ACCOUNT);
    let unit = world.organization.add_unit("all", "r-loc1").unwrap();
    world.organization.add_account(OTHER, "other", &unit, "ACTIVE");
    world.s3.add_bucket("calendars", HOME_ACCOUNT, REGION);
    world.s3.put("calendars", "holidays.ics", HOLIDAYS, now);
    let home = world.place(HOME_ACCOUNT, REGION);
    home.sns.add_topic("alerts");
    document(home, "schedules/office", OFFICE, now);
    document(home, "calendars/holidays", "s3://calendars/holidays.ics", now);
    home.ssm.set_secure("/caretaker/schedules/secret", "always", now);
    for account in [HOME_ACCOUNT, OTHER] {
        populate(world, account, now);
    }
}

/// The role in the other account may use a key there as well.
const PARAMETERS_OF_TARGET: &[(&str, &str)] = &[("SchedulerKmsKeyArns", KEY)];

fn grants(stack: &Stack) -> BTreeSet<Grant> {
    let function = stack.functions.iter().filter(|function| function.name == NAME);
    let role = function.map(|function| &function.role);
    role.chain(&stack.roles).flat_map(tests::aws::policy::Role::grants).collect()
}

#[test]
fn every_granted_action_is_used_and_no_call_is_denied() {
    let account = Account::with(EVENING, PARAMETERS, |spec| spec, build);
    let evening = account.tick(EVENING);
    let failed = lines(&evening, "failed");
    assert_eq!(failed.len(), 2, "only what is protected from being stopped: {failed:#?}");
    account.tick("2026-06-01T17:10:00Z");
    account.tick(MORNING);
    assert_eq!(account.database("reports"), "starting");

    let denied: Vec<String> = account.aws.log().calls().into_iter().filter_map(denial).collect();
    assert_eq!(denied, [""; 0], "the roles lack permissions");

    let mut unused = grants(&account.stack);
    unused.extend(grants(&stage::target(OTHER, PARAMETERS_OF_TARGET).unwrap()));
    assert!(unused.len() > 40, "the roles are not those of the template: {unused:#?}");
    let used = account.aws.used_grants();
    unused.retain(|grant| !used.contains(grant) && !DONE_BY_AWS.contains(&grant.action.as_str()));
    let unused: Vec<String> = unused.iter().map(Grant::to_string).collect();
    assert_eq!(unused, [""; 0], "the roles grant what no run needs");
}

/// A call that a role's policies did not allow.
fn denial(call: tests::aws::log::Entry) -> Option<String> {
    let code = call.outcome.err()?.code;
    let is_denial = ["AccessDenied", "Unauthorized", "AuthorizationError"];
    is_denial.iter().any(|name| code.contains(name)).then(|| format!("{} {code}", call.operation))
}
