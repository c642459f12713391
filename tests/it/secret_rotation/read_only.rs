//! Databases that take no change: a standby, a replica. The step says where to go instead.

use tests::servers::{self, Engine, Options as ServerOptions, Server};

use super::{
    databases::{FIRST, make_user, vault},
    users::set,
    *,
};

#[track_caller]
fn check(server: &Server, vault: &Vault, expected: &str) {
    let step = set(vault);
    let (code, message) = failure(&step).unwrap();
    assert_eq!(code, "E_DB_READ_ONLY", "{message}");
    assert!(message.contains(expected) && message.contains("writer"), "{message}");
    assert!(server.logs_in("app", FIRST).unwrap());
}

/// A server with a user, and a secret that names the admin, too.
fn server(engine: Engine) -> Option<Server> {
    let server = servers::require(engine, ServerOptions::default())?;
    make_user(&server, engine, "app");
    Some(server)
}

/// Without a primary, it waits for one.
#[test]
fn f56_a_standby_of_postgresql_is_named() {
    for version in [15, 18] {
        let engine = Engine::Postgres(version);
        let Some(server) = server(engine) else { return };
        server.stop().unwrap();
        let signal = server.folder().join("data/standby.signal");
        std::fs::write(&signal, "").unwrap();
        server.restart().unwrap();
        let is_standby = server.query("SELECT pg_is_in_recovery()").unwrap();
        assert_eq!(is_standby, [[Some("t".to_owned())]]);
        for strategy in ["single", "alternating"] {
            check(&server, &vault(&server, engine, strategy), "read-only transaction");
        }
        // What the database could not do, it does when it can.
        let vault = vault(&server, engine, "single");
        assert_eq!(code(&set(&vault)), "E_DB_READ_ONLY");
        server.stop().unwrap();
        std::fs::remove_file(signal).unwrap();
        server.restart().unwrap();
        super::users::again(&vault, T);
    }
}

#[test]
fn f56_a_postgresql_whose_transactions_are_read_only_is_named() {
    let engine = Engine::Postgres(15);
    let Some(server) = server(engine) else { return };
    server.execute("ALTER ROLE app SET default_transaction_read_only = on").unwrap();
    check(&server, &vault(&server, engine, "single"), "read-only transaction");
}

#[test]
fn f56_a_mysql_that_is_read_only_to_everybody_is_named() {
    let Some(server) = server(Engine::MySql) else { return };
    server.execute("SET GLOBAL super_read_only = ON").unwrap();
    for strategy in ["single", "dual", "alternating"] {
        check(&server, &vault(&server, Engine::MySql, strategy), "read-only");
    }
}

/// To users only: what an admin may write would be on the replica and nowhere else.
#[test]
fn f56_a_replica_of_mysql_is_not_written_by_an_admin_that_could() {
    let Some(server) = server(Engine::MySql) else { return };
    server.execute("SET GLOBAL read_only = ON").unwrap();
    for strategy in ["single", "dual", "alternating"] {
        check(&server, &vault(&server, Engine::MySql, strategy), "read-only");
    }
    let made = server.query("SELECT 1 FROM mysql.user WHERE user = 'app_clone'").unwrap();
    assert!(made.is_empty());
}

#[test]
fn f56_a_mariadb_that_is_read_only_is_named() {
    let Some(server) = server(Engine::MariaDb) else { return };
    server.execute("SET GLOBAL read_only = ON").unwrap();
    for strategy in ["single", "dual", "alternating"] {
        check(&server, &vault(&server, Engine::MariaDb, strategy), "read-only");
    }
}
