//! How the deployed program is linked.

use std::env;

#[expect(clippy::disallowed_methods, reason = "this is how cargo tells what it builds")]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|it| it == value);
    // A program that may be loaded anywhere has 39,000 addresses to correct at each cold start, from
    // a table of nearly a megabyte. This one is alone in its sandbox, in a language that is safe in
    // memory.
    if is("PROFILE", "release") && is("CARGO_CFG_TARGET_OS", "linux") {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}
