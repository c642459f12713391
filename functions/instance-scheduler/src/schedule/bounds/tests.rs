//! Schedules and calendars at their bounds, and beyond; and the worst of what is within them.

use std::time::{Duration, Instant};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::schedule::calendar::Calendar;
use crate::schedule::{Catalog, Schedule, lint};

/// An unoptimized build on a busy machine is about 20 times as slow as a release on a quiet one,
/// which has 50 ms.
const LONGEST: Duration = Duration::from_secs(1);

fn refusal(text: &str) -> String {
    let err = Schedule::parse(text, &TimeZone::UTC).unwrap_err();
    let err = format!("{err:#}");
    assert_eq!(err.lines().count(), 1);
    err
}

fn listed(item: &str, n: usize) -> String {
    vec![item; n].join(", ")
}

#[test]
fn defect_c2_a_schedule_in_a_tag_has_at_most_eight_periods() {
    let inline = |n: usize| vec!["01:00-02:00"; n].join(" + ");
    assert!(Schedule::parse(&inline(8), &TimeZone::UTC).is_ok());
    assert_eq!(refusal(&inline(9)), "an inline schedule has at most 8 periods; this has 9");
}

#[test]
fn defect_c2_a_document_has_at_most_sixty_four_periods_with_those_of_its_exceptions() {
    let document = |base: usize, exceptional: usize| {
        let exceptional = listed("{weekdays: tue}", exceptional);
        format!(
            "{{periods: [{}], exceptions: [{{dates: 12-25, periods: [{exceptional}]}}]}}",
            listed("{weekdays: mon}", base)
        )
    };
    assert!(Schedule::parse(&document(60, 4), &TimeZone::UTC).is_ok());
    let expected =
        "periods: a document has at most 64 periods, those of exceptions included; this has 65";
    assert_eq!(refusal(&document(60, 5)), expected);
    assert_eq!(refusal(&document(1, 64)), expected);
}

#[test]
fn defect_c2_exceptions_dates_calendars_and_windows_are_bounded() {
    let closed = "{dates: 12-25, mode: closed}";
    assert_eq!(
        refusal(&format!("exceptions: [{}]", listed(closed, 101))),
        "exceptions: a document has at most 100 exceptions; this has 101"
    );
    let dates = listed("12-25", 1001);
    assert_eq!(
        refusal(&format!("exceptions: [{{mode: closed, dates: [{dates}]}}]")),
        "exceptions: a document has at most 1000 dates in its exceptions; this has 1001"
    );
    assert_eq!(
        refusal(&format!("{{override_status: running, calendars: [{}]}}", listed("a", 21))),
        "calendars: a document has at most 20 calendars; this has 21"
    );
    let windows = listed("a", 21);
    assert_eq!(
        refusal(&format!("{{override_status: running, ssm_maintenance_window: [{windows}]}}")),
        "ssm_maintenance_window: a document has at most 20 maintenance windows; this has 21"
    );
}

#[test]
fn defect_c2_names_are_bounded() {
    let long = "é".repeat(201);
    let expected = "a name has at most 200 characters; this has 201";
    for text in [
        format!("{{override_status: running, name: {long}}}"),
        format!("periods: [{{weekdays: mon, name: {long}}}]"),
        format!("periods: [{{weekdays: mon, instance_type: {long}}}]"),
        format!("{{override_status: running, calendars: [{long}]}}"),
        format!("{{override_status: running, ssm_maintenance_window: {long}}}"),
        format!("{{override_status: running, group: {{name: {long}, order: 1}}}}"),
        format!("exceptions: [{{mode: open, calendar: {long}}}]"),
    ] {
        assert!(refusal(&text).ends_with(expected), "{}", refusal(&text));
    }
    let long = "é".repeat(200);
    assert!(
        Schedule::parse(&format!("{{override_status: running, name: {long}}}"), &TimeZone::UTC)
            .is_ok()
    );
}

