//! Databases and users without a connection to spare: the step says so, tries no other password, and
//! comes to its end when there is room.

use tests::servers::{self, Engine, Options as ServerOptions, Server, Session};

use super::{databases::FIRST, users::*, *};

const POSTGRES: Engine = Engine::Postgres(15);

fn server(engine: Engine, options: ServerOptions) -> Option<Server> {
    let server = servers::require(engine, options)?;
    make(&server, engine, "app", FIRST);
    Some(server)
}

/// `setSecret` while `sessions` are all that there is room for.
#[track_caller]
fn check_full(server: &Server, engine: Engine, sessions: Vec<Session>, expected: &str) {
    let vault = alone(server, engine, "app", FIRST);
    vault.begin("app", T);
    vault.step("createSecret", "app", T).answer();
    let n_wrong = n_wrong_passwords(server);
    let step = vault.step("setSecret", "app", T);
    let (code, message) = failure(&step).unwrap();
    assert_eq!(code, "E_DB_CONNECTIONS", "{engine}: {message}");
    assert!(message.contains(expected), "{engine}: {message}");
    assert_eq!(n_wrong_passwords(server), n_wrong, "{engine}: another password was tried");
    // The server counts a connection for a moment longer than it lasts.
    drop(sessions);
    while server.session("app", FIRST).is_err() {}
    let pending = vault.password("app", "AWSPENDING").unwrap();
    while failure(&vault.step("setSecret", "app", T)).is_some() {}
    assert!(server.logs_in("app", &pending).unwrap(), "{engine}");
    again(&vault, T);
}

/// As many sessions as there is room for.
fn fill(server: &Server) -> Vec<Session> {
    let sessions: Vec<Session> =
        std::iter::from_fn(|| server.session("app", FIRST).ok()).take(50).collect();
    assert!(sessions.len() < 50);
    sessions
}

#[test]
fn f55_a_postgresql_without_a_connection_left_is_named() {
    let options = ServerOptions::default()
        .setting("max_connections", "5")
        .setting("superuser_reserved_connections", "3");
    let Some(server) = server(POSTGRES, options) else { return };
    check_full(&server, POSTGRES, fill(&server), "connection slots are reserved");
}

#[test]
fn f55_a_mariadb_without_a_connection_left_is_named() {
    let options = ServerOptions::default().setting("max-connections", "10");
    let Some(server) = server(Engine::MariaDb, options) else { return };
    check_full(&server, Engine::MariaDb, fill(&server), "(1040)");
}

#[test]
fn f55_a_mysql_without_a_connection_left_is_named() {
    let options = ServerOptions::default().setting("max-connections", "3");
    let Some(server) = server(Engine::MySql, options) else { return };
    check_full(&server, Engine::MySql, fill(&server), "(1040)");
}

#[test]
fn f55_a_user_whose_connections_are_all_taken_is_named() {
    for engine in ENGINES {
        let Some(server) = server(engine, ServerOptions::default()) else { return };
        let (limit, expected) = limit(engine);
        server.execute(limit).unwrap();
        check_full(&server, engine, fill(&server), expected);
    }
}

fn limit(engine: Engine) -> (&'static str, &'static str) {
    match engine {
        Engine::Postgres(_) => ("ALTER ROLE app CONNECTION LIMIT 1", "(53300)"),
        Engine::MariaDb | Engine::MySql => {
            ("ALTER USER app@'%' WITH MAX_USER_CONNECTIONS 1", "(1226)")
        }
    }
}

/// The session that changes the password is over before the new password is tried.
#[test]
fn f55_a_user_with_one_connection_is_rotated() {
    for engine in ENGINES {
        let Some(server) = servers::require(engine, ServerOptions::default()) else { return };
        for n in 0..4 {
            let user = format!("app{n}");
            make(&server, engine, &user, FIRST);
            server.execute(&limit(engine).0.replace("app", &user)).unwrap();
            let vault = alone(&server, engine, &user, FIRST);
            set(&vault).answer();
            assert!(logs_in_at_last(&server, &vault), "{engine}");
        }
    }
}

/// Nobody tells a server that a frozen or unplugged client has gone, and a session has a lock.
#[test]
fn f54_a_session_without_a_client_is_ended_by_the_server_in_a_minute() {
    for engine in ENGINES {
        let Some(server) = server(engine, ServerOptions::default()) else { return };
        let vault = alone(&server, engine, "app", FIRST);
        let sql = match engine {
            Engine::Postgres(_) => {
                "SELECT 1 / (current_setting('idle_session_timeout') = '1min')::int"
            }
            // No row is an answer; two are none in the place of one.
            Engine::MariaDb | Engine::MySql => {
                "SELECT (SELECT 1 UNION SELECT 2 FROM DUAL WHERE @@SESSION.wait_timeout <> 60)"
            }
        };
        vault.state(|state| tag(state, "app", "caretaker:rotation:test_sql", sql));
        vault.rotate("app", T);
    }
}

/// Whether the pending version logs in as soon as there is a connection for it.
fn logs_in_at_last(server: &Server, vault: &Vault) -> bool {
    let text: Value = serde_json::from_str(&vault.text("app", "AWSPENDING").unwrap()).unwrap();
    let field = |name: &str| text[name].as_str().unwrap();
    loop {
        if let Ok(logs_in) = server.logs_in(field("username"), field("password")) {
            return logs_in;
        }
    }
}
