//! A schedule as written by its owner, in YAML or JSON, with the fields of AWS Instance Scheduler
//! and more; what it does not understand it refuses by name, never guesses.

use jiff::tz::TimeZone;
use serde_json::Value;
use shared::document::{self, Flag, Parsed, Refused, Text, Texts};

use super::definition::{DEFAULT_GRACE, Group, Schedule};
use super::exception::Exception;
use super::periods::{NamedPeriods, periods};
use super::values::{Grace, Name, Order, OverrideStatus, Zone};
use super::written::{Document, ExceptionFields, GroupFields, Periods, Written};
use super::{bounds, inline};

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
