//! The database servers that tests start: each engine and version does what tests rely on.

mod behaviour;
mod connections;

use std::{fs, path::Path};

use tests::servers::{self, Engine, Options, Server, Tls};

const PASSWORD: &str = "right-password";

/// What every engine is asked: who has the password logs in over TLS, and nobody else.
#[track_caller]
fn check(engine: Engine, plain_refusal: &str) {
    let Some(server) = servers::require(engine, Options::default().tls(Tls::Required)) else {
        return;
    };
    create_app(&server, engine);
    assert!(server.logs_in("app", PASSWORD).unwrap());
    assert!(!server.logs_in("app", "wrong-password").unwrap());
    assert!(!server.logs_in("stranger", PASSWORD).unwrap());
    let refusal = format!("{:#}", server.session_without_tls("app", PASSWORD).unwrap_err());
    assert!(refusal.contains(plain_refusal), "{refusal}");

    let mut session = server.session("app", PASSWORD).unwrap();
    let rows = session.query("SELECT 'said by app', NULL").unwrap();
    assert_eq!(rows, [[Some("said by app".to_owned()), None]]);
    let log = server.log();
    assert!(log.contains("said by app"), "{log}");
    assert!(!log.contains(PASSWORD), "{log}");
    drop(session);
    check_leaves_nothing(server);
}

/// The superuser's own statements, the password among them, are not in the log.
fn create_app(server: &Server, engine: Engine) {
    if let Engine::Postgres(_) = engine {
        server.execute(&format!("CREATE USER app PASSWORD '{PASSWORD}'")).unwrap();
    } else {
        server.execute(&format!("CREATE USER app IDENTIFIED BY '{PASSWORD}'")).unwrap();
        server.execute("GRANT ALL ON app.* TO app").unwrap();
    }
}

#[track_caller]
fn check_leaves_nothing(server: Server) {
    let folder = server.folder().to_owned();
    assert!(folder.is_dir());
    assert!(!processes_in(&folder).is_empty());
    drop(server);
    assert!(!folder.exists());
    assert_eq!(processes_in(&folder), [0; 0]);
}

/// The processes that were started in this folder. The kernel says of a folder that is gone that it
/// was deleted, after its name.
fn processes_in(folder: &Path) -> Vec<u32> {
    let folder = folder.to_str().unwrap();
    let processes = fs::read_dir("/proc").into_iter().flatten().filter_map(|entry| {
        let entry = entry.ok()?;
        let pid = entry.file_name().to_str()?.parse().ok()?;
        let current = fs::read_link(entry.path().join("cwd")).ok()?;
        current.to_str()?.starts_with(folder).then_some(pid)
    });
    processes.collect()
}

const NO_ENTRY: &str = "no pg_hba.conf entry";

#[test]
fn postgres_14_asks_for_the_password_over_tls() {
    check(Engine::Postgres(14), NO_ENTRY);
}

#[test]
fn postgres_15_asks_for_the_password_over_tls() {
    check(Engine::Postgres(15), NO_ENTRY);
}

#[test]
fn postgres_16_asks_for_the_password_over_tls() {
    check(Engine::Postgres(16), NO_ENTRY);
}

#[test]
fn postgres_17_asks_for_the_password_over_tls() {
    check(Engine::Postgres(17), NO_ENTRY);
}

#[test]
fn postgres_18_asks_for_the_password_over_tls() {
    check(Engine::Postgres(18), NO_ENTRY);
}

#[test]
fn mariadb_asks_for_the_password_over_tls() {
    check(Engine::MariaDb, "1045");
}

#[test]
fn mysql_asks_for_the_password_over_tls() {
    check(Engine::MySql, "3159");
}
