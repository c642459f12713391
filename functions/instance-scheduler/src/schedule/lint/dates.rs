//! What is likely wrong with the dates of exceptions; it never asks what they do to a period.

use std::collections::BTreeSet;

use jiff::ToSpan as _;
use jiff::civil::Date;
use shared::error::quoted_name;

use super::finding::{Finding, days_from};
use crate::schedule::definition::Schedule;
use crate::schedule::exception::Exception;

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
    let named: Vec<Vec<bool>> =
        exceptions.iter().map(|exception| named_days(exception, today)).collect();
    let mut told = BTreeSet::new();
    for (index, date) in days_from(today, AHEAD_DAYS).enumerate() {
        let on_date = named.iter().zip(exceptions).enumerate();
        let mut on_date = on_date.filter(|(_, (named, _))| named[index]);
        let Some((first, (_, winner))) = on_date.next() else { continue };
        // Once for each that does not hold, whatever holds instead.
        for (second, (_, loser)) in on_date.filter(|(_, (_, loser))| loser.mode != winner.mode) {
            if told.insert(second) {
                let (winner, loser) = (title(winner, first), title(loser, second));
                let message =
                    format!("{winner} and {loser} both name {date}; the first listed holds");
                findings.push(Finding { code: "exception-overlap", message });
            }
        }
    }
}

/// Which of the days ahead an exception names. Its calendar may have thousands of spans, each of
/// many years, so each is counted at its two ends only.
fn named_days(exception: &Exception, today: Date) -> Vec<bool> {
    let mut changes = vec![0_i32; usize::from(AHEAD_DAYS) + 1];
    let last = today.saturating_add(i64::from(AHEAD_DAYS - 1).days());
    let index = |date: Date| {
        let days = (date - today).get_days();
        usize::try_from(days).unwrap_or_default().min(usize::from(AHEAD_DAYS))
    };
    for entry in exception.spans() {
        let parts = (today.year()..=last.year()).flat_map(|year| entry.span.within_year(year));
        for (begin, end) in parts.filter(|(begin, end)| *begin <= last && today <= *end) {
            changes[index(begin.max(today))] += 1;
            changes[(index(end) + 1).min(usize::from(AHEAD_DAYS))] -= 1;
        }
    }
    let sums = changes.iter().scan(0, |sum, change| {
        *sum += change;
        Some(*sum > 0)
    });
    sums.take(AHEAD_DAYS.into()).collect()
}

fn title(exception: &Exception, index: usize) -> String {
    match exception.title() {
        Some(name) => format!("exception `{name}`", name = quoted_name(name)),
        None => format!("exceptions[{index}]"),
    }
}
