//! Documents as people write them, and the errors that they get; no evaluation beyond one glance.

use jiff::SignedDuration;
use jiff::civil::date;

use super::*;
use crate::schedule::evaluate::Situation;
use crate::schedule::exception::Mode;
use crate::schedule::state::State;
use crate::schedule::window::Window;

impl Schedule {
    /// Reads a text as where no periods have names.
    pub(in crate::schedule) fn parse(text: &str, zone: &TimeZone) -> anyhow::Result<Self> {
        parse(text, Around { zone, periods: &NamedPeriods::default() })
    }

    pub(in crate::schedule) fn read(value: &Value, zone: &TimeZone) -> anyhow::Result<Self> {
        read(value, Around { zone, periods: &NamedPeriods::default() })
    }
}

#[track_caller]
fn refuses(text: &str, expected: &str) {
    // As part of an event, where a mistake has a place but no line.
    let value: Value = document::parse(text).unwrap();
    let err = Schedule::read(&value, &TimeZone::UTC).unwrap_err();
    assert_eq!(format!("{err:#}"), expected);
}

#[test]
fn reads_every_field_from_yaml() {
    let text = r#"
        name: office
        description: the office in Paris
        timezone: Europe/Paris
        periods:
          - { name: day, begintime: 08:00, endtime: "20:00", weekdays: mon-fri, instance_type: m5.large }
          - { monthdays: [1, 15, L], months: 1 }
        exceptions:
          - { dates: 2026-12-24, mode: closed, name: Christmas Eve }
          - { from: 12-27, to: 01-02, periods: [{ begintime: 10:00, endtime: 12:00 }] }
          - { calendar: releases, mode: open }
        calendars: holidays
        stop_new_instances: false
        enforced: "True"
        ssm_maintenance_window: [patch, reboot]
        use_maintenance_window: no
        grace: 1h
        group: { name: shop, order: 2 }
    "#;
    let schedule = Schedule::parse(text, &TimeZone::UTC).unwrap();
    assert_eq!(schedule.timezone.iana_name(), Some("Europe/Paris"));
    assert_eq!(schedule.periods[0].instance_type.as_deref(), Some("m5.large"));
    assert_eq!(schedule.periods[1].name, "2");
    assert!(schedule.periods[1].days.contains(date(2027, 1, 31)));
    assert_eq!(schedule.exceptions.len(), 4);
    assert!(matches!(&schedule.exceptions[1].mode, Mode::Periods(periods) if periods.len() == 1));
    assert_eq!(schedule.calendars().collect::<Vec<_>>(), ["releases", "holidays"]);
    assert!(schedule.enforced && !schedule.stop_new_instances && !schedule.use_maintenance_window);
    assert_eq!(schedule.ssm_maintenance_windows, ["patch", "reboot"]);
    assert_eq!(schedule.grace, SignedDuration::from_hours(1));
    assert_eq!(schedule.group, Some(Group { name: "shop".to_owned(), order: 2 }));
}

#[test]
fn a_document_may_have_nothing_but_windows() {
    for text in
        ["ssm_maintenance_window: ' patch, reboot,'", "ssm_maintenance_window: [patch, reboot]"]
    {
        let schedule = Schedule::parse(text, &TimeZone::UTC).unwrap();
        assert_eq!(schedule.ssm_maintenance_windows, ["patch", "reboot"]);
        let now = "2026-06-01T10:00:00Z".parse().unwrap();
        let outside = Situation::of(&schedule).evaluate(now);
        assert_eq!(outside.because.to_string(), "outside every period");
        let windows = &[Window::ssm("2026-06-01T09:00:00Z", &TimeZone::UTC, 2, 5).unwrap()];
        let inside = Situation { windows, ..Situation::of(&schedule) }.evaluate(now);
        assert_eq!(inside.state, State::Running);
    }
    refuses("ssm_maintenance_window: ' , '", "periods: missing");
}

#[test]
fn reads_the_names_that_cloudformation_gives_the_fields() {
    let text = r#"{"Timezone": "UTC", "RetainRunning": "true", "OverrideStatus": "stopped",
        "Periods": [{"BeginTime": "9:00", "EndTime": "17:00", "WeekDays": "Mon-Fri"}]}"#;
    let schedule = Schedule::parse(text, &TimeZone::UTC).unwrap();
    assert!(schedule.retain_running);
    let verdict = Situation::of(&schedule).evaluate("2026-06-01T10:00:00Z".parse().unwrap());
    assert_eq!(verdict.because.to_string(), "override_status stopped");
}

