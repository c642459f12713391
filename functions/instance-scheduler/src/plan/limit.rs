//! The most that one run may stop without an edge of a schedule that explains it. A mistake in a
//! document, in a calendar or in this function must not take a whole fleet down in one run.

use std::{fmt, rc::Rc};

use serde::Deserialize;
use serde_json::json;
use shared::{document::Text, error::Fault};

use super::{
    Plan,
    action::{Action, Skipped},
};
use crate::config::MaxChanges;

/// A share says nothing of a few resources.
const FEW: usize = 20;

/// So many are named.
const NAMED: usize = 10;

/// What a person allows one run: `{"allow": {"changes": 120, "schedule": "office"}}`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allowed {
    pub changes: usize,
    /// Only of this schedule; without it, of all.
    #[serde(default)]
    pub schedule: Option<Text>,
}

/// Why a run stops nothing.
#[derive(Debug)]
pub struct TooMany {
    n_stops: usize,
    n_managed: usize,
    limit: String,
    names: Vec<String>,
}

shared::codes! {
    pub enum Code {
        TooManyChanges "TooManyChanges" "look at the resources that are named; if it is right, allow it as the message says",
    }
}

impl From<TooMany> for Fault<Code> {
    fn from(refused: TooMany) -> Self {
        Self::new(Code::TooManyChanges, refused.to_string())
    }
}

/// Looks at the plans of all targets, each with the place that it is for.
pub fn check(
    plans: &[(&str, &Plan)],
    most: MaxChanges,
    allowed: Option<&Allowed>,
) -> Result<(), TooMany> {
    let n_managed = plans.iter().map(|(_, plan)| plan.n_managed).sum();
    let is_allowed = |action: &Action| {
        allowed.is_some_and(|allowed| {
            allowed.schedule.as_ref().is_none_or(|Text(name)| **name == *action.schedule)
        })
    };
    let unexpected = |of_allowed: bool| {
        plans.iter().flat_map(move |(place, plan)| {
            let stops = plan.actions.iter().filter(|it| it.change.stops() && !it.is_expected);
            let stops = stops.filter(move |action| is_allowed(action) == of_allowed);
            stops.map(move |action| (*place, action))
        })
    };
    if let Some(allowed) = allowed {
        refuse(unexpected(true), n_managed, MaxChanges::Count(allowed.changes))?;
    }
    refuse(unexpected(false), n_managed, most)
}

fn refuse<'a>(
    stops: impl Iterator<Item = (&'a str, &'a Action)> + Clone,
    n_managed: usize,
    most: MaxChanges,
) -> Result<(), TooMany> {
    let n_stops = stops.clone().count();
    let is_too_many = match most {
        MaxChanges::Off => false,
        MaxChanges::Count(count) => n_stops > count,
        MaxChanges::Share(share) => {
            n_managed > FEW && n_stops * 100 > n_managed * usize::from(share)
        }
    };
    if !is_too_many {
        return Ok(());
    }
    let names = stops.take(NAMED).map(|(place, action)| format!("{place} {}", action.resource));
    Err(TooMany { n_stops, n_managed, limit: most.to_string(), names: names.collect() })
}

impl Plan {
    /// Takes every stop out of the plan, and says so of each.
    pub fn hold_back_stops(&mut self) -> Vec<Skipped> {
        let stops = self.actions.extract_if(.., |action| action.change.stops());
        let reason: Rc<str> = "not stopped: the run would stop too many".into();
        let held =
            |Action { resource, .. }| Skipped { resource, reason: reason.clone(), waits: true };
        stops.map(held).collect()
    }
}

impl fmt::Display for TooMany {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { n_stops, n_managed, limit, names } = self;
        let share = n_stops * 100 / (*n_managed).max(1);
        let more = n_stops - names.len();
        let allow = json!({ "allow": { "changes": n_stops } });
        write!(
            f,
            "would stop {n_stops} of {n_managed} ({share} %) without an edge that explains it, and \
             may stop {limit}: {}",
            names.join(", ")
        )?;
        if more > 0 {
            write!(f, " and {more} more")?;
        }
        write!(
            f,
            "; nothing was stopped; {allow} allows it once, and `expected: all` in the schedule \
             always"
        )
    }
}
