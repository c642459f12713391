//! The values of a schedule document that have a form of their own: zones, durations, states.

use std::str::FromStr;

use anyhow::{Context as _, anyhow, bail, ensure};
use jiff::tz::{TimeZone, TimeZoneName};
use jiff::{SignedDuration, Span, SpanRelativeTo};
use shared::document::suggestion;
use shared::error::quoted;

use super::bounds;
use super::state::State;

/// What something is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name(pub(super) String);

impl FromStr for Name {
    type Err = anyhow::Error;

    fn from_str(name: &str) -> anyhow::Result<Self> {
        bounds::check_name(name).map_err(anyhow::Error::msg)?;
        Ok(Self(name.to_owned()))
    }
}

/// An IANA time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Zone(pub(super) TimeZone);

impl FromStr for Zone {
    type Err = anyhow::Error;

    fn from_str(name: &str) -> anyhow::Result<Self> {
        // The error of the library names its own database, which says nothing to an operator.
        TimeZone::get(name).map(Self).map_err(|_| {
            let known: Vec<_> = jiff::tz::db().available().collect();
            let nearest = suggestion(name, known.iter().map(TimeZoneName::as_str));
            anyhow!("`{}` is not a time zone{nearest}", quoted(name))
        })
    }
}

/// What AWS Instance Scheduler calls an override: a schedule that always says the same.
#[derive(Debug)]
pub(super) struct OverrideStatus(pub(super) State);

impl FromStr for OverrideStatus {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        match text.to_ascii_lowercase().as_str() {
            "running" => Ok(Self(State::Running)),
            "stopped" => Ok(Self(State::Stopped)),
            _ => bail!("`{}` is neither `running` nor `stopped`", quoted(text)),
        }
    }
}

/// How long a resource may run outside its schedule after it was made.
#[derive(Debug)]
pub(super) struct Grace(pub(super) SignedDuration);

impl FromStr for Grace {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let not_a_duration =
            || format!("`{}` is not a duration such as `15m` or `PT1H`", quoted(text));
        let span: Span = text.parse().ok().with_context(not_a_duration)?;
        let grace = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok();
        let grace = grace.with_context(not_a_duration)?;
        ensure!(!grace.is_negative(), "`{}` is negative", quoted(text));
        Ok(Self(grace))
    }
}

/// The one thing that a schedule may expect of a run.
#[derive(Debug)]
pub(super) struct All;

impl FromStr for All {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        ensure!(text.eq_ignore_ascii_case("all"), "`{}` is not `all`", quoted(text));
        Ok(Self)
    }
}

/// The place of a group of resources among others.
#[derive(Debug)]
pub(super) struct Order(pub(super) i32);

impl FromStr for Order {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let order = text.parse().ok();
        order.map(Self).with_context(|| format!("`{}` is not a whole number", quoted(text)))
    }
}
