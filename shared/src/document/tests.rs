//! Documents as people write them, and the errors that they get.

use serde::Deserialize;
use serde_json::json;

use super::*;

#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Policy {
    name: Option<Text>,
    #[serde(default)]
    regions: Texts,
    #[serde(default)]
    rules: Vec<Rule>,
    enforced: Option<Flag>,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    keep: u32,
    unit: Unit,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Unit {
    Day,
    Week,
}

#[track_caller]
fn refuses(text: &str, expected: &str) {
    let refused = parse::<Policy>(text).expect_err("it is wrong");
    assert_eq!(refused.to_string(), expected);
}

#[test]
fn reads_yaml_and_json_alike() {
    let yaml =
        "name: 010\nregions: eu-west-1\nenforced: \"True\"\nrules:\n  - {keep: 7, unit: day}";
    let json = json!({
        "name": "010", "regions": ["eu-west-1"], "enforced": true, "rules": [{"keep": 7, "unit": "day"}],
    });
    let policy: Policy = parse(yaml).unwrap();
    assert_eq!(policy, from_value(&json).unwrap());
    assert_eq!(policy, parse(&json.to_string()).unwrap());
    assert_eq!(policy.name, Some(Text("010".to_owned())));
    assert_eq!(policy.rules, [Rule { keep: 7, unit: Unit::Day }]);
}

#[test]
fn a_field_without_a_value_is_left_out() {
    let policy: Policy = parse("name:\nregions: []").unwrap();
    assert_eq!((policy.name, policy.regions), (None, Texts::default()));
}

#[test]
fn a_mistake_is_named_with_its_line_its_column_and_its_place() {
    refuses("nme: x", "line 1, column 1: nme: unknown field, did you mean `name`?");
    refuses(
        "rules:\n  - {keep: 7, unit: day}\n  - {keep: 7, unti: day}",
        "line 3, column 15: rules[1].unti: unknown field, did you mean `unit`?",
    );
    refuses(
        "rules: [{keep: 7, unit: year}]",
        "line 1, column 25: rules[0].unit: `year` is not one of `day`, `week`",
    );
    refuses("rules: [{keep: 7}]", "line 1, column 10: rules[0].unit: missing");
    refuses("name: a\nname: b", "line 2, column 1: name: given twice");
}

#[test]
fn a_value_of_another_type_is_named_in_plain_words() {
    refuses(
        "regions: {a: b}",
        "line 1, column 10: regions: an object where text or a list is expected",
    );
    refuses("enforced: maybe", "line 1, column 11: enforced: `maybe` is neither true nor false");
    refuses(
        "name: a\n\nenforced: 7",
        "line 3, column 1: enforced: a number where true or false is expected",
    );
    refuses("name: [a]", "line 1, column 7: name: a list or an object where text is expected");
    refuses("rules: week", "line 1, column 8: rules: no list where a list is expected");
    refuses("[]", "line 1, column 1: no object where an object is expected");
}

#[test]
fn a_mistake_in_an_event_has_no_line() {
    let refused = from_value::<Policy>(&json!({"rules": [{"keep": 7, "units": "day"}]}));
    assert_eq!(
        refused.unwrap_err().to_string(),
        "rules[0].units: unknown field, did you mean `unit`?"
    );
}

#[test]
fn what_could_cost_much_is_refused() {
    let deep = format!("{}{}", "[".repeat(40), "]".repeat(40));
    assert_eq!(parse::<Value>(&deep).unwrap_err().what, "nested too deep");
    let alias = parse::<Value>("a: &x 1\nb: *x").unwrap_err();
    assert_eq!(alias.what, "anchors and aliases are not allowed");
    let long = format!("name: {}", "x".repeat(MAX_BYTES));
    assert!(parse::<Policy>(&long).unwrap_err().what.starts_with("it has 65542 bytes"));
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Whole {
    #[serde(rename = "rule")]
    _rule: Option<Rule>,
    #[serde(rename = "flag")]
    _flag: Option<bool>,
    #[serde(rename = "pair")]
    _pair: Option<(u8, u8)>,
}

#[test]
fn defect_l6_no_word_of_a_library_reaches_the_reader() {
    let what = |text: &str| parse::<Whole>(text).unwrap_err().what;
    for (text, expected) in [
        ("a: 1\na: 2", "unknown field"),
        ("flag: true\nflag: true", "given twice"),
        ("---\nflag: no\n---\nflag: no\n", "more than one document"),
        ("7", "no object where an object is expected"),
        ("rule: 7", "no object where an object is expected"),
        ("rule: {keep: x, unit: day}", "not a whole number that fits"),
        ("rule: {keep: -1, unit: day}", "not a whole number that fits"),
        ("flag: maybe", "neither true nor false"),
        ("flag: .nan", "neither true nor false"),
        ("flag: *x", "anchors and aliases are not allowed"),
        ("pair: [1]", "it has too few values, or too many"),
        ("flag: 'x", "a quote has no other half"),
        ("rule: {keep", "a bracket has no other half"),
        ("flag: \"\\q\"", "`\\` stands before a character that cannot follow it"),
        ("flag: @x", "a text that begins so needs quotes"),
        (
            "rule:\n  keep: 1\n  unit: day\n q: d",
            "a field is expected here: look at the indentation",
        ),
        ("flag: !!binary x", "neither true nor false"),
    ] {
        assert_eq!(what(text), expected, "{text:?}");
    }
}

#[test]
fn defect_l6_no_text_brings_the_name_of_a_type_or_an_option() {
    let foreign = [
        "Policy in",
        "Options",
        "from_str",
        "struct ",
        "enum ",
        "u64",
        "u32",
        "f64",
        "elements",
        "policy",
        " at line",
    ];
    let texts = [
        "rules: [\n  a: {",
        "\"a\\nb\": 1",
        "{",
        "'",
        "a: b: c",
        "- a\nb",
        "%x",
        "---\n---\n",
        "*a",
        "}",
        "\t- x",
        "regions: .inf",
        "regions: 1e400",
        "regions: !!int x",
        "regions: !!binary x",
        "name: !!binary x",
        "|",
        "? x",
        "a\0b",
        "name: !!seq [x]",
        "rules: !x [a]",
        "rules: [{keep: [], unit: {}}]",
        "rules: [{keep: 7, unit: [day]}]",
        "<<: {a: 1}",
        "name: &x 1",
        "%YAML 9.0\n---\nname: x",
        "name: >9\n x",
        "name: [",
        "regions: [[x]]",
        "name: {a: b}",
        "{[x]: y}",
    ];
    for text in texts {
        for err in [
            parse::<Policy>(text).err(),
            parse::<Whole>(text).err(),
            parse::<std::collections::BTreeMap<String, f64>>(text).err(),
            parse::<Vec<Unit>>(text).err(),
        ] {
            let err = err.map(|err| err.to_string()).unwrap_or_default();
            let word = foreign.iter().find(|name| err.contains(*name));
            assert_eq!((word, err.lines().count() <= 1), (None, true), "{text:?}: {err}");
        }
    }
}

#[test]
fn an_error_is_one_line_whatever_the_text() {
    for text in
        ["rules: [\n  a: {", "\"a\\nb\": 1", "{", "'", "a: b: c", "- a\nb", "%x", "---\n---\n"]
    {
        let refused = parse::<Policy>(text).unwrap_err().to_string();
        assert_eq!(refused.lines().count(), 1, "{text:?}: {refused:?}");
    }
}
