//! Exports as large as an event, written so as to cost much.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;

/// An unoptimized build on a busy machine is about 20 times as slow as a release on a quiet one,
/// which has 50 ms.
#[track_caller]
fn costs_little(from: &Value) -> Imported {
    assert!(from.to_string().len() < 300_000);
    let begun = Instant::now();
    let imported = imported(from);
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    imported
}

/// So many schedules that use all of 64 periods, each with its own type, on these days.
fn crossed(n_schedules: usize, days: impl Fn(usize) -> Value) -> Value {
    let mut items: Vec<Value> = (0..64)
        .map(|n| {
            let mut period = days(n);
            period["type"] = json!("period");
            period["name"] = json!(format!("p{n}"));
            period["begintime"] = json!("9:00");
            period
        })
        .collect();
    let names: Vec<String> = (0..64).map(|n| format!("p{n}@t{n}")).collect();
    items.extend((0..n_schedules).map(|n| {
        json!({"type": "schedule", "name": format!("s{n}"), "timezone": "UTC", "periods": names})
    }));
    items.into()
}

#[test]
fn many_periods_that_never_begin_together() {
    let plain = crossed(
        62,
        |n| json!({"monthdays": format!("{}", 1 + n % 28), "months": format!("{}", 1 + n % 12)}),
    );
    assert_eq!(costs_little(&plain).documents.len(), 62);
    let odd = crossed(62, |n| match n % 2 {
        0 => json!({"weekdays": "mon#1"}),
        _ => json!({"monthdays": "8-31", "weekdays": "mon"}),
    });
    costs_little(&odd);
    let more = crossed(63, |_| json!({}));
    let err = imported_as(&more, false).unwrap_err();
    assert_eq!(
        err.to_string(),
        "from: at most 4000 periods in all schedules, not 4032: import some at a time"
    );
}

#[test]
fn a_long_period_that_many_use_is_not_written_a_thousand_times() {
    let mut items = vec![
        json!({"type": "period", "name": "p", "weekdays": "mon", "description": "x".repeat(7000)}),
    ];
    items.extend((0..1000).map(|n| {
        json!({"type": "schedule", "name": format!("s{n}"), "timezone": "UTC", "periods": ["p"]})
    }));
    let err = imported_as(&json!(items), false).unwrap_err().to_string();
    assert!(err.starts_with("from: the documents would have more than 4000000 bytes"), "{err}");
    assert_eq!(imported_as(&json!(items), true).unwrap().documents.len(), 1001);
}

#[test]
fn many_names_that_become_alike_and_many_that_are_missing() {
    let alike = |n: usize| {
        let name: String = (0..12).map(|bit| [' ', ':'][n >> bit & 1]).collect();
        json!({"type": "schedule", "name": format!("a{name}b"), "timezone": "UTC",
            "override_status": "running"})
    };
    let imported = costs_little(&(0..2000).map(alike).collect());
    assert_eq!(imported.documents[1999].name, "/caretaker/schedules/a------------b-2000");
    let names: Vec<String> = (0..3_900).map(|n| format!("q{n}")).collect();
    let mut items =
        vec![json!({"type": "schedule", "name": "x", "timezone": "UTC", "periods": names})];
    items.extend(
        (0..1000).map(|n| json!({"type": "period", "name": format!("p{n}"), "weekdays": "1"})),
    );
    assert_eq!(costs_little(&json!(items)).documents, []);
}

#[test]
fn a_text_that_is_nested_or_refers_to_itself_is_refused() {
    let refusal = |text: &str| format!("{:#}", imported_as(&json!(text), false).unwrap_err());
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(refusal(&deep).ends_with("nested too deep"), "{}", refusal(&deep));
    let alias = "a: &a {b: 1}\nc: *a\n";
    assert!(refusal(alias).ends_with("anchors and aliases are not allowed"), "{}", refusal(alias));
    let long = format!("a: {}", "x".repeat(600_000));
    assert_eq!(refusal(&long), "from: it has 600003 bytes, more than 524288");
}

/// Words of exports, and what is none.
fn word() -> impl Strategy<Value = String> {
    let telling = prop::sample::select(vec![
        "",
        "mon-fri",
        "1/15",
        "31W",
        "L",
        "24:00",
        "22:00",
        "6:00",
        "true",
        "office",
        "office@m5",
        "US/Pacific",
        "running",
        "schedule",
        "period",
        "config",
        "{",
        "Items",
        "- a",
        "!Ref x",
        "{{",
        "ignore",
        "\u{feff}",
    ]);
    prop_oneof![telling.prop_map(str::to_owned), ".{0,12}"]
}

fn value() -> impl Strategy<Value = Value> {
    let names = prop::sample::select(vec![
        "S",
        "SS",
        "BOOL",
        "NULL",
        "L",
        "M",
        "Ref",
        "Fn::Sub",
        "Type",
        "Name",
        "type",
        "name",
        "periods",
        "Periods",
        "begintime",
        "EndTime",
        "weekdays",
        "monthdays",
        "timezone",
        "Properties",
        "Items",
        "Item",
        "Resources",
        "Schedules",
        "TemplateBody",
    ]);
    let leaf = prop_oneof![
        word().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        Just(Value::Null),
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(names.clone(), inner, 0..6).prop_map(|fields| fields
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_export_breaks_the_import_and_every_document_can_be_read(
        odd in value(), field in word(), days in word(), time in word(), name in word(), text in "(?s).{0,60}",
    ) {
        let _ = imported_as(&odd, false);
        let _ = imported_as(&json!(odd.to_string()), true);
        let _ = imported_as(&json!(text), false);
        let from = table(
            &json!({"name": name, "timezone": field, "periods": ["hours", field], "description": text}),
            &json!({"begintime": time, "weekdays": days, "monthdays": [days], "description": name}),
        );
        for named_periods in [false, true] {
            let imported = imported_as(&from, named_periods).unwrap();
            for document in imported.documents {
                prop_assert!(!document.text.contains("{{"));
                prop_assert!(shared::document::parse::<Value>(&document.text).is_ok());
            }
        }
    }
}
