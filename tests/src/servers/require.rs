//! What a test does whose server is not on this machine. Never lets it pass in silence.

use std::{env, fs::OpenOptions, io::Write as _, thread};

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
    let Some(list) = env::var_os(DID_NOT_RUN) else {
        panic!("{engine} is not on this machine: `tests/run servers` installs it");
    };
    let thread = thread::current();
    let line = format!("{}: {engine} is not on this machine\n", thread.name().unwrap_or("a test"));
    let written = OpenOptions::new()
        .append(true)
        .create(true)
        .open(&list)
        .and_then(|mut file| file.write_all(line.as_bytes()));
    if let Err(err) = written {
        panic!("cannot write to `{}`, as {DID_NOT_RUN} says: {err}", list.display());
    }
    None
}
