//! The roles in accounts that are looked after trust one role of the hub, by its full name.

use std::sync::Arc;

use tests::aws::{identity::Caller, organizations, policy::Role};

use super::*;

const SCHEDULER: &str = "instance-scheduler";

/// A session of a role.
fn caller(account: &str, role: &str, organization: Option<&'static str>) -> Caller {
    let role = Role { account: account.to_owned(), name: role.to_owned(), ..Role::default() };
    Caller {
        account: account.to_owned(),
        arn: role.session_arn("session"),
        user_id: String::new(),
        organization,
        role: Some(Arc::new(role)),
    }
}

/// The only role of a stack in an account that is looked after.
fn role(parameters: &[(&str, &str)]) -> Role {
    let roles = target(parameters).roles;
    assert_eq!(roles.len(), 1);
    roles[0].clone()
}

#[test]
fn the_function_of_the_hub_is_trusted_by_the_name_of_its_role() {
    let hub = deploy(Deployment { stack_name: "ops".to_owned(), ..Deployment::default() }, &[]);
    let function = hub.unwrap().function(SCHEDULER).unwrap().role.clone();
    assert_eq!(function.arn(), "arn:aws:iam::111111111111:role/ops-instance-scheduler");
    let role = role(&[("HubStack", "ops")]);
    assert!(role.trusts(&caller(&function.account, &function.name, None), None));
}

#[test]
fn a_role_with_a_similar_name_or_in_another_account_is_refused() {
    let role = role(&[]);
    assert!(role.trusts(&caller(HOME_ACCOUNT, "caretaker-instance-scheduler", None), None));
    for name in [
        "caretaker-instance-scheduler2",
        "caretaker-instance-schedule",
        "caretaker-2-instance-scheduler",
        "Caretaker-instance-scheduler",
        "x/caretaker-instance-scheduler",
        "caretaker-InstanceSchedulerRole-1A2B3C",
        "caretaker-SecretRotationRole-LOCAL",
    ] {
        assert!(!role.trusts(&caller(HOME_ACCOUNT, name, None), None), "{name}");
    }
    for account in [OTHER, "333333333333"] {
        let same_name = caller(account, "caretaker-instance-scheduler", None);
        assert!(!role.trusts(&same_name, None), "{account}");
    }
}

#[test]
fn an_organization_may_be_asked_for_as_well() {
    let role = role(&[("OrganizationId", organizations::ID)]);
    let of = |organization| caller(HOME_ACCOUNT, "caretaker-instance-scheduler", organization);
    assert!(role.trusts(&of(Some(organizations::ID)), None));
    assert!(!role.trusts(&of(Some("o-another000")), None));
    assert!(!role.trusts(&of(None), None));
}

/// IAM allows 64 characters, and a longer name would fail the deployment of the hub only.
#[test]
fn the_longest_name_of_a_stack_leaves_room_for_every_role() {
    const MAX_ROLE_NAME: usize = 64;
    let longest = "s".repeat(45);
    let deployment = Deployment { stack_name: longest.clone(), ..Deployment::default() };
    let roles = deploy(deployment, EVERYTHING).unwrap().roles;
    let lengths = roles.iter().map(|role| role.name.len());
    assert_eq!(lengths.max(), Some(MAX_ROLE_NAME));

    role(&[("HubStack", &longest)]);
    let too_long = format!("{longest}s");
    let deployment = Deployment::default().with("HubAccount", HOME_ACCOUNT);
    let error = deploy(deployment, &[("HubStack", &too_long)]).unwrap_err();
    assert!(format!("{error:#}").contains("`HubStack` cannot be"), "{error:#}");
}
