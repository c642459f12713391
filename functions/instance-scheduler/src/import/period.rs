//! Reads a period, and checks it by the parsers of schedules. What it says is kept as it is written:
//! the grammar is the same.

use std::str::FromStr;

use shared::error::quoted;

use super::item::{Item, Origin};
use super::lost::{Code, Lost, Read};
use super::timing::Timing;
use super::{quirks, values};
use crate::schedule::{ClockTime, Recurrence};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Period {
    pub(super) description: Option<String>,
    pub(super) begin: Option<String>,
    pub(super) end: Option<String>,
    pub(super) weekdays: Vec<String>,
    pub(super) monthdays: Vec<String>,
    pub(super) months: Vec<String>,
    /// Only periods of templates have it; others are named with one.
    pub(super) instance_type: Option<String>,
    /// What decides which of several periods begins last.
    pub(super) timing: Timing,
}

impl Period {
    /// Whether it says the same: the parts of a set have no order.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let sorted = |period: &Self| {
            let mut period = period.clone();
            for parts in [&mut period.weekdays, &mut period.monthdays, &mut period.months] {
                parts.sort_unstable();
            }
            period
        };
        sorted(self) == sorted(other)
    }
}

const KNOWN: [&str; 8] =
    ["type", "name", "description", "begintime", "endtime", "weekdays", "monthdays", "months"];

/// No period, if something in it costs the documents that use it.
pub(super) fn read(item: &Item) -> Read<Option<Period>> {
    let mut lost = Vec::new();
    let mut keep = |result: Result<Option<String>, Lost>| {
        result.unwrap_or_else(|err| {
            lost.push(err);
            None
        })
    };
    let description = keep(values::text(item, "description"));
    let begin = keep(values::text(item, "begintime"));
    let end = keep(values::text(item, "endtime"));
    let is_template = item.origin != Origin::Table;
    let instance_type = if is_template { keep(values::text(item, "instancetype")) } else { None };
    let mut parts = |name| {
        values::texts(item, name).unwrap_or_else(|err| {
            lost.push(err);
            None
        })
    };
    let (weekdays, monthdays, months) = (parts("weekdays"), parts("monthdays"), parts("months"));

    let days = Recurrence {
        weekdays: checked(item, "weekdays", weekdays.as_ref(), &mut lost),
        monthdays: checked(item, "monthdays", monthdays.as_ref(), &mut lost),
        months: checked(item, "months", months.as_ref(), &mut lost),
    };
    let times = [("begintime", &begin), ("endtime", &end)].map(|(name, text)| {
        let time = text.as_ref().map(|text| text.parse::<ClockTime>()).transpose();
        time.unwrap_or_else(|err| {
            lost.push(Lost::new(item.place_of(name), Code::Invalid, format!("{err:#}")));
            None
        })
    });
    let timing = Timing { begin: times[0], end: times[1], days };
    let says_nothing = begin.is_none() && end.is_none() && lost.is_empty();
    if says_nothing && weekdays.is_none() && monthdays.is_none() && months.is_none() {
        let message = "it has neither times nor days";
        lost.push(Lost::new(&item.place, Code::Invalid, message));
    }
    if timing.begin == Some(ClockTime::END_OF_DAY) {
        let message = "`24:00` can only end a period";
        lost.push(Lost::new(item.place_of("begintime"), Code::Invalid, message));
    }
    lost.extend(quirks::times(item, timing));
    lost.extend(quirks::days(item, "weekdays", weekdays.as_deref()));
    lost.extend(quirks::days(item, "monthdays", monthdays.as_deref()));
    lost.extend(quirks::days(item, "months", months.as_deref()));
    lost.extend(others(item, is_template));
    let is_whole = !lost.iter().any(|lost| lost.code.costs_document());
    let period = Period {
        description,
        begin,
        end,
        weekdays: weekdays.unwrap_or_default(),
        monthdays: monthdays.unwrap_or_default(),
        months: months.unwrap_or_default(),
        instance_type,
        timing,
    };
    Read { item: is_whole.then_some(period), lost }
}

/// The days as the evaluator reads them.
fn checked<T: FromStr<Err = anyhow::Error>>(
    item: &Item,
    name: &str,
    parts: Option<&Vec<String>>,
    lost: &mut Vec<Lost>,
) -> Option<T> {
    match parts?.join(",").parse() {
        Ok(days) => Some(days),
        Err(err) => {
            lost.push(Lost::new(item.place_of(name), Code::Invalid, format!("{err:#}")));
            None
        }
    }
}

/// Fields that say nothing about when anything runs.
fn others(item: &Item, is_template: bool) -> Vec<Lost> {
    let fields = item.fields.iter().filter(|field| !super::item::is_empty(&field.value));
    let fields = fields.filter(|field| {
        let is_known = KNOWN.contains(&field.name.as_str());
        let is_type_of_template = is_template && field.name == "instancetype";
        !(is_known || is_type_of_template)
    });
    fields
        .map(|field| match field.name.as_str() {
            "configuredinstack" => Lost::new(
                &field.place,
                Code::Stack,
                "which stack made it; change the stack before it writes the table again",
            ),
            name if name.starts_with("fn::") => values::intrinsic(&field.place),
            name => {
                let message = format!("the field `{}` is not known", quoted(name));
                Lost::new(&field.place, Code::UnknownField, message)
            }
        })
        .collect()
}
