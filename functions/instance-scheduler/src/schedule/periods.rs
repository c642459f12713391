//! Reads periods: in the place where a schedule writes them, or by the name of a document that
//! schedules share. One that cannot be had breaks the schedules that name it, and nothing else.

use std::collections::BTreeMap;

use shared::document::{self, Joined, Parsed, Refused, Text, suggestion};
use shared::error::quoted;

use super::period::{ClockTime, Period};
use super::recurrence::Recurrence;
use super::values::Name;
use super::written::{PeriodFields, PeriodOrName, Periods};

/// The periods that have a document of their own, or what is wrong with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct NamedPeriods(BTreeMap<String, Result<Period, String>>);

impl NamedPeriods {
    pub(super) fn read(texts: impl IntoIterator<Item = (String, Result<String, String>)>) -> Self {
        let read = |(name, text): (String, Result<String, String>)| {
            let period = text.and_then(|text| parse(&text, &name).map_err(|err| err.to_string()));
            (name, period)
        };
        Self(texts.into_iter().map(read).collect())
    }

    /// Stands in for documents that nobody has read: each of these names is some period.
    pub(super) fn assumed<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let period = |name: &str| (name.to_owned(), Ok(Period::all_day(name)));
        Self(names.into_iter().map(|name| period(split_type(name).0)).collect())
    }

    /// What is wrong with the documents, whoever names them.
    pub(super) fn problems(&self) -> impl Iterator<Item = String> {
        let broken =
            self.0.iter().filter_map(|(name, period)| Some((name, period.as_ref().err()?)));
        broken.map(|(name, err)| format!("period `{}` is broken: {err}", quoted(name)))
    }

    /// `name`, or `name@type` as AWS Instance Scheduler writes the instance type of a period.
    fn get(&self, written: &str) -> Result<Period, String> {
        let (name, instance_type) = split_type(written);
        let quoted = quoted(name);
        let period = match self.0.get(name) {
            Some(Ok(period)) => period.clone(),
            Some(Err(err)) => return Err(format!("period `{quoted}` is broken: {err}")),
            None => {
                let nearest = suggestion(name, self.0.keys().map(String::as_str));
                return Err(format!("unknown period `{quoted}`{nearest}"));
            }
        };
        let instance_type = instance_type.map(str::to_owned).or(period.instance_type);
        Ok(Period { instance_type, ..period })
    }
}

fn split_type(written: &str) -> (&str, Option<&str>) {
    match written.split_once('@') {
        Some((name, instance_type)) => (name, Some(instance_type)),
        None => (written, None),
    }
}

/// Reads a document that is one period. It is called what its parameter is called, which is where a
/// reader looks for it.
fn parse(text: &str, name: &str) -> Result<Period, Refused> {
    let fields = document::parse::<PeriodFields>(text)?;
    Ok(Period { name: name.to_owned(), ..period(fields, "", name.to_owned())? })
}

/// Reads the periods of a schedule or of an exception; `place` is that of the list, for errors.
pub(super) fn periods(
    written: Option<Periods>,
    place: &str,
    named: &NamedPeriods,
) -> Result<Vec<Period>, Refused> {
    let Periods(written) = written.unwrap_or_default();
    let read = |(index, written)| {
        let place = format!("{place}[{index}]");
        match written {
            PeriodOrName::Here(fields) => period(*fields, &place, format!("{}", index + 1)),
            PeriodOrName::Named(name) => named.get(&name).map_err(|what| Refused::at(place, what)),
        }
    };
    written.into_iter().enumerate().map(read).collect()
}

fn period(fields: PeriodFields, place: &str, default_name: String) -> Result<Period, Refused> {
    let refused = |field, what: &str| Err(Refused::at(field, what).within(place));
    let PeriodFields { name, description, begintime, endtime, .. } = fields;
    let PeriodFields { weekdays, monthdays, months, instance_type, .. } = fields;
    let begin = begintime.map(|Parsed(time)| time);
    let end = endtime.map(|Parsed(time)| time);
    let days = Recurrence {
        weekdays: weekdays.map(|Joined(days)| days),
        monthdays: monthdays.map(|Joined(days)| days),
        months: months.map(|Joined(months)| months),
    };
    if begin.or(end).is_none() && days == Recurrence::default() {
        let when = ["begintime", "endtime", "weekdays", "monthdays", "months"];
        return refused("", &format!("needs one of `{}`", when.join("`, `")));
    }
    if begin.is_some_and(|begin| begin >= ClockTime::END_OF_DAY) {
        return refused("begintime", "`24:00` can only end a period");
    }
    Ok(Period {
        name: name.map_or(default_name, |Parsed(Name(name))| name),
        description: description.map(|Text(description)| description),
        begin,
        end,
        days,
        instance_type: instance_type.map(|Parsed(Name(instance_type))| instance_type),
    })
}

#[cfg(test)]
mod tests;
