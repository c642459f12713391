//! Reads a schedule: its own fields, and which periods it uses.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use shared::error::quoted;

use super::item::{self, Item, Kind, Origin};
use super::lost::{Code, Lost, Read};
use super::period::{self, Period};
use super::values;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Schedule {
    pub(super) description: Option<String>,
    pub(super) timezone: Option<String>,
    pub(super) override_status: Option<String>,
    /// By the name of their field, in the order of the document.
    pub(super) flags: Vec<(&'static str, bool)>,
    pub(super) windows: Vec<String>,
    pub(super) periods: Vec<Use>,
}

/// A period as a schedule has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Use {
    Named {
        name: String,
        instance_type: Option<String>,
    },
    /// Of a template, where periods have no names.
    Own(Box<Period>),
}

impl Schedule {
    /// Whether it says the same: sets have no order.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let sorted = |schedule: &Self| {
            let mut schedule = schedule.clone();
            schedule.windows.sort_unstable();
            schedule.periods.sort_by_key(|used| format!("{used:?}"));
            schedule
        };
        sorted(self) == sorted(other)
    }
}

const FLAGS: [&str; 5] =
    ["stop_new_instances", "enforced", "retain_running", "hibernate", "use_maintenance_window"];

const KNOWN: [&str; 7] = [
    "type",
    "name",
    "description",
    "timezone",
    "overridestatus",
    "periods",
    "ssmmaintenancewindow",
];

/// The name of a schedule, as its tags have it but for the stack of a template.
pub(super) fn name(item: &Item) -> Result<String, Lost> {
    let logical = match &item.origin {
        Origin::Table => None,
        Origin::Template(name) => name.clone(),
    };
    let missing = || Lost::new(item.place_of("name"), Code::Invalid, "it has no name");
    values::text(item, "name")?.or(logical).ok_or_else(missing)
}

pub(super) fn read(item: &Item, default_zone: Option<&str>) -> Read<Schedule> {
    let mut lost = Vec::new();
    let mut schedule = Schedule::default();
    keep(values::text(item, "description"), &mut schedule.description, &mut lost);
    keep(zone(item, default_zone, &mut lost), &mut schedule.timezone, &mut lost);
    keep(override_status(item), &mut schedule.override_status, &mut lost);
    for flag in FLAGS {
        match values::flag(item, &item::plain(flag)) {
            Ok(value) => schedule.flags.extend(value.map(|value| (flag, value))),
            Err(err) => lost.push(err),
        }
    }
    match values::texts(item, "ssmmaintenancewindow") {
        Ok(windows) => {
            let windows = windows.unwrap_or_default().into_iter();
            schedule.windows = windows.filter(|window| !window.is_empty()).collect();
        }
        Err(err) => lost.push(err),
    }
    let Read { item: periods, lost: of_periods } = uses(item);
    schedule.periods = periods;
    lost.extend(of_periods);
    let says_nothing = schedule.periods.is_empty() && schedule.windows.is_empty();
    let is_broken = lost.iter().any(|lost| lost.code.costs_document());
    if says_nothing && schedule.override_status.is_none() && !is_broken {
        let message = "it has neither periods nor `override_status` nor maintenance windows";
        lost.push(Lost::new(&item.place, Code::Invalid, message));
    }
    lost.extend(others(item));
    Read { item: schedule, lost }
}

fn keep<T>(read: Result<Option<T>, Lost>, into: &mut Option<T>, lost: &mut Vec<Lost>) {
    match read {
        Ok(value) => *into = value,
        Err(err) => lost.push(err),
    }
}

fn zone(
    item: &Item,
    default_zone: Option<&str>,
    lost: &mut Vec<Lost>,
) -> Result<Option<String>, Lost> {
    let written = values::text(item, "timezone")?;
    let Some(name) = written.as_deref().or(default_zone) else {
        let message = "no time zone was written, so the default of that stack held: set `TIME_ZONE` \
                       (the parameter `TimeZone`) to it";
        lost.push(Lost::new(item.place_of("timezone"), Code::DefaultTimeZone, message));
        return Ok(None);
    };
    let place = item.place_of("timezone");
    let Ok(known) = TimeZone::get(name) else {
        let message = format!("`{}` is not a time zone", quoted(name));
        return Err(Lost::new(place, Code::UnknownTimeZone, message));
    };
    if let Some(exact) = known.iana_name().filter(|exact| *exact != name) {
        let message = format!("`{}` was refused there; here it is `{exact}`", quoted(name));
        lost.push(Lost::new(place, Code::WasInvalid, message));
    }
    Ok(Some(name.to_owned()))
}

