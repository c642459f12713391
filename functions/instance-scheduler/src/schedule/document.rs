//! A schedule as written by its owner, in YAML or JSON, with the fields of AWS Instance Scheduler
//! and more; what it does not understand it refuses by name, never guesses.

use anyhow::{Context as _, anyhow, bail, ensure};
use jiff::tz::{TimeZone, TimeZoneName};
use jiff::{SignedDuration, Span, SpanRelativeTo};
use serde_json::Value;

use super::exception::{Dates, Exception};
use super::fields::Fields;
use super::nearest::suggestion;
use super::period::{ClockTime, Period};
use super::recurrence::{Monthdays, Months, Recurrence, Weekdays};
use super::{State, inline};

/// How long a resource may run outside its schedule after it was made.
pub(super) const DEFAULT_GRACE: SignedDuration = SignedDuration::from_mins(15);

/// What a resource does at which time, and how the scheduler treats it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the flags of AWS Instance Scheduler, one to one"
)]
pub struct Schedule {
    pub name: Option<String>,
    pub description: Option<String>,
    pub timezone: TimeZone,
    pub periods: Vec<Period>,
    /// The first one that names a date holds on it.
    pub exceptions: Vec<Exception>,
    pub override_status: Option<State>,
    pub stop_new_instances: bool,
    pub enforced: bool,
    pub retain_running: bool,
    pub hibernate: bool,
    /// Names of SSM maintenance windows.
    pub ssm_maintenance_windows: Vec<String>,
    pub use_maintenance_window: bool,
    pub grace: SignedDuration,
    pub group: Option<Group>,
}

/// Resources that start in order of `order`, and stop in the reverse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub name: String,
    pub order: i32,
}

const FIELDS: &[&str] = &[
    "name",
    "description",
    "timezone",
    "periods",
    "exceptions",
    "calendars",
    "override_status",
    "stop_new_instances",
    "enforced",
    "retain_running",
    "hibernate",
    "ssm_maintenance_window",
    "use_maintenance_window",
    "grace",
    "group",
    // These of AWS Instance Scheduler say nothing about when anything runs.
    "configured_in_stack",
    "no_stack_prefix",
    "use_metrics",
];

const PERIOD_FIELDS: &[&str] = &[
    "name",
    "description",
    "begintime",
    "endtime",
    "weekdays",
    "monthdays",
    "months",
    "instance_type",
    "configured_in_stack",
];

impl Schedule {
    /// A schedule of `periods` with the default of every other field.
    pub fn of(periods: Vec<Period>, timezone: TimeZone) -> Self {
        Self {
            name: None,
            description: None,
            timezone,
            periods,
            exceptions: Vec::new(),
            override_status: None,
            stop_new_instances: true,
            enforced: false,
            retain_running: false,
            hibernate: false,
            ssm_maintenance_windows: Vec::new(),
            use_maintenance_window: true,
            grace: DEFAULT_GRACE,
            group: None,
        }
    }

    /// Reads a document (YAML, or JSON, which is YAML too) or an inline schedule.
    pub fn parse(text: &str, default_zone: &TimeZone) -> anyhow::Result<Self> {
        let value: Value = serde_saphyr::from_str(text).map_err(|err| anyhow!(one_line(&err)))?;
        match value {
            Value::String(text) => inline::parse(&text, default_zone),
            value => Self::read(&value, default_zone),
        }
    }

    pub fn read(value: &Value, default_zone: &TimeZone) -> anyhow::Result<Self> {
        let fields = Fields::read(value, "", FIELDS)?;
        let timezone = fields.parsed("timezone", zone)?.unwrap_or_else(|| default_zone.clone());
        let schedule = Self {
            name: fields.text("name")?,
            description: fields.text("description")?,
            exceptions: exceptions(&fields)?,
            override_status: fields.parsed("override_status", override_status)?,
            stop_new_instances: fields.flag("stop_new_instances", true)?,
            enforced: fields.flag("enforced", false)?,
            retain_running: fields.flag("retain_running", false)?,
            hibernate: fields.flag("hibernate", false)?,
            ssm_maintenance_windows: fields.texts("ssm_maintenance_window")?,
            use_maintenance_window: fields.flag("use_maintenance_window", true)?,
            grace: fields.parsed("grace", grace)?.unwrap_or(DEFAULT_GRACE),
            group: group(&fields)?,
            ..Self::of(periods(&fields)?, timezone)
        };
        let says_something = !schedule.periods.is_empty()
            || !schedule.exceptions.is_empty()
            || schedule.override_status.is_some();
        ensure!(says_something, "periods: missing");
        Ok(schedule)
    }

