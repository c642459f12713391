//! Finds the binary of a function, built with the profile of the program that asks. Never builds
//! when `CARETAKER_BUILT` says that everything is built.

use std::{
    collections::BTreeMap,
    env,
    path::{Path, PathBuf},
    process::Command,
    sync::{Mutex, PoisonError},
};

use anyhow::{Context as _, bail};

/// The path of the binary called `name`, built once per process.
pub fn binary(name: &str) -> anyhow::Result<PathBuf> {
    static BUILT: Mutex<BTreeMap<String, PathBuf>> = Mutex::new(BTreeMap::new());
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(path) = built.get(name) {
        return Ok(path.clone());
    }
    let directory = profile_directory(&env::current_exe()?).context("no profile directory")?;
    let path = directory.join(name).with_extension(env::consts::EXE_EXTENSION);
    if env::var_os("CARETAKER_BUILT").is_none() {
        build(name, &directory)?;
    }
    if !path.is_file() {
        bail!("`{}` does not exist: build it, or unset CARETAKER_BUILT", path.display());
    }
    built.insert(name.to_owned(), path.clone());
    Ok(path)
}

/// Builds every binary of the workspace, with cargo's own progress for a person who waits.
pub fn build_visibly() -> anyhow::Result<()> {
    if env::var_os("CARETAKER_BUILT").is_some() {
        return Ok(());
    }
    let directory = profile_directory(&env::current_exe()?).context("no profile directory")?;
    let status = cargo_build(&directory)?.arg("--bins").status().context("cannot run cargo")?;
    if !status.success() {
        bail!("cannot build the functions: cargo says why above");
    }
    Ok(())
}

fn build(name: &str, directory: &Path) -> anyhow::Result<()> {
    let mut cargo = cargo_build(directory)?;
    let output = cargo.args(["--quiet", "--bin", name]).output().context("cannot run cargo")?;
    if !output.status.success() {
        bail!("cannot build `{name}`:\n{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

/// Builds with `--workspace`, whatever is wanted: the features of the dependencies are then those
/// of every other build of the workspace. With the features of one package alone, cargo would
/// compile the AWS SDKs a second time.
fn cargo_build(directory: &Path) -> anyhow::Result<Command> {
    let target = directory.parent().context("a profile directory has a parent")?;
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .args(["build", "--workspace", "--profile", profile(directory)])
        .arg("--target-dir")
        .arg(target)
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    // What the outer cargo says of our package. The build script of `ring` looks at it, and would
    // compile itself and all that uses it again.
    let of_package =
        |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
    for (name, _) in env::vars_os().filter(|(name, _)| name.to_str().is_some_and(of_package)) {
        command.env_remove(name);
    }
    Ok(command)
}

/// The directory of binaries that this program is in, or whose `deps` it is in.
fn profile_directory(program: &Path) -> Option<PathBuf> {
    let directory = program.parent()?;
    let is_deps = directory.file_name().is_some_and(|name| name == "deps");
    Some(if is_deps { directory.parent()? } else { directory }.to_owned())
}

/// Cargo keeps the profiles `dev` and `test` in `debug`, `release` and `bench` in `release`. Of the
/// latter we build `bench`, which spares the minutes of link-time optimisation.
fn profile(directory: &Path) -> &str {
    match directory.file_name().and_then(|name| name.to_str()) {
        None | Some("debug") => "dev",
        Some("release") => "bench",
        Some(custom) => custom,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(program: &str, expected_directory: &str, expected_profile: &str) {
        let directory = profile_directory(Path::new(program)).unwrap();
        assert_eq!(directory, Path::new(expected_directory));
        assert_eq!(profile(&directory), expected_profile);
    }

    #[test]
    fn a_test_is_one_level_below_the_binaries() {
        check("/t/debug/deps/it-0123", "/t/debug", "dev");
        check("/t/release/deps/cold_start-0123", "/t/release", "bench");
    }

    #[test]
    fn a_binary_is_beside_the_others() {
        check("/t/debug/demo", "/t/debug", "dev");
        check("/t/quick/demo", "/t/quick", "quick");
    }
}
