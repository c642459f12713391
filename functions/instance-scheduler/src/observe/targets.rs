//! Finds the accounts of a run. Assumes no role.

use aws_config::SdkConfig;
use shared::{error::AwsError, page::drain};

/// The ids of the active accounts directly in one organizational unit.
pub async fn accounts_of(
    aws: &SdkConfig,
    organizational_unit: &str,
) -> Result<Vec<String>, AwsError> {
    use aws_sdk_organizations::types::AccountStatus;
    let pages = aws_sdk_organizations::Client::new(aws)
        .list_accounts_for_parent()
        .parent_id(organizational_unit)
        .into_paginator()
        .send();
    let mut accounts = Vec::new();
    drain(pages, "organizations:ListAccountsForParent", |page| {
        let active = page.accounts.unwrap_or_default().into_iter();
        let active = active.filter(|account| account.status == Some(AccountStatus::Active));
        accounts.extend(active.filter_map(|account| account.id));
    })
    .await?;
    Ok(accounts)
}
