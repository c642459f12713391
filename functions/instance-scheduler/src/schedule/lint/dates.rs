//! What is likely wrong with the dates of exceptions; it never asks what they do to a period.

use std::collections::BTreeSet;

use jiff::civil::Date;
use shared::error::quoted_name;

use super::{Finding, days_from};
use crate::schedule::{Exception, Schedule};

/// Two years ahead shows every yearly date against every dated one.
const AHEAD_DAYS: u16 = 2 * 366;

pub(super) fn lint(schedule: &Schedule, today: Date, findings: &mut Vec<Finding>) {
    let exceptions = &schedule.exceptions;
    for (index, exception) in exceptions.iter().enumerate() {
        let ends = exception.spans().iter().map(|entry| entry.span.end());
        let last = ends.collect::<Option<Vec<Date>>>().and_then(|ends| ends.into_iter().max());
        if let Some(last) = last.filter(|last| *last < today) {
            let title = title(exception, index);
            let message = format!("all dates of {title} have passed, the last on {last}");
            findings.push(Finding { code: "exception-passed", message });
        }
    }
    let mut told = BTreeSet::new();
    for date in days_from(today, AHEAD_DAYS) {
        let mut on_date =
            exceptions.iter().enumerate().filter(|(_, exception)| exception.entry(date).is_some());
        let Some((first, winner)) = on_date.next() else { continue };
        for (second, loser) in on_date.filter(|(_, loser)| loser.mode != winner.mode) {
            if told.insert((first, second)) {
                let (winner, loser) = (title(winner, first), title(loser, second));
                let message =
                    format!("{winner} and {loser} both name {date}; the first listed holds");
                findings.push(Finding { code: "exception-overlap", message });
            }
        }
    }
}

fn title(exception: &Exception, index: usize) -> String {
    match exception.title() {
        Some(name) => format!("exception `{name}`", name = quoted_name(name)),
        None => format!("exceptions[{index}]"),
    }
}