#[test]
fn a_missing_zone_is_the_default_one() {
    let paris = TimeZone::get("Europe/Paris").unwrap();
    assert_eq!(Schedule::parse("periods: [{weekdays: mon}]", &paris).unwrap().timezone, paris);
}

#[test]
fn a_document_may_be_an_inline_schedule() {
    let schedule = Schedule::parse("mon-fri 08:00-20:00 @Europe/Paris", &TimeZone::UTC).unwrap();
    assert_eq!(schedule.periods[0].name, "mon-fri 08:00-20:00");
}

#[test]
fn an_error_names_its_place() {
    refuses("perods: []", "perods: unknown field, did you mean `periods`?");
    refuses(
        "periods: [{weekdays: mon}, {weekday: tue}]",
        "periods[1].weekday: unknown field, did you mean `weekdays`?",
    );
    refuses(
        "periods: [{weekdays: mon}, {weekdays: mon-frog}]",
        "periods[1].weekdays: `frog` is not a weekday",
    );
    refuses(
        "periods: [{monthdays: [1, 32]}]",
        "periods[0].monthdays: `32` is not a day of the month",
    );
    refuses(
        "periods: [{begintime: '24:00'}]",
        "periods[0].begintime: `24:00` can only end a period",
    );
    refuses("periods: [{endtime: '8'}]", "periods[0].endtime: `8` is not a time such as `08:00`");
    refuses(
        "periods: [{name: x}]",
        "periods[0]: needs one of `begintime`, `endtime`, `weekdays`, `monthdays`, `months`",
    );
    refuses("periods: [office]", "periods[0]: unknown period `office`");
    refuses("periods: 'night, office'", "periods[0]: unknown period `night`");
    refuses("periods: {weekdays: mon}", "periods: an object where a list or names is expected");
    refuses("timezone: UTC", "periods: missing");
    refuses(
        "{timezone: Europe/Pariss, periods: [{months: 1}]}",
        "timezone: `Europe/Pariss` is not a time zone, did you mean `Europe/Paris`?",
    );
    refuses(
        "{enforced: maybe, periods: [{months: 1}]}",
        "enforced: `maybe` is neither true nor false",
    );
    refuses(
        "{grace: soon, override_status: running}",
        "grace: `soon` is not a duration such as `15m` or `PT1H`",
    );
    refuses("override_status: up", "override_status: `up` is neither `running` nor `stopped`");
    refuses("{group: {name: a}, override_status: running}", "group.order: missing");
    refuses("[]", "a list where an object is expected");
}

#[test]
fn an_error_in_an_exception_names_its_place() {
    refuses(
        "exceptions: [{mode: closed}]",
        "exceptions[0].dates: give one of `dates`, `from` with `to`, `calendar`",
    );
    refuses(
        "exceptions: [{mode: shut, dates: 12-25}]",
        "exceptions[0].mode: `shut` is not `closed`, `open` or `periods`",
    );
    refuses(
        "exceptions: [{dates: 12-25}]",
        "exceptions[0].mode: missing; `closed`, `open` or `periods`",
    );
    refuses(
        "exceptions: [{mode: open, dates: [12-25, 13-01]}]",
        "exceptions[0].dates[1]: `13-01` is not a date such as `2026-12-25` or `12-25`",
    );
    refuses(
        "exceptions: [{mode: open, from: 12-25}]",
        "exceptions[0].to: `from` and `to` go together",
    );
    refuses(
        "exceptions: [{mode: periods, dates: 12-25}]",
        "exceptions[0].periods: missing with mode `periods`",
    );
    refuses(
        "exceptions: [{dates: 12-25, periods: [{begintime: x}]}]",
        "exceptions[0].periods[0].begintime: `x` is not a time such as `08:00`",
    );
}

#[test]
fn broken_yaml_is_one_line_of_error() {
    let err = Schedule::parse("periods: [\n  a: {", &TimeZone::UTC).unwrap_err();
    assert_eq!(format!("{err:#}").lines().count(), 1);
}

#[test]
fn defect_l6_a_number_with_a_leading_zero_is_itself() {
    for text in [
        "periods: [{monthdays: 010}]",
        "periods: [{monthdays: [010]}]",
        "periods: [{monthdays: '010'}]",
    ] {
        let schedule = Schedule::parse(text, &TimeZone::UTC).unwrap();
        assert!(schedule.periods[0].days.contains(date(2026, 6, 10)), "{text}");
        assert!(!schedule.periods[0].days.contains(date(2026, 6, 8)), "{text}");
    }
    refuses("periods: [{monthdays: 1.5}]", "periods[0].monthdays: `1.5` is not a day of the month");
}