fn override_status(item: &Item) -> Result<Option<String>, Lost> {
    let Some(status) = values::text(item, "overridestatus")? else { return Ok(None) };
    let status = status.to_ascii_lowercase();
    if matches!(status.as_str(), "running" | "stopped") {
        return Ok(Some(status));
    }
    let message = format!("`{}` is neither `running` nor `stopped`", quoted(&status));
    Err(Lost::new(item.place_of("overridestatus"), Code::Invalid, message))
}

/// The periods: names, or in a template the periods themselves.
fn uses(item: &Item) -> Read<Vec<Use>> {
    let mut uses = Read { item: Vec::new(), lost: Vec::new() };
    let Some(field) = item.field("periods") else { return uses };
    if item.origin == Origin::Table {
        match values::texts(item, "periods") {
            Ok(names) => {
                let mut seen = BTreeSet::new();
                let names = names.unwrap_or_default().into_iter();
                let names = names.filter(|name| !name.is_empty() && seen.insert(name.clone()));
                uses.item.extend(names.map(|name| named(&name)));
            }
            Err(err) => uses.lost.push(err),
        }
        return uses;
    }
    let Some(periods) = field.value.as_array() else {
        uses.lost.push(if values::is_intrinsic(&field.value) {
            values::intrinsic(&field.place)
        } else {
            Lost::new(&field.place, Code::Invalid, "not a list of periods")
        });
        return uses;
    };
    for (index, period) in periods.iter().enumerate() {
        let place = format!("{}[{index}]", field.place);
        let object = match period.as_object() {
            Some(object) if !values::is_intrinsic(period) => object,
            Some(_) => {
                uses.lost.push(values::intrinsic(&place));
                continue;
            }
            None => {
                uses.lost.push(Lost::new(place, Code::Invalid, "not an object"));
                continue;
            }
        };
        let period = Item::new(Kind::Period, item.origin.clone(), &place, object);
        let Read { item: period, lost } = period::read(&period);
        uses.item.extend(period.map(Box::new).map(Use::Own));
        uses.lost.extend(lost);
    }
    uses
}

/// `office@m5.large` is the period `office` with an instance type.
fn named(written: &str) -> Use {
    let mut parts = written.split('@').map(str::trim);
    let name = parts.next().unwrap_or_default().to_owned();
    let instance_type = parts.next().filter(|text| !text.is_empty()).map(str::to_owned);
    Use::Named { name, instance_type }
}

/// The fields that have no counterpart, or none that is needed.
fn others(item: &Item) -> Vec<Lost> {
    let is_template = item.origin != Origin::Table;
    let mut lost = Vec::new();
    for field in item.fields.iter().filter(|field| !item::is_empty(&field.value)) {
        let name = field.name.as_str();
        let is_flag = FLAGS.iter().any(|flag| item::plain(flag) == name);
        let (code, message) = match name {
            _ if is_flag || KNOWN.contains(&name) => continue,
            // The address of that stack itself, what the templates of its old guide had, and what
            // is read below.
            "servicetoken" | "timeout" | "nostackprefix" if is_template => continue,
            "usemetrics" | "metrics" => {
                (Code::Metrics, "the metrics of this function have one dimension for each document")
            }
            "configuredinstack" => (
                Code::Stack,
                "a stack made this schedule: remove it from the template once its tags are followed \
                 here",
            ),
            "overwrite" => (
                Code::Overwrite,
                "no version reads it any more; write `override_status` if one state is to hold",
            ),
            name if name.starts_with("fn::") => {
                lost.push(values::intrinsic(&field.place));
                continue;
            }
            name => {
                let message = format!("the field `{}` is not known", quoted(name));
                lost.push(Lost::new(&field.place, Code::UnknownField, message));
                continue;
            }
        };
        lost.push(Lost::new(&field.place, code, message));
    }
    if is_template {
        lost.extend(stack_prefix(item));
    }
    lost
}

/// `NoStackPrefix` decides whether tags have the name of the stack before that of the schedule.
fn stack_prefix(item: &Item) -> Option<Lost> {
    match values::flag(item, "nostackprefix") {
        Err(err) => Some(err),
        Ok(Some(true)) => None,
        Ok(_) => {
            let message = "tags have `<stack>-` before this name, which a template does not know: \
                           rename the document, or the tags";
            Some(Lost::new(&item.place, Code::StackPrefix, message))
        }
    }
}
