//! What happened when: the plan of each run that did something, and what people did in between.
//! Pure; runs that are alike are told once.

use jiff::{Timestamp, tz::TimeZone};

use super::{
    alike::{Group, grouped, without_numbers},
    story::Deed,
    told::{Line, Run},
};
use crate::demo::{
    paint::{Colour, Paint},
    paragraph::paragraph,
};

/// Where the reason of an action begins: after the time, the verb and the name.
const INDENT: usize = 33;

/// The diary, an entry each, in order of time.
pub(super) fn entries(runs: &[Run], deeds: &[Deed], paint: Paint) -> anyhow::Result<Vec<String>> {
    let busy = runs.iter().filter(|run| !run.actions.is_empty() || !run.failed.is_empty());
    let mut entries: Vec<(Timestamp, String)> = grouped(busy, |run| key(run))
        .iter()
        .map(|group| (group.first.at, entry(group, paint)))
        .collect();
    for deed in deeds {
        let at = deed.time()?;
        entries.push((at, format!("{}  {}", clock(at), paint.paint(Colour::Cyan, deed.told))));
    }
    entries.sort_by_key(|(at, _)| *at);
    Ok(entries.into_iter().map(|(_, entry)| entry).collect())
}

/// `Mon 07:00`, in UTC.
pub(super) fn clock(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%a %H:%M").to_string()
}

fn time_of_day(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%H:%M").to_string()
}

/// Runs are alike if they do the same at the same time of the day. Failures are alike at any time,
/// because they are tried again.
fn key(run: &Run) -> (Option<String>, Vec<(&str, &str, String)>) {
    let time = run.failed.is_empty().then(|| time_of_day(run.at));
    let lines = run.actions.iter().chain(&run.failed);
    let mut lines: Vec<_> = lines
        .map(|Line { change, resource, because }| {
            (change.as_str(), resource.as_str(), without_numbers(because))
        })
        .collect();
    lines.sort();
    (time, lines)
}

fn entry(group: &Group<&Run>, paint: Paint) -> String {
    let run = group.first;
    let others = others(group);
    let n_lines = run.actions.len() + run.failed.len();
    let mut lines = Vec::new();
    for (place, line) in run.actions.iter().chain(&run.failed).enumerate() {
        let time = if place == 0 { clock(run.at) } else { String::new() };
        let Line { change, resource, because } = line;
        let is_failed = place >= run.actions.len();
        let (verb, colour) = match change.split(' ').next().unwrap_or_default() {
            _ if is_failed => ("failed", Colour::Red),
            "start" => ("start", Colour::Green),
            verb => (verb, Colour::Yellow),
        };
        // `start with min=2` does not fit into the column of `start`, so its end comes later.
        let with = change.split_once(' ').map(|(_, with)| format!(" ({with})"));
        let verb = paint.paint(colour, format_args!("{verb:<6}"));
        let reason = format!("{because}{}", with.unwrap_or_default());
        let remark = others.as_deref().filter(|_| place + 1 == n_lines);
        let reason = paragraph(&reason, remark, INDENT, paint);
        lines.push(format!("{time:<9}  {verb}  {resource:<12}  {reason}"));
    }
    lines.join("\n")
}

/// `also Tue Wed` for runs at the same time of other days, else how many there were.
fn others(group: &Group<&Run>) -> Option<String> {
    let time = time_of_day(group.first.at);
    match group.others.as_slice() {
        [] => None,
        others if others.iter().all(|run| time_of_day(run.at) == time) => {
            let days: Vec<String> =
                others.iter().map(|run| clock(run.at)[..3].to_owned()).collect();
            Some(format!("also {}", days.join(" ")))
        }
        [one] => Some(format!("also {}", clock(one.at))),
        [.., last] => {
            let n_others = group.others.len();
            Some(format!("and {n_others} more runs like it, until {}", clock(last.at)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::instance_scheduler::story::DEEDS;

    fn line(change: &str, resource: &str, because: &str) -> Line {
        Line { change: change.into(), resource: resource.into(), because: because.into() }
    }

    fn run(at: &str, actions: Vec<Line>) -> Run {
        Run {
            at: at.parse().unwrap(),
            error: None,
            actions,
            failed: Vec::new(),
            skipped: Vec::new(),
            warnings: Vec::new(),
        }
    }

    #[track_caller]
    fn check(runs: &[Run], expected: &[&str]) {
        let entries = entries(runs, &[], Paint::off()).unwrap();
        assert_eq!(entries.join("\n").lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn the_same_every_morning_is_told_once() {
        let start =
            || vec![line("start", "db", "period office"), line("start", "lab", "period office")];
        check(
            &[
                run("2026-11-23T07:00:00Z", start()),
                run("2026-11-23T07:05:00Z", vec![]),
                run("2026-11-24T07:00:00Z", start()),
                run("2026-11-25T07:00:00Z", start()),
            ],
            &[
                "Mon 07:00  start   db            period office",
                "           start   lab           period office  · also Tue Wed",
            ],
        );
    }

    #[test]
    fn a_failure_and_its_retries_are_told_once() {
        let failing = |at| Run {
            failed: vec![line("", "build", "did not run: no key")],
            ..run(at, vec![line("start", "build", "period office")])
        };
        check(
            &[
                failing("2026-11-23T07:05:00Z"),
                failing("2026-11-23T07:15:00Z"),
                failing("2026-11-24T07:05:00Z"),
            ],
            &[
                "Mon 07:05  start   build         period office",
                "           failed  build         did not run: no key  · and 2 more runs like it, until Tue 07:05",
            ],
        );
    }

    #[test]
    fn the_same_at_another_time_is_told_again() {
        let stop = || vec![line("stop", "db", "outside every period")];
        check(
            &[run("2026-11-23T00:05:00Z", stop()), run("2026-11-23T17:05:00Z", stop())],
            &[
                "Mon 00:05  stop    db            outside every period",
                "Mon 17:05  stop    db            outside every period",
            ],
        );
    }

    #[test]
    fn sizes_stand_after_the_reason() {
        check(
            &[run("2026-11-23T06:00:00Z", vec![line("start with 2/6/3", "web", "period mon-fri")])],
            &["Mon 06:00  start   web           period mon-fri (with 2/6/3)"],
        );
    }

    #[test]
    fn people_stand_between_the_runs() {
        let runs =
            [run("2026-11-25T07:00:00Z", vec![line("stop", "load", "outside every period")])];
        let lines = entries(&runs, &DEEDS[..1], Paint::off()).unwrap();
        assert!(lines[0].starts_with("Tue 21:00  a person tags newyork-load"), "{lines:?}");
        assert_eq!(lines[1], "Wed 07:00  stop    load          outside every period");
    }
}