    /// The calendars that it names and that nobody has found yet.
    pub fn missing_calendars(&self) -> impl Iterator<Item = &str> {
        self.exceptions.iter().filter_map(|exception| match &exception.dates {
            Dates::Calendar(calendar) if calendar.spans.is_none() => Some(calendar.name.as_str()),
            Dates::Calendar(_) | Dates::Listed(_) => None,
        })
    }
}

pub(super) fn periods(fields: &Fields<'_>) -> anyhow::Result<Vec<Period>> {
    let periods = fields.items("periods")?.into_iter().enumerate();
    periods.map(|(index, (place, value))| period(value, &place, index)).collect()
}

fn period(value: &Value, place: &str, index: usize) -> anyhow::Result<Period> {
    if let Value::String(name) = value {
        bail!("{place}: `{name}` is a name; write the period itself here");
    }
    let fields = Fields::read(value, place, PERIOD_FIELDS)?;
    let when = ["begintime", "endtime", "weekdays", "monthdays", "months"];
    let says_when = when.iter().any(|name| fields.has(name));
    ensure!(says_when, "{place}: needs one of `{}`", when.join("`, `"));

    let begin: Option<ClockTime> = fields.parsed("begintime", str::parse)?;
    ensure!(
        begin.is_none_or(|begin| begin < ClockTime::END_OF_DAY),
        "{}: `24:00` can only end a period",
        fields.place("begintime")
    );
    Ok(Period {
        name: fields.text("name")?.unwrap_or_else(|| format!("{}", index + 1)),
        description: fields.text("description")?,
        begin,
        end: fields.parsed("endtime", str::parse)?,
        days: Recurrence {
            weekdays: recurring(&fields, "weekdays", Weekdays::parse)?,
            monthdays: recurring(&fields, "monthdays", Monthdays::parse)?,
            months: recurring(&fields, "months", Months::parse)?,
        },
        instance_type: fields.text("instance_type")?,
    })
}

fn recurring<T>(
    fields: &Fields<'_>,
    name: &str,
    parse: impl FnOnce(&str) -> anyhow::Result<T>,
) -> anyhow::Result<Option<T>> {
    if !fields.has(name) {
        return Ok(None);
    }
    parse(&fields.texts(name)?.join(",")).map(Some).map_err(|err| fields.wrong(name, &err))
}

fn exceptions(fields: &Fields<'_>) -> anyhow::Result<Vec<Exception>> {
    let listed = fields.items("exceptions")?;
    let mut exceptions = listed
        .into_iter()
        .map(|(place, value)| Exception::read(value, &place).map_err(|err| anyhow!("{err:#}")))
        .collect::<anyhow::Result<Vec<_>>>()?;
    exceptions.extend(fields.texts("calendars")?.iter().map(|name| Exception::closed_by(name)));
    Ok(exceptions)
}

pub(super) fn zone(name: &str) -> anyhow::Result<TimeZone> {
    // The error of the library names its own database, which tells an operator nothing.
    TimeZone::get(name).map_err(|_| {
        let known: Vec<_> = jiff::tz::db().available().collect();
        anyhow!(
            "`{name}` is not a time zone{}",
            suggestion(name, known.iter().map(TimeZoneName::as_str))
        )
    })
}

fn override_status(text: &str) -> anyhow::Result<State> {
    match text.to_ascii_lowercase().as_str() {
        "running" => Ok(State::Running),
        "stopped" => Ok(State::Stopped),
        _ => bail!("`{text}` is neither `running` nor `stopped`"),
    }
}

fn grace(text: &str) -> anyhow::Result<SignedDuration> {
    let not_a_duration = || format!("`{text}` is not a duration such as `15m` or `PT1H`");
    let span: Span = text.parse().ok().with_context(not_a_duration)?;
    let grace = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok();
    let grace = grace.with_context(not_a_duration)?;
    ensure!(!grace.is_negative(), "`{text}` is negative");
    Ok(grace)
}

fn group(fields: &Fields<'_>) -> anyhow::Result<Option<Group>> {
    let Some(value) = fields.value("group") else { return Ok(None) };
    let group = Fields::read(value, &fields.place("group"), &["name", "order"])?;
    let required = |name: &str| format!("{}: missing", group.place(name));
    let order =
        |text: &str| text.parse().ok().with_context(|| format!("`{text}` is not a whole number"));
    Ok(Some(Group {
        name: group.text("name")?.with_context(|| required("name"))?,
        order: group.parsed("order", order)?.with_context(|| required("order"))?,
    }))
}

/// The parser quotes the lines around a mistake; a report has one line.
pub(super) fn one_line(err: &serde_saphyr::Error) -> String {
    let text = err.to_string();
    text.lines().next().unwrap_or_default().trim_end_matches(':').to_owned()
}

#[cfg(test)]
mod tests;
