//! Finds what is likely wrong with a schedule that reads well: holes, lost nights, hours that the
//! clock skips. It never changes an answer: a finding is advice.

mod clock;
mod dates;
mod finding;
mod periods;

use jiff::{SignedDuration, Timestamp};
use shared::error::quoted;

use super::catalog::{Catalog, Followed};
use super::definition::Schedule;
use finding::Finding;

pub const UNKNOWN_CALENDAR: &str = "unknown-calendar";

/// `interval` is how often the scheduler runs.
pub fn lint(
    schedule: &Schedule,
    catalog: &Catalog,
    interval: SignedDuration,
    now: Timestamp,
) -> Vec<Finding> {
    let today = now.to_zoned(schedule.timezone.clone()).date();
    let mut findings: Vec<Finding> = catalog
        .lacks(schedule)
        .map(|message| Finding { code: UNKNOWN_CALENDAR, message })
        .collect();
    // The periods are looked at even beside an `override_status`: they hold again once it is gone.
    periods::lint(schedule, interval, today, &mut findings);
    clock::lint(schedule, now, &mut findings);
    dates::lint(schedule, today, &mut findings);
    findings
}

/// What lint finds in every document, and in the inline schedules among the tag values `followed`,
/// as sentences. What [`Catalog::problems`] says already is left out.
pub fn lint_followed<'a>(
    catalog: &Catalog,
    followed: impl IntoIterator<Item = &'a str>,
    interval: SignedDuration,
    now: Timestamp,
) -> Vec<String> {
    let advice = |name: &str, schedule: &Schedule| -> Vec<String> {
        let findings = lint(schedule, catalog, interval, now).into_iter();
        findings
            .filter(|finding| finding.code != UNKNOWN_CALENDAR)
            .map(|finding| format!("schedule `{name}`: {}", finding.message, name = quoted(name)))
            .collect()
    };
    let documents = catalog.schedules().flat_map(|(name, schedule)| advice(name, schedule));
    let inline = followed.into_iter().flat_map(|tag| match catalog.follow(tag) {
        Ok(Followed::Inline(schedule)) => advice(tag, &schedule),
        _ => Vec::new(),
    });
    documents.chain(inline).collect()
}

#[cfg(test)]
mod tests;
