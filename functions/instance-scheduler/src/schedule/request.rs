//! What a person may ask about a schedule: explain, preview, lint. It refuses an unknown field by
//! name; of what it was given, only an unreadable override is a warning, as it is on a resource.

use anyhow::Context as _;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::Value;

use super::catalog::{Catalog, Followed};
use super::evaluate::Situation;
use super::overrides::{self, Override};

/// `{"explain": {..}}`: what holds at one instant.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Explain {
    /// A name, an inline schedule, or a document.
    pub schedule: Value,
    /// An instant, or a local time of the schedule's zone. Now, if absent.
    pub at: Option<String>,
    /// What the override tag would say.
    #[serde(rename = "override")]
    pub overridden: Option<String>,
}

/// `{"preview": {..}}`: every change in a span of time.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preview {
    /// As in [`Explain`]; absent, the request is about the resources of the account.
    pub schedule: Option<Value>,
    /// Now, if absent.
    pub from: Option<String>,
    /// A week after `from`, if absent.
    pub until: Option<String>,
    #[serde(rename = "override")]
    pub overridden: Option<String>,
}

/// `{"lint": {..}}`: what is likely wrong with a schedule.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lint {
    /// As in [`Explain`]; absent, the request is about every schedule of the account.
    pub schedule: Option<Value>,
}

/// A request's schedule with the override that bears on it, ready to evaluate.
pub(super) struct Asked<'a> {
    followed: Followed<'a>,
    overridden: Option<Override>,
    pub(super) warnings: Vec<String>,
}

impl<'a> Asked<'a> {
    pub(super) fn read(
        catalog: &'a Catalog,
        schedule: &Value,
        overridden: Option<&str>,
    ) -> anyhow::Result<Self> {
        let followed = catalog.given(schedule).context("schedule")?;
        let schedule = followed.schedule();
        let lacks = schedule.map(|schedule| catalog.lacks(schedule).collect());
        let mut warnings: Vec<String> = lacks.unwrap_or_default();
        let zone = schedule.map_or(TimeZone::UTC, |schedule| schedule.timezone.clone());
        let overridden = overridden.map(|text| Override::parse(text, &zone)).transpose();
        let overridden = overridden.unwrap_or_else(|err| {
            warnings.push(format!("the override does not hold: {err:#}"));
            None
        });
        Ok(Self { followed, overridden, warnings })
    }

    /// Nothing, if the resource is to be ignored.
    pub(super) fn situation(&self) -> Option<Situation<'_>> {
        let schedule = self.followed.schedule()?;
        Some(Situation { overridden: self.overridden.as_ref(), ..Situation::of(schedule) })
    }

    /// An instant named in the request.
    pub(super) fn instant(
        &self,
        name: &str,
        text: Option<&String>,
        default: Timestamp,
    ) -> anyhow::Result<Timestamp> {
        let utc = TimeZone::UTC;
        let zone = self.followed.schedule().map_or(&utc, |schedule| &schedule.timezone);
        match text {
            None => Ok(default),
            Some(text) => overrides::instant(text, zone).with_context(|| name.to_owned()),
        }
    }
}
