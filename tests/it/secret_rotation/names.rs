//! Users with every kind of name, on every engine: quoted wherever they are said, and refused before
//! anything is made where the server would take them for somebody else.

use tests::servers::{self, Engine, Options as ServerOptions, Server};

use super::{
    databases::{FIRST, secret},
    users::*,
    *,
};

const STRANGE: [&str; 9] = [
    "We\"ird \u{dc}ser",
    "a'b",
    "UPPER",
    "with%s",
    "semi;drop",
    "back\\slash",
    "a@b.example",
    "x TO `y`",
    "report_clone",
];

/// The secret `app` of this user, with the admin's beside it.
pub(super) fn vault(server: &Server, engine: Engine, user: &str, strategy: &str) -> Vault {
    let admin = server.admin();
    let app = secret(server, engine, user, FIRST);
    let admin = secret(server, engine, admin.user, admin.password);
    let spec = |spec: Spec| spec.variable("SSL_CA_PEM", server.ca_pem());
    let vault = Vault::with(&[], spec, &[("app", &app), ("admin", &admin)]);
    vault.state(|state| {
        tag(state, "admin", "caretaker:rotation", "admin");
        tag(state, "app", "caretaker:rotation:strategy", strategy);
    });
    vault
}

#[track_caller]
fn rotates(engine: Engine, strategy: &str, names: &[&str]) {
    let Some(server) = servers::require(engine, ServerOptions::default()) else { return };
    for user in names {
        make(&server, engine, user, FIRST);
        rotates_twice(&server, engine, user, strategy);
    }
}

/// Two users of which the first has this name take turns.
#[track_caller]
pub(super) fn turns(server: &Server, engine: Engine, user: &str) {
    make(server, engine, user, FIRST);
    rotates_twice(server, engine, user, "alternating");
}

/// There and, with two users, back again.
#[track_caller]
fn rotates_twice(server: &Server, engine: Engine, user: &str, strategy: &str) {
    let vault = vault(server, engine, user, strategy);
    let n_wrong = n_wrong_passwords(server);
    for n in [1, 2] {
        let (ended, steps) = vault.attempt(&vault.begin("app", &token(n)));
        assert_eq!(ended, Ended::Succeeded, "{user}: {:?}", steps.last().map(failure));
        assert!(logs_in(server, &vault, "app", "AWSCURRENT"), "{user}");
    }
    assert_eq!(n_wrong_passwords(server), n_wrong, "{user}");
}

#[test]
fn f43_strange_names_are_rotated_on_mariadb() {
    rotates(Engine::MariaDb, "single", &STRANGE);
}

#[test]
fn f43_strange_names_are_rotated_on_mysql() {
    rotates(Engine::MySql, "single", &STRANGE);
}

#[test]
fn f43_strange_names_are_rotated_on_postgresql() {
    rotates(Engine::Postgres(16), "single", &STRANGE);
}

#[test]
fn f43_strange_names_take_turns_on_mariadb() {
    rotates(Engine::MariaDb, "alternating", &STRANGE[..8]);
}

#[test]
fn f43_strange_names_take_turns_on_mysql() {
    rotates(Engine::MySql, "alternating", &STRANGE[..8]);
}

#[test]
fn f43_strange_names_take_turns_on_postgresql() {
    rotates(Engine::Postgres(15), "alternating", &STRANGE[..8]);
}

#[test]
fn f43_the_longest_names_of_each_engine_are_rotated() {
    rotates(Engine::Postgres(15), "single", &[&"a".repeat(63), &"\u{e9}".repeat(31)]);
    rotates(Engine::Postgres(15), "alternating", &[&"a".repeat(57), &"\u{e9}".repeat(28)]);
    rotates(Engine::MariaDb, "single", &[&"a".repeat(80), &"\u{e9}".repeat(40)]);
    rotates(Engine::MariaDb, "alternating", &[&"a".repeat(74)]);
    rotates(Engine::MySql, "single", &[&"a".repeat(32), &"\u{e9}".repeat(32)]);
    rotates(Engine::MySql, "alternating", &[&"a".repeat(26)]);
}

/// PostgreSQL would cut the name off in silence, and change somebody else's password.
#[test]
fn f43_a_name_that_is_too_long_is_refused_before_anything_is_made() {
    let name = |engine: &str, user: &str, strategy: &str| {
        let text = json!({
            "engine": engine, "host": "db", "username": user, "password": FIRST,
        });
        let vault = Vault::new(&[("app", &text.to_string())]);
        vault.state(|state| tag(state, "app", "caretaker:rotation:strategy", strategy));
        vault.begin("app", T);
        vault.aws.log().clear();
        let step = vault.step("createSecret", "app", T);
        let code = failure(&step).map(|(code, _)| code.to_owned());
        assert_eq!(vault.aws.log().count("secretsmanager:PutSecretValue"), 0, "{user}");
        code.unwrap_or_default()
    };
    for strategy in ["single", "dual", "alternating"] {
        assert_eq!(name("postgres", &"a".repeat(64), strategy), "E_NAME_TOO_LONG");
        assert_eq!(name("postgres", &"\u{e9}".repeat(40), strategy), "E_NAME_TOO_LONG");
        assert_eq!(name("mysql", &"a".repeat(33), strategy), "E_NAME_TOO_LONG");
        assert_eq!(name("mariadb", &"a".repeat(129), strategy), "E_NAME_TOO_LONG");
        assert_eq!(name("postgres", "", strategy), "E_SECRET_SHAPE");
        assert_eq!(name("mysql", "", strategy), "E_SECRET_SHAPE");
    }
    assert_eq!(name("postgres", &"a".repeat(63), "alternating"), "E_NAME_TOO_LONG");
}
