//! A schedule as written by its owner, in YAML or JSON, with the fields of AWS Instance Scheduler
//! and more; what it does not understand it refuses by name, never guesses.

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use serde_json::Value;
use shared::document::{self, Flag, Parsed, Refused, Text, Texts};

use super::bounds::Amounts;
use super::exception::{Dates, Exception};
use super::period::Period;
use super::periods::{NamedPeriods, periods};
use super::values::{Grace, Name, Order, OverrideStatus, Zone};
use super::written::{Document, ExceptionFields, GroupFields, Periods, Written};
use super::{State, bounds, inline};

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
    /// The types that `caretaker:instance-types` may choose from.
    pub instance_types: Vec<String>,
    /// A run may stop all that follows it, whatever the limit of changes says.
    pub expects_all: bool,
}

/// Resources that start in order of `order`, and stop in the reverse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub name: String,
    pub order: i32,
}

/// What a document leaves to the account that it is in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Around<'a> {
    pub(super) zone: &'a TimeZone,
    pub(super) periods: &'a NamedPeriods,
}

/// Reads a document (YAML, or JSON, which is YAML too) or an inline schedule.
pub(super) fn parse(text: &str, around: Around<'_>) -> anyhow::Result<Schedule> {
    Schedule::of_written(document::parse(text)?, around)
}

/// Reads a document that is part of an event.
pub(super) fn read(value: &Value, around: Around<'_>) -> anyhow::Result<Schedule> {
    Schedule::of_written(document::from_value(value)?, around)
}

/// Whether a document names anything of its account: a period or a calendar. One that is broken
/// whatever these are needs none of them.
pub(super) fn needs_others(value: &Value) -> bool {
    let Ok(Written::Document(document)) = document::from_value(value) else { return false };
    let exceptions = document.exceptions.iter().flatten();
    let lists = document.periods.iter().chain(exceptions.flat_map(|it| &it.periods));
    let named = NamedPeriods::assumed(lists.flat_map(Periods::names));
    let names_periods = named != NamedPeriods::default();
    let around = Around { zone: &TimeZone::UTC, periods: &named };
    let schedule = Schedule::of_document(*document, around);
    schedule.is_ok_and(|schedule| names_periods || schedule.calendars().next().is_some())
}

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
            instance_types: Vec::new(),
            expects_all: false,
        }
    }

    fn of_written(written: Written, around: Around<'_>) -> anyhow::Result<Self> {
        match written {
            Written::Inline(text) => inline::parse(&text, around.zone),
            Written::Document(document) => Ok(Self::of_document(*document, around)?),
        }
    }

    fn of_document(document: Document, around: Around<'_>) -> Result<Self, Refused> {
        let flag = |flag: Option<Flag>, default| flag.map_or(default, |Flag(flag)| flag);
        let Around { zone, periods: named } = around;
        let timezone = document.timezone.map(|Parsed(Zone(zone))| zone);
        let schedule = Self {
            name: document.name.map(|Parsed(Name(name))| name),
            description: document.description.map(|Text(description)| description),
            timezone: timezone.unwrap_or_else(|| zone.clone()),
            periods: periods(document.periods, "periods", named)?,
            exceptions: exceptions(document.exceptions, document.calendars, named)?,
            override_status: document.override_status.map(|Parsed(OverrideStatus(state))| state),
            stop_new_instances: flag(document.stop_new_instances, true),
            enforced: flag(document.enforced, false),
            retain_running: flag(document.retain_running, false),
            hibernate: flag(document.hibernate, false),
            ssm_maintenance_windows: split(document.ssm_maintenance_window),
            use_maintenance_window: flag(document.use_maintenance_window, true),
            grace: document.grace.map_or(DEFAULT_GRACE, |Parsed(Grace(grace))| grace),
            group: document.group.map(group).transpose()?,
            instance_types: document.instance_types.map(|Texts(types)| types).unwrap_or_default(),
            expects_all: document.expected.is_some(),
        };
        bounds::check(schedule.amounts())?;
        for (place, name) in schedule.foreign_names() {
            bounds::check_name(name).map_err(|what| Refused::at(place, what))?;
        }
        let says_something = !schedule.periods.is_empty()
            || !schedule.exceptions.is_empty()
            || schedule.override_status.is_some()
            || !schedule.ssm_maintenance_windows.is_empty();
        if says_something { Ok(schedule) } else { Err(Refused::at("periods", "missing")) }
    }

    /// What else it names, with the field in which it does.
    fn foreign_names(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let windows = self.ssm_maintenance_windows.iter();
        let windows = windows.map(|name| ("ssm_maintenance_window", name.as_str()));
        self.calendars().map(|name| ("calendars", name)).chain(windows)
    }

    fn amounts(&self) -> Amounts {
        let listed = |exception: &Exception| match &exception.dates {
            Dates::Listed(spans) => spans.len(),
            Dates::Calendar(_) => 0,
        };
        let periods = self.exceptions.iter().map(|exception| exception.periods().len());
        let calendars = self.calendars().count();
        Amounts {
            periods: self.periods.len() + periods.sum::<usize>(),
            exceptions: self.exceptions.len() - calendars,
            dates: self.exceptions.iter().map(listed).sum(),
            calendars,
            windows: self.ssm_maintenance_windows.len(),
        }
    }

    /// The calendars that it names.
    pub fn calendars(&self) -> impl Iterator<Item = &str> {
        self.exceptions.iter().filter_map(|exception| match &exception.dates {
            Dates::Calendar(calendar) => Some(calendar.name.as_str()),
            Dates::Listed(_) => None,
        })
    }
}

/// Names, also as one text with commas.
fn split(texts: Option<Texts>) -> Vec<String> {
    let Texts(texts) = texts.unwrap_or_default();
    let names = texts.iter().flat_map(|text| text.split(',')).map(str::trim);
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

fn exceptions(
    written: Option<Vec<ExceptionFields>>,
    calendars: Option<Texts>,
    named: &NamedPeriods,
) -> Result<Vec<Exception>, Refused> {
    let written = written.unwrap_or_default().into_iter().enumerate();
    let mut exceptions = written
        .map(|(index, fields)| Exception::read(fields, &format!("exceptions[{index}]"), named))
        .collect::<Result<Vec<_>, _>>()?;
    let Texts(calendars) = calendars.unwrap_or_default();
    exceptions.extend(calendars.iter().map(|name| Exception::closed_by(name)));
    Ok(exceptions)
}

fn group(written: GroupFields) -> Result<Group, Refused> {
    let GroupFields { name, order } = written;
    let Parsed(Name(name)) = name.ok_or_else(|| Refused::at("group.name", "missing"))?;
    let Parsed(Order(order)) = order.ok_or_else(|| Refused::at("group.order", "missing"))?;
    Ok(Group { name, order })
}

#[cfg(test)]
mod tests;
