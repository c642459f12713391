//! Alarms have one form: they go to the topic of the stack and back, and see one set of dimensions.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::{Value, json};

use super::*;

/// Alarms by name, as they are written.
fn alarms(template: &Value) -> BTreeMap<&str, &Value> {
    let resources = template["Resources"].as_object().unwrap();
    let alarms = resources.iter().filter(|(_, one)| one["Type"] == "AWS::CloudWatch::Alarm");
    alarms.map(|(name, alarm)| (name.as_str(), alarm)).collect()
}

/// What is wrong with an alarm.
fn malformed(name: &str, alarm: &Value) -> Vec<String> {
    let properties = &alarm["Properties"];
    let told = json!({ "Fn::If": [
        "HasAlertTopic", [{ "Ref": "AlertTopicArn" }], { "Ref": "AWS::NoValue" },
    ] });
    // Too little is seen by what is missing, too much is not.
    let missing = match properties["ComparisonOperator"].as_str() {
        Some("LessThanThreshold") => "breaching",
        _ => "notBreaching",
    };
    let is_of_aws =
        properties["Namespace"].as_str().is_some_and(|namespace| namespace.starts_with("AWS/"));
    let description = properties["AlarmDescription"].as_str().unwrap_or_default();
    let rules = [
        (alarm["Condition"].is_string(), "is there without its function"),
        (properties["AlarmActions"] == told, "does not go to the topic"),
        (properties["OKActions"] == told, "does not come back from the topic"),
        (properties["TreatMissingData"] == missing, "takes missing data for something else"),
        (properties["EvaluationPeriods"] == json!(1), "waits for a second period"),
        // Those of the functions are emitted without dimensions for their alarm.
        (properties["Dimensions"].is_array() == is_of_aws, "looks at other dimensions"),
        (description.ends_with('.'), "does not say what happened"),
    ];
    let broken = rules.iter().filter(|(holds, _)| !holds);
    broken.map(|(_, what)| format!("`{name}` {what}")).collect()
}

#[test]
fn every_alarm_has_the_one_form() {
    let alarms = alarms(Template::of_workspace().unwrap().as_value());
    assert!(alarms.len() > 7, "{:?}", alarms.keys());
    let findings: Vec<String> =
        alarms.iter().flat_map(|(name, alarm)| malformed(name, alarm)).collect();
    assert_eq!(findings, [""; 0]);
}

/// An alarm on a metric that no function emits would never ring.
#[test]
fn the_metric_of_every_alarm_is_emitted() {
    let functions = hub(EVERYTHING).functions;
    let mut n_found = 0;
    for (name, alarm) in alarms(Template::of_workspace().unwrap().as_value()) {
        let namespace = alarm["Properties"]["Namespace"].as_str().unwrap();
        let Some(resource) = namespace.strip_prefix("Caretaker/") else { continue };
        let function = functions.iter().find(|function| function.logical_id == resource);
        let function = function.unwrap_or_else(|| panic!("`{name}` looks at no function"));
        let sources = sources(&function.name);
        for literal in [namespace, alarm["Properties"]["MetricName"].as_str().unwrap()] {
            assert!(sources.contains(&format!("\"{literal}\"")), "`{name}`: no `{literal}`");
            n_found += 1;
        }
    }
    assert!(n_found > 2, "{n_found}");
}

fn sources(function: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../functions").join(function);
    let mut folders = vec![folder.join("src")];
    let mut sources = String::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                sources.push_str(&fs::read_to_string(path).unwrap());
            }
        }
    }
    sources
}

#[test]
fn defect_h7_an_alarm_looks_at_problems() {
    let alarms = alarms(Template::of_workspace().unwrap().as_value());
    let properties = &alarms["InstanceSchedulerHasProblems"]["Properties"];
    assert_eq!(properties["Namespace"], "Caretaker/InstanceScheduler");
    assert_eq!(properties["MetricName"], "Problems");
    // Of several targets and runs in a period, one is enough.
    assert_eq!(properties["Statistic"], "Maximum");
    assert_eq!(properties["Threshold"], json!(1));
}

#[test]
fn an_alarm_of_another_form_is_found() {
    let alarm = json!({ "Properties": {
        "Namespace": "Caretaker/A",
        "Dimensions": [],
        "ComparisonOperator": "LessThanThreshold",
        "TreatMissingData": "notBreaching",
        "AlarmDescription": "It rings",
    } });
    assert_eq!(malformed("A", &alarm).len(), 7);
}
