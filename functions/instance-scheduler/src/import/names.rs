//! Names that parameters may have: those of the export where they can stay, and others in their
//! place without taking the name of another.

use std::collections::{BTreeMap, BTreeSet};

/// The longest that a schedule document may be called.
const MAX_CHARS: usize = 200;

/// The value of a tag that takes a resource out of scheduling.
const RESERVED: &str = "ignore";

/// The new name of each, in the same order.
pub(super) fn assign(names: &[&str]) -> Vec<String> {
    let mut taken: BTreeSet<String> =
        names.iter().filter(|name| is_legal(name)).map(|name| (*name).to_owned()).collect();
    // From which number on a name may be free: thousands may become alike.
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    let assign = |name: &&str| {
        if is_legal(name) {
            return (*name).to_owned();
        }
        let like = legal_like(name);
        let first = numbers.entry(like.clone()).or_insert(1);
        let numbered = |n: usize| if n == 1 { like.clone() } else { format!("{like}-{n}") };
        // There are more numbers than names.
        while taken.contains(&numbered(*first)) {
            *first += 1;
        }
        let new = numbered(*first);
        taken.insert(new.clone());
        new
    };
    names.iter().map(assign).collect()
}

fn is_legal(name: &str) -> bool {
    let segments = name.split('/');
    let is_path = segments.clone().count() <= 10 && segments.clone().all(|part| !part.is_empty());
    let is_reserved = name.eq_ignore_ascii_case(RESERVED);
    is_path
        && !is_reserved
        && name.len() <= MAX_CHARS
        && name.chars().all(|c| c == '/' || may_stay(c))
}

/// The characters of a parameter's name.
fn may_stay(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')
}

fn legal_like(name: &str) -> String {
    let replaced = name.chars().map(|c| if may_stay(c) { c } else { '-' });
    // A number behind it still fits.
    let new: String = replaced.take(MAX_CHARS - 10).collect();
    let new = new.trim_matches('-');
    match new {
        "" => "schedule".to_owned(),
        name if name.eq_ignore_ascii_case(RESERVED) => format!("{name}-schedule"),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(names: &[&str], expected: &[&str]) {
        assert_eq!(assign(names), expected);
    }

    #[test]
    fn a_legal_name_stays_and_none_is_taken_from_another() {
        check(&["office", "team/night.2_a"], &["office", "team/night.2_a"]);
        check(&["my office", "my-office"], &["my-office-2", "my-office"]);
        check(&["a b", "a:b", "a-b-2"], &["a-b", "a-b-3", "a-b-2"]);
        check(&["Ignore", "/x", "é", ""], &["Ignore-schedule", "x", "schedule", "schedule-2"]);
        let long = "x".repeat(300);
        check(&[&long, &long], &[&"x".repeat(190), &format!("{}-2", "x".repeat(190))]);
    }
}
