//! Rotations on real servers: who logs in before and after, what the server was asked, and what its
//! log knows.

use tests::servers::{self, Engine, Options as ServerOptions, Server};

use super::*;

pub(super) const FIRST: &str = "the-first-Password-0";
const TOKENS: [&str; 3] =
    [T, "6bd4c2ef-1a6d-4b4a-8b4f-3a5c7d8e9f0a", "7ce5d3f0-2b7e-4c5b-9c5f-4b6d8e9f0a1b"];

pub(super) fn engine_name(engine: Engine) -> &'static str {
    match engine {
        Engine::Postgres(_) => "postgres",
        Engine::MariaDb => "mariadb",
        Engine::MySql => "mysql",
    }
}

/// Makes the user `user` with the password [`FIRST`] and some rights.
pub(super) fn make_user(server: &Server, engine: Engine, user: &str) {
    let admin = server.admin().user;
    let statements = match engine {
        Engine::Postgres(version) => {
            let mut statements = vec![format!("CREATE ROLE {user} LOGIN PASSWORD '{FIRST}'")];
            let admin_option = if version >= 16 { " WITH ADMIN OPTION" } else { "" };
            statements.push(format!("GRANT {user} TO {admin}{admin_option}"));
            statements.push(format!("CREATE SCHEMA {user} AUTHORIZATION {user}"));
            statements.push(format!("ALTER ROLE {user} SET search_path TO {user}, public"));
            statements
        }
        Engine::MariaDb | Engine::MySql => {
            let mut statements = vec![
                format!("CREATE USER {user}@'%' IDENTIFIED BY '{FIRST}'"),
                format!("GRANT SELECT, INSERT, CREATE ON app.* TO {user}@'%' WITH GRANT OPTION"),
            ];
            if engine == Engine::MySql {
                let right = format!("GRANT APPLICATION_PASSWORD_ADMIN ON *.* TO {user}@'%'");
                statements.push(right);
            }
            statements
        }
    };
    for statement in statements {
        server.execute(&statement).unwrap();
    }
}

/// The text of a secret for `user`, with the admin's secret beside it.
pub(super) fn secret(server: &Server, engine: Engine, user: &str, password: &str) -> String {
    json!({
        "engine": engine_name(engine),
        "host": "localhost",
        "port": server.port(),
        "dbname": servers::DATABASE,
        "username": user,
        "password": password,
        "masterarn": "admin",
    })
    .to_string()
}

/// The function with the secret `app` of a user of that name, and with the admin's.
pub(super) fn vault(server: &Server, engine: Engine, strategy: &str) -> Vault {
    vault_of("app", server.port(), server, engine, strategy, |spec| spec)
}

/// The same for another user, through another port.
pub(super) fn vault_of(
    user: &str,
    port: u16,
    server: &Server,
    engine: Engine,
    strategy: &str,
    adjust: impl FnOnce(Spec) -> Spec,
) -> Vault {
    let text = |user, password| {
        let mut secret: Value =
            serde_json::from_str(&secret(server, engine, user, password)).unwrap();
        secret["port"] = json!(port);
        secret.to_string()
    };
    let app = text(user, FIRST);
    let admin = text(server.admin().user, server.admin().password);
    let vault = Vault::with(
        &[],
        |spec| adjust(spec.variable("SSL_CA_PEM", server.ca_pem())),
        &[("app", &app), ("admin", &admin)],
    );
    vault.state(|state| {
        tag(state, "admin", "caretaker:rotation", "admin");
        tag(state, "app", "caretaker:rotation:strategy", strategy);
    });
    vault
}

/// User and password of a version.
pub(super) fn login(vault: &Vault, label: &str) -> (String, String) {
    let text: Value = serde_json::from_str(&vault.text("app", label).unwrap()).unwrap();
    let field = |name: &str| text[name].as_str().unwrap().to_owned();
    (field("username"), field("password"))
}

