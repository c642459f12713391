//! What the README and its pages show is what the function does.

use super::*;

const README: &str = include_str!("../../../functions/instance-scheduler/README.md");
const FROM_AWS: &str =
    include_str!("../../../functions/instance-scheduler/FROM-AWS-INSTANCE-SCHEDULER.md");

/// The blocks of a page in one language.
fn blocks<'a>(page: &'a str, language: &str) -> Vec<&'a str> {
    let begin = format!("```{language}\n");
    let blocks = page.split(begin.as_str()).skip(1);
    blocks.map(|block| block.split("\n```").next().unwrap()).collect()
}

#[test]
fn defect_l4_the_example_document_follows_its_periods() {
    let document = blocks(README, "yaml")[0];
    let account = Account::new(MONDAY, |place, now| {
        document_of(place, document, now);
    });
    let explained = |at: &str| {
        let question = json!({ "explain": { "schedule": "example", "at": at } });
        let answer = account.function.invoke(&question).answer().clone();
        answer["because"].as_str().unwrap().to_owned()
    };
    assert_eq!(explained("2026-06-01T10:00:00Z"), "period office");
    assert_eq!(explained("2026-06-01T20:00:00Z"), "outside every period");
    assert_eq!(explained("2026-12-25T10:00:00Z"), "exception closed 2026-12-25 (Christmas)");
}

/// The example, its calendar, and the period that the text below it names.
fn document_of(place: &mut Place, text: &str, now: Timestamp) {
    document(place, "schedules/example", text, now);
    document(place, "calendars/holidays-fr", "[05-01, 07-14]", now);
}

#[test]
fn the_import_on_the_page_has_the_answer_on_the_page() {
    let examples = blocks(FROM_AWS, "json");
    let [event, answer] = examples.as_slice() else { panic!("{examples:?}") };
    let [event, answer]: [Value; 2] =
        [event, answer].map(|text| serde_json::from_str(text).unwrap());
    let account = Account::new(MONDAY, |_, _| ());
    assert_eq!(account.function.invoke(&event).answer(), &answer);
    assert_eq!(account.aws.log().total(), 0);
    assert!(README.contains("(FROM-AWS-INSTANCE-SCHEDULER.md)"));
}
