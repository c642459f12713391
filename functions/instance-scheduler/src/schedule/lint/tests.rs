//! One schedule with each mistake, and sound ones that look like it; no finding goes unchecked.

use jiff::tz::TimeZone;

use super::*;

/// The findings about a document, as seen on Monday 1 June 2026 by a scheduler that runs every five
/// minutes.
#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let catalog = Catalog::new(TimeZone::UTC, [], [("holidays".to_owned(), "[12-25]".to_owned())]);
    let value = shared::document::parse::<serde_json::Value>(text).unwrap();
    let followed = catalog.given(&value).unwrap();
    let now = "2026-06-01T10:00:00Z".parse().unwrap();
    let findings = lint(followed.schedule().unwrap(), &catalog, SignedDuration::from_mins(5), now);
    let said: Vec<_> = findings.iter().map(|it| format!("{}: {}", it.code, it.message)).collect();
    assert_eq!(said, expected);
}

#[test]
fn a_sound_schedule_has_no_findings() {
    check("mon-fri 08:00-20:00 + sat 10:00-14:00 @Europe/Paris", &[]);
    check("mon-fri 22:00-06:00 @America/New_York", &[]);
    check("always", &[]);
    check("never", &[]);
    check(
        "{periods: [{begintime: '18:00', weekdays: fri}, {endtime: '06:00', weekdays: sat}]}",
        &[],
    );
    check("fri 22:00-23:59 + sat 00:00-06:00", &[]);
    check("{periods: [{weekdays: mon-fri}], calendars: holidays}", &[]);
}

#[test]
fn a_single_period_to_the_last_minute_has_a_hole() {
    check(
        "00:00-23:59",
        &[
            "minute-hole: it stops for one minute at 23:59 on 2026-06-01; `24:00` ends a day without a hole",
        ],
    );
}

#[test]
fn a_pair_on_the_same_days_loses_friday_night() {
    check(
        "mon-fri 22:00-23:59 + mon-fri 00:00-06:00",
        &[
            "lost-night: periods `mon-fri 22:00-23:59` and `mon-fri 00:00-06:00` name the same days, so the night after 2026-06-05, Friday is lost; write it as one period over midnight",
        ],
    );
}

#[test]
fn a_period_shorter_than_the_interval_may_be_missed() {
    check(
        "08:00-08:04 + 12:00-12:05",
        &[
            "short-period: period `08:00-08:04` lasts 4 minutes and the scheduler runs every 5, so a run may miss it",
        ],
    );
}

#[test]
fn hours_that_the_clock_skips_are_named_with_the_date() {
    let gap = "clock-gap: on 2027-03-28 the clock goes from 02:00 to 03:00, so period";
    check("02:00-03:00 @Europe/Paris", &[&format!("{gap} `02:00-03:00` does not run at all")]);
    check(
        "sun 02:30-08:00 @Europe/Paris",
        &[&format!("{gap} `sun 02:30-08:00` begins at 03:00 instead of 02:30")],
    );
    check(
        "sat 22:00-02:15 @Europe/Paris",
        &[&format!("{gap} `sat 22:00-02:15` ends at 03:00 instead of 02:15")],
    );
    check("sun 22:00-02:15 @Europe/Paris", &[]);
    check("02:00-03:00", &[]);
}

#[test]
fn a_one_sided_period_may_keep_another_from_stopping() {
    check(
        "{periods: [{name: day, begintime: '09:00', endtime: '17:00', weekdays: mon}, {name: late, endtime: '18:00', weekdays: mon}]}",
        &[
            "masked-stop: period `late` has one time only and keeps `day` from stopping at 17:00 on 2026-06-01",
        ],
    );
    check(
        "{periods: [{name: start, begintime: '08:00', weekdays: mon-fri}, {name: stop, endtime: '02:00', weekdays: mon-fri}]}",
        &[
            "masked-stop: period `start` has one time only and keeps `stop` from stopping at 02:00 on 2026-06-01",
        ],
    );
    check("08:00-20:00 + -18:00", &[]);
}

#[test]
fn defect_l3_a_period_without_days_after_one_with_days_is_named() {
    let finding = "every-day: period `13:00-18:00` names no days, so it holds on every day, also \
                   where `mon-fri 08:00-12:00` does not; write `mon-sun` if that is meant";
    check("mon-fri 08:00-12:00 + 13:00-18:00", &[finding]);
    check("mon-fri 08:00-12:00 + mon-sun 13:00-18:00", &[]);
    check("13:00-18:00 + mon-fri 08:00-12:00", &[]);
    check("08:00-12:00 + 13:00-18:00", &[]);
    check(
        "{periods: [{name: a, weekdays: mon}, {name: b, months: jun, weekdays: tue}, {name: c, endtime: '18:00'}]}",
        &[
            "every-day: period `c` names no days, so it holds on every day, also where `a` does not; write `mon-sun` if that is meant",
        ],
    );
}

#[test]
fn a_period_that_cannot_run_is_named() {
    check(
        "08:00-08:00",
        &["begin-is-end: period `08:00-08:00` begins and ends at 08:00, so it never runs"],
    );
    check(
        "{periods: [{name: x, monthdays: 31, months: feb}]}",
        &["never-matches: period `x` names days that never come"],
    );
    check(
        "{periods: [{name: x, monthdays: 31W, months: apr}]}",
        &["never-matches: period `x` names days that never come"],
    );
    check("{periods: [{monthdays: 29, months: feb, weekdays: mon}]}", &[]);
}

#[test]
fn dates_that_passed_or_meet_are_named() {
    check(
        "{override_status: running, exceptions: [{name: Christmas, dates: [2025-12-25, 2025-12-26], mode: closed}]}",
        &[
            "exception-passed: all dates of exception `Christmas` have passed, the last on 2025-12-26",
        ],
    );
    check(
        "{override_status: running, exceptions: [{dates: 12-25, mode: closed}, {from: 2026-12-24, to: 2026-12-26, mode: open}], calendars: holidays}",
        &[
            "exception-overlap: exceptions[0] and exceptions[1] both name 2026-12-25; the first listed holds",
        ],
    );
}

#[test]
fn a_calendar_that_nobody_has_is_named() {
    check(
        "{periods: [{weekdays: mon}], calendars: holiday}",
        &["unknown-calendar: unknown calendar `holiday`, did you mean `holidays`?"],
    );
}
