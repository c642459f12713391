//! Properties that hold for every schedule, zone and year: the seeker of changes agrees with the
//! evaluator asked minute by minute, and no text makes a parser panic.

use std::str::FromStr as _;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::calendar::Calendar;
use super::recurrence;
use super::{Catalog, Override, Schedule, Situation, State, Window, overrides};

/// Zones whose clocks do everything that clocks have done: whole and half hours, gaps and repeats
/// at midnight and across it, a skipped date, offsets with seconds.
const ZONES: &[&str] = &[
    "UTC",
    "Europe/Paris",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "America/Havana",
    "America/St_Johns",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "Africa/Casablanca",
    "Europe/Dublin",
    "Africa/Monrovia",
    "Etc/GMT+12",
];

/// Days around which something happened to one of those clocks, and ordinary ones.
const DAYS: &[&str] = &[
    "2026-03-08",
    "2026-11-01",
    "2026-03-29",
    "2026-10-25",
    "2026-04-05",
    "2026-10-04",
    "2018-11-04",
    "2018-02-18",
    "2011-12-30",
    "2006-10-29",
    "2006-04-02",
    "2026-02-15",
    "1972-01-07",
    "2028-02-29",
    "2026-12-31",
    "2026-06-05",
    "2100-02-28",
];

fn zone() -> impl Strategy<Value = &'static str> {
    prop::sample::select(ZONES)
}

/// The seconds of an instant that steps of half a minute hit.
const WHOLE: &[i64] = &[0, 30];
const ODD: &[i64] = &[0, 0, 30, 59];

/// An instant within a day or so of one of the days, at one of these seconds of a minute.
fn instant(seconds: &'static [i64]) -> impl Strategy<Value = Timestamp> {
    (prop::sample::select(DAYS), -36 * 60..36 * 60_i64, prop::sample::select(seconds)).prop_map(
        |(day, minutes, seconds)| {
            let day: Timestamp = format!("{day}T00:00:00Z").parse().unwrap();
            day + SignedDuration::from_secs(minutes * 60 + seconds)
        },
    )
}

/// Times at which clocks change are as likely as all others together.
fn clock_time() -> impl Strategy<Value = String> {
    let telling = prop::sample::select(vec![
        "0:00", "00:01", "00:30", "01:00", "01:59", "02:00", "02:30", "03:00", "00:45", "23:00",
        "23:01", "23:58", "23:59",
    ]);
    prop_oneof![
        telling.prop_map(str::to_owned),
        (0..24, 0..60).prop_map(|(hour, minute)| format!("{hour:02}:{minute:02}")),
    ]
}

fn period() -> impl Strategy<Value = String> {
    let time = || prop::option::weighted(0.8, clock_time());
    let days = prop::sample::select(vec![
        "",
        "weekdays: mon-fri",
        "weekdays: sat-sun",
        "weekdays: 'sun#1,sunL'",
        "weekdays: fri",
        "monthdays: '1,15,L'",
        "monthdays: 1W",
        "monthdays: '28-L'",
        "months: oct-mar",
        "weekdays: '*'",
    ]);
    (time(), time(), days).prop_map(|(begin, end, days)| {
        let begin = begin.map(|time| format!("begintime: '{time}'"));
        let end = end.map(|time| format!("endtime: '{time}'"));
        let days =
            if begin.is_none() && end.is_none() && days.is_empty() { "months: '*'" } else { days };
        let fields = [begin.as_deref(), end.as_deref(), Some(days).filter(|it| !it.is_empty())];
        format!("{{{}}}", fields.into_iter().flatten().collect::<Vec<_>>().join(", "))
    })
}

fn exception() -> impl Strategy<Value = String> {
    let dates = prop_oneof![
        prop::sample::select(DAYS).prop_map(|day| format!("dates: {day}")),
        prop::sample::select(DAYS).prop_map(|day| format!("dates: {}", &day[5..])),
        Just("from: 10-24, to: 04-06".to_owned()),
    ];
    let mode = prop_oneof![
        Just("mode: closed".to_owned()),
        Just("mode: open".to_owned()),
        period().prop_map(|period| format!("mode: periods, periods: [{period}]")),
    ];
    (dates, mode).prop_map(|(dates, mode)| format!("{{{dates}, {mode}}}"))
}

fn schedule() -> impl Strategy<Value = Schedule> {
    let periods = prop::collection::vec(period(), 1..4);
    let exceptions = prop::collection::vec(exception(), 0..3);
    (zone(), periods, exceptions).prop_map(|(zone, periods, exceptions)| {
        let text = format!(
            "{{timezone: {zone}, periods: [{}], exceptions: [{}]}}",
            periods.join(", "),
            exceptions.join(", ")
        );
        Schedule::parse(&text, &TimeZone::UTC).unwrap()
    })
}

fn overridden(seconds: &'static [i64]) -> impl Strategy<Value = Option<Override>> {
    let asks = prop::sample::select(vec!["running", "stopped", "ignore"]);
    let until = instant(seconds).prop_map(|until| until.to_string());
    let overridden = (asks, until)
        .prop_map(|(asks, until)| Override::of(asks, Some(&until), &TimeZone::UTC).unwrap());
    prop::option::weighted(0.3, overridden)
}

