//! Accounts by organizational unit, accounts that are left out, and whom an account lets in.

use std::collections::BTreeSet;

use tests::aws::{
    faults::{Calls, Fault},
    organizations,
};

use super::{
    targets::{OTHER, THIRD, running, with_accounts},
    *,
};

const UNIT: &str = "ou-loc1-00000001";
const SECOND_UNIT: &str = "ou-loc1-00000002";
/// Nobody has made it.
const NO_UNIT: &str = "ou-loc1-0000000f";

/// An organization in which `OTHER` is in the first unit and `THIRD`, with this status, in the
/// second.
fn organization(world: &mut World, status: &'static str) {
    let root = world.organization.create(HOME_ACCOUNT);
    assert_eq!(world.organization.add_unit("shops", &root).as_deref(), Some(UNIT));
    assert_eq!(world.organization.add_unit("banks", &root).as_deref(), Some(SECOND_UNIT));
    world.organization.add_account(OTHER, "shop", UNIT, "ACTIVE");
    world.organization.add_account(THIRD, "bank", SECOND_UNIT, status);
    world.organization.sends_empty_pages = true;
}

fn with_units(parameters: &[(&str, &str)], status: &'static str) -> Account {
    with_accounts(&[OTHER, THIRD], parameters, |world, now| {
        for account in [OTHER, THIRD] {
            target_account(world, account, now);
        }
        organization(world, status);
    })
}

/// The accounts in which nothing was stopped.
fn left_alone(account: &Account) -> Vec<String> {
    let accounts: BTreeSet<String> =
        running(account).into_iter().map(|(account, _)| account).collect();
    accounts.into_iter().collect()
}

#[test]
fn the_active_accounts_of_an_organizational_unit_are_looked_after() {
    let account = with_units(&[("OrganizationalUnits", UNIT)], "ACTIVE");
    let run = account.tick(MONDAY);
    assert_eq!(run.answer()["counts"]["stopped"], 3, "{:#}", run.answer());
    assert_eq!(left_alone(&account), [HOME_ACCOUNT, THIRD]);

    let account = with_units(&[("OrganizationalUnits", SECOND_UNIT)], "SUSPENDED");
    assert_eq!(account.tick(MONDAY).answer()["targets"], json!([]));
    assert_eq!(left_alone(&account), [HOME_ACCOUNT, OTHER, THIRD]);
}

#[test]
fn several_units_are_looked_after_together() {
    let units = [UNIT, SECOND_UNIT].join(",");
    let account = with_units(&[("OrganizationalUnits", &units)], "ACTIVE");
    account.tick(MONDAY).answer();
    assert_eq!(left_alone(&account), [HOME_ACCOUNT]);
}

/// `OTHER` is in a unit below the first, and `THIRD` in one below that.
fn nested(world: &mut World) {
    let root = world.organization.create(HOME_ACCOUNT);
    assert_eq!(world.organization.add_unit("all", &root).as_deref(), Some(UNIT));
    assert_eq!(world.organization.add_unit("shops", UNIT).as_deref(), Some(SECOND_UNIT));
    let banks = world.organization.add_unit("banks", SECOND_UNIT).unwrap();
    world.organization.add_account(OTHER, "shop", SECOND_UNIT, "ACTIVE");
    world.organization.add_account(THIRD, "bank", &banks, "ACTIVE");
    world.organization.sends_empty_pages = true;
    world.organization.is_status_retired = true;
}

fn with_nested_units(parameters: &[(&str, &str)]) -> Account {
    with_accounts(&[OTHER, THIRD], parameters, |world, now| {
        for account in [OTHER, THIRD] {
            target_account(world, account, now);
        }
        nested(world);
    })
}

#[test]
fn the_accounts_of_the_units_below_a_unit_are_looked_after() {
    let account = with_nested_units(&[("OrganizationalUnits", UNIT)]);
    let run = account.tick(MONDAY);
    assert_eq!(run.answer()["counts"]["stopped"], 6, "{:#}", run.answer());
    assert_eq!(left_alone(&account), [HOME_ACCOUNT]);

    // The root is above all units; what is excluded is left out wherever it is.
    let excluded = ("ExcludedAccounts", THIRD);
    let account = with_nested_units(&[("OrganizationalUnits", "r-loc1"), excluded]);
    account.tick(MONDAY).answer();
    assert_eq!(left_alone(&account), [THIRD]);

    // A unit that is named beside the one above it is entered once.
    let units = [UNIT, SECOND_UNIT].join(",");
    let account = with_nested_units(&[("OrganizationalUnits", &units)]);
    account.tick(MONDAY).answer();
    assert_eq!(account.aws.log().count("sts:AssumeRole"), 2);
    assert_eq!(left_alone(&account), [HOME_ACCOUNT]);
}

