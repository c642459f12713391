//! Everything that was found, each schedule and each period once.

use std::collections::BTreeMap;

use serde_json::Value;
use shared::error::quoted;

use super::item::{Item, Kind};
use super::lost::{Code, Lost, Read};
use super::period::{self, Period};
use super::schedule::{self, Schedule};
use super::values;

#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) periods: Vec<FoundPeriod>,
    pub(super) schedules: Vec<FoundSchedule>,
    /// What belongs to no schedule.
    pub(super) lost: Vec<Lost>,
    /// Where in the lists a name is: an export may have thousands.
    period_index: BTreeMap<String, usize>,
    schedule_index: BTreeMap<String, usize>,
}

#[derive(Debug)]
pub(super) struct FoundPeriod {
    pub(super) name: String,
    pub(super) place: String,
    /// None, if schedules cannot use it.
    pub(super) period: Option<Period>,
}

#[derive(Debug)]
pub(super) struct FoundSchedule {
    pub(super) name: String,
    pub(super) place: String,
    pub(super) schedule: Schedule,
    pub(super) lost: Vec<Lost>,
}

impl Found {
    pub(super) fn of(entries: Read<Vec<Item>>) -> Self {
        let Read { item: items, lost } = entries;
        let mut found = Self { lost, ..Self::default() };
        let of_kind = |kind| items.iter().filter(move |item| item.kind == kind);
        let mut default_zone = None;
        for item in of_kind(Kind::Config) {
            found.lost.push(config(item));
            default_zone = default_zone.or(values::text(item, "defaulttimezone").ok().flatten());
        }
        of_kind(Kind::Period).for_each(|item| found.add_period(item));
        for item in of_kind(Kind::Schedule) {
            found.add_schedule(item, default_zone.as_deref());
        }
        found
    }

    pub(super) fn period(&self, name: &str) -> Option<&FoundPeriod> {
        self.period_index.get(name).map(|index| &self.periods[*index])
    }

    fn add_period(&mut self, item: &Item) {
        let name = match values::text(item, "name") {
            Ok(Some(name)) => name,
            Ok(None) => {
                let place = item.place_of("name");
                return self.lost.push(Lost::new(place, Code::Invalid, "it has no name"));
            }
            Err(err) => return self.lost.push(err),
        };
        let Read { item: period, lost } = period::read(item);
        if let Some(first) = self.period(&name) {
            let is_same = match (&first.period, &period) {
                (Some(first), Some(period)) => first.is_same(period),
                (None, None) => true,
                _ => false,
            };
            return self
                .lost
                .extend((!is_same).then(|| twice("period", &name, item, &first.place)));
        }
        self.lost.extend(lost);
        self.period_index.insert(name.clone(), self.periods.len());
        self.periods.push(FoundPeriod { name, place: item.place.clone(), period });
    }

    fn add_schedule(&mut self, item: &Item, default_zone: Option<&str>) {
        let name = match schedule::name(item) {
            Ok(name) => name,
            Err(err) => return self.lost.push(err),
        };
        let Read { item: schedule, lost } = schedule::read(item, default_zone);
        if let Some(index) = self.schedule_index.get(&name) {
            let first = &self.schedules[*index];
            let is_same = first.schedule.is_same(&schedule);
            return self
                .lost
                .extend((!is_same).then(|| twice("schedule", &name, item, &first.place)));
        }
        self.schedule_index.insert(name.clone(), self.schedules.len());
        self.schedules.push(FoundSchedule { name, place: item.place.clone(), schedule, lost });
    }
}

fn twice(what: &str, name: &str, item: &Item, first: &str) -> Lost {
    let message = format!("another {what} `{}` is at {first}, and that one holds", quoted(name));
    Lost::new(&item.place, Code::Duplicate, message)
}

/// The settings of the stack, of which only the default zone is used.
fn config(item: &Item) -> Lost {
    let names = item.fields.iter().map(|field| field.name.as_str());
    let names = names.filter(|name| !matches!(*name, "type" | "name" | "defaulttimezone"));
    let settings: Vec<String> = names.map(|name| format!("`{}`", quoted(name))).collect();
    let zone = match item.field("defaulttimezone").map(|field| &field.value) {
        Some(Value::String(_)) => "its default time zone is written into schedules without one",
        _ => "it has no default time zone",
    };
    let message = format!(
        "the settings of the stack are parameters of this one: {}; {zone}",
        if settings.is_empty() { "none".to_owned() } else { settings.join(", ") }
    );
    Lost::new(&item.place, Code::ConfigItem, message)
}
