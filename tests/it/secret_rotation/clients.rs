//! What applications see of rotations: one that reads the secret before each login, one that goes on
//! with what it has read before the rotation began, and one that keeps its connection.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

use tests::servers::{self, Engine, Options as ServerOptions, Server};

use super::databases::{FIRST, login, make_user, vault};

const N_ROTATIONS: usize = 20;

/// How often somebody logged in, and everybody who could not.
#[derive(Default)]
struct Logins {
    n: AtomicUsize,
    refused: Mutex<Vec<String>>,
}

impl Logins {
    fn try_one(&self, server: &Server, whose: &str, (user, password): &(String, String)) {
        match server.logs_in(user, password) {
            Ok(true) => drop(self.n.fetch_add(1, Ordering::Relaxed)),
            Ok(false) => self.refused.lock().unwrap().push(format!("{whose} `{user}`")),
            Err(err) => self.refused.lock().unwrap().push(format!("{whose} `{user}`: {err:#}")),
        }
    }
}

fn nobody_is_locked_out(engine: Engine, strategy: &str) {
    let Some(server) = servers::require(engine, ServerOptions::default()) else { return };
    make_user(&server, engine, "app");
    let vault = vault(&server, engine, strategy);
    let mut connection = server.session("app", FIRST).unwrap();
    let kept = Mutex::new(login(&vault, "AWSCURRENT"));
    let is_over = AtomicBool::new(false);
    let logins = Logins::default();
    let n_logins_of_each = thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                logins.try_one(&server, "who reads the secret as", &login(&vault, "AWSCURRENT"));
                let kept = kept.lock().unwrap();
                logins.try_one(&server, "who read it before the rotation as", &kept);
            }
        });
        let n_logins_of_each: Vec<usize> = (0..N_ROTATIONS)
            .map(|number| {
                *kept.lock().unwrap() = login(&vault, "AWSCURRENT");
                let before = logins.n.load(Ordering::Relaxed);
                vault.rotate("app", &format!("6bd4c2ef-1a6d-4b4a-8b4f-{number:012}"));
                logins.n.load(Ordering::Relaxed) - before
            })
            .collect();
        is_over.store(true, Ordering::Relaxed);
        n_logins_of_each
    });
    assert_eq!(*logins.refused.lock().unwrap(), [""; 0], "logins were refused");
    assert!(n_logins_of_each.iter().all(|n| *n > 0), "nobody logged in: {n_logins_of_each:?}");
    assert_eq!(connection.query("SELECT 1").unwrap().len(), 1, "an old connection lives on");
}

#[test]
fn two_users_of_postgresql_refuse_nobody_during_20_rotations() {
    nobody_is_locked_out(Engine::Postgres(16), "alternating");
}

#[test]
fn two_passwords_of_mysql_refuse_nobody_during_20_rotations() {
    nobody_is_locked_out(Engine::MySql, "dual");
}

#[test]
fn two_passwords_of_mariadb_refuse_nobody_during_20_rotations() {
    nobody_is_locked_out(Engine::MariaDb, "dual");
}
