//! Every AWS call of a rotation on a real server fails in every way, the process dies before and
//! after each, and Secrets Manager's next attempt comes to the end. At every moment somebody can log
//! in, and in the end it is the current version.

use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context as _, ensure};
use tests::{
    lambda::{
        Killer,
        failures::{Scenario, Tried, try_every_failure},
    },
    servers::{self, Engine, Options as ServerOptions, Server},
};

use super::{
    databases::{FIRST, make_user, vault_of},
    *,
};

/// Rotations on one server, each of a user of its own.
struct Rotations {
    server: Server,
    engine: Engine,
    strategy: &'static str,
    n_users: AtomicUsize,
}

struct Disturbed {
    vault: Vault,
    rotation: Rotation,
}

impl Disturbed {
    /// Whether the user and the password of a version are right.
    fn logs_in(&self, server: &Server, label: &str) -> anyhow::Result<bool> {
        let Some(text) = self.vault.text("app", label) else { return Ok(false) };
        let text: Value = serde_json::from_str(&text)?;
        let field = |name: &str| text[name].as_str().context("a field is missing");
        server.logs_in(field("username")?, field("password")?)
    }
}

impl Scenario for Rotations {
    type World = Disturbed;

    fn world(&self) -> anyhow::Result<Disturbed> {
        let Self { server, engine, strategy, n_users } = self;
        let user = format!("app{}", n_users.fetch_add(1, Ordering::Relaxed));
        make_user(server, *engine, &user);
        let vault = vault_of(&user, server.port(), server, *engine, strategy, Spec::impatient);
        let rotation = vault.begin("app", T);
        Ok(Disturbed { vault, rotation })
    }

    fn aws<'world>(&self, world: &'world Disturbed) -> &'world LocalAws {
        &world.vault.aws
    }

    fn killers(&self, world: &Disturbed) -> Vec<Killer> {
        vec![world.vault.function.killer()]
    }

    fn step(&self, Disturbed { vault, rotation }: &mut Disturbed) {
        vault.attempt(rotation);
    }

    /// All steps once more with the same token, whatever became of the first attempt.
    fn again(&self, Disturbed { vault, rotation }: &mut Disturbed) {
        for step in ["createSecret", "setSecret", "testSecret", "finishSecret"] {
            vault.function.invoke(&rotation.event(step));
        }
    }

    fn always(&self, world: &Disturbed) -> anyhow::Result<()> {
        let current = world.logs_in(&self.server, "AWSCURRENT")?;
        ensure!(current || self.strategy == "single", "the current version does not log in");
        ensure!(current || world.logs_in(&self.server, "AWSPENDING")?, "no version logs in");
        Ok(())
    }

    fn finally(&self, world: &Disturbed) -> anyhow::Result<()> {
        let current = world.vault.password("app", "AWSCURRENT").context("no current password")?;
        ensure!(current != FIRST, "the rotation did not come to its end");
        ensure!(world.logs_in(&self.server, "AWSCURRENT")?, "the current version does not log in");
        ensure!(!self.server.log().contains(&current), "the server's log has the password");
        Ok(())
    }
}

/// What was tried, or nothing where the server is missing and `tests/run` says so.
fn survives(engine: Engine, strategy: &'static str) -> Option<Tried> {
    let server = servers::require(engine, ServerOptions::default())?;
    let rotations = Rotations { server, engine, strategy, n_users: AtomicUsize::new(0) };
    Some(try_every_failure(&rotations).unwrap())
}

#[track_caller]
fn check(engine: Engine, strategy: &'static str) {
    let tried = survives(engine, strategy);
    assert!(tried.is_none_or(|tried| tried.operations.len() >= 14));
}

#[test]
fn a_user_of_postgresql_survives_every_failure_of_every_call() {
    check(Engine::Postgres(15), "single");
}

#[test]
fn two_users_of_postgresql_survive_every_failure_of_every_call() {
    check(Engine::Postgres(16), "alternating");
}

#[test]
fn a_user_of_mariadb_survives_every_failure_of_every_call() {
    check(Engine::MariaDb, "single");
}

#[test]
fn two_passwords_of_mariadb_survive_every_failure_of_every_call() {
    check(Engine::MariaDb, "dual");
}

#[test]
fn two_users_of_mariadb_survive_every_failure_of_every_call() {
    check(Engine::MariaDb, "alternating");
}

#[test]
fn a_user_of_mysql_survives_every_failure_of_every_call() {
    check(Engine::MySql, "single");
}

#[test]
fn two_passwords_of_mysql_survive_every_failure_of_every_call() {
    check(Engine::MySql, "dual");
}

#[test]
fn two_users_of_mysql_survive_every_failure_of_every_call() {
    check(Engine::MySql, "alternating");
}
