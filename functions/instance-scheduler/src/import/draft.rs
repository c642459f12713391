//! A schedule with the periods that it uses, before it is written.

use jiff::civil::Date;
use shared::{document::suggestion, error::quoted};

use super::found::{Found, FoundSchedule};
use super::lost::{Code, Lost};
use super::period::Period;
use super::schedule::Use;
use super::timing::Timing;

#[derive(Debug)]
pub(super) struct Draft<'a> {
    pub(super) name: String,
    pub(super) place: &'a str,
    pub(super) found: &'a FoundSchedule,
    pub(super) periods: Vec<DraftPeriod<'a>>,
    pub(super) lost: Vec<Lost>,
}

#[derive(Debug)]
pub(super) struct DraftPeriod<'a> {
    /// None in a template, where periods are counted.
    pub(super) name: Option<&'a str>,
    pub(super) instance_type: Option<&'a str>,
    pub(super) period: &'a Period,
}

impl<'a> Draft<'a> {
    pub(super) fn of(schedule: &'a FoundSchedule, found: &'a Found, name: String) -> Self {
        let mut lost = schedule.lost.clone();
        let mut periods = Vec::new();
        for used in &schedule.schedule.periods {
            match resolved(used, found) {
                Ok(period) => periods.push(period),
                Err((code, message)) => {
                    let place = format!("{}.periods", schedule.place);
                    lost.push(Lost::new(place, code, message));
                }
            }
        }
        lost.extend(same_begin(&schedule.place, &periods));
        if name != schedule.name {
            let message = format!(
                "`{}` cannot be the name of a document here, so it is `{name}`: change the tags that \
                 name it",
                quoted(&schedule.name)
            );
            lost.push(Lost::new(&schedule.place, Code::Name, message));
        }
        Self { name, place: &schedule.place, found: schedule, periods, lost }
    }

    pub(super) fn is_whole(&self) -> bool {
        !self.lost.iter().any(|lost| lost.code.costs_document())
    }

    /// What the period at an index is called.
    pub(super) fn period_name(&self, index: usize) -> String {
        match self.periods[index].name {
            Some(name) => name.to_owned(),
            // As AWS Instance Scheduler calls the periods of its templates.
            None => format!("{}-period-{:04}", self.name, index + 1),
        }
    }
}

const MAX_SUGGESTED: usize = 100;

fn resolved<'a>(used: &'a Use, found: &'a Found) -> Result<DraftPeriod<'a>, (Code, String)> {
    let (name, instance_type) = match used {
        Use::Own(period) => {
            let instance_type = period.instance_type.as_deref();
            return Ok(DraftPeriod { name: None, instance_type, period });
        }
        Use::Named { name, instance_type } => (name, instance_type.as_deref()),
    };
    let Some(known) = found.period(name) else {
        let known = found.periods.iter().map(|period| period.name.as_str());
        let hint = if found.periods.is_empty() {
            "; give the output of `describe-periods` as well, in a list with this".to_owned()
        } else if found.periods.len() > MAX_SUGGESTED {
            // Each of thousands would be compared with each that is missing.
            String::new()
        } else {
            suggestion(name, known)
        };
        let message = format!("there is no period `{}`{hint}", quoted(name));
        return Err((Code::PeriodMissing, message));
    };
    let Some(period) = &known.period else {
        let message = format!("its period `{}` at {} is not legal", quoted(name), known.place);
        return Err((Code::Invalid, message));
    };
    Ok(DraftPeriod { name: Some(name), instance_type, period })
}

/// Of two periods that begin together, either may give the instance type there; here the first does.
fn same_begin(place: &str, periods: &[DraftPeriod<'_>]) -> Option<Lost> {
    let runs = |timing: &Timing| timing.begin.is_some() || timing.end.is_none();
    let pairs = periods.iter().enumerate().flat_map(|(index, one)| {
        periods[index + 1..].iter().map(move |other| (one.period.timing, one, other))
    });
    let mut alike = pairs.filter(|(timing, one, other)| {
        let others = &other.period.timing;
        one.instance_type != other.instance_type
            && timing.begin == others.begin
            && runs(timing)
            && runs(others)
            && timing.days.may_meet(&others.days)
    });
    // Where it takes long to see that none meet, say that they may.
    let looked_at = alike.by_ref().take(MAX_LOOKED_AT);
    let found = looked_at.into_iter().find(|(timing, _, other)| meet(timing, &other.period.timing));
    let (_, one, other) = found.or_else(|| alike.next())?;
    let type_of = |period: &DraftPeriod<'_>| match period.instance_type {
        Some(instance_type) => format!("`{}`", quoted(instance_type)),
        None => "no type".to_owned(),
    };
    let message = format!(
        "two periods begin together, with {} and {}: there, either may hold; here, the first",
        type_of(one),
        type_of(other)
    );
    Some(Lost::new(format!("{place}.periods"), Code::SameBegin, message))
}

const MAX_LOOKED_AT: usize = 4;

/// Whether both begin on some date. All kinds of years come in 28.
fn meet(one: &Timing, other: &Timing) -> bool {
    const DAYS: usize = 28 * 366;
    let first = Date::constant(2000, 1, 1);
    let dates = std::iter::successors(Some(first), |date| date.tomorrow().ok()).take(DAYS);
    dates.into_iter().any(|date| one.days.contains(date) && other.days.contains(date))
}
