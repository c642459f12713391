//! The folder of one server, gone when dropped. Knows nothing of what the server keeps in it.

use std::{
    env, fs, io,
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _, chown},
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU32, Ordering},
};

/// Who runs the servers when we are root, which they refuse to be.
const NOBODY: u32 = 65534;

#[derive(Debug)]
pub(super) struct Place {
    path: PathBuf,
    /// Whoever owns what is in it, if not we.
    pub(super) owner: Option<u32>,
}

impl Place {
    /// In the system's temporary folder, with a short name: the path of a socket has at most a
    /// hundred characters or so.
    pub(super) fn new() -> io::Result<Self> {
        static N_PLACES: AtomicU32 = AtomicU32::new(0);
        let n = N_PLACES.fetch_add(1, Ordering::Relaxed);
        let path = env::temp_dir().join(format!("caretaker-db-{}-{n}", process::id()));
        // What a killed process with our number has left.
        let _none = fs::remove_dir_all(&path);
        fs::DirBuilder::new().mode(0o700).create(&path)?;
        let mut place = Self { path, owner: None };
        if fs::metadata(&place.path)?.uid() == 0 {
            place.owner = Some(NOBODY);
            place.give(&place.path)?;
        }
        Ok(place)
    }

    pub(super) fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// An empty folder of the owner.
    pub(super) fn folder(&self, name: &str) -> io::Result<()> {
        let path = self.join(name);
        fs::DirBuilder::new().mode(0o700).create(&path)?;
        self.give(&path)
    }

    /// A file that only the owner may read.
    pub(super) fn write(&self, name: &str, text: &str) -> io::Result<PathBuf> {
        let path = self.join(name);
        fs::write(&path, text)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
        self.give(&path)?;
        Ok(path)
    }

    /// A copy of a folder, which belongs to the owner.
    pub(super) fn copy(&self, from: &Path, name: &str) -> io::Result<()> {
        copy(from, &self.join(name), &|path| self.give(path))
    }

    fn give(&self, path: &Path) -> io::Result<()> {
        self.owner.map_or(Ok(()), |owner| chown(path, Some(owner), Some(owner)))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // There is nobody to tell; the system clears its temporary folder.
        let _kept = fs::remove_dir_all(&self.path);
    }
}

/// Copies folders and files; sockets and the like, which only a running server has, are left out.
pub(super) fn copy(
    from: &Path,
    to: &Path,
    give: &dyn Fn(&Path) -> io::Result<()>,
) -> io::Result<()> {
    fs::DirBuilder::new().mode(0o700).create(to)?;
    give(to)?;
    for entry in from.read_dir()? {
        let entry = entry?;
        let kind = entry.file_type()?;
        let copied = to.join(entry.file_name());
        if kind.is_dir() {
            copy(&entry.path(), &copied, give)?;
        } else if kind.is_file() {
            fs::copy(entry.path(), &copied)?;
            give(&copied)?;
        }
    }
    Ok(())
}
