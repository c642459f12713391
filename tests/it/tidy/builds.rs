//! A test build and a plain build of the workspace must agree on the features of every crate that
//! both need. Otherwise cargo compiles everything above such a crate twice, and above the small
//! ones are the AWS SDKs: many minutes and gigabytes.

use std::{collections::BTreeMap, process::Command};

use super::{check_none, files};

/// The sets of features of each package, by its name and version.
type Features = BTreeMap<String, Vec<String>>;

#[test]
fn a_test_build_shares_the_dependencies_of_a_build() {
    check_none(differences(&features("all"), &features("no-dev")));
}

/// Packages that a test build needs in another form than a build does.
fn differences(test_build: &Features, build: &Features) -> Vec<String> {
    let shared = build.iter().filter_map(|(package, built)| {
        let tested = test_build.get(package)?;
        (tested != built).then(|| {
            format!(
                "`{package}` has the features {built:?} in a build and {tested:?} in a test \
                 build: give `tests` a dependency with what is missing"
            )
        })
    });
    shared.collect()
}

/// What cargo resolves for the whole workspace, with these kinds of edges.
fn features(edges: &str) -> Features {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--workspace", "--offline", "--prefix=none", "--format={p}|{f}"])
        .args(["--edges", edges])
        .current_dir(files::root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    parse(&String::from_utf8_lossy(&output.stdout))
}

/// Lines of `name version|features`, of which cargo marks repetitions with an asterisk. A package
/// has several sets where it is also needed for macros.
fn parse(tree: &str) -> Features {
    let mut features = Features::new();
    for line in tree.lines() {
        let Some((package, set)) = line.trim_end_matches(" (*)").split_once('|') else { continue };
        let sets = features.entry(package.to_owned()).or_default();
        sets.push(set.to_owned());
        sets.sort();
        sets.dedup();
    }
    features
}

#[test]
fn a_feature_that_only_tests_want_is_found() {
    let build = parse("tokio v1.0.0|net,rt\nserde v1.0.0|std (*)\n\n");
    let test_build = parse("tokio v1.0.0|net,rt,test-util\nserde v1.0.0|std\nproptest v1.0.0|std");
    let found = differences(&test_build, &build);
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("`tokio v1.0.0` has the features [\"net,rt\"]"), "{}", found[0]);
    assert_eq!(differences(&build, &build), [""; 0]);
}
