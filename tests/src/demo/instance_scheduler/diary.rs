//! What happened when: the plan of each run that did something, and what people did in between.
//! Pure; runs that are alike are told once.

use jiff::{Timestamp, tz::TimeZone};

use super::{
    alike::{Group, grouped},
    story::Deed,
    told::{Line, Run},
};
use crate::demo::paint::{Colour, Paint};

/// The diary, a line each, in order of time.
pub(super) fn lines(runs: &[Run], deeds: &[Deed], paint: Paint) -> anyhow::Result<Vec<String>> {
    let busy = runs.iter().filter(|run| !run.actions.is_empty() || !run.failed.is_empty());
    let mut entries: Vec<(Timestamp, Vec<String>)> = grouped(busy, |run| describe(run))
        .iter()
        .map(|group| (group.first.at, entry(group, paint)))
        .collect();
    for deed in deeds {
        let at = deed.time()?;
        let text = paint.paint(Colour::Cyan, deed.told);
        entries.push((at, vec![format!("{}  {text}", clock(at))]));
    }
    entries.sort_by_key(|(at, _)| *at);
    Ok(entries.into_iter().flat_map(|(_, lines)| lines).collect())
}

/// `Mon 07:00`, in UTC.
pub(super) fn clock(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%a %H:%M").to_string()
}

fn describe(run: &Run) -> String {
    let mut lines: Vec<String> = run.actions.iter().chain(&run.failed).map(plain).collect();
    lines.sort();
    lines.join("\n")
}

fn plain(Line { change, resource, because }: &Line) -> String {
    format!("{change} {resource}: {because}")
}

fn entry(group: &Group<&Run>, paint: Paint) -> Vec<String> {
    let run = group.first;
    let failed = run.failed.iter().map(|line| {
        let text =
            paint.paint(Colour::Red, format_args!("{:<12}  {}", line.resource, line.because));
        format!("{}  {text}", paint.paint(Colour::Red, "failed"))
    });
    let actions = run.actions.iter().map(|Line { change, resource, because }| {
        let colour = if change.starts_with("start") { Colour::Green } else { Colour::Yellow };
        // `start with 2/6/3` does not fit into the column of `start`, so its end comes later.
        let (verb, with) = change
            .split_once(' ')
            .map_or((change.as_str(), String::new()), |(verb, with)| (verb, format!(" ({with})")));
        let verb = paint.paint(colour, format_args!("{verb:<6}"));
        format!("{verb}  {resource:<12}  {because}{with}")
    });
    let mut lines: Vec<String> = actions.chain(failed).collect();
    if let (Some(last), Some(others)) = (lines.last_mut(), others(group)) {
        last.push_str(&paint.paint(Colour::Dim, format_args!("  · {others}")));
    }
    for (place, line) in lines.iter_mut().enumerate() {
        let time = if place == 0 { clock(run.at) } else { String::new() };
        *line = format!("{time:<9}  {line}");
    }
    lines
}

/// `also Tue Wed` for runs at the same time of other days, else how many there were.
fn others(group: &Group<&Run>) -> Option<String> {
    let time = |run: &Run| clock(run.at).split_off(4);
    match group.others.as_slice() {
        [] => None,
        others if others.iter().all(|run| time(run) == time(group.first)) => {
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
        assert_eq!(lines(runs, &[], Paint::off()).unwrap(), expected);
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
        let lines = lines(&runs, &super::super::story::DEEDS[..1], Paint::off()).unwrap();
        assert!(lines[0].starts_with("Tue 21:00  a person tags newyork-load"), "{lines:?}");
        assert_eq!(lines[1], "Wed 07:00  stop    load          outside every period");
    }
}
