//! What keeps a crate readable from one end to the other: its modules name each other in one
//! direction only, and `apply` names every change that it makes.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    check_none,
    files::{self, File},
    purity::named_modules,
    source::{code, contains, tokens},
};

/// Which modules of a crate each of them names.
type Names = BTreeMap<String, BTreeSet<String>>;

#[test]
fn modules_do_not_name_each_other_in_circles() {
    check_none(circles(files::all()));
}

#[test]
fn apply_matches_every_change_by_its_name() {
    check_none(files::all().iter().filter(|file| is_of_apply(file)).filter_map(catch_all));
}

fn circles(files: &[File]) -> Vec<String> {
    let mut crates: BTreeMap<&str, Names> = BTreeMap::new();
    for file in files {
        let Some((name, path)) = file.path.split_once("/src/") else { continue };
        let is_root = matches!(path, "lib.rs" | "main.rs");
        if !file.is_rust() || is_root || name == "tests" {
            continue;
        }
        let module = path.split('/').next().unwrap_or(path);
        let module = module.strip_suffix(".rs").unwrap_or(module).to_owned();
        let named = named_modules(&tokens(code(file)));
        crates.entry(name).or_default().entry(module).or_default().extend(named);
    }
    let circle = |(name, names): (&str, &Names)| {
        let circle = names.keys().find_map(|module| way_back(names, module))?;
        Some(format!("{name}: {}", circle.join(" -> ")))
    };
    crates.iter().filter_map(|(name, names)| circle((name, names))).collect()
}

/// A way from a module to itself.
fn way_back(names: &Names, module: &str) -> Option<Vec<String>> {
    let mut ways = vec![vec![module.to_owned()]];
    let mut seen = BTreeSet::new();
    while let Some(way) = ways.pop() {
        let last = way.last().map_or("", String::as_str);
        for next in names.get(last).into_iter().flatten().filter(|next| *next != last) {
            let further = || way.iter().cloned().chain([next.clone()]).collect();
            if next == module {
                return Some(further());
            }
            if seen.insert(next.clone()) {
                ways.push(further());
            }
        }
    }
    None
}

fn is_of_apply(file: &File) -> bool {
    file.function().is_some() && file.path.contains("/src/apply")
}

/// An arm that takes whatever is left: what is added to the plan later would go there unseen.
fn catch_all(file: &File) -> Option<String> {
    let found = contains(&tokens(code(file)), &["_", "=>"])
        || contains(&tokens(code(file)), &["_", "=", ">"]);
    found.then(|| format!("{}: `_ =>` hides what it does", file.path))
}

#[test]
fn a_circle_is_found_and_a_chain_is_none() {
    let file = |name: &str, names: &str| {
        File::new(&format!("functions/a/src/{name}.rs"), &format!("use crate::{names};"))
    };
    let chain = [file("run", "look::x"), file("look", "observe::y"), file("observe", "look::z")];
    assert_eq!(circles(&chain[..2]), [""; 0]);
    assert_eq!(circles(&chain), ["functions/a: look -> observe -> look"]);
}

#[test]
fn an_arm_for_the_rest_is_found() {
    let apply = |code: &str| catch_all(&File::new("functions/a/src/apply/ec2.rs", code)).is_some();
    assert!(apply("fn f(x: u8) { match x { 1 => (), _ => () } }"));
    assert!(!apply("fn f(x: u8) { match x { 1 => (), 0 | 2.. => () } let _ = x; }"));
}
