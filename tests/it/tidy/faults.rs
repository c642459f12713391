//! The numbered faults of a rotation: a test that is called `f56_...` shows what becomes of fault 56.

use std::collections::BTreeSet;

use super::{check_none, files, source};

/// The faults have the numbers from 1 to this one.
const LAST: u32 = 88;

#[test]
fn every_fault_of_a_rotation_is_tested_by_its_number() {
    check_none(wrong(&names(files::rust().map(source::tests))));
}

/// The names that begin like that of a numbered fault. A function of such a name is a test: the
/// compiler finds others, since nothing calls them.
fn names<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let names = texts.flat_map(str::lines).filter_map(|line| {
        let line = line.trim_start();
        let name = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ")?;
        let name = name.split(['(', '<']).next()?;
        name.strip_prefix('f')?.starts_with(|c: char| c.is_ascii_digit()).then_some(name)
    });
    names.collect()
}

/// Names that are of no fault or of several, and faults that no name is of.
fn wrong(names: &[&str]) -> Vec<String> {
    let mut missing: BTreeSet<u32> = (1..=LAST).collect();
    let mut wrong = Vec::new();
    for name in names {
        match number(name) {
            Some(number) => drop(missing.remove(&number)),
            None => wrong.push(format!("`{name}` does not begin with the number of one fault")),
        }
    }
    wrong.extend(missing.iter().map(|number| format!("no test begins with `f{number}_`")));
    wrong
}

/// 56 for `f56_a_standby_is_named`; nothing for `f056_..`, `f99_..` or `f56_57_..`.
fn number(name: &str) -> Option<u32> {
    let (number, rest) = name.strip_prefix('f')?.split_once('_')?;
    let is_one = rest.starts_with(|c: char| c.is_ascii_lowercase()) && !names_a_second(rest);
    let is_plain = is_one && !number.starts_with('0');
    number.parse().ok().filter(|number| is_plain && (1..=LAST).contains(number))
}

/// Whether a word of a name is the number of another fault, as in `f55_and_f65_...`.
fn names_a_second(rest: &str) -> bool {
    let mut words = rest.split('_').filter_map(|word| word.strip_prefix('f'));
    words.any(|digits| !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit()))
}

#[test]
fn a_name_of_no_fault_or_of_two_is_found() {
    assert_eq!(number("f56_a_standby_is_named"), Some(56));
    assert_eq!(number("f46_a_server_in_latin1_is_fine"), Some(46));
    for name in ["f89_x", "f0_x", "f056_x", "f17_56_x", "f55_and_f65_x", "f56", "f56x_y"] {
        assert_eq!(number(name), None, "{name}");
    }
    let text =
        "    #[test]\n    fn f2_x() {\n    async fn f56x_y<T>() {\nfn fault() {\nfn f(x: u8) {\n";
    assert_eq!(names([text].into_iter()), ["f2_x", "f56x_y"]);
}

#[test]
fn a_fault_without_a_test_is_found() {
    let all: Vec<String> = (1..=LAST).map(|number| format!("f{number}_x")).collect();
    let mut all: Vec<&str> = all.iter().map(String::as_str).collect();
    assert_eq!(wrong(&all), [""; 0]);
    all[6] = "f17_07_x";
    assert_eq!(
        wrong(&all),
        ["`f17_07_x` does not begin with the number of one fault", "no test begins with `f7_`",]
    );
}
