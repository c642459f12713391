//! The accounts and regions of a run, and what is found there. An account that cannot be entered,
//! or a region that cannot be listed, hides no other.

use anyhow::anyhow;
use aws_config::SdkConfig;
use futures_util::{StreamExt as _, stream};
use shared::error::HandlerError;

use crate::{
    aws::{self, Target},
    config::Config,
    event::Run,
    observe::{self, Fleet},
    resource::{NamedWindow, Resource},
    run::{Outcome, TARGETS_AT_ONCE},
    schedule::Catalog,
};

/// A target with what was found there.
pub(crate) struct Found {
    pub(crate) target: Target,
    pub(crate) aws: SdkConfig,
    pub(crate) fleet: Fleet,
    pub(crate) windows: Vec<NamedWindow>,
}

/// Every target of the run with its client configuration.
pub(crate) async fn targets(
    config: &Config,
    own: &SdkConfig,
    run: &Run,
    own_account: Option<&str>,
    outcome: &mut Outcome,
) -> Result<Vec<(Target, SdkConfig)>, HandlerError> {
    let accounts = accounts(config, own, run, own_account, outcome).await?;
    let configured = match config.regions.as_slice() {
        [] => std::slice::from_ref(&config.aws.region),
        regions => regions,
    };
    let regions = narrow("regions", configured, run.regions.as_deref())?;

    let entered = accounts.into_iter().map(async |account| {
        let entered = match &account {
            Some(id) if own_account != Some(id) => {
                aws::in_account(own, id, &config.role_name).await
            }
            _ => Ok(own.clone()),
        };
        (account, entered)
    });
    let mut entered = stream::iter(entered).buffered(TARGETS_AT_ONCE);
    let mut targets = Vec::new();
    while let Some((account, entered)) = entered.next().await {
        match entered {
            Ok(aws) => targets.extend(regions.iter().map(|region| {
                let target = Target { account: account.clone(), region: region.clone() };
                (target, aws::in_region(&aws, region))
            })),
            Err(error) => {
                let account = account.as_deref().unwrap_or("own");
                outcome.report.fail_in(&format!("account {account}"), &error);
                outcome.note(error);
            }
        }
    }
    Ok(targets)
}

/// The accounts of the run; `None` is the function's own.
async fn accounts(
    config: &Config,
    own: &SdkConfig,
    run: &Run,
    own_account: Option<&str>,
    outcome: &mut Outcome,
) -> Result<Vec<Option<String>>, HandlerError> {
    let is_excluded = |id: &str| config.excluded_accounts.iter().any(|excluded| excluded == id);
    let mut configured = config.accounts.clone();
    for unit in &config.organizational_units {
        match observe::targets::accounts_of(own, unit).await {
            Ok(accounts) => configured.extend(accounts),
            // Whether the accounts that the event names are in it cannot be known.
            Err(error) if run.accounts.is_some() => return Err(error.into()),
            Err(error) => {
                outcome.report.fail_in(&format!("unit {unit}"), &error);
                // One that does not exist is a mistake of the configuration.
                outcome.must_see(error);
            }
        }
    }
    configured.sort_unstable();
    configured.dedup();
    // Units without accounts, or whose accounts are excluded, do not mean the function's own.
    if config.accounts.is_empty() && config.organizational_units.is_empty() {
        if run.accounts.is_none() && !own_account.is_some_and(is_excluded) {
            return Ok(vec![None]);
        }
        configured.extend(own_account.map(str::to_owned));
    }
    configured.retain(|id| !is_excluded(id));
    let accounts = narrow("accounts", &configured, run.accounts.as_deref())?;
    Ok(accounts.into_iter().map(Some).collect())
}

/// The event may name some of what is configured, never more.
fn narrow(
    what: &str,
    configured: &[String],
    asked: Option<&[String]>,
) -> Result<Vec<String>, HandlerError> {
    let Some(asked) = asked else { return Ok(configured.to_vec()) };
    match asked.iter().find(|one| !configured.contains(one)) {
        None => Ok(asked.to_vec()),
        Some(one) => {
            let error = anyhow!("`{what}` names `{one}`, which the function is not configured for");
            Err(HandlerError::coded(HandlerError::BAD_EVENT, error))
        }
    }
}

/// Lists what is in every target, several at once.
pub(crate) async fn look(
    config: &Config,
    catalog: &Catalog,
    targets: Vec<(Target, SdkConfig)>,
) -> Vec<Found> {
    let looks = targets.into_iter().map(async |(target, aws)| {
        let mut fleet = observe::fleet(&aws, config).await;
        let mut windows = Vec::new();
        if fleet.resources.iter().any(|resource| asks_for_windows(resource, catalog)) {
            match observe::windows::windows(&aws).await {
                Ok(found) => windows = found,
                Err(error) => fleet.failed.push(error),
            }
        }
        Found { target, aws, fleet, windows }
    });
    stream::iter(looks).buffered(TARGETS_AT_ONCE).collect().await
}

fn asks_for_windows(resource: &Resource, catalog: &Catalog) -> bool {
    let followed = catalog.follow(&resource.schedule);
    let schedule = followed.as_ref().ok().and_then(|followed| followed.schedule());
    schedule.is_some_and(|schedule| !schedule.ssm_maintenance_windows.is_empty())
}