fn windows(seconds: &'static [i64]) -> impl Strategy<Value = Vec<Window>> {
    let weekly = prop::sample::select(vec!["sun:23:45-mon:00:15", "sat:05:00-sat:05:30"])
        .prop_map(|text| Window::rds(text).unwrap().unwrap());
    let once = instant(seconds)
        .prop_map(|next| Window::ssm(&next.to_string(), &TimeZone::UTC, 2, 5).unwrap());
    prop::collection::vec(prop_oneof![weekly, once], 0..2)
}

const MINUTE: SignedDuration = SignedDuration::from_mins(1);
const HALF_MINUTE: SignedDuration = SignedDuration::from_secs(30);

/// The state at every minute for `minutes` minutes: what the seeker must agree with. Offsets with
/// seconds move edges off the minute, so half minutes are asked, too.
fn steps(situation: &Situation<'_>, from: Timestamp, minutes: i32) -> Vec<(Timestamp, State)> {
    let halves = (0..minutes * 2).map(|half| from + HALF_MINUTE * half);
    halves.map(|at| (at, situation.evaluate(at).state)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_change_is_found_where_stepping_finds_it(
        schedule in schedule(), overridden in overridden(WHOLE), windows in windows(WHOLE), from in instant(WHOLE),
    ) {
        let situation = Situation { schedule: &schedule, overridden: overridden.as_ref(), windows: &windows };
        let steps = steps(&situation, from, 2 * 24 * 60);
        let to = steps.last().unwrap().0;
        let running = steps.iter().filter(|(at, state)| *at < to && *state == State::Running);
        let seconds = super::forecast(&situation, from, to).running_hours * 3600.0;
        prop_assert_eq!(SignedDuration::from_secs_f64(seconds.round()), HALF_MINUTE * i32::try_from(running.count()).unwrap());
        let changes = situation.changes(from, to);
        let mut state = steps[0].1;
        let mut found = changes.iter().peekable();
        for pair in steps.windows(2) {
            let (before, (at, expected)) = (pair[0].0, pair[1]);
            while let Some(change) = found.next_if(|change| change.at <= at) {
                prop_assert!(change.at > before && change.state != state);
                state = change.state;
                let just_before = change.at - SignedDuration::from_secs(1);
                prop_assert_ne!(situation.evaluate(just_before).state, change.state);
            }
            prop_assert_eq!(state, expected, "at {}", at);
        }
        prop_assert!(found.next().is_none());
    }

    #[test]
    fn next_and_since_are_the_ends_of_the_present_stretch(
        schedule in schedule(), overridden in overridden(ODD), windows in windows(ODD), at in instant(ODD),
    ) {
        let situation = Situation { schedule: &schedule, overridden: overridden.as_ref(), windows: &windows };
        let state = situation.evaluate(at).state;
        let reach = MINUTE * (2 * 24 * 60);
        let expected = situation.changes(at, at + reach).into_iter().next();
        let next = situation.next(at);
        prop_assert_eq!(next.clone().filter(|next| next.at <= at + reach), expected);
        if let Some(next) = next {
            prop_assert_ne!(next.state, state);
            prop_assert_eq!(situation.evaluate(next.at - SignedDuration::from_secs(1)).state, state);
        }
        let expected = situation.changes(at - reach, at).into_iter().next_back().map(|it| it.at);
        let since = situation.since(at);
        prop_assert_eq!(since.filter(|since| *since > at - reach), expected);
        if let Some(since) = since {
            prop_assert_eq!(situation.evaluate(since).state, state);
            prop_assert_ne!(situation.evaluate(since - SignedDuration::from_secs(1)).state, state);
        }
    }

    #[test]
    fn no_text_makes_a_parser_panic(text in "[ -~\n]{0,60}", tail in "[a-zA-Z0-9:+@/,#. -]{0,40}") {
        for text in [text, tail.clone(), format!("mon {tail}"), format!("until {tail}")] {
            let _ = Schedule::parse(&text, &TimeZone::UTC);
            let _ = Schedule::parse(&format!("periods: [{{weekdays: '{text}'}}]"), &TimeZone::UTC);
            let _ = Calendar::parse(&text);
            let _ = Calendar::parse(&format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261225\n{text}\nEND:VEVENT\nEND:VCALENDAR"));
            let _ = Override::parse(&text, &TimeZone::UTC);
            let _ = overrides::instant(&text, &TimeZone::UTC);
            let _ = Window::rds(&text);
            let _ = Catalog::new(TimeZone::UTC, [], []).follow(&text);
        }
    }

    #[test]
    fn no_recurrence_makes_a_parser_panic_or_loop(text in "[a-z0-9,/#*?LW -]{0,24}") {
        let _ = recurrence::Weekdays::from_str(&text);
        let _ = recurrence::Monthdays::from_str(&text);
        let _ = recurrence::Months::from_str(&text);
    }
}
