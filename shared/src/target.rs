//! The accounts and regions of a run, each with the configuration of its clients. An account that
//! cannot be entered hides no other.

mod unit;

use std::{collections::BTreeSet, fmt};

use anyhow::{anyhow, bail};
use aws_config::{Region, SdkConfig};
use futures_util::{StreamExt as _, stream};

use crate::{
    aws::{in_account, in_region},
    error::{AwsError, HandlerError, quoted},
    event::Narrow,
    var::Vars,
};

/// Targets looked at, or acted on, at once.
pub const AT_ONCE: usize = 16;

/// One account in one region. `account` is `None` for the function's own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    pub account: Option<String>,
    pub region: String,
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { account, region } = self;
        write!(f, "{} {region}", account.as_deref().unwrap_or("own account"))
    }
}

/// What a function is deployed to look after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// `REGIONS`: comma list. Default the function's own region.
    pub regions: Vec<String>,
    /// `ACCOUNTS`: comma list of account ids. Default the function's own account.
    pub accounts: Vec<String>,
    /// `ORGANIZATIONAL_UNITS`: comma list; the accounts in them and in the units below are added to
    /// `ACCOUNTS`.
    pub organizational_units: Vec<String>,
    /// `EXCLUDED_ACCOUNTS`: comma list of accounts that are left out, wherever they come from.
    pub excluded_accounts: Vec<String>,
    /// `<FUNCTION>_ROLE_NAME`: the role to assume in other accounts. Default
    /// `caretaker-<function>`.
    pub role_name: String,
    /// What the trails of other accounts show as the caller.
    session_name: String,
}

impl Scope {
    /// `role_variable` names the variable of the role, e.g. `SCHEDULER_ROLE_NAME`, `function` the
    /// function.
    pub fn from_vars(
        vars: &Vars<impl Fn(&str) -> Option<String>>,
        role_variable: &str,
        function: &str,
    ) -> anyhow::Result<Self> {
        let session_name = format!("caretaker-{function}");
        Ok(Self {
            regions: vars.list("REGIONS"),
            accounts: account_ids(vars, "ACCOUNTS")?,
            organizational_units: vars.list("ORGANIZATIONAL_UNITS"),
            excluded_accounts: account_ids(vars, "EXCLUDED_ACCOUNTS")?,
            role_name: vars.optional(role_variable).unwrap_or_else(|| session_name.clone()),
            session_name,
        })
    }
}

fn account_ids(
    vars: &Vars<impl Fn(&str) -> Option<String>>,
    name: &str,
) -> anyhow::Result<Vec<String>> {
    let ids = vars.list(name);
    for id in &ids {
        if id.len() != 12 || !id.bytes().all(|byte| byte.is_ascii_digit()) {
            bail!("{name} has `{}`, which is not an account id of 12 digits", quoted(id));
        }
    }
    Ok(ids)
}

/// The targets that could be entered, and what could not be.
#[derive(Debug, Default)]
pub struct Targets {
    pub entered: Vec<(Target, SdkConfig)>,
    pub refused: Vec<Refused>,
}

/// An account that could not be entered, or a unit whose accounts are not known.
#[derive(Debug)]
pub struct Refused {
    place: String,
    pub error: AwsError,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.error.summary())
    }
}

/// Finds and enters every target. `own` is the configuration of the function's own account, whose
/// id is `own_account` where Lambda says it.
pub async fn enter(
    scope: &Scope,
    own: &SdkConfig,
    narrow: &Narrow,
    own_account: Option<&str>,
) -> Result<Targets, HandlerError> {
    let mut targets = Targets::default();
    let accounts = accounts(scope, own, narrow, own_account, &mut targets.refused).await?;
    let regions = regions(scope, own, narrow)?;
    let entered = accounts.into_iter().map(async |account| {
        let entered = match &account {
            Some(id) if own_account != Some(id) => {
                in_account(own, id, &scope.role_name, &scope.session_name).await
            }
            _ => Ok(own.clone()),
        };
        (account, entered)
    });
    let mut entered = stream::iter(entered).buffered(AT_ONCE);
    while let Some((account, entered)) = entered.next().await {
        match entered {
            Ok(aws) => targets.entered.extend(regions.iter().map(|region| {
                let target = Target { account: account.clone(), region: region.clone() };
                (target, in_region(&aws, region))
            })),
            Err(error) => {
                let place = format!("account {}", account.as_deref().unwrap_or("own"));
                targets.refused.push(Refused { place, error });
            }
        }
    }
    Ok(targets)
}

