//! What the runs left alone and what they complained of, each reason once. Pure.

use super::{
    alike::{Group, grouped, without_numbers},
    diary::clock,
    told::{Line, Run},
};
use crate::demo::{
    paint::{Colour, Paint},
    paragraph::paragraph,
};

/// Where a reason begins: after the name.
const INDENT: usize = 14;

/// What was skipped and why, with how often.
pub(super) fn skipped(runs: &[Run], paint: Paint) -> Vec<String> {
    let lines = grouped(runs.iter().flat_map(|run| of(run, &run.skipped)), key);
    lines.iter().map(|group| line(group, Colour::Dim, paint)).collect()
}

/// What a person has to see: failures, which fail the run, then warnings.
pub(super) fn problems(runs: &[Run], paint: Paint) -> Vec<String> {
    let failed = grouped(runs.iter().flat_map(|run| of(run, &run.failed)), key);
    let warnings = grouped(runs.iter().flat_map(|run| of(run, &run.warnings)), key);
    let failed = failed.iter().map(|group| line(group, Colour::Red, paint));
    failed.chain(warnings.iter().map(|group| line(group, Colour::Yellow, paint))).collect()
}

/// A line of a run, and the run.
type Said<'a> = (&'a Run, &'a Line);

fn of<'a>(run: &'a Run, lines: &'a [Line]) -> impl Iterator<Item = Said<'a>> {
    lines.iter().map(move |line| (run, line))
}

/// `next try at 09:35` and `next try at 10:15` are the same news.
fn key((_, line): &Said<'_>) -> (String, String) {
    (line.resource.clone(), without_numbers(&line.because))
}

fn line(group: &Group<Said<'_>>, colour: Colour, paint: Paint) -> String {
    let (run, Line { change: _, resource, because }) = group.first;
    let times = match group.len() {
        1 => clock(run.at),
        n => format!("{} runs from {}", thousands(n), clock(run.at)),
    };
    let resource = paint.paint(colour, format_args!("{resource:<12}"));
    format!("{resource}  {}", paragraph(because, Some(&times), INDENT, paint))
}

/// `2,016`
pub(super) fn thousands(n: usize) -> String {
    let digits = n.to_string();
    let mut result = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            result.push(',');
        }
        result.push(digit);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(at: &str, skipped: &[(&str, &str)]) -> Run {
        let line = |&(resource, because): &(&str, &str)| Line {
            change: String::new(),
            resource: resource.to_owned(),
            because: because.to_owned(),
        };
        Run {
            at: at.parse().unwrap(),
            error: None,
            actions: Vec::new(),
            failed: Vec::new(),
            skipped: skipped.iter().map(line).collect(),
            warnings: Vec::new(),
        }
    }

    #[test]
    fn each_reason_is_told_once_with_how_often() {
        let runs = [
            run("2026-11-23T07:00:00Z", &[("dc", "tagged `ignore`"), ("app", "waits for db")]),
            run("2026-11-23T07:05:00Z", &[("dc", "tagged `ignore`")]),
        ];
        assert_eq!(
            skipped(&runs, Paint::off()),
            [
                "dc            tagged `ignore`  · 2 runs from Mon 07:00",
                "app           waits for db  · Mon 07:00",
            ]
        );
    }

    #[test]
    fn failures_come_before_warnings() {
        let mut run = run("2026-11-23T07:00:00Z", &[]);
        let line = |text: &str| Line {
            change: String::new(),
            resource: "web".to_owned(),
            because: text.to_owned(),
        };
        run.warnings.push(line("misspelled"));
        run.failed.push(line("did not run"));
        assert_eq!(
            problems(&[run], Paint::off()),
            ["web           did not run  · Mon 07:00", "web           misspelled  · Mon 07:00"]
        );
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!([0, 999, 2_016, 1_000_000].map(thousands), ["0", "999", "2,016", "1,000,000"]);
    }
}
