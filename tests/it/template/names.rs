//! A parameter that all functions share has a bare name, one of a single function its prefix, so
//! that a parameter says whose it is.

use std::collections::BTreeSet;

use serde_json::Value;

use super::*;

/// The parameters of all functions.
const COMMON: [&str; 16] = [
    "Regions",
    "Accounts",
    "OrganizationalUnits",
    "ExcludedAccounts",
    "OrganizationId",
    "HubAccount",
    "HubStack",
    "EventBus",
    "AlertTopicArn",
    "DryRun",
    "LogRetentionDays",
    "ParameterPath",
    "TimeZone",
    "Timeout",
    "Architecture",
    "Tracing",
];

/// The prefix of each function's parameters.
const PREFIXES: [(&str, &str); 2] =
    [("InstanceScheduler", "Scheduler"), ("SecretRotation", "Rotation")];

/// What every function has, after its prefix.
const OF_EACH: [&str; 2] = ["Enabled", "MemorySize"];

fn parameters(template: &Value) -> BTreeSet<&str> {
    template["Parameters"].as_object().unwrap().keys().map(String::as_str).collect()
}

/// Parameters that are neither common nor of one function, and those that a function lacks.
fn misnamed(parameters: &BTreeSet<&str>, functions: &[&str]) -> Vec<String> {
    let prefixes = PREFIXES.iter().map(|(_, prefix)| prefix);
    let is_named = |name: &str| {
        COMMON.contains(&name)
            || prefixes.clone().any(|prefix| {
                let rest = name.strip_prefix(prefix).unwrap_or_default();
                rest.starts_with(|first: char| first.is_ascii_uppercase())
            })
    };
    let strange = parameters.iter().filter(|name| !is_named(name));
    let strange = strange.map(|name| format!("`{name}` does not say whose it is"));
    let missing = functions.iter().flat_map(|function| {
        let prefix = PREFIXES.iter().find(|(of, _)| of == function).map(|(_, prefix)| prefix);
        OF_EACH.map(|name| match prefix {
            None => format!("`{function}` has no prefix"),
            Some(prefix) => format!("{prefix}{name}"),
        })
    });
    strange.chain(missing.filter(|name| !parameters.contains(name.as_str()))).collect()
}

#[test]
fn a_parameter_says_whose_it_is() {
    let template = Template::of_workspace().unwrap();
    let parameters = parameters(template.as_value());
    let stack = hub(&[]);
    let functions: Vec<&str> =
        stack.functions.iter().map(|function| function.logical_id.as_str()).collect();
    assert_eq!(misnamed(&parameters, &functions), [""; 0]);
    let unused: Vec<&str> = COMMON.into_iter().filter(|name| !parameters.contains(name)).collect();
    assert_eq!(unused, [""; 0]);
}

/// The console shows what is in no group last and without a heading.
#[test]
fn every_parameter_is_in_one_group() {
    let template = Template::of_workspace().unwrap();
    let interface = &template.as_value()["Metadata"]["AWS::CloudFormation::Interface"];
    let groups = interface["ParameterGroups"].as_array().unwrap();
    let grouped = groups.iter().flat_map(|group| group["Parameters"].as_array().unwrap());
    let mut grouped: Vec<&str> = grouped.map(|name| name.as_str().unwrap()).collect();
    grouped.sort_unstable();
    assert_eq!(grouped, Vec::from_iter(parameters(template.as_value())));
}

#[test]
fn a_parameter_of_nobody_is_found() {
    let sound = ["Regions", "SchedulerTag", "SchedulerEnabled", "SchedulerMemorySize"];
    assert_eq!(misnamed(&sound.into(), &["InstanceScheduler"]), [""; 0]);
    assert_eq!(
        misnamed(&["RoleName", "Schedulers", "RotationEnabled"].into(), &["SecretRotation"]),
        [
            "`RoleName` does not say whose it is",
            "`Schedulers` does not say whose it is",
            "RotationMemorySize",
        ]
    );
    let found = misnamed(&BTreeSet::new(), &["FleetReport"]);
    assert_eq!(found, ["`FleetReport` has no prefix"; 2]);
}
