//! What the function's key may not do, whoever holds it: run other code, start more than the
//! operator allows, or work in the account of somebody else.

use aws_credential_types::Credentials;
use tests::aws::{
    autoscaling::{self, Group, Size},
    organizations,
    site::Site,
};

use super::{
    targets::{OTHER, THIRD},
    *,
};
use crate::clients::{code, config, credentials, query};

const DENIED_BY_EC2: &str = "UnauthorizedOperation";
const DENIED: &str = "AccessDenied";
const ROLE: &str = "role/caretaker-instance-scheduler";

fn account(parameters: &[(&str, &str)]) -> Account {
    Account::with(MONDAY, parameters, |spec| spec, build)
}

/// A stopped instance and a stopped group that have a schedule, and an instance that has none.
fn build(world: &mut World, now: Timestamp) {
    let place = world.place(HOME_ACCOUNT, REGION);
    place.ec2.add(instance(1, "never").stopped());
    place.ec2.add(ec2::Instance::numbered(2, "eu-west-1a").stopped());
    let size = Size { min: 0, max: 0, desired: 0 };
    let web = Group::new("web", &["eu-west-1a"], size).tag("Schedule", "never");
    autoscaling::add(place, &Site { account: HOME_ACCOUNT, region: REGION, now }, web);
}

/// The code of the error with which the function's call is refused; `-` for one that is not.
fn modify(account: &Account, id: &str, attribute: &str) -> String {
    let request = format!("ModifyInstanceAttribute&InstanceId={id}&{attribute}");
    refusal(query(&account.aws, &credentials(NAME, None), "ec2", &request))
}

fn update(account: &Account, parameters: &str) -> String {
    let request = format!("UpdateAutoScalingGroup&AutoScalingGroupName=web&{parameters}");
    refusal(query(&account.aws, &credentials(NAME, None), "autoscaling", &request))
}

fn refusal(outcome: Result<String, String>) -> String {
    outcome.err().unwrap_or_else(|| "-".to_owned())
}

#[test]
fn defect_m6_of_an_instance_only_the_type_may_be_changed() {
    let account = account(&[]);
    assert_eq!(modify(&account, &id(1), "InstanceType.Value=m5.large"), "-");
    let without_schedule = modify(&account, &id(2), "InstanceType.Value=m5.large");
    assert_eq!(without_schedule, DENIED_BY_EC2);
    for attribute in [
        "UserData.Value=IyEvYmluL3No",
        "Attribute=userData&Value=IyEvYmluL3No",
        "DisableApiStop.Value=true",
        "GroupId.1=sg-0a1b2c3d",
        "BlockDeviceMapping.1.DeviceName=/dev/sda1",
    ] {
        assert_eq!(modify(&account, &id(1), attribute), DENIED_BY_EC2, "{attribute}");
    }
}

#[test]
fn defect_m6_a_group_is_raised_to_the_maximum_and_no_higher() {
    for (parameters, most) in [(&[][..], 100), (&[("SchedulerMaxCapacity", "4")], 4)] {
        let account = account(parameters);
        assert_eq!(update(&account, &format!("MaxSize={most}&DesiredCapacity=0")), "-");
        assert_eq!(update(&account, &format!("MaxSize={}", most + 1)), DENIED);
        // Without a maximum of its own, it would be bounded by nothing.
        assert_eq!(update(&account, "DesiredCapacity=1"), DENIED);
    }
}

#[test]
fn defect_m6_what_a_group_launches_is_not_changed() {
    let account = account(&[]);
    assert_eq!(update(&account, "MaxSize=1"), "-");
    for launched in [
        "LaunchConfigurationName=mine",
        "LaunchTemplate.LaunchTemplateName=mine",
        "LaunchTemplate.LaunchTemplateName=mine&LaunchTemplate.Version=1",
        "MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification.LaunchTemplateId=lt-1",
        "MixedInstancesPolicy.LaunchTemplate.Overrides.member.1.InstanceType=p5.48xlarge",
    ] {
        assert_eq!(update(&account, &format!("MaxSize=1&{launched}")), DENIED, "{launched}");
    }
}

/// Which of the accounts the function's key can enter, each of which would let it in. `OTHER` is in
/// the organization of the home account.
async fn entered(parameters: &[(&str, &str)]) -> Vec<&'static str> {
    let account = account(parameters);
    account.aws.with(|world| {
        world.organization.create(HOME_ACCOUNT);
        let unit = world.organization.add_unit("shops", "r-loc1").unwrap();
        world.organization.add_account(OTHER, "shop", &unit, "ACTIVE");
        for id in [OTHER, THIRD] {
            target_account(world, id, MONDAY.parse().unwrap());
        }
    });
    let sts = aws_sdk_sts::Client::new(&config(&account.aws, NAME).await);
    let mut entered = Vec::new();
    for id in [OTHER, THIRD] {
        let arn = format!("arn:aws:iam::{id}:{ROLE}");
        match sts.assume_role().role_arn(arn).role_session_name("test").send().await {
            Ok(_) => entered.push(id),
            Err(error) => assert_eq!(code(&error), DENIED),
        }
    }
    entered
}

#[tokio::test]
async fn defect_m6_a_role_is_assumed_in_named_accounts_and_in_the_organization_only() {
    const UNITS: (&str, &str) = ("OrganizationalUnits", "ou-loc1-00000001");
    assert_eq!(entered(&[]).await, [""; 0]);
    assert_eq!(entered(&[("Accounts", "111111111111,333333333333")]).await, [THIRD]);
    assert_eq!(entered(&[UNITS]).await, [OTHER]);
    assert_eq!(entered(&[UNITS, ("OrganizationId", organizations::ID)]).await, [OTHER]);
    assert_eq!(entered(&[UNITS, ("OrganizationId", "o-another000")]).await, [""; 0]);
    assert_eq!(entered(&[UNITS, ("Accounts", THIRD)]).await, [OTHER, THIRD]);
}

#[tokio::test]
async fn defect_m6_the_role_in_another_account_has_the_same_bounds() {
    let account = account(&[("Accounts", OTHER)]);
    account.aws.with(|world| {
        target_account(world, OTHER, MONDAY.parse().unwrap());
        world.place(OTHER, REGION).ec2.add(instance(1, "never").stopped());
    });
    let sts = aws_sdk_sts::Client::new(&config(&account.aws, NAME).await);
    let assume = sts.assume_role().role_arn(format!("arn:aws:iam::{OTHER}:{ROLE}"));
    let session = assume.role_session_name("test").send().await.unwrap().credentials.unwrap();
    let (key, secret) = (session.access_key_id(), session.secret_access_key());
    let session = session.session_token().to_owned();
    let credentials = Credentials::new(key, secret, Some(session), None, "test");
    let modify = |attribute: &str| {
        let request = format!("ModifyInstanceAttribute&InstanceId={}&{attribute}", id(1));
        refusal(query(&account.aws, &credentials, "ec2", &request))
    };
    assert_eq!(modify("UserData.Value=IyEvYmluL3No"), DENIED_BY_EC2);
    assert_eq!(modify("InstanceType.Value=m5.large"), "-");
}
