//! The accounts of organizational units.

use std::collections::BTreeSet;

use aws_config::SdkConfig;
use aws_sdk_organizations::{
    Client,
    types::{Account, AccountState, AccountStatus},
};

use crate::{error::AwsError, page::drain};

/// The accounts of a unit, as far as they are known.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    pub(super) ids: Vec<String>,
    /// The unit, or the unit below it, that could not be listed.
    pub(super) failed: Vec<(String, AwsError)>,
}

/// The ids of the active accounts in one organizational unit and in all units below it. A unit that
/// cannot be listed hides no other.
pub(super) async fn accounts(aws: &SdkConfig, unit: &str) -> Accounts {
    let client = Client::new(aws);
    let mut found = Accounts::default();
    // A unit that is moved meanwhile may be met twice.
    let mut seen = BTreeSet::from([unit.to_owned()]);
    let mut left = vec![unit.to_owned()];
    while let Some(unit) = left.pop() {
        let listed = async {
            found.ids.extend(accounts_in(&client, &unit).await?);
            units_below(&client, &unit).await
        };
        match listed.await {
            Ok(below) => left.extend(below.into_iter().filter(|unit| seen.insert(unit.clone()))),
            Err(error) => found.failed.push((unit, error)),
        }
    }
    found
}

async fn accounts_in(client: &Client, unit: &str) -> Result<Vec<String>, AwsError> {
    let pages = client.list_accounts_for_parent().parent_id(unit).into_paginator().send();
    let mut ids = Vec::new();
    drain(pages, "organizations:ListAccountsForParent", |page| {
        let active = page.accounts.unwrap_or_default().into_iter().filter(is_active);
        ids.extend(active.filter_map(|account| account.id));
    })
    .await?;
    Ok(ids)
}

async fn units_below(client: &Client, unit: &str) -> Result<Vec<String>, AwsError> {
    let list = client.list_organizational_units_for_parent();
    let pages = list.parent_id(unit).into_paginator().send();
    let mut ids = Vec::new();
    drain(pages, "organizations:ListOrganizationalUnitsForParent", |page| {
        let units = page.organizational_units.unwrap_or_default().into_iter();
        ids.extend(units.filter_map(|unit| unit.id));
    })
    .await?;
    Ok(ids)
}

/// AWS retires `Status` in favour of `State`; not everything that speaks for it has the latter.
fn is_active(account: &Account) -> bool {
    match &account.state {
        Some(state) => *state == AccountState::Active,
        None => account.status == Some(AccountStatus::Active),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_of_an_account_is_worth_more_than_its_status() {
        let account = |state: Option<&str>, status: Option<&str>| {
            let account = Account::builder().set_state(state.map(AccountState::from));
            account.set_status(status.map(AccountStatus::from)).build()
        };
        assert!(is_active(&account(Some("ACTIVE"), None)));
        assert!(is_active(&account(None, Some("ACTIVE"))));
        assert!(!is_active(&account(Some("CLOSED"), Some("ACTIVE"))));
        assert!(!is_active(&account(Some("PENDING_ACTIVATION"), None)));
        assert!(!is_active(&account(None, None)));
    }
}
