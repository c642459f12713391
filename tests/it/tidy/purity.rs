//! Plans are pure: no AWS, no clock, no environment, no log, nothing to wait for. Checks `plan` of
//! every function and, in turn, every module of that function that a pure one names.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    check_none,
    files::{self, File},
    source::{code, contains, tokens},
};

/// What makes a module impure, as it is written in code.
const IMPURE: [&[&str]; 16] = [
    &["async"],
    &[".", "await"],
    &["tokio"],
    &["tracing"],
    &["env", "::"],
    &["std", "::", "fs"],
    &["std", "::", "net"],
    &["std", "::", "process"],
    &["std", "::", "thread"],
    &["SystemTime"],
    &["Instant"],
    &["::", "now", "("],
    &["println", "!"],
    &["eprintln", "!"],
    &["aws_config"],
    &["lambda_runtime"],
];

const IMPURE_CRATES: [&str; 2] = ["aws_sdk_", "aws_smithy_"];

#[test]
fn plans_are_pure() {
    check_none(impurities(files::all()));
}

#[test]
fn every_function_has_a_plan() {
    let without_plan = |name: &String| pure_files(files::all(), name).is_empty();
    check_none(files::folders("functions").into_iter().filter(without_plan));
}

fn impurities(files: &[File]) -> Vec<String> {
    let functions: BTreeSet<&str> = files.iter().filter_map(File::function).collect();
    let pure = functions.into_iter().flat_map(|function| pure_files(files, function));
    pure.filter_map(|(file, reason)| {
        let found = impure(&tokens(code(file)));
        let found: Vec<String> = found.into_iter().map(|what| format!("`{what}`")).collect();
        (!found.is_empty()).then(|| format!("{}, {reason}: {}", file.path, found.join(", ")))
    })
    .collect()
}

fn impure(tokens: &[String]) -> BTreeSet<String> {
    let written = IMPURE.iter().filter(|sought| contains(tokens, sought));
    let crates =
        tokens.iter().filter(|token| IMPURE_CRATES.iter().any(|prefix| token.starts_with(prefix)));
    written.map(|sought| sought.concat()).chain(crates.cloned()).collect()
}

/// The files of `plan` and of all that it names, of one function, each with why it must be pure.
fn pure_files<'f>(files: &'f [File], function: &str) -> Vec<(&'f File, String)> {
    let mut modules = BTreeMap::from([("plan".to_owned(), "the plan".to_owned())]);
    loop {
        let pure: Vec<(&File, String)> = files
            .iter()
            .filter_map(|file| Some((file, modules.get(module_of(file, function)?)?.clone())))
            .collect();
        let n_modules = modules.len();
        for (file, _) in &pure {
            for named in named_modules(&tokens(code(file))) {
                modules.entry(named).or_insert_with(|| format!("named in {}", file.path));
            }
        }
        if modules.len() == n_modules {
            return pure;
        }
    }
}

/// The top-level module of a function that a file is, or is in.
fn module_of<'f>(file: &'f File, function: &str) -> Option<&'f str> {
    let path = file.path.strip_prefix("functions/")?.strip_prefix(function)?;
    let module = path.strip_prefix("/src/")?.split('/').next()?;
    Some(module.strip_suffix(".rs").unwrap_or(module))
}

/// The `a` and `b` of `crate::a::x` and `crate::{a::x, b}`.
pub(super) fn named_modules(tokens: &[String]) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for (at, window) in tokens.windows(3).enumerate() {
        if window[0] != "crate" || window[1] != "::" {
            continue;
        }
        if window[2] == "{" {
            named.extend(first_segments(&tokens[at + 3..]));
        } else {
            named.insert(window[2].clone());
        }
    }
    named
}

/// The first segment of each path of a use list, up to its closing brace.
fn first_segments(list: &[String]) -> BTreeSet<String> {
    let mut segments = BTreeSet::new();
    let mut depth = 0;
    let mut is_first = true;
    for token in list {
        match token.as_str() {
            "}" if depth == 0 => break,
            "{" => depth += 1,
            "}" => depth -= 1,
            "," if depth == 0 => is_first = true,
            segment if is_first => {
                segments.insert(segment.to_owned());
                is_first = false;
            }
            _ => (),
        }
    }
    segments
}

#[test]
fn a_plan_that_waits_or_reads_the_clock_is_found() {
    let plan = "pub async fn plan() { g().await; let now = Zoned::now(); }";
    let files = [File::new("functions/a/src/plan.rs", plan)];
    assert_eq!(
        impurities(&files),
        ["functions/a/src/plan.rs, the plan: `.await`, `::now(`, `async`"]
    );
}

#[test]
fn what_a_plan_names_is_found_too() {
    let files = [
        File::new("functions/a/src/plan/mod.rs", "use crate::{tag, zone::{Zone, x}};"),
        File::new("functions/a/src/zone/parse.rs", "use crate::disk::Disk;"),
        File::new("functions/a/src/disk.rs", "use aws_sdk_ebs::Client;"),
        File::new("functions/a/src/apply.rs", "use aws_sdk_ec2::Client;"),
        File::new("functions/b/src/disk.rs", "use aws_sdk_s3::Client;"),
    ];
    assert_eq!(
        impurities(&files),
        ["functions/a/src/disk.rs, named in functions/a/src/zone/parse.rs: `aws_sdk_ebs`"]
    );
}

#[test]
fn a_time_called_now_and_a_test_may_be_what_they_are() {
    let plan =
        "fn plan(now: &Zoned) { now.date() }\n#[cfg(test)]\nmod tests {\nuse std::env::var;\n}";
    assert_eq!(impurities(&[File::new("functions/a/src/plan.rs", plan)]), [""; 0]);
}
