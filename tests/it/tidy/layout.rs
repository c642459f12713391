//! Where things are, how they are called and how large they may be.

use super::{
    check_none,
    files::{self, File},
    source::code,
};

const MAX_LINES: usize = 500;
const MAX_MAIN_LINES: usize = 30;
const FOLDERS: [&str; 4] = ["events", "functions", "shared", "tests"];

#[test]
fn no_file_is_too_long() {
    check_none(files::rust().filter_map(too_long));
}

#[test]
fn every_module_says_what_it_is() {
    // Unit tests are explained by what they test, in a file of their own as in that of the code.
    let is_unit_tests = |file: &&File| file.is_tests() && file.path.contains("src/");
    let modules = files::rust().filter(|file| !is_unit_tests(file));
    check_none(modules.filter_map(unexplained));
}

#[test]
fn every_crate_has_a_readme() {
    let functions = files::folders("functions").into_iter().map(|name| format!("functions/{name}"));
    let crates = functions.chain(["shared".to_owned(), "tests".to_owned()]);
    check_none(crates.filter_map(|path| without_readme(files::all(), &path)));
}

#[test]
fn there_is_no_other_folder_at_the_top() {
    check_none(files::folders(".").into_iter().filter(|name| is_foreign(name)));
}

#[test]
fn folders_and_template_name_the_same_functions() {
    let template = files::all().iter().find(|file| file.path == "template.yaml");
    check_none(misnamed(
        &files::folders("functions"),
        &files::folders("events"),
        &functions_of(template.map_or("", |file| &file.text)),
    ));
}

fn too_long(file: &File) -> Option<String> {
    let is_main = file.function().is_some() && file.name() == "main.rs";
    let limit = if is_main { MAX_MAIN_LINES } else { MAX_LINES };
    let n_lines = code(file).lines().count();
    (n_lines > limit).then(|| format!("{}: {n_lines} lines, more than {limit}", file.path))
}

fn unexplained(file: &File) -> Option<String> {
    let is_explained =
        ["//! ", "#![doc = include_str!("].iter().any(|beginning| file.text.starts_with(beginning));
    (!is_explained).then(|| format!("{}: does not begin with `//! `", file.path))
}

fn without_readme(files: &[File], path: &str) -> Option<String> {
    let readme = format!("{path}/README.md");
    let is_there = files.iter().any(|file| file.path == readme && !file.text.trim().is_empty());
    (!is_there).then(|| format!("{readme}: missing or empty"))
}

fn is_foreign(folder: &str) -> bool {
    !(FOLDERS.contains(&folder) || folder.starts_with('.') || folder == "target")
}

/// Functions that do not have all of: a folder of sources, a folder of events, a resource.
fn misnamed(sources: &[String], events: &[String], resources: &[String]) -> Vec<String> {
    let mut names: Vec<&String> = sources.iter().chain(events).collect();
    names.sort();
    names.dedup();
    let expected: Vec<String> = names.iter().map(|name| camel_case(name)).collect();
    let places = names.iter().zip(&expected).flat_map(|(name, resource)| {
        [
            (!sources.contains(name)).then(|| format!("`functions/{name}` is missing")),
            (!events.contains(name)).then(|| format!("`events/{name}` is missing")),
            (!resources.contains(resource))
                .then(|| format!("`{resource}` is not a function of the template")),
        ]
    });
    let strange = resources
        .iter()
        .filter(|resource| !expected.contains(resource))
        .map(|resource| format!("the function `{resource}` of the template has no sources"));
    places.flatten().chain(strange).collect()
}

/// The logical names of the functions of a template.
fn functions_of(template: &str) -> Vec<String> {
    let lines: Vec<&str> = template.lines().collect();
    lines
        .windows(2)
        .filter(|pair| pair[1].trim() == "Type: AWS::Serverless::Function")
        .filter_map(|pair| Some(pair[0].strip_prefix("  ")?.strip_suffix(':')?.to_owned()))
        .collect()
}

fn camel_case(name: &str) -> String {
    let capitalised = name.split('-').map(|word| {
        let (first, rest) = word.split_at(1);
        first.to_uppercase() + rest
    });
    capitalised.collect()
}

#[test]
fn a_long_file_is_found_but_long_tests_are_not() {
    let lines = |n_lines| "//! x\n".repeat(n_lines);
    let long = File::new("shared/src/a.rs", &lines(501));
    assert_eq!(too_long(&long).unwrap(), "shared/src/a.rs: 501 lines, more than 500");
    let tested = lines(400) + "#[cfg(test)]\nmod tests {\n" + &lines(400) + "}\n";
    assert_eq!(too_long(&File::new("shared/src/a.rs", &tested)), None);
    assert!(too_long(&File::new("functions/a/src/main.rs", &lines(31))).is_some());
    assert_eq!(too_long(&File::new("functions/a/src/main.rs", &lines(30))), None);
}

#[test]
fn a_module_without_a_sentence_is_found() {
    assert!(unexplained(&File::new("a.rs", "use std::fs;\n")).is_some());
    assert_eq!(unexplained(&File::new("a.rs", "//! Reads.\n")), None);
}

#[test]
fn a_missing_readme_is_found() {
    let files = [File::new("functions/a/README.md", "# a"), File::new("shared/README.md", "\n")];
    assert_eq!(without_readme(&files, "functions/a"), None);
    assert_eq!(without_readme(&files, "shared").unwrap(), "shared/README.md: missing or empty");
}

#[test]
fn a_foreign_folder_is_found() {
    assert!(is_foreign("scripts"));
    assert!(!is_foreign(".github"));
}

#[test]
fn a_name_that_is_not_everywhere_is_found() {
    let template =
        "Resources:\n  Janitor:\n    Type: AWS::Serverless::Function\n  Log:\n    Type: Other\n";
    let resources = functions_of(template);
    assert_eq!(resources, ["Janitor"]);
    let names = ["janitor".to_owned()];
    assert_eq!(misnamed(&names, &names, &resources), [""; 0]);
    let found = misnamed(&["fleet-report".to_owned()], &names, &resources);
    assert_eq!(
        found,
        [
            "`events/fleet-report` is missing",
            "`FleetReport` is not a function of the template",
            "`functions/janitor` is missing",
        ]
    );
    assert_eq!(
        misnamed(&[], &[], &resources),
        ["the function `Janitor` of the template has no sources"]
    );
}
