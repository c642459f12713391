//! Which crate may depend on which, and where versions are written.

use std::process::Command;

use serde_json::Value;

use super::{
    check_none,
    files::{self, File},
};

/// One package of the workspace, as cargo sees it.
#[derive(Debug)]
struct Package {
    name: String,
    /// The folder, from the root of the repository.
    folder: String,
    binaries: Vec<String>,
    dependencies: Vec<String>,
    /// Those of them that a feature of the package brings.
    optional: Vec<String>,
}

#[test]
fn dependencies_point_one_way() {
    check_none(wrong_directions(&packages()));
}

#[test]
fn functions_are_called_like_their_folders() {
    check_none(packages().iter().filter_map(misnamed));
}

#[test]
fn versions_are_written_once() {
    let manifests = files::all().iter().filter(|file| file.name() == "Cargo.toml");
    check_none(manifests.filter(|file| file.path.contains('/')).flat_map(own_versions));
}

#[test]
fn nothing_comes_from_git() {
    let lock = files::all().iter().find(|file| file.path == "Cargo.lock").unwrap();
    check_none(git_sources(&lock.text));
}

/// `tests` on all, functions on `shared`, `shared` on none, and on a service of AWS only for whoever
/// asks for it by a feature.
fn wrong_directions(packages: &[Package]) -> Vec<String> {
    let is_ours = |name: &str| packages.iter().any(|package| package.name == name);
    let mut findings = Vec::new();
    for Package { name, dependencies, optional, .. } in packages {
        let is_allowed = |dependency: &str| match name.as_str() {
            "tests" => true,
            "shared" if dependency.starts_with("aws-sdk-") => {
                optional.iter().any(|name| name == dependency)
            }
            "shared" => !is_ours(dependency),
            _ => !is_ours(dependency) || dependency == "shared",
        };
        let wrong = dependencies.iter().filter(|dependency| !is_allowed(dependency));
        findings.extend(wrong.map(|dependency| format!("`{name}` depends on `{dependency}`")));
    }
    findings
}

/// A function whose folder, package and only binary do not have the same name.
fn misnamed(package: &Package) -> Option<String> {
    let Package { name, folder, binaries, .. } = package;
    let function = folder.strip_prefix("functions/")?;
    let is_one_name = name == function && *binaries == [function];
    (!is_one_name)
        .then(|| format!("`{folder}` has the package `{name}` and the binaries {binaries:?}"))
}

/// Dependencies that a package gives a version, path or source of its own.
fn own_versions(manifest: &File) -> Vec<String> {
    let mut findings = Vec::new();
    let mut is_dependencies = false;
    for line in manifest.text.lines() {
        let line = line.trim();
        if line.starts_with('[') {
            is_dependencies = line.ends_with("dependencies]");
            // `[dependencies.name]` would hide the version on a line of its own.
            if line.contains("dependencies.") {
                findings.push(format!("{}: `{line}`", manifest.path));
            }
        } else if is_dependencies && !line.is_empty() && !line.starts_with('#') {
            let is_inherited =
                line.contains(".workspace = true") || line.contains("{ workspace = true");
            if !is_inherited {
                findings.push(format!("{}: `{line}`", manifest.path));
            }
        }
    }
    findings
}

fn git_sources(lock: &str) -> Vec<String> {
    lock.lines().filter(|line| line.contains("\"git+")).map(str::to_owned).collect()
}

fn packages() -> Vec<Package> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
        .current_dir(files::root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let root = metadata["workspace_root"].as_str().unwrap();
    list(&metadata["packages"]).iter().map(|package| read(package, root)).collect()
}

fn read(package: &Value, root: &str) -> Package {
    let manifest = text(&package["manifest_path"]);
    let folder = manifest.strip_prefix(root).unwrap().strip_suffix("/Cargo.toml").unwrap();
    let binaries = list(&package["targets"]).iter().filter(|target| target["kind"][0] == "bin");
    let dependencies = |is_wanted: &dyn Fn(&Value) -> bool| {
        let wanted = list(&package["dependencies"]).iter().filter(|it| is_wanted(it));
        wanted.map(|dependency| text(&dependency["name"])).collect()
    };
    Package {
        name: text(&package["name"]),
        folder: folder.trim_start_matches('/').to_owned(),
        binaries: binaries.map(|target| text(&target["name"])).collect(),
        dependencies: dependencies(&|_| true),
        optional: dependencies(&|dependency| dependency["optional"] == true),
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[cfg(test)]
fn package(name: &str, dependencies: &[&str]) -> Package {
    Package {
        name: name.to_owned(),
        folder: format!("functions/{name}"),
        binaries: vec![name.to_owned()],
        dependencies: dependencies.iter().map(|&name| name.to_owned()).collect(),
        optional: Vec::new(),
    }
}

#[test]
fn a_wrong_direction_is_found() {
    let packages = [
        package("tests", &["janitor", "shared"]),
        Package {
            optional: vec!["aws-sdk-sts".to_owned()],
            ..package("shared", &["aws-sdk-ec2", "aws-sdk-sts", "aws-smithy-types"])
        },
        package("janitor", &["shared", "aws-sdk-ec2", "tests"]),
        package("fleet-report", &["janitor"]),
    ];
    assert_eq!(
        wrong_directions(&packages),
        [
            "`shared` depends on `aws-sdk-ec2`",
            "`janitor` depends on `tests`",
            "`fleet-report` depends on `janitor`",
        ]
    );
}

#[test]
fn a_second_name_is_found() {
    assert_eq!(misnamed(&package("janitor", &[])), None);
    let renamed = Package { binaries: vec!["bootstrap".to_owned()], ..package("janitor", &[]) };
    assert!(misnamed(&renamed).is_some());
}

#[test]
fn a_version_of_its_own_is_found() {
    let manifest = "[package]\nversion = \"1\"\n[dependencies]\na.workspace = true\nb = \"1\"\n\
        c = { workspace = true, features = [\"x\"] }\n[dev-dependencies.d]\nversion = \"1\"\n";
    assert_eq!(
        own_versions(&File::new("shared/Cargo.toml", manifest)),
        ["shared/Cargo.toml: `b = \"1\"`", "shared/Cargo.toml: `[dev-dependencies.d]`"]
    );
}

#[test]
fn a_source_in_git_is_found() {
    assert_eq!(git_sources("name = \"a\"\nsource = \"git+https://a.b/c\"\n").len(), 1);
}
