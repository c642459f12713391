//! Plans are pure: no AWS, no clock, no environment, no log, nothing to wait for. Checks `plan` of
//! every function and, in turn, every module of that function that a pure one names.

use std::collections::BTreeSet;

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
    pure.flat_map(|file| {
        let tokens = tokens(code(file));
        impure(&tokens).into_iter().map(|what| format!("{}: `{what}`", file.path))
    })
    .collect()
}

fn impure(tokens: &[String]) -> Vec<String> {
    let written = IMPURE.iter().filter(|sought| contains(tokens, sought));
    let crates =
        tokens.iter().filter(|token| IMPURE_CRATES.iter().any(|prefix| token.starts_with(prefix)));
    written.map(|sought| sought.concat()).chain(crates.cloned()).collect()
}

/// The files of `plan` and of all that it names, of one function.
fn pure_files<'f>(files: &'f [File], function: &str) -> Vec<&'f File> {
    let mut modules = BTreeSet::from(["plan".to_owned()]);
    loop {
        let pure: Vec<&File> =
            files.iter().filter(|file| is_of(file, function, &modules)).collect();
        let named: BTreeSet<String> =
            pure.iter().flat_map(|file| named_modules(&tokens(code(file)))).collect();
        if named.is_subset(&modules) {
            return pure;
        }
        modules.extend(named);
    }
}

/// Whether a file is, or is in, one of these modules of a function.
fn is_of(file: &File, function: &str, modules: &BTreeSet<String>) -> bool {
    let Some(path) = file.path.strip_prefix(&format!("functions/{function}/src/")) else {
        return false;
    };
    let module = path.split('/').next().unwrap_or(path);
    modules.contains(module.strip_suffix(".rs").unwrap_or(module))
}

/// The `a` and `b` of `crate::a::x` and `crate::{a::x, b}`.
fn named_modules(tokens: &[String]) -> BTreeSet<String> {
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
    let expected = ["`async`", "`.await`", "`::now(`"];
    assert_eq!(impurities(&files), expected.map(|what| format!("functions/a/src/plan.rs: {what}")));
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
    assert_eq!(impurities(&files), ["functions/a/src/disk.rs: `aws_sdk_ebs`"]);
}

#[test]
fn a_time_called_now_and_a_test_may_be_what_they_are() {
    let plan =
        "fn plan(now: &Zoned) { now.date() }\n#[cfg(test)]\nmod tests {\nuse std::env::var;\n}";
    assert_eq!(impurities(&[File::new("functions/a/src/plan.rs", plan)]), [""; 0]);
}