#[test]
fn a_unit_below_that_cannot_be_listed_hides_no_account_above_it() {
    let account = with_nested_units(&[("OrganizationalUnits", UNIT)]);
    // Every first page is empty, so that the third unit is listed by the fifth call.
    let fifth = Calls::from_nth(5).of("organizations:ListAccountsForParent");
    account.aws.faults().inject(Fault::Denied, fifth);
    let run = account.tick(MONDAY);
    let failed = report(&run)["failed"][0].as_str().unwrap().to_owned();
    assert!(failed.starts_with("unit ou-loc1-00000003: organizations:"), "{failed}");
    assert_eq!(left_alone(&account), [HOME_ACCOUNT, THIRD]);
}

#[test]
fn defect_m11_named_accounts_are_looked_after_while_the_organization_cannot_be_listed() {
    let parameters = [("OrganizationalUnits", UNIT), ("Accounts", THIRD)];
    let account = with_nested_units(&parameters);
    for operation in ["ListAccountsForParent", "ListOrganizationalUnitsForParent"] {
        let calls = Calls::every().of(format!("organizations:{operation}"));
        account.aws.faults().inject(Fault::Denied, calls);
    }
    let run = account.tick(MONDAY);
    assert_eq!(failure(&run).unwrap().0, "Aws.Denied");
    assert_eq!(left_alone(&account), [HOME_ACCOUNT, OTHER]);

    // Also when an event asks for it; whether another is in the unit is not known.
    let run = account.function.invoke(&json!({ "accounts": [THIRD] }));
    assert_eq!(report(&run)["targets"].as_array().unwrap().len(), 3);
    let run = account.function.invoke(&json!({ "accounts": [OTHER] }));
    assert_eq!(failure(&run).unwrap().0, "Aws.Denied");
}

#[test]
fn an_excluded_account_is_not_looked_after_wherever_it_comes_from() {
    let units = [UNIT, SECOND_UNIT].join(",");
    let parameters = [
        ("OrganizationalUnits", units.as_str()),
        ("Accounts", HOME_ACCOUNT),
        ("ExcludedAccounts", "111111111111,333333333333"),
    ];
    let account = with_units(&parameters, "ACTIVE");
    account.tick(MONDAY).answer();
    assert_eq!(left_alone(&account), [HOME_ACCOUNT, THIRD]);

    // Nor when an event asks for it.
    let run = account.function.invoke(&json!({ "accounts": [THIRD] }));
    assert_eq!(failure(&run).unwrap().0, "BadEvent");
}

#[test]
fn the_accounts_own_exclusion_leaves_nothing_to_look_after() {
    let account = Account::with(
        MONDAY,
        &[("ExcludedAccounts", HOME_ACCOUNT)],
        |spec| spec,
        |world, _| world.place(HOME_ACCOUNT, REGION).ec2.add(instance(1, "never")),
    );
    assert_eq!(account.tick(MONDAY).answer()["targets"], json!([]));
    assert_eq!(account.power(&id(1)), "running");
}

#[test]
fn a_unit_that_cannot_be_listed_hides_no_other() {
    let units = [NO_UNIT, UNIT].join(",");
    let account = with_units(&[("OrganizationalUnits", &units)], "ACTIVE");
    let run = account.tick(MONDAY);
    let (_, message) = failure(&run).unwrap();
    assert!(message.contains("organizations:ListAccountsForParent failed"), "{message}");
    let failed = report(&run)["failed"][0].as_str().unwrap().to_owned();
    assert!(failed.starts_with("unit ou-loc1-0000000f: organizations:"), "{failed}");
    assert_eq!(left_alone(&account), [HOME_ACCOUNT, THIRD]);

    // Whether it has the account that an event names is not known.
    let run = account.function.invoke(&json!({ "accounts": [THIRD] }));
    let (error_type, message) = failure(&run).unwrap();
    assert_ne!(error_type, "BadEvent", "{message}");
}

#[test]
fn an_account_lets_in_the_function_of_one_stack_and_one_organization() {
    for (parameters, is_let_in) in [
        (&[("HubStack", "caretaker")][..], true),
        (&[("HubStack", "caretaker-2")], false),
        (&[("OrganizationId", organizations::ID)], true),
        (&[("OrganizationId", "o-another000")], false),
    ] {
        let account = with_accounts(&[OTHER], &[], |world, now| {
            organization(world, "ACTIVE");
            stage::target(OTHER, parameters).unwrap().install(world, now);
        });
        let run = account.tick(MONDAY);
        match failure(&run) {
            None => assert!(is_let_in, "{parameters:?}"),
            Some((error_type, message)) => {
                assert!(!is_let_in, "{parameters:?}: {message}");
                assert_eq!(error_type, "Aws.Denied", "{message}");
                assert!(message.contains("sts:AssumeRole failed"), "{message}");
            }
        }
    }
}
