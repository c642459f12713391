//! What must not be written, and what must be written only once or only in one form.

use std::collections::BTreeMap;

use super::{
    check_none,
    files::{self, File},
    source::{code, contains, tests, tokens},
};

/// Beginnings of paths that exist on one machine only, cut in two so that this file is clean.
const MACHINE_PATHS: [(&str, &str); 4] =
    [("/wo", "rk/"), ("/ro", "ot/"), ("/ho", "me/"), ("/Us", "ers/")];

/// Where requests and variables are parsed: `dry_run` passes through there, and decides nothing.
const PARSERS: [&str; 2] = ["config.rs", "event.rs"];

#[test]
fn every_call_says_what_it_was_for() {
    let sources = files::rust().filter(|file| file.function().is_some());
    check_none(sources.flat_map(|file| unnamed_calls(&file.path, &tokens(code(file)))));
}

#[test]
fn a_dry_run_is_decided_in_one_place() {
    check_none(dry_run_decisions(files::all()));
}

#[test]
fn tests_are_sentences() {
    check_none(files::rust().flat_map(|file| badly_named_tests(&file.path, &tokens(&file.text))));
}

#[test]
fn tests_never_sleep() {
    check_none(files::rust().filter_map(|file| sleeping(&file.path, &tokens(tests(file)))));
}

#[test]
fn no_file_knows_a_machine() {
    check_none(files::all().iter().flat_map(machine_paths));
}

/// Calls whose failure would not say which operation failed. The pages of a paginator are drained
/// by a function that takes the name.
fn unnamed_calls(path: &str, tokens: &[String]) -> Vec<String> {
    let named = [".", "await", ".", "during", "("];
    let sends =
        (0..tokens.len()).filter(|&at| tokens[at..].starts_with_all(&[".", "send", "(", ")"]));
    sends
        .filter(|&at| !tokens[at + 4..].starts_with_all(&named))
        .filter(|&at| {
            let statement = tokens[..at]
                .rsplit(|token| [";", "{", "}"].contains(&token.as_str()))
                .next()
                .unwrap_or_default();
            !contains(statement, &["into_paginator"])
        })
        .map(|_| format!("{path}: `.send()` without `.await.during(..)`"))
        .collect()
}

/// Functions with more than one condition on `dry_run`.
fn dry_run_decisions(files: &[File]) -> Vec<String> {
    let mut decisions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for file in files.iter().filter(|file| file.is_rust()) {
        let Some(function) = file.function() else { continue };
        if !PARSERS.contains(&file.name()) {
            let n_decisions = conditions_on(&tokens(code(file)), "dry_run");
            let places = decisions.entry(function).or_default();
            places.extend(std::iter::repeat_n(file.path.as_str(), n_decisions));
        }
    }
    decisions.retain(|_, places| places.len() > 1);
    decisions
        .into_iter()
        .map(|(function, places)| {
            format!("`{function}` decides on `dry_run` more than once: {}", places.join(", "))
        })
        .collect()
}

/// How many conditions of `if`, `while` and `match` have this word.
fn conditions_on(tokens: &[String], word: &str) -> usize {
    let keywords =
        (0..tokens.len()).filter(|&at| ["if", "while", "match"].contains(&tokens[at].as_str()));
    keywords
        .filter(|&at| {
            // A guard of `match` ends with an arrow, the other conditions with a block.
            let condition = tokens[at..].split(|token| token == "{" || token == "=>").next();
            condition.is_some_and(|condition| contains(condition, &[word]))
        })
        .count()
}

fn badly_named_tests(path: &str, tokens: &[String]) -> Vec<String> {
    let functions = tokens.windows(2).filter(|pair| pair[0] == "fn");
    functions
        .filter(|pair| pair[1].starts_with("test_"))
        .map(|pair| format!("{path}: `{}` is not a sentence", pair[1]))
        .collect()
}

fn sleeping(path: &str, tokens: &[String]) -> Option<String> {
    let sleeps = ["sleep", "sleep_ms", "sleep_until"];
    let found = sleeps.into_iter().find(|sleep| contains(tokens, &[sleep, "("]))?;
    Some(format!("{path}: a test calls `{found}`"))
}

fn machine_paths(file: &File) -> Vec<String> {
    let paths = MACHINE_PATHS.map(|(start, end)| format!("{start}{end}"));
    let found = paths.into_iter().filter(|path| {
        file.text.match_indices(path).any(|(at, _)| {
            // In the middle of a longer path it is something else.
            !file.text[..at].ends_with(|before: char| before.is_alphanumeric() || before == '.')
        })
    });
    found.map(|path| format!("{}: `{path}`", file.path)).collect()
}

trait StartsWithAll {
    fn starts_with_all(&self, sought: &[&str]) -> bool;
}

impl StartsWithAll for [String] {
    fn starts_with_all(&self, sought: &[&str]) -> bool {
        self.len() >= sought.len() && self.iter().zip(sought).all(|(token, sought)| token == sought)
    }
}

#[test]
fn an_unnamed_call_is_found() {
    let bad = "let output = ec2.stop().send().await.map_err(wrap)?;";
    assert_eq!(unnamed_calls("a.rs", &tokens(bad)).len(), 1);
    let kept = "let call = ec2.stop().send(); drain(call).await;";
    assert_eq!(unnamed_calls("a.rs", &tokens(kept)).len(), 1);
    let good = "let output = ec2.stop().send().await.during(\"ec2:StopInstances\")?;
        let pages = ec2.list().into_paginator().send(); channel.send(1).await;";
    assert_eq!(unnamed_calls("a.rs", &tokens(good)), [""; 0]);
}

#[test]
fn a_second_decision_on_a_dry_run_is_found() {
    let parser = File::new("functions/a/src/config.rs", "if dry_run || dry_run {}");
    let run = File::new("functions/a/src/run.rs", "report.dry_run = dry_run; if dry_run {}");
    let files = [parser, run];
    assert_eq!(dry_run_decisions(&files), [""; 0]);
    let apply = File::new("functions/a/src/apply.rs", "match x { _ if !x.dry_run => (), _ => () }");
    let [parser, run] = files;
    assert_eq!(dry_run_decisions(&[parser, run, apply]).len(), 1);
}

#[test]
fn a_test_named_after_itself_is_found() {
    assert_eq!(badly_named_tests("a.rs", &tokens("#[test] fn test_it() {}")).len(), 1);
    assert_eq!(badly_named_tests("a.rs", &tokens("#[test] fn it_works() {}")), [""; 0]);
}

#[test]
fn a_sleeping_test_is_found() {
    assert!(sleeping("a.rs", &tokens("tokio::time::sleep(x).await;")).is_some());
    assert_eq!(sleeping("a.rs", &tokens("let sleep = 1; // sleep(1)")), None);
}

#[test]
fn a_path_of_one_machine_is_found() {
    let path = format!("cd {}{}me", "/ho", "me/");
    assert_eq!(machine_paths(&File::new("README.md", &path)).len(), 1);
    assert_eq!(machine_paths(&File::new("README.md", "see https://a.b/home/x")), [""; 0]);
}
