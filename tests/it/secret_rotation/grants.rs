//! The function's role grants what it needs and nothing else.

use std::collections::BTreeSet;

use tests::aws::policy::Grant;

use super::*;

/// Every condition of the template holds, so that every statement is there.
const PARAMETERS: &[(&str, &str)] =
    &[("RotationKmsKeyArns", KEY), ("RotationParameterPath", "/app")];

const KEY: &str = "arn:aws:kms:eu-west-1:111111111111:key/00000000-0000-4000-8000-000000000000";

/// What AWS itself does in the function's name, which no call of the function shows.
const DONE_BY_AWS: [&str; 2] = ["kms:Decrypt", "kms:GenerateDataKey"];

#[test]
fn every_granted_action_is_used_and_a_secret_without_the_tag_is_out_of_reach() {
    let vault = Vault::with(
        PARAMETERS,
        |spec| spec,
        &[("key", r#"{"engine":"random","password":"first"}"#), ("other", "{}")],
    );
    vault.state(|state| state.secret_mut("other").unwrap().tags.clear());
    let copies = r#"{"/app/key": "{password}"}"#;
    vault.state(|state| tag(state, "key", "caretaker:rotation:parameters", copies));
    vault.rotate("key", T);
    vault.begin("other", T);
    assert_eq!(code(&vault.step("createSecret", "other", T)), "E_SM_DENIED");

    let used = vault.aws.used_grants();
    let role = &vault.stack.function(NAME).unwrap().role;
    let unused: BTreeSet<String> = role
        .grants()
        .filter(|grant| !used.contains(grant) && !DONE_BY_AWS.contains(&grant.action.as_str()))
        .map(|grant: Grant| grant.to_string())
        .collect();
    // Admins are read where there is a database to be an admin of: see below.
    let of_admins =
        |grant: &String| grant.contains("ReadAdmins") || grant.contains("FindAdminsDatabases");
    assert!(unused.iter().all(of_admins), "{unused:#?}");
    assert_eq!(unused.len(), 4, "{unused:#?}");
}

#[test]
fn every_action_that_is_granted_for_admins_is_used() {
    let Some((_server, vault)) = admins::of_a_member() else { return };
    vault.rotate("app", T);
    let used = vault.aws.used_grants();
    let role = &vault.stack.function(NAME).unwrap().role;
    let of_admins = role.grants().filter(|grant| grant.statement.contains("Admins"));
    let unused: Vec<Grant> = of_admins.filter(|grant| !used.contains(grant)).collect();
    assert_eq!(unused, []);
}
