//! No two functions give one variable two meanings: `cargo lambda watch` runs all of them in one
//! environment.

use std::collections::{BTreeMap, BTreeSet};

use tests::template::{Deployment, Stack, Template};

use super::{
    check_none,
    files::{self, File},
    source::{code, literals},
};

/// Where a function reads its variables.
const READERS: [&str; 2] = ["config.rs", "settings.rs"];

/// What is written in capitals in those files and is not a variable.
const NO_VARIABLES: [&str; 1] = ["UTC"];

/// Variables with one meaning and one default, whoever reads them.
const COMMON: [&str; 11] = [
    "REGIONS",
    "ACCOUNTS",
    "ORGANIZATIONAL_UNITS",
    "EXCLUDED_ACCOUNTS",
    "TIME_ZONE",
    "PARAMETER_PATH",
    "EVENT_BUS",
    "ALERT_TOPIC_ARN",
    "DRY_RUN",
    "CLOCK",
    "ATTEMPT_TIMEOUT_MS",
];

/// Those of the SDK mean the same everywhere.
const OF_THE_SDK: &str = "AWS_";

/// The beginning of a function's variables, and those without it, which no other function may have.
struct Own {
    function: &'static str,
    prefix: &'static str,
    others: &'static [&'static str],
}

const OWN: [Own; 2] = [
    Own { function: "instance-scheduler", prefix: "SCHEDULER_", others: &["SCHEDULE_TAG"] },
    Own {
        function: "secret-rotation",
        prefix: "ROTATION_",
        // The names of the AWS samples, and those that are also tags.
        others: &[
            "SECRETS_MANAGER_ENDPOINT",
            "SSL_CA_PEM",
            "STRATEGY",
            "PASSWORD_PROFILE",
            "PASSWORD_LENGTH",
            "EXCLUDE_CHARACTERS",
            "EXCLUDE_NUMBERS",
            "EXCLUDE_PUNCTUATION",
            "EXCLUDE_UPPERCASE",
            "EXCLUDE_LOWERCASE",
            "INCLUDE_SPACE",
            "REQUIRE_EACH_INCLUDED_TYPE",
            "CLONE_SUFFIX",
            "PASSWORD_HASH",
            "TEST_SQL",
            "TEST_URL",
            "TEST_HEADER",
            "DERIVED",
            "PARAMETERS",
        ],
    },
];

/// By function: what its sources read.
type Read = BTreeMap<String, BTreeSet<String>>;

#[test]
fn every_variable_is_common_or_of_one_function() {
    let read = read(files::all());
    assert!(read.values().map(BTreeSet::len).sum::<usize>() > 25, "{read:#?}");
    check_none(unowned(&read, &OWN));
    check_none(owned_twice(&OWN));
}

#[test]
fn the_template_sets_only_what_is_read_and_the_same_for_all() {
    let stack = Template::of_workspace().unwrap().deploy(&Deployment::default()).unwrap();
    check_none(unread(&stack, &read(files::all())));
    check_none(ambiguous(&stack));
}

fn read(files: &[File]) -> Read {
    let mut read = Read::new();
    for file in files.iter().filter(|file| READERS.contains(&file.name())) {
        let Some(function) = file.function() else { continue };
        let names = literals(code(file)).into_iter().filter(|text| is_variable(text));
        read.entry(function.to_owned()).or_default().extend(names);
    }
    read
}

fn is_variable(text: &str) -> bool {
    let is_legal = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    text.len() > 2 && text.bytes().all(is_legal) && !NO_VARIABLES.contains(&text)
}

fn is_common(variable: &str) -> bool {
    COMMON.contains(&variable) || variable.starts_with(OF_THE_SDK)
}

/// Variables that are neither common nor the function's own.
fn unowned(read: &Read, own: &[Own]) -> Vec<String> {
    let mut found = Vec::new();
    for (function, variables) in read {
        let own = own.iter().find(|own| own.function == function);
        let is_own = |name: &str| {
            own.is_some_and(|own| name.starts_with(own.prefix) || own.others.contains(&name))
        };
        let foreign = variables.iter().filter(|name| !is_common(name) && !is_own(name));
        found.extend(
            foreign.map(|name| format!("`{function}` reads `{name}`, which is not its own")),
        );
    }
    found
}

