//! The demo, as a person sees it without a terminal.

use tests::{
    demo::{self, Paint, Screen},
    servers::{self, Engine, Options},
};

/// It lives through the whole week.
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

/// It rotates users of a real server, and judges itself that no login failed.
#[test]
fn the_demo_rotates_a_real_user_and_ends_well() {
    // The demo would say how to get one, and fail.
    let Some(_) = servers::require(Engine::Postgres(16), Options::default()) else { return };
    let mut out = Vec::new();
    demo::run(Some("secret-rotation"), &mut Screen::new(&mut out, Paint::off())).unwrap();
    let told = String::from_utf8(out).unwrap();

    assert!(!told.contains('\u{1b}'), "an escape code without a terminal:\n{told}");
    for step in ["createSecret", "setSecret", "testSecret", "finishSecret"] {
        // Both rotations that are shown step by step, and the one that fails at first.
        let n_lines = told.lines().filter(|line| line.starts_with(step)).count();
        assert!(n_lines >= 3, "{step} is in {n_lines} lines:\n{told}");
    }
    for said in [
        "E_ADMIN_SECRET",
        "statements: 0 hits",
        "answers: 0 hits",
        "rotations, 0 refused",
        "one user",
    ] {
        assert!(told.contains(said), "no `{said}`:\n{told}");
    }
    assert!(told.contains("SCRAM-SHA-256$4096:"), "no verifier:\n{told}");
    let longest = told.lines().map(|line| line.chars().count()).max().unwrap();
    assert!(longest <= 84, "a line of {longest} characters:\n{told}");
    assert!(told.lines().count() <= 140, "more than four screens:\n{told}");
}
