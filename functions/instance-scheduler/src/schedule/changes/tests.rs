//! Since and next in plain cases and at the ends of time; `properties` has the odd ones.

use jiff::tz::TimeZone;

use super::*;
use crate::schedule::definition::Schedule;
use crate::schedule::overrides::Override;

fn parse(text: &str) -> Schedule {
    Schedule::parse(text, &TimeZone::UTC).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Since when, and what comes next.
#[track_caller]
fn check(schedule: &str, overridden: Option<&str>, now: &str, expected: &str) {
    let schedule = parse(schedule);
    let overridden = overridden.map(|text| Override::parse(text, &TimeZone::UTC).unwrap());
    let overridden = overridden.as_ref();
    let situation = Situation { schedule: &schedule, overridden, windows: &[] };
    let since = situation.since(at(now)).map_or("ever".to_owned(), |since| since.to_string());
    let next = situation.next(at(now)).map_or("for ever".to_owned(), |next| {
        format!("{} at {}, {}", next.state, next.at, next.because)
    });
    assert_eq!(format!("{since}; {next}"), expected);
}

#[test]
fn a_stretch_over_the_weekend_is_found_whole() {
    check(
        "mon-fri 08:00-20:00 @Europe/Paris",
        None,
        "2026-06-06T12:00:00.75Z",
        "2026-06-05T18:00:00Z; running at 2026-06-08T06:00:00Z, period mon-fri 08:00-20:00",
    );
}

#[test]
fn what_never_changes_has_neither_start_nor_end() {
    for text in ["always", "never", "00:00-24:00", "override_status: running"] {
        check(text, None, "2026-06-06T12:00:00Z", "ever; for ever");
    }
    check(
        "periods: [{monthdays: 31, months: feb}]",
        None,
        "2026-06-06T12:00:00Z",
        "ever; for ever",
    );
}

#[test]
fn a_leap_day_on_a_monday_is_found_decades_away() {
    let text = "periods: [{name: leap, monthdays: 29, months: feb, weekdays: mon}]";
    check(
        text,
        None,
        "2072-03-01T00:00:00Z",
        "2072-03-01T00:00:00Z; running at 2112-02-29T00:00:00Z, period leap",
    );
}

#[test]
fn defect_c2_what_never_changes_is_told_by_its_rules() {
    let all_day =
        "periods: [{begintime: '00:00', endtime: '12:00'}, {begintime: '12:00', endtime: '24:00'}]";
    let bridged = "{timezone: Europe/Paris, periods: [{endtime: '11:59', begintime: '00:00'}, {begintime: '12:00', endtime: '24:00'}]}";
    let by_month = "periods: [{months: jan-jun}, {months: jul-dec}]";
    let exceptions = "{periods: [{weekdays: mon-sun}], exceptions: [{dates: [12-24..12-26, 2030-01-01], mode: open}]}";
    for text in ["mon-sun 00:00-24:00", "mon + tue-sun", all_day, bridged, by_month, exceptions] {
        check(text, None, "2026-06-06T12:00:00Z", "ever; for ever");
    }
}

#[test]
fn defect_c2_a_change_far_away_is_still_found() {
    let text = "{periods: [{weekdays: mon-sun}], exceptions: [{dates: 2060-03-01, mode: closed}]}";
    check(
        text,
        None,
        "2026-06-06T12:00:00Z",
        "ever; stopped at 2060-03-01T00:00:00Z, exception closed 2060-03-01",
    );
    check(text, None, "2070-06-06T12:00:00Z", "2060-03-02T00:00:00Z; for ever");
    // Where the clock skips an hour, the minute between two periods is no minute any more.
    check(
        "{timezone: Europe/Paris, periods: [{begintime: '03:00', endtime: '24:00'}, {begintime: '00:00', endtime: '02:58'}, {begintime: '02:59', endtime: '03:00'}]}",
        None,
        "2026-01-06T12:00:00Z",
        "ever; for ever",
    );
}

#[test]
fn defect_l15_a_night_before_a_skipped_date_lasts_until_the_morning_after() {
    // Samoa went from Thursday the 29th of December 2011 to Saturday the 31st.
    let night = "thu 22:00-06:00 @Pacific/Apia";
    check(
        night,
        None,
        "2011-12-30T12:00:00Z",
        "2011-12-30T08:00:00Z; stopped at 2011-12-30T16:00:00Z, outside every period",
    );
    check(
        "fri 22:00-06:00 @Pacific/Apia",
        None,
        "2011-12-30T12:00:00Z",
        "2011-12-24T16:00:00Z; running at 2012-01-06T08:00:00Z, period fri 22:00-06:00",
    );
}

#[test]
fn an_override_has_an_end_but_no_beginning() {
    let office = "mon-fri 09:00-17:00";
    let running = Some("running until 2026-06-01T21:00Z");
    check(
        office,
        running,
        "2026-06-01T18:00:00Z",
        "ever; stopped at 2026-06-01T21:00:00Z, outside every period",
    );
    check(
        office,
        running,
        "2026-06-01T21:00:00Z",
        "2026-06-01T21:00:00Z; running at 2026-06-02T09:00:00Z, period mon-fri 09:00-17:00",
    );
    // At its end the schedule says the same, so nothing changes before the evening.
    check(
        office,
        Some("running until 2026-06-02T12:00Z"),
        "2026-06-02T10:00:00Z",
        "ever; stopped at 2026-06-02T17:00:00Z, outside every period",
    );
    check(office, Some("ignore"), "2026-06-02T10:00:00Z", "ever; for ever");
    check(
        "always",
        Some("stopped until 2026-06-02"),
        "2026-06-03T10:00:00Z",
        "2026-06-02T00:00:00Z; for ever",
    );
}

#[test]
fn a_gap_across_a_change_of_half_a_minute_is_bridged_in_part() {
    // Monrovia went from 23:59:59 to 00:44:30 on 7 January 1972, so 90 seconds lie between these
    // two periods: a minute before and a minute after both run for the 30 seconds in the middle.
    let text = "{timezone: Africa/Monrovia, periods: [
        {name: a, begintime: '20:00', endtime: '23:59'}, {name: b, begintime: '00:45', endtime: '06:00'}]}";
    let schedule = parse(text);
    let changes =
        Situation::of(&schedule).changes(at("1972-01-07T00:30:00Z"), at("1972-01-07T01:00:00Z"));
    let changes: Vec<_> = changes.iter().map(|it| format!("{} {}", it.at, it.state)).collect();
    assert_eq!(
        changes,
        [
            "1972-01-07T00:43:30Z stopped",
            "1972-01-07T00:44:00Z running",
            "1972-01-07T00:44:30Z stopped",
            "1972-01-07T00:45:00Z running",
        ]
    );
}

#[test]
fn the_ends_of_time_are_no_trouble() {
    for schedule in
        ["mon-fri 08:00-20:00 @Pacific/Auckland", "22:00-06:00 @Pacific/Midway", "always"]
    {
        let schedule = parse(schedule);
        let weekly = super::super::Window::rds("sun:05:00-sun:06:00").unwrap().unwrap();
        let situation = Situation { schedule: &schedule, overridden: None, windows: &[weekly] };
        for at in [Timestamp::MIN, Timestamp::MAX, Timestamp::UNIX_EPOCH] {
            let (since, next) = (situation.since(at), situation.next(at));
            assert!(since.is_none_or(|since| since <= at) && next.is_none_or(|next| next.at > at));
        }
    }
}
