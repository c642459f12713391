//! The texts of the repository, read once. Changes none.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
};

/// A text with its path from the root of the repository, written with `/`.
#[derive(Debug, Clone)]
pub(super) struct File {
    pub(super) path: String,
    pub(super) text: String,
}

impl File {
    pub(super) fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    pub(super) fn is_rust(&self) -> bool {
        Path::new(&self.path).extension().is_some_and(|extension| extension == "rs")
    }

    /// The name of the function that this is a source of.
    pub(super) fn function(&self) -> Option<&str> {
        let (function, rest) = self.path.strip_prefix("functions/")?.split_once('/')?;
        rest.starts_with("src/").then_some(function)
    }

    /// Whether there is nothing but tests in it.
    pub(super) fn is_tests(&self) -> bool {
        let folders = ["tests/it/", "tests/benches/"];
        folders.iter().any(|folder| self.path.starts_with(folder))
            || self.path.split_once("src/").is_some_and(|(_, path)| {
                path.split('/').any(|part| part == "tests" || part == "tests.rs")
            })
    }

    pub(super) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }
}

pub(super) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every text of the repository.
pub(super) fn all() -> &'static [File] {
    static FILES: OnceLock<Vec<File>> = OnceLock::new();
    FILES.get_or_init(|| {
        let mut files = Vec::new();
        read(&root(), "", &mut files);
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files
    })
}

pub(super) fn rust() -> impl Iterator<Item = &'static File> {
    all().iter().filter(|file| file.is_rust())
}

/// The names of the folders in a folder.
pub(super) fn folders(path: &str) -> Vec<String> {
    let entries = root().join(path).read_dir().into_iter().flatten();
    let mut names: Vec<String> = entries
        .map(Result::unwrap)
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn read(directory: &Path, prefix: &str, files: &mut Vec<File>) {
    for entry in directory.read_dir().unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let path = format!("{prefix}{name}");
        // Not part of the repository: git's own (a file in a second working tree), and what builds
        // leave behind.
        if [".git", ".aws-sam", "target"].contains(&path.as_str()) || name == "__pycache__" {
            continue;
        }
        if entry.path().is_dir() {
            read(&entry.path(), &format!("{path}/"), files);
        } else if let Ok(text) = fs::read_to_string(entry.path()) {
            files.push(File { path, text });
        }
    }
}

#[test]
fn this_file_is_among_them() {
    let this = all().iter().find(|file| file.path == "tests/it/tidy/files.rs").unwrap();
    assert!(this.text.contains("this_file_is_among_them"));
    assert!(all().iter().all(|file| !file.path.starts_with("target/")));
}
