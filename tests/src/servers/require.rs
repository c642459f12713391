//! What a test does whose server is not on this machine. Never lets it pass in silence.

use std::{
    env,
    fs::OpenOptions,
    io::Write as _,
    path::{Path, PathBuf},
    thread,
};

use super::{Engine, Options, Server, find};

/// A file to which tests that could not run write their names. Set by `tests/run`, outside of CI.
const DID_NOT_RUN: &str = "CARETAKER_DID_NOT_RUN";

/// A running server, or nothing if there is none on this machine and `tests/run` has promised to
/// say so: then the test returns. Otherwise, as in CI, the test fails.
///
/// ```no_run
/// # use tests::servers::{self, Engine, Options};
/// let Some(server) = servers::require(Engine::Postgres(16), Options::default()) else { return };
/// server.execute("CREATE TABLE t (n int)").unwrap();
/// ```
///
/// # Panics
///
/// If the server is missing, or is there and does not start.
#[track_caller]
pub fn require(engine: Engine, options: Options) -> Option<Server> {
    if find::programs(engine).is_some() {
        match Server::start(engine, options) {
            Ok(server) => return Some(server),
            Err(err) => panic!("cannot start {engine}: {err:#}"),
        }
    }
    let list = env::var_os(DID_NOT_RUN).map(PathBuf::from);
    did_not_run(engine, list.as_deref(), thread::current().name().unwrap_or("a test"));
    None
}

#[track_caller]
fn did_not_run(engine: Engine, list: Option<&Path>, test: &str) {
    let Some(list) = list else {
        panic!("{engine} is not on this machine: `tests/run servers` installs it");
    };
    let line = format!("{test}: {engine} is not on this machine\n");
    let file = OpenOptions::new().append(true).create(true).open(list);
    if let Err(err) = file.and_then(|mut file| file.write_all(line.as_bytes())) {
        panic!("cannot write to `{}`, as {DID_NOT_RUN} says: {err}", list.display());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::servers::place::Place;

    #[test]
    #[should_panic(expected = "MySQL is not on this machine: `tests/run servers` installs it")]
    fn a_test_without_its_server_fails() {
        did_not_run(Engine::MySql, None, "a");
    }

    #[test]
    fn tests_that_did_not_run_are_listed_if_somebody_reads_the_list() {
        let place = Place::new().unwrap();
        let list = place.join("list");
        did_not_run(Engine::MySql, Some(&list), "a");
        did_not_run(Engine::Postgres(14), Some(&list), "b");
        assert_eq!(
            std::fs::read_to_string(list).unwrap(),
            "a: MySQL is not on this machine\nb: PostgreSQL 14 is not on this machine\n"
        );
    }
}
