//! The accounts of organizational units.

use aws_config::SdkConfig;
use aws_sdk_organizations::{Client, types::AccountStatus};

use crate::{error::AwsError, page::drain};

/// The ids of the active accounts directly in one organizational unit.
pub(super) async fn accounts(aws: &SdkConfig, unit: &str) -> Result<Vec<String>, AwsError> {
    let pages = Client::new(aws).list_accounts_for_parent().parent_id(unit).into_paginator().send();
    let mut accounts = Vec::new();
    drain(pages, "organizations:ListAccountsForParent", |page| {
        let active = page.accounts.unwrap_or_default().into_iter();
        let active = active.filter(|account| account.status == Some(AccountStatus::Active));
        accounts.extend(active.filter_map(|account| account.id));
    })
    .await?;
    Ok(accounts)
}
