//! The demo, as a person sees it without a terminal.

use tests::demo::{self, Paint, Screen};

/// The one slow test of the demo: it lives through the whole week.
#[test]
fn the_demo_tells_a_week_and_ends_well() {
    let mut out = Vec::new();
    demo::run(Some("instance-scheduler"), &mut Screen::new(&mut out, Paint::off())).unwrap();
    let told = String::from_utf8(out).unwrap();

    assert!(!told.contains('\u{1b}'), "an escape code without a terminal:\n{told}");
    let sections = ["The fleet", "The week", "What was done", "What was left alone", "Hours saved"];
    for section in sections {
        assert!(told.lines().any(|line| line.starts_with(section)), "no `{section}`:\n{told}");
    }
    let names = ["berlin-db", "berlin-web", "newyork-dwh", "kolkata-new", "night-batch", "vpn"];
    for name in names {
        // In the fleet and in the timeline.
        let n_lines = told.lines().filter(|line| line.starts_with(name)).count();
        assert!(n_lines >= 2, "{name} is in {n_lines} lines:\n{told}");
    }
    let longest = told.lines().map(|line| line.chars().count()).max().unwrap();
    assert!(longest <= 100, "a line of {longest} characters:\n{told}");
    assert!(told.lines().count() <= 160, "more than four screens:\n{told}");
}
