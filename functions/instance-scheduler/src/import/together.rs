//! Puts periods and schedules together and writes the documents, then reads them as a run would,
//! for what lint finds in them.

use std::collections::BTreeSet;

use anyhow::ensure;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use shared::error::quoted;

use super::draft::Draft;
use super::entries::entries;
use super::found::Found;
use super::lost::{Code, Lost};
use super::request::Import;
use super::shared_periods::SharedPeriods;
use super::write::{self, Written};
use super::{names, schedule::Use};
use crate::schedule::{Catalog, Followed, Schedule, Texts, lint};

/// Where the documents are to be used.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deployment<'a> {
    pub parameter_path: &'a str,
    pub time_zone: &'a TimeZone,
    pub interval: SignedDuration,
    pub now: Timestamp,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Imported {
    pub documents: Vec<Document>,
    pub lost: Vec<Lost>,
    pub findings: Vec<Finding>,
}

/// A parameter that can be put as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Document {
    pub name: String,
    pub text: String,
}

/// What lint finds in a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Finding {
    pub document: String,
    pub code: &'static str,
    pub message: String,
}

/// The most that a parameter of the advanced tier holds, and one of the standard tier.
const MAX_BYTES: usize = 8 * 1024;
const STANDARD_BYTES: usize = 4 * 1024;

/// The periods of all schedules, each counted as often as it is used. Each is written, read back and
/// compared with the others of its schedule, for which an event has 50 ms.
const MAX_USES: usize = 4_000;

/// An answer of AWS Lambda has at most 6 MB, and a period is written into each schedule that uses
/// it.
const MAX_ANSWER_BYTES: usize = 4_000_000;

pub(crate) fn import(request: &Import, deployment: &Deployment<'_>) -> anyhow::Result<Imported> {
    let found = Found::of(entries(&request.from)?);
    let n_uses: usize = found.schedules.iter().map(|it| it.schedule.periods.len()).sum();
    ensure!(
        n_uses <= MAX_USES,
        "from: at most {MAX_USES} periods in all schedules, not {n_uses}: import some at a time"
    );
    let old: Vec<&str> = found.schedules.iter().map(|schedule| schedule.name.as_str()).collect();
    let named = found.schedules.iter().zip(names::assign(&old));
    let drafts: Vec<Draft<'_>> =
        named.map(|(schedule, name)| Draft::of(schedule, &found, name)).collect();
    let periods = if request.named_periods {
        SharedPeriods::of(&found, &drafts)
    } else {
        SharedPeriods::default()
    };

    let mut written: Vec<(&Draft<'_>, String)> = Vec::new();
    let mut n_bytes = 0;
    for draft in drafts.iter().filter(|draft| draft.is_whole()) {
        let text = text(draft, &periods);
        n_bytes += text.len();
        ensure!(
            n_bytes <= MAX_ANSWER_BYTES,
            "from: the documents would have more than {MAX_ANSWER_BYTES} bytes: ask with \
             `named_periods`, or for some of them at a time"
        );
        written.push((draft, text));
    }
    let readable = |(name, text): &(String, String)| (name.clone(), Ok(text.clone()));
    let texts = Texts {
        schedules: written.iter().map(|(it, text)| (it.name.clone(), Ok(text.clone()))).collect(),
        periods: periods.documents.iter().map(readable).collect(),
        ..Texts::default()
    };
    let catalog = Catalog::read(deployment.time_zone.clone(), texts);

    let path = |folder, name: &str| format!("{}/{folder}/{name}", deployment.parameter_path);
    let mut imported = Imported { lost: found.lost.clone(), ..Imported::default() };
    imported.lost.extend(drafts.iter().flat_map(|draft| draft.lost.clone()));
    imported.lost.extend(periods.lost);
    if !request.named_periods {
        imported.lost.extend(unused(&found));
    }
    for (name, text) in periods.documents {
        imported.documents.push(Document { name: path("periods", &name), text });
    }
    for (draft, text) in written {
        let schedule = match checked(&draft.name, &text, &catalog) {
            Ok(schedule) => schedule,
            Err(message) => {
                imported.lost.push(Lost::new(draft.place, Code::TooLong, message));
                continue;
            }
        };
        let name = path("schedules", &draft.name);
        let finding = |code, message| Finding { document: name.clone(), code, message };
        let findings = lint(schedule, &catalog, deployment.interval, deployment.now);
        imported
            .findings
            .extend(large(&text).map(|message| finding("advanced-parameter", message)));
        imported.findings.extend(findings.into_iter().map(|it| finding(it.code, it.message)));
        imported.documents.push(Document { name, text });
    }
    Ok(imported)
}

fn text(draft: &Draft<'_>, shared: &SharedPeriods) -> String {
    let names: Vec<String> =
        (0..draft.periods.len()).map(|index| draft.period_name(index)).collect();
    let periods = draft.periods.iter().zip(&names).map(|(used, name)| {
        // The period of a template has its type in its own document.
        let instance_type = used.instance_type.filter(|_| used.name.is_some());
        match shared.reference(name, instance_type) {
            Some(reference) => Written::Named(reference),
            None => Written::Here { name, instance_type: used.instance_type, period: used.period },
        }
    });
    write::schedule(&draft.found.schedule, &periods.collect::<Vec<_>>())
}

/// The schedule as a run reads it. Its grammar is known to be right, so only its size can be wrong.
fn checked<'a>(name: &str, text: &str, catalog: &'a Catalog) -> Result<&'a Schedule, String> {
    let n_bytes = text.len();
    if n_bytes > MAX_BYTES {
        return Err(format!("the document would have {n_bytes} bytes, more than {MAX_BYTES}"));
    }
    match catalog.follow(name) {
        Ok(Followed::Named(schedule)) => Ok(schedule),
        Ok(_) => Err(format!("`{}` means something else here", quoted(name))),
        Err(err) => Err(format!("{err:#}")),
    }
}

fn large(text: &str) -> Option<String> {
    let n_bytes = text.len();
    let message = format!(
        "it has {n_bytes} bytes, more than {STANDARD_BYTES}: put it with `--tier Advanced`"
    );
    (n_bytes > STANDARD_BYTES).then_some(message)
}

/// Periods that no schedule names, and that have no document either.
fn unused(found: &Found) -> Vec<Lost> {
    let all = found.schedules.iter().flat_map(|it| &it.schedule.periods);
    let used: BTreeSet<&str> = all
        .filter_map(|used| match used {
            Use::Named { name, .. } => Some(name.as_str()),
            Use::Own(_) => None,
        })
        .collect();
    let unused = found.periods.iter().filter(|period| !used.contains(period.name.as_str()));
    unused
        .map(|period| {
            let message = format!(
                "no schedule uses the period `{}`; with `named_periods` it has a document",
                quoted(&period.name)
            );
            Lost::new(&period.place, Code::PeriodUnused, message)
        })
        .collect()
}
