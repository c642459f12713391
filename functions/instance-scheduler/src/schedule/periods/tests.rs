//! Periods by name: found, misspelled, broken, and with an instance type.

use jiff::tz::TimeZone;

use crate::schedule::{Catalog, Followed, Texts};

fn texts(pairs: &[(&str, &str)]) -> Vec<(String, Result<String, String>)> {
    pairs.iter().map(|(name, text)| ((*name).to_owned(), Ok((*text).to_owned()))).collect()
}

fn catalog(schedules: &[(&str, &str)]) -> Catalog {
    let mut periods = texts(&[
        ("office", "{name: x, begintime: '9:00', endtime: '17:00', weekdays: [mon-fri]}"),
        ("first", "monthdays: 1\ninstance_type: m5.large"),
        ("typo", "weekday: mon"),
        ("late", "{begintime: '24:00'}"),
    ]);
    periods.push(("secret".to_owned(), Err("ssm:GetParameter failed".to_owned())));
    let texts = Texts { schedules: texts(schedules), periods, ..Texts::default() };
    Catalog::read(TimeZone::UTC, texts)
}

/// The periods of a document, or why it is broken.
#[track_caller]
fn check(document: &str, expected: &str) {
    let catalog = catalog(&[("it", document)]);
    let said = match catalog.follow("it") {
        Ok(Followed::Named(schedule)) => {
            let said = schedule.periods.iter().map(|period| {
                format!("{} {}", period.name, period.instance_type.as_deref().unwrap_or("-"))
            });
            said.collect::<Vec<_>>().join(", ")
        }
        Ok(other) => format!("{other:?}"),
        Err(err) => format!("{err:#}"),
    };
    assert_eq!(said, expected);
}

#[test]
fn a_name_stands_for_the_period_of_its_document() {
    check("periods: [office, {weekdays: sun}, first]", "office -, 2 -, first m5.large");
    check("periods: office", "office -");
    check("periods: ' office , first'", "office -, first m5.large");
    check("periods: [office@t3.nano, first@t3.micro]", "office t3.nano, first t3.micro");
    check("exceptions: [{dates: 12-25, periods: [office]}]", "");
}

#[test]
fn an_unknown_or_broken_one_breaks_the_schedule_by_name() {
    check(
        "periods: [first, ofice]",
        "schedule `it` is broken: periods[1]: unknown period `ofice`, did you mean `office`?",
    );
    check(
        "periods: typo",
        "schedule `it` is broken: periods[0]: period `typo` is broken: line 1, column 1: weekday: \
         unknown field, did you mean `weekdays`?",
    );
    check(
        "periods: [late]",
        "schedule `it` is broken: periods[0]: period `late` is broken: begintime: `24:00` can only \
         end a period",
    );
    check(
        "periods: [secret]",
        "schedule `it` is broken: periods[0]: period `secret` is broken: ssm:GetParameter failed",
    );
    check(
        "exceptions: [{dates: 12-25, periods: [nigth]}]",
        "schedule `it` is broken: exceptions[0].periods[0]: unknown period `nigth`",
    );
}

#[test]
fn it_breaks_no_other_schedule_and_is_a_problem_even_where_nobody_names_it() {
    let catalog = catalog(&[("good", "periods: office"), ("bad", "periods: ofice")]);
    assert!(catalog.follow("good").is_ok());
    assert_eq!(
        catalog.problems(),
        [
            "period `late` is broken: begintime: `24:00` can only end a period",
            "period `secret` is broken: ssm:GetParameter failed",
            "period `typo` is broken: line 1, column 1: weekday: unknown field, did you mean \
             `weekdays`?",
            "schedule `bad` is broken: periods[0]: unknown period `ofice`, did you mean `office`?",
        ]
    );
}
