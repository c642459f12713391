//! Calendar files as calendar programs write them; no schedule ever reads them here.

use jiff::civil::date;

use super::*;

fn file(events: &[&str]) -> String {
    let event = |lines: &&str| format!("BEGIN:VEVENT\r\n{lines}\r\nEND:VEVENT\r\n");
    let events: String = events.iter().map(event).collect();
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n")
}

/// One event: its dates and name, or the warning about it.
#[track_caller]
fn check(lines: &str, expected: &str) {
    let calendar = parse(&file(&[lines])).unwrap();
    let mut said: Vec<String> = calendar
        .spans
        .iter()
        .map(|entry| format!("{} {}", entry.span, entry.name.as_deref().unwrap_or("-")))
        .collect();
    said.extend(calendar.lost.into_texts());
    said.extend(calendar.passed.into_texts());
    assert_eq!(said.join("; "), expected);
}

#[test]
fn the_end_date_is_excluded() {
    check("DTSTART;VALUE=DATE:20261225\r\nSUMMARY:Christmas", "2026-12-25 Christmas");
    check("DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261227", "2026-12-24..2026-12-26 -");
    check("DTSTART;VALUE=DATE:20261224\nDURATION:P1W", "2026-12-24..2026-12-30 -");
}

#[test]
fn midnights_of_any_zone_are_whole_days() {
    check(
        "DTSTART;TZID=\"Paris: summer\":20261225T000000\nDTEND;TZID=x:20261226T000000",
        "2026-12-25 -",
    );
    check(
        "SUMMARY:stand-up\nDTSTART:20261225T090000Z\nDTEND:20261225T093000Z",
        "event `stand-up`: it does not cover whole days; the event is not used; \
         the file has no usable event",
    );
}

#[test]
fn a_folded_line_is_one_line_and_an_alarm_is_no_event() {
    check(
        "DTSTART;VALUE=DA\r\n TE:20261225\r\nSUMMARY:Christ\r\n\tmas\\, first day\r\n\
         BEGIN:VALARM\r\nDTSTART:20270101\r\nEND:VALARM",
        "2026-12-25 Christmas, first day",
    );
}

#[test]
fn a_yearly_event_recurs_from_its_first_year_to_its_last() {
    let recurring = |rule: &str| {
        let calendar = parse(&file(&[&format!("DTSTART:20250501\nRRULE:{rule}")])).unwrap();
        assert_eq!(calendar.passed.into_texts(), Vec::<String>::new());
        let span = calendar.spans[0].span;
        [2024, 2025, 2026, 2027, 2099].map(|year| span.contains(date(year, 5, 1)))
    };
    assert_eq!(recurring("FREQ=YEARLY"), [false, true, true, true, true]);
    assert_eq!(recurring("FREQ=YEARLY;COUNT=2"), [false, true, true, false, false]);
    assert_eq!(recurring("FREQ=YEARLY;UNTIL=20260501"), [false, true, true, false, false]);
    assert_eq!(recurring("FREQ=YEARLY;UNTIL=20270430T220000Z"), [false, true, true, false, false]);
    assert_eq!(
        recurring("FREQ=YEARLY;INTERVAL=1;BYMONTH=5;BYMONTHDAY=1"),
        [false, true, true, true, true]
    );
}

#[test]
fn what_is_not_understood_is_named() {
    check(
        "DTSTART:20261126\nSUMMARY:Thanksgiving\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
        "2026-11-26 Thanksgiving; event `Thanksgiving`: `RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH` is \
         not understood; only 2026-11-26 is used",
    );
    check(
        "DTSTART:20261126\nUID:7\nEXDATE:20271126",
        "event `7`: `EXDATE` is not understood; the event is not used; the file has no usable event",
    );
    check(
        "DTSTART:2026\nUID:7",
        "event `7`: `2026` is not a date; the event is not used; the file has no usable event",
    );
    check(
        "DTSTART:20261126\nDTEND:20261126\nUID:7",
        "event `7`: it ends before it begins; the event is not used; the file has no usable event",
    );
    check("DTSTART:20261225\nnonsense", "2026-12-25 -; line `nonsense` is not understood");
    check("DTSTART:20261225\nSTATUS:CANCELLED", "the file has no usable event");
}

#[test]
fn a_truncated_file_is_an_error() {
    let text = file(&["DTSTART:20261225"]).replace("END:VCALENDAR", "");
    assert_eq!(parse(&text).unwrap_err().to_string(), "the file ends inside `VCALENDAR`");
    assert!(is_ical("\u{feff}begin:vcalendar\n") && !is_ical("[2026-12-25]") && !is_ical("é"));
}