/// The accounts of the run; `None` is the function's own.
async fn accounts(
    scope: &Scope,
    own: &SdkConfig,
    narrow: &Narrow,
    own_account: Option<&str>,
    refused: &mut Vec<Refused>,
) -> Result<Vec<Option<String>>, HandlerError> {
    let is_excluded = |id: &str| scope.excluded_accounts.iter().any(|excluded| excluded == id);
    let mut configured = scope.accounts.clone();
    let mut failed = Vec::new();
    for unit in &scope.organizational_units {
        let accounts = unit::accounts(own, unit).await;
        configured.extend(accounts.ids);
        failed.extend(accounts.failed);
    }
    for (unit, error) in failed {
        let asked = narrow.accounts.iter().flatten();
        if asked.into_iter().any(|id| !configured.contains(id)) {
            // Whether this unit has the account that the event names cannot be known.
            return Err(error.into());
        }
        refused.push(Refused { place: format!("unit {unit}"), error });
    }
    // Units without accounts, or whose accounts are excluded, do not mean the function's own.
    if scope.accounts.is_empty() && scope.organizational_units.is_empty() {
        if narrow.accounts.is_none() && !own_account.is_some_and(is_excluded) {
            return Ok(vec![None]);
        }
        configured.extend(own_account.map(str::to_owned));
    }
    configured.retain(|id| !is_excluded(id));
    let accounts = narrowed("accounts", configured, narrow.accounts.as_deref())?;
    Ok(accounts.into_iter().map(Some).collect())
}

fn regions(scope: &Scope, own: &SdkConfig, narrow: &Narrow) -> Result<Vec<String>, HandlerError> {
    let mut configured = scope.regions.clone();
    if configured.is_empty() {
        configured.extend(own.region().map(Region::to_string));
    }
    narrowed("regions", configured, narrow.regions.as_deref())
}

/// An event may name some of what is configured, never more. What is named twice is one.
fn narrowed(
    what: &str,
    mut configured: Vec<String>,
    asked: Option<&[String]>,
) -> Result<Vec<String>, HandlerError> {
    let unknown = asked.and_then(|asked| asked.iter().find(|one| !configured.contains(one)));
    if let Some(one) = unknown {
        let one = quoted(one);
        let error = anyhow!("`{what}` names `{one}`, which the function is not configured for");
        return Err(HandlerError::coded(HandlerError::BAD_EVENT, error));
    }
    if let Some(asked) = asked {
        configured.retain(|one| asked.contains(one));
    }
    let mut seen = BTreeSet::new();
    configured.retain(|one| seen.insert(one.clone()));
    Ok(configured)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn an_event_names_some_of_what_is_configured() {
        let configured = || texts(&["eu-west-1", "us-east-1", "eu-west-1"]);
        assert_eq!(narrowed("regions", configured(), None).unwrap(), ["eu-west-1", "us-east-1"]);
        let asked = texts(&["us-east-1", "us-east-1"]);
        assert_eq!(narrowed("regions", configured(), Some(&asked)).unwrap(), ["us-east-1"]);
        let err = narrowed("regions", configured(), Some(&texts(&["eu-west-3"]))).unwrap_err();
        assert_eq!(
            format!("{err:?}"),
            "BadEvent: `regions` names `eu-west-3`, which the function is not configured for"
        );
    }

    #[test]
    fn an_account_id_has_twelve_digits() {
        let vars = Vars::new(|name| (name == "EXCLUDED_ACCOUNTS").then(|| "12".to_owned()));
        let err = Scope::from_vars(&vars, "ROLE", "scheduler").unwrap_err();
        assert_eq!(
            err.to_string(),
            "EXCLUDED_ACCOUNTS has `12`, which is not an account id of 12 digits"
        );
    }
}
