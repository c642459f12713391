//! Finds the programs of a server on this machine. Installs nothing, and takes none of another
//! major version.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use super::Engine;

/// Where `tests/run servers` puts the servers. Root has them outside of its home, through a link:
/// they run as somebody else, who must be able to reach them.
fn servers() -> PathBuf {
    let servers = tools().join("servers");
    servers.canonicalize().unwrap_or(servers)
}

/// As in `tests/run`.
pub(super) fn tools() -> PathBuf {
    let default = || env::home_dir().unwrap_or_default().join(".cache/caretaker/tools");
    env::var_os("CARETAKER_TOOLS").map_or_else(default, PathBuf::from)
}

/// Whether the programs of a server are on this machine.
pub fn is_installed(engine: Engine) -> bool {
    programs(engine).is_some()
}

/// The folder with the programs of a server: the one that was unpacked for the tests, else that of
/// the system.
pub(super) fn programs(engine: Engine) -> Option<PathBuf> {
    let unpacked = servers().join(engine.folder()).join("bin");
    let of_debian = match engine {
        Engine::Postgres(version) => {
            Some(PathBuf::from(format!("/usr/lib/postgresql/{version}/bin")))
        }
        // Not on everybody's PATH.
        Engine::MariaDb | Engine::MySql => Some(PathBuf::from("/usr/sbin")),
    };
    let on_path = env::var_os("PATH").unwrap_or_default();
    let mut folders = [unpacked].into_iter().chain(of_debian).chain(env::split_paths(&on_path));
    folders.find_map(|folder| {
        let program = folder.join(engine.program());
        // A link in /usr/local/bin has no `initdb` of the same version beside it.
        let program = program.canonicalize().ok()?;
        is_version(&program, engine).then(|| program.parent().map(Path::to_owned)).flatten()
    })
}

fn is_version(program: &Path, engine: Engine) -> bool {
    let Ok(output) = Command::new(program).arg("--version").output() else { return false };
    says_version(&String::from_utf8_lossy(&output.stdout), engine)
}

fn says_version(text: &str, engine: Engine) -> bool {
    match engine {
        // `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`
        Engine::Postgres(version) => text
            .split_once("(PostgreSQL) ")
            .is_some_and(|(_, rest)| rest.starts_with(&format!("{version}."))),
        Engine::MariaDb => text.contains("MariaDB"),
        // Some systems call MariaDB `mysqld`.
        Engine::MySql => text.contains("Ver ") && !text.contains("MariaDB"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_the_whole_major_number() {
        let debian = "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n";
        assert!(says_version(debian, Engine::Postgres(15)));
        assert!(!says_version(debian, Engine::Postgres(18)));
        assert!(!says_version("postgres (PostgreSQL) 1.5", Engine::Postgres(15)));
    }

    #[test]
    fn a_mariadb_called_mysqld_is_no_mysql() {
        let mariadb = "mysqld  Ver 10.11.19-MariaDB-0+deb12u1 for debian-linux-gnu on x86_64\n";
        assert!(says_version(mariadb, Engine::MariaDb));
        assert!(!says_version(mariadb, Engine::MySql));
        let mysql = "mysqld  Ver 9.7.4-1 for Linux on x86_64 ((Debian))\n";
        assert!(says_version(mysql, Engine::MySql));
        assert!(!says_version(mysql, Engine::MariaDb));
    }
}
