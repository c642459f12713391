//! What a person may ask about a schedule: explain, preview, lint. It refuses an unknown field by
//! name; of what it was given, only an unreadable override is a warning, as it is on a resource.

use anyhow::Context as _;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::Value;
use shared::document::{self, Parsed, Refused, Text};

use super::values::Zone;
use super::written::{OverrideFields, WindowFields};
use super::{Catalog, Followed, Override, Schedule, Situation, Window};

/// `{"explain": {..}}`: what holds at one instant.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Explain {
    /// A name, an inline schedule, or a document.
    pub schedule: Value,
    /// An instant, or a local time of the schedule's zone. Now, if absent.
    pub at: Option<String>,
    /// What the override tag says, or `{"state": .., "until": ..}`.
    #[serde(default, alias = "instance_override", rename = "override")]
    pub overridden: Value,
    #[serde(default)]
    pub maintenance_window_active: bool,
    #[serde(default)]
    pub maintenance_windows: Vec<Value>,
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
    #[serde(default, alias = "instance_override", rename = "override")]
    pub overridden: Value,
    #[serde(default)]
    pub maintenance_window_active: bool,
    #[serde(default)]
    pub maintenance_windows: Vec<Value>,
}

/// `{"lint": {..}}`: what is likely wrong with a schedule.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lint {
    /// As in [`Explain`]; absent, the request is about every schedule of the account.
    pub schedule: Option<Value>,
}

/// A request's schedule with all that bears on it, ready to evaluate.
pub(super) struct Asked<'a> {
    followed: Followed<'a>,
    overridden: Option<Override>,
    windows: Vec<Window>,
    pub(super) warnings: Vec<String>,
}

impl<'a> Asked<'a> {
    pub(super) fn read(
        catalog: &'a Catalog,
        schedule: &Value,
        overridden: &Value,
        window_active: bool,
        windows: &[Value],
    ) -> anyhow::Result<Self> {
        let followed = catalog.given(schedule).context("schedule")?;
        let utc = TimeZone::UTC;
        let zone = followed.schedule().map_or(&utc, |schedule| &schedule.timezone);
        let mut warnings: Vec<String> = followed
            .schedule()
            .map(|schedule| catalog.lacks(schedule).collect())
            .unwrap_or_default();
        let overridden = match read_override(overridden, zone)? {
            Ok(overridden) => overridden,
            Err(err) => {
                warnings.push(format!("the override does not hold: {err:#}"));
                None
            }
        };
        let windows = windows
            .iter()
            .enumerate()
            .map(|(index, value)| read_window(value, &format!("maintenance_windows[{index}]")));
        let mut windows: Vec<Window> =
            windows.filter_map(Result::transpose).collect::<anyhow::Result<_>>()?;
        windows.extend(window_active.then_some(Window::Active));
        let uses_windows = followed.schedule().is_none_or(|it| it.use_maintenance_window);
        if !windows.is_empty() && !uses_windows {
            let unused = "maintenance windows do not hold: `use_maintenance_window` is false";
            warnings.push(unused.to_owned());
        }
        Ok(Self { followed, overridden, windows, warnings })
    }

    /// Nothing, if the resource is to be ignored.
    pub(super) fn situation(&self) -> Option<Situation<'_>> {
        let schedule: &Schedule = self.followed.schedule()?;
        let overridden = self.overridden.as_ref();
        Some(Situation { schedule, overridden, windows: &self.windows })
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
            Some(text) => super::overrides::instant(text, zone).with_context(|| name.to_owned()),
        }
    }
}

/// An error of form is an error of the request; an unreadable text only of the override.
fn read_override(
    value: &Value,
    zone: &TimeZone,
) -> anyhow::Result<anyhow::Result<Option<Override>>> {
    Ok(match value {
        Value::Null => Ok(None),
        Value::String(text) => Override::parse(text, zone).map(Some),
        value => {
            let fields = document::from_value::<OverrideFields>(value);
            let OverrideFields { state, until } =
                fields.map_err(|refused| refused.within("override"))?;
            let Text(state) = state.context("override.state: missing")?;
            let until = until.map(|Text(until)| until);
            Override::of(&state, until.as_deref(), zone).map(Some)
        }
    })
}

fn read_window(value: &Value, place: &str) -> anyhow::Result<Option<Window>> {
    let window = document::from_value::<WindowFields>(value).and_then(|fields| window(&fields));
    Ok(window.map_err(|refused| refused.within(place))?)
}

fn window(fields: &WindowFields) -> Result<Option<Window>, Refused> {
    let wrong = |field: &str, err: &anyhow::Error| Refused::at(field, format!("{err:#}"));
    match fields.kind.as_ref().map(|Text(kind)| kind.as_str()) {
        Some("ssm") => {
            // A window that will not come again has no next execution.
            let Some(Text(next)) = &fields.next_execution else { return Ok(None) };
            let utc = TimeZone::UTC;
            let zone = fields.timezone.as_ref().map_or(&utc, |Parsed(Zone(zone))| zone);
            let number = |number: Option<Parsed<u32>>, field: &str| {
                number.map(|Parsed(number)| number).ok_or_else(|| Refused::at(field, "missing"))
            };
            let hours = number(fields.duration_hours, "duration_hours")?;
            let interval = number(fields.scheduler_interval_minutes, "scheduler_interval_minutes")?;
            let window = Window::ssm(next, zone, hours, interval);
            window.map(Some).map_err(|err| wrong("next_execution", &err))
        }
        Some("rds") => {
            let text = fields.preferred_maintenance_window.as_ref();
            Window::rds(text.map_or("", |Text(text)| text))
                .map_err(|err| wrong("preferred_maintenance_window", &err))
        }
        _ => Err(Refused::at("kind", "neither `ssm` nor `rds`")),
    }
}
