//! The process dies at every message that it sends to the database, statements and logins, before the
//! server has it and after it has answered, and Secrets Manager's next attempt comes to the end.

use tests::servers::{self, Engine, Moment, Options as ServerOptions, Relay, Server};

use super::{
    databases::{FIRST, make_user, vault_of},
    *,
};

/// A rotation of a user of its own, whose messages go through the relay.
pub(super) struct World {
    pub(super) vault: Vault,
    pub(super) rotation: Rotation,
    pub(super) relay: Relay,
}

pub(super) fn world(server: &Server, engine: Engine, strategy: &str, user: &str) -> World {
    make_user(server, engine, user);
    let relay = Relay::start(server.port()).unwrap();
    let vault = vault_of(user, relay.port(), server, engine, strategy, |spec| spec);
    let rotation = vault.begin("app", T);
    World { vault, rotation, relay }
}

/// Whether the user and the password of a version are right.
pub(super) fn logs_in(server: &Server, vault: &Vault, label: &str) -> bool {
    let Some(text) = vault.text("app", label) else { return false };
    let text: Value = serde_json::from_str(&text).unwrap();
    let field = |name: &str| text[name].as_str().unwrap();
    server.logs_in(field("username"), field("password")).unwrap()
}

/// Whether the second user has what `make_user` gave to the first: who logs in may still lack that.
fn may_work(server: &Server, engine: Engine, user: &str) -> bool {
    let (sql, expected) = match engine {
        Engine::Postgres(_) => (
            format!("SELECT rolconfig FROM pg_roles WHERE rolname = '{user}' AND rolcanlogin"),
            "search_path=",
        ),
        Engine::MariaDb | Engine::MySql => {
            (format!("SHOW GRANTS FOR {user}@'%'"), "GRANT SELECT, INSERT, CREATE ON `app`.* TO")
        }
    };
    let rows = server.query(&sql).unwrap();
    rows.iter().flatten().flatten().any(|text| text.contains(expected))
}

fn survives(engine: Engine, strategy: &str) {
    let Some(server) = servers::require(engine, ServerOptions::default()) else { return };
    let undisturbed = world(&server, engine, strategy, "undisturbed");
    assert_eq!(undisturbed.vault.attempt(&undisturbed.rotation).0, Ended::Succeeded);
    let n_messages = undisturbed.relay.n_messages();
    assert!(n_messages >= 5, "{n_messages}");

    for nth in 1..=n_messages {
        for moment in [Moment::Before, Moment::After] {
            let user =
                format!("app{nth}{}", if moment == Moment::After { "after" } else { "before" });
            let World { vault, rotation, relay } = world(&server, engine, strategy, &user);
            let killer = vault.function.killer();
            relay.cut(nth, moment, move || killer.kill());
            let (ended, _) = vault.attempt(&rotation);
            // MySQL's first login with a new password takes one message more than others.
            let is_one_too_many = relay.is_to_come() && nth == n_messages;
            assert!(ended != Ended::Succeeded || is_one_too_many, "message {nth} was never sent");
            let current = logs_in(&server, &vault, "AWSCURRENT");
            let somebody = current || logs_in(&server, &vault, "AWSPENDING");
            assert!(somebody, "nobody logs in after message {nth} {moment:?}");
            assert!(current || strategy == "single", "the current one after {nth} {moment:?}");

            for step in ["createSecret", "setSecret", "testSecret", "finishSecret"] {
                let invocation = vault.function.invoke(&rotation.event(step));
                let failed = failure(&invocation);
                assert_eq!(failed, None, "{step} after message {nth} {moment:?}");
            }
            assert_ne!(vault.password("app", "AWSCURRENT").unwrap(), FIRST);
            assert!(logs_in(&server, &vault, "AWSCURRENT"), "after message {nth} {moment:?}");
            if strategy != "single" {
                assert!(logs_in(&server, &vault, "AWSPREVIOUS"), "after message {nth} {moment:?}");
            }
            if strategy == "alternating" {
                let second = format!("{user}_clone");
                assert!(may_work(&server, engine, &second), "after message {nth} {moment:?}");
            }
        }
    }
}

#[test]
fn a_user_of_postgresql_survives_a_death_at_every_message() {
    survives(Engine::Postgres(15), "single");
}

#[test]
fn two_users_of_postgresql_survive_a_death_at_every_message() {
    survives(Engine::Postgres(16), "alternating");
}

#[test]
fn a_user_of_mariadb_survives_a_death_at_every_message() {
    survives(Engine::MariaDb, "single");
}

#[test]
fn f11_two_users_of_mariadb_survive_a_death_at_every_message() {
    survives(Engine::MariaDb, "alternating");
}

#[test]
fn two_passwords_of_mariadb_survive_a_death_at_every_message() {
    survives(Engine::MariaDb, "dual");
}

#[test]
fn f16_two_passwords_of_mysql_survive_a_death_at_every_message() {
    survives(Engine::MySql, "dual");
}

#[test]
fn two_users_of_mysql_survive_a_death_at_every_message() {
    survives(Engine::MySql, "alternating");
}

#[test]
fn a_user_of_mysql_survives_a_death_at_every_message() {
    survives(Engine::MySql, "single");
}
