//! The rules of this repository that no compiler checks. Reads the sources; runs none of them.
//!
//! Each rule is a function from a text to what is wrong in it, so that it can be shown to fail.

mod builds;
mod codes;
mod faults;
mod files;
mod layout;
mod manifests;
mod partitions;
mod purity;
mod source;
mod variables;
mod wording;

/// Fails with the whole list, so that one run shows everything that is to be done.
#[track_caller]
fn check_none(findings: impl IntoIterator<Item = String>) {
    let findings: Vec<String> = findings.into_iter().collect();
    assert!(findings.is_empty(), "\n  {}", findings.join("\n  "));
}