#[test]
fn defect_m10_a_calendar_has_at_most_a_megabyte_and_five_thousand_events() {
    let event = "BEGIN:VEVENT\nDTSTART:20261225\nEND:VEVENT\n";
    let file = |n: usize| format!("BEGIN:VCALENDAR\n{}END:VCALENDAR\n", event.repeat(n));
    let read = |text: &str| match Calendar::parse(text) {
        Ok(calendar) => format!("{} spans", calendar.spans.len()),
        Err(err) => format!("{err:#}"),
    };
    assert_eq!(read(&file(5000)), "5000 spans");
    assert_eq!(read(&file(5001)), "a calendar has at most 5000 events");
    assert_eq!(read(&format!("[{}]", listed("01-01", 5001))), "it has 5001 dates, more than 5000");
    let long = format!("BEGIN:VCALENDAR\nX:{}\nEND:VCALENDAR", "x".repeat(1 << 20));
    assert_eq!(read(&long), "it has 1048608 bytes, more than 1048576");
}

#[test]
fn defect_m10_a_calendar_of_bad_lines_costs_little_and_names_the_first() {
    let bad = format!("BEGIN:VCALENDAR\n{}END:VCALENDAR\n", "x\n".repeat(200_000));
    let begun = Instant::now();
    let calendar = Calendar::parse(&bad).unwrap();
    assert!(begun.elapsed() < LONGEST * 2, "{:?}", begun.elapsed());
    assert_eq!(calendar.lost.len(), 21);
    assert_eq!(calendar.lost[20], "and 199980 more of these");
    let deep = format!("BEGIN:VCALENDAR\n{}", "BEGIN:VEVENT\n".repeat(1000));
    let err = Calendar::parse(&deep).unwrap_err();
    assert_eq!(err.to_string(), "`BEGIN:VEVENT` is nested too deep");
}

/// Reads and lints a document, and returns how many findings there were.
#[track_caller]
fn costs_little(text: &str) -> usize {
    let now: Timestamp = "2026-06-01T10:00:00Z".parse().unwrap();
    let begun = Instant::now();
    let schedule = Schedule::parse(text, &TimeZone::UTC).unwrap();
    let catalog = Catalog::new(TimeZone::UTC, [], []);
    let findings = lint(&schedule, &catalog, SignedDuration::from_mins(5), now);
    assert!(begun.elapsed() < LONGEST, "{:?}", begun.elapsed());
    findings.len()
}

#[test]
fn defect_c2_the_worst_documents_are_read_and_linted_quickly() {
    let periods = |period: &dyn Fn(usize) -> String| {
        let periods: Vec<String> = (0..64).map(period).collect();
        format!("{{timezone: Europe/Paris, periods: [{}]}}", periods.join(", "))
    };
    // Days that never come; a hole at each of 32 times; pairs that lose a night, and that mask a stop.
    costs_little(&periods(&|_| "{monthdays: '30,31', months: feb, weekdays: '*'}".to_owned()));
    costs_little(&periods(&|n| {
        let (begin, end) = (n * 20, n * 20 + 19);
        let time = |minute: usize| format!("'{:02}:{:02}'", minute / 60, minute % 60);
        format!(
            "{{begintime: {}, endtime: {}, monthdays: '1-{}'}}",
            time(begin),
            time(end),
            1 + n % 31
        )
    }));
    let lost = costs_little(&periods(&|n| match n % 2 {
        0 => "{begintime: '22:00', endtime: '23:59', weekdays: mon-fri}".to_owned(),
        _ => "{begintime: '00:00', endtime: '06:00', weekdays: mon-fri}".to_owned(),
    }));
    assert!(lost <= 33, "{lost} findings");
    costs_little(&periods(&|n| match n % 2 {
        0 => "{begintime: '09:00', endtime: '17:00', monthdays: 30, months: feb}".to_owned(),
        _ => "{endtime: '18:00', months: feb, monthdays: 29, weekdays: mon}".to_owned(),
    }));
    let exceptions: Vec<String> = (0..100)
        .map(|n| format!("{{mode: {}, from: 01-01, to: 12-31}}", ["open", "closed"][n % 2]))
        .collect();
    let overlaps = costs_little(&format!("exceptions: [{}]", exceptions.join(", ")));
    assert_eq!(overlaps, 50);
    costs_little(&format!(
        "exceptions: [{{mode: closed, dates: [{}]}}]",
        listed("01-01..12-31", 1000)
    ));
}