/// Variables that would belong to two functions, or to one and to all.
fn owned_twice(own: &[Own]) -> Vec<String> {
    let names = own.iter().flat_map(|own| own.others.iter().map(move |name| (own.function, *name)));
    let twice = names.filter(|(function, name)| {
        let others = own.iter().filter(|other| other.function != *function);
        let mut others = others.filter(|o| name.starts_with(o.prefix) || o.others.contains(name));
        is_common(name) || others.next().is_some()
    });
    twice.map(|(function, name)| format!("`{name}` is not of `{function}` alone")).collect()
}

/// Variables that the template sets and no source reads. Common ones may be read in `shared`.
fn unread(stack: &Stack, read: &Read) -> Vec<String> {
    let set = stack.functions.iter().flat_map(|function| {
        function.variables.keys().map(move |variable| (&function.name, variable))
    });
    set.filter(|(function, variable)| {
        let is_read = read.get(*function).is_some_and(|names| names.contains(*variable));
        !is_read && !is_common(variable)
    })
    .map(|(function, variable)| format!("the template sets `{variable}`, unknown to `{function}`"))
    .collect()
}

/// Variables that the template sets differently in two functions.
fn ambiguous(stack: &Stack) -> Vec<String> {
    let mut values: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, value) in stack.functions.iter().flat_map(|function| &function.variables) {
        values.entry(name).or_default().insert(value);
    }
    values.retain(|_, values| values.len() > 1);
    values.into_iter().map(|(name, values)| format!("`{name}` is one of {values:?}")).collect()
}

#[test]
fn a_variable_of_another_or_of_nobody_is_found() {
    let file = |function: &str, text: &str| {
        File::new(&format!("functions/{function}/src/config.rs"), text)
    };
    let sound = file("a", "f(\"A_SIZE\", \"REGIONS\", \"OLD\", \"not one\", \"AWS_REGION\")");
    let own = |others| Own { function: "a", prefix: "A_", others };
    assert_eq!(unowned(&read(&[sound]), &[own(&["OLD"])]), [""; 0]);
    let bad = [file("a", "f(\"B_SIZE\", \"SERVICES\")"), file("b", "f(\"A_SIZE\")")];
    assert_eq!(
        unowned(&read(&bad), &[own(&[])]),
        [
            "`a` reads `B_SIZE`, which is not its own",
            "`a` reads `SERVICES`, which is not its own",
            "`b` reads `A_SIZE`, which is not its own",
        ]
    );
    let b = Own { function: "b", prefix: "B_", others: &["A_SIZE", "OLD", "REGIONS", "NEW"] };
    assert_eq!(
        owned_twice(&[own(&["OLD"]), b]),
        [
            "`OLD` is not of `a` alone",
            "`A_SIZE` is not of `b` alone",
            "`OLD` is not of `b` alone",
            "`REGIONS` is not of `b` alone",
        ]
    );
}

#[test]
fn a_variable_that_the_template_sets_for_nothing_or_in_two_ways_is_found() {
    let template = "
Resources:
  A:
    Type: AWS::Serverless::Function
    Properties: {Environment: {Variables: {EVENT_BUS: default, A_SIZE: 1, A_SISE: 1}}}
  B:
    Type: AWS::Serverless::Function
    Properties: {Environment: {Variables: {EVENT_BUS: other}}}
";
    let stack = Template::parse(template).unwrap().deploy(&Deployment::default()).unwrap();
    let read = Read::from([("a".to_owned(), BTreeSet::from(["A_SIZE".to_owned()]))]);
    assert_eq!(unread(&stack, &read), ["the template sets `A_SISE`, unknown to `a`"]);
    assert_eq!(ambiguous(&stack), ["`EVENT_BUS` is one of {\"default\", \"other\"}"]);
}