/// Rotates three times; every version logs in while it should, and the log knows no password.
#[track_caller]
fn rotates(engine: Engine, strategy: &str) {
    let Some(server) = servers::require(engine, ServerOptions::default()) else { return };
    make_user(&server, engine, "app");
    let vault = vault(&server, engine, strategy);
    let mut passwords = vec![FIRST.to_owned()];
    for token in TOKENS {
        let (user_before, password_before) = login(&vault, "AWSCURRENT");
        let n_refused = n_refused(&server);
        vault.rotate("app", token);
        let (user, password) = login(&vault, "AWSCURRENT");
        assert_eq!(self::n_refused(&server), n_refused, "a healthy rotation fails no login");
        assert!(server.logs_in(&user, &password).unwrap(), "the new password logs in");
        let keeps_old = strategy != "single";
        assert_eq!(server.logs_in(&user_before, &password_before).unwrap(), keeps_old);
        assert_eq!(user != user_before, strategy == "alternating");
        passwords.push(password);
    }
    let log = server.log();
    assert!(!passwords[1..].iter().any(|password| log.contains(password)), "it is in the log");
}

/// How many logins the server has refused so far.
fn n_refused(server: &Server) -> usize {
    let log = server.log();
    ["password authentication failed", "Access denied"]
        .map(|it| log.matches(it).count())
        .iter()
        .sum()
}

#[test]
fn a_user_of_postgresql_14_changes_its_password() {
    rotates(Engine::Postgres(14), "single");
}

#[test]
fn a_user_of_postgresql_15_changes_its_password() {
    rotates(Engine::Postgres(15), "single");
}

#[test]
fn a_user_of_postgresql_18_changes_its_password() {
    rotates(Engine::Postgres(18), "single");
}

#[test]
fn a_user_of_mariadb_changes_its_password() {
    rotates(Engine::MariaDb, "single");
}

#[test]
fn a_user_of_mariadb_has_two_passwords() {
    rotates(Engine::MariaDb, "dual");
}

#[test]
fn two_users_of_mariadb_take_turns() {
    rotates(Engine::MariaDb, "alternating");
}

#[test]
fn a_user_of_mysql_changes_its_password() {
    rotates(Engine::MySql, "single");
}

#[test]
fn a_user_of_mysql_has_two_passwords() {
    rotates(Engine::MySql, "dual");
}

#[test]
fn two_users_of_mysql_take_turns() {
    rotates(Engine::MySql, "alternating");
}

#[test]
fn two_users_of_postgresql_15_take_turns() {
    rotates(Engine::Postgres(15), "alternating");
}

#[test]
fn f80_two_users_of_postgresql_16_take_turns() {
    rotates(Engine::Postgres(16), "alternating");
}

#[test]
fn two_users_of_postgresql_18_take_turns() {
    rotates(Engine::Postgres(18), "alternating");
}

/// Ownership survives alternation: what the second user makes belongs to the first.
#[test]
fn f83_what_the_second_user_makes_belongs_to_the_first() {
    for version in [15, 16, 18] {
        let engine = Engine::Postgres(version);
        let Some(server) = servers::require(engine, ServerOptions::default()) else { return };
        make_user(&server, engine, "app");
        let vault = vault(&server, engine, "alternating");
        vault.rotate("app", TOKENS[0]);
        let (user, password) = login(&vault, "AWSCURRENT");
        assert_eq!(user, "app_clone");
        server.session(&user, &password).unwrap().query("CREATE TABLE things (n int)").unwrap();
        let sql = "SELECT schemaname, tableowner FROM pg_tables WHERE tablename = 'things'";
        assert_eq!(server.query(sql).unwrap(), [[Some("app".to_owned()), Some("app".to_owned())]]);

        vault.rotate("app", TOKENS[1]);
        let (user, password) = login(&vault, "AWSCURRENT");
        assert_eq!(user, "app");
        server.session(&user, &password).unwrap().query("INSERT INTO things VALUES (1)").unwrap();
    }
}
