//! A function that is disabled leaves nothing behind, here or in an account that it would look
//! after.

use std::collections::BTreeSet;

use super::*;

/// The switch of each function, and the beginning of its resources' names.
const SWITCHES: [(&str, &str); 2] =
    [("SchedulerEnabled", "InstanceScheduler"), ("RotationEnabled", "SecretRotation")];

/// Everything that a stack is made of.
fn parts(stack: &Stack) -> BTreeSet<String> {
    let outputs = stack.outputs.keys().map(|name| format!("output {name}"));
    let parameters = stack.parameters.keys().map(|name| format!("SSM parameter {name}"));
    stack.resources.iter().cloned().chain(outputs).chain(parameters).collect()
}

/// `EVERYTHING` with these functions only.
fn only(enabled: &[&str]) -> Vec<(&'static str, &'static str)> {
    let switches = SWITCHES
        .map(|(switch, _)| (switch, if enabled.contains(&switch) { "true" } else { "false" }));
    [EVERYTHING, &switches].concat()
}

#[test]
fn a_stack_without_functions_is_empty() {
    assert_eq!(parts(&hub(&only(&[]))), BTreeSet::new());
    assert_eq!(parts(&target(&only(&[]))), BTreeSet::new());
}

#[test]
fn each_function_brings_its_own_and_nothing_of_another() {
    let everything = parts(&hub(EVERYTHING));
    assert!(everything.len() > 20, "{everything:#?}");
    let mut found = BTreeSet::new();
    for (switch, resource) in SWITCHES {
        let stack = hub(&only(&[switch]));
        let functions: Vec<&String> =
            stack.functions.iter().map(|function| &function.logical_id).collect();
        assert_eq!(functions, [resource]);
        for part in parts(&stack) {
            assert!(everything.contains(&part), "{part} is there only without another function");
            assert!(found.insert(part.clone()), "{part} does not go with its function");
        }
        let others = SWITCHES.iter().filter(|(other, _)| *other != switch);
        for (_, other) in others {
            let foreign = stack.resources.iter().find(|name| name.starts_with(other));
            assert_eq!(foreign, None);
        }
    }
    assert_eq!(found, everything, "something is there only with all functions");
}

#[test]
fn in_an_account_that_is_looked_after_only_roles_and_their_policies_are_created() {
    let expected: BTreeSet<String> = [
        "InstanceSchedulerAct",
        "InstanceSchedulerLook",
        "InstanceSchedulerTargetRole",
        "output InstanceSchedulerTargetRole",
    ]
    .map(str::to_owned)
    .into();
    assert_eq!(parts(&target(EVERYTHING)), expected);
    assert_eq!(parts(&target(&only(&["SchedulerEnabled"]))), expected);
    assert_eq!(parts(&target(&only(&["RotationEnabled"]))), BTreeSet::new());
}
