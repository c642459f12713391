//! What applications see of rotations: one that reads the secret before each login, one that goes on
//! with what it has read before the rotation began, and one that keeps its connection. They log in
//! all the time, and at least once between any two steps.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use tests::servers::{self, Engine, Options as ServerOptions, Server};

use super::{
    databases::{FIRST, login, make_user, vault},
    *,
};

const N_ROTATIONS: usize = 20;

/// Everybody who could not log in.
#[derive(Default)]
struct Refused(Mutex<Vec<String>>);

impl Refused {
    fn log_in(&self, server: &Server, whose: &str, (user, password): &(String, String)) {
        match server.logs_in(user, password) {
            Ok(true) => (),
            Ok(false) => self.0.lock().unwrap().push(format!("{whose} `{user}`")),
            Err(err) => self.0.lock().unwrap().push(format!("{whose} `{user}`: {err:#}")),
        }
    }
}

fn nobody_is_locked_out(engine: Engine, strategy: &str) {
    let Some(server) = servers::require(engine, ServerOptions::default()) else { return };
    make_user(&server, engine, "app");
    let vault = vault(&server, engine, strategy);
    let mut connection = server.session("app", FIRST).unwrap();
    // Taken before a rotation begins, and by who logs in: a login that is read before one rotation
    // and used in the one after next is rightly refused.
    let kept = Mutex::new(login(&vault, "AWSCURRENT"));
    let is_over = AtomicBool::new(false);
    let refused = Refused::default();
    let log_in = |kept: &(String, String)| {
        refused.log_in(&server, "who reads the secret as", &login(&vault, "AWSCURRENT"));
        refused.log_in(&server, "who read it before the rotation as", kept);
    };
    thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                log_in(&kept.lock().unwrap());
            }
        });
        for number in 0..N_ROTATIONS {
            let before = login(&vault, "AWSCURRENT");
            kept.lock().unwrap().clone_from(&before);
            let rotation = vault.begin("app", &format!("6bd4c2ef-1a6d-4b4a-8b4f-{number:012}"));
            let ended = rotation.attempt(&vault.aws, |event| {
                log_in(&before);
                StepOutcome::from(&vault.function.invoke(event))
            });
            // No panic here: the other thread would never hear of it.
            if ended != Ended::Succeeded {
                refused.0.lock().unwrap().push(format!("rotation {number}: {ended:?}"));
            }
            log_in(&before);
        }
        is_over.store(true, Ordering::Relaxed);
    });
    assert_eq!(*refused.0.lock().unwrap(), [""; 0], "logins were refused");
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
