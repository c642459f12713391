//! The `errorType`s that functions report, and the tables of READMEs that explain them.

use std::collections::BTreeMap;

use super::{
    check_none,
    files::{self, File},
};

/// Codes with their advice, where it is a function's own.
type Codes = BTreeMap<String, Option<String>>;

/// Whether a function reports a failed call of AWS by codes of its own.
fn names_failed_calls_itself(function: &str) -> bool {
    function == "secret-rotation"
}

#[test]
fn readmes_explain_every_code_and_no_other() {
    let shared = shared_codes(files::rust().filter(|file| file.path.starts_with("shared/src/")));
    let mut findings = differences("shared/README.md", &shared);
    for function in files::folders("functions") {
        let sources = files::rust().filter(|file| file.function() == Some(&function));
        let mut codes: Codes = sources.flat_map(|file| own_codes(&file.text)).collect();
        let reports = |code: &str| is_of_call(code) && names_failed_calls_itself(&function);
        codes.extend(shared.clone().into_iter().filter(|(code, _)| !reports(code)));
        findings.extend(differences(&format!("functions/{function}/README.md"), &codes));
    }
    check_none(findings);
}

/// What a failure without a code of the function's own is reported as.
fn is_of_call(code: &str) -> bool {
    code.starts_with("Aws.") || code == "Failed"
}

/// The codes of every function: the kinds of AWS errors, and the names that `HandlerError` has.
fn shared_codes<'a>(sources: impl Iterator<Item = &'a File>) -> Codes {
    let mut codes = Codes::from([("Failed".to_owned(), None)]);
    for file in sources {
        let kinds = block(&file.text, "pub enum AwsErrorKind {").unwrap_or_default();
        let kinds = kinds.lines().filter_map(|line| line.trim().strip_suffix(','));
        codes.extend(kinds.map(|kind| (format!("Aws.{kind}"), None)));
        let constants = file.text.lines().filter(|line| line.contains("pub const BAD_"));
        let names = constants.filter_map(|line| line.split('"').nth(1));
        codes.extend(names.map(|name| (name.to_owned(), None)));
    }
    codes
}

/// The codes that `codes!` defines: a variant, a name and advice on each line.
fn own_codes(source: &str) -> Codes {
    let lines = block(source, "codes! {").unwrap_or_default().lines();
    let code = |line: &str| {
        let (_, rest) = line.trim().split_once(" \"")?;
        let (name, rest) = rest.split_once("\" \"")?;
        let advice = rest.strip_suffix("\",")?.replace("\\\"", "\"");
        Some((name.to_owned(), Some(advice)))
    };
    lines.filter_map(code).collect()
}

/// What stands between a line and the brace at the beginning of another.
fn block<'a>(text: &'a str, start: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(&format!("{start}\n"))?;
    rest.split_once("\n}").map(|(block, _)| block)
}

/// The rows whose first cell is nothing but codes, under a heading of this kind.
fn explained(readme: &str) -> BTreeMap<String, String> {
    let mut explained = BTreeMap::new();
    let mut is_table = false;
    for line in readme.lines() {
        if line.starts_with("## ") {
            is_table = matches!(line, "## Codes" | "## `errorType`");
        }
        let Some(row) = line.strip_prefix("| `").filter(|_| is_table) else { continue };
        let Some((names, meaning)) = row.split_once("` | ") else { continue };
        let meaning = meaning.trim_end_matches('|').trim().to_owned();
        explained.extend(names.split("` `").map(|name| (name.to_owned(), meaning.clone())));
    }
    explained
}

fn differences(path: &str, codes: &Codes) -> Vec<String> {
    let readme = files::all().iter().find(|file| file.path == path);
    compared(path, codes, &explained(readme.map_or("", |file| &file.text)))
}

fn compared(path: &str, codes: &Codes, explained: &BTreeMap<String, String>) -> Vec<String> {
    let missing = codes.iter().filter_map(|(code, advice)| match (explained.get(code), advice) {
        (None, _) => Some(format!("{path}: `{code}` is not explained")),
        (Some(said), Some(advice)) if said != advice => {
            Some(format!("{path}: `{code}` says `{said}`, in the code `{advice}`"))
        }
        (Some(_), _) => None,
    });
    let unknown = explained.keys().filter(|code| !codes.contains_key(*code));
    missing.chain(unknown.map(|code| format!("{path}: `{code}` is not in the code"))).collect()
}

#[test]
fn a_code_without_its_row_and_a_row_without_its_code_are_found() {
    let code = "shared::codes! {\n    pub enum Code {\n        A \"E_A\" \"do `a`\",\n        \
        B \"E_B\" \"say \\\"b\\\"\",\n    }\n}\n";
    let codes = own_codes(code);
    let readme = "## Codes\n\n| code | what |\n|---|---|\n| `E_A` | do a |\n| `E_C` `E_D` | ? |\n\
        ## Next\n| `E_E` | other |\n";
    assert_eq!(
        compared("README.md", &codes, &explained(readme)),
        [
            "README.md: `E_A` says `do a`, in the code `do `a``",
            "README.md: `E_B` is not explained",
            "README.md: `E_C` is not in the code",
            "README.md: `E_D` is not in the code",
        ]
    );
}

#[test]
fn the_codes_of_every_function_are_read_from_the_code() {
    let text = "pub enum AwsErrorKind {\n    /// Slow.\n    Throttled,\n    Other,\n}\n\
        pub const BAD_EVENT: &'static str = \"BadEvent\";\n";
    let codes = shared_codes([File::new("shared/src/error.rs", text)].iter());
    let names: Vec<&str> = codes.keys().map(String::as_str).collect();
    assert_eq!(names, ["Aws.Other", "Aws.Throttled", "BadEvent", "Failed"]);
}
