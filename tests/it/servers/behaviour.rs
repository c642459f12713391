//! What a server can be told to do: certificates that are bad, settings, pauses and restarts.

use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use tests::servers::{self, Authentication, Certificate, Engine, Options, Relay, Server, Tls};

use super::{PASSWORD, create_app};

const POSTGRES: Engine = Engine::Postgres(15);

#[track_caller]
fn start(engine: Engine, options: Options) -> Option<Server> {
    let server = servers::require(engine, options)?;
    create_app(&server, engine);
    Some(server)
}

/// The only value of a query.
#[track_caller]
fn value(server: &Server, sql: &str) -> String {
    server.query(sql).unwrap()[0][0].clone().unwrap()
}

#[track_caller]
fn check_offers_tls(engine: Engine) {
    let Some(server) = start(engine, Options::default()) else { return };
    server.session("app", PASSWORD).unwrap().execute("SELECT 1").unwrap();
    server.session_without_tls("app", PASSWORD).unwrap().execute("SELECT 1").unwrap();
}

#[test]
fn postgres_lets_the_client_choose_tls() {
    check_offers_tls(POSTGRES);
}

#[test]
fn mariadb_lets_the_client_choose_tls() {
    check_offers_tls(Engine::MariaDb);
}

#[test]
fn mysql_lets_the_client_choose_tls() {
    check_offers_tls(Engine::MySql);
}

#[track_caller]
fn check_has_no_tls(engine: Engine, sql: &str, expected: &str) {
    let Some(server) = start(engine, Options::default().tls(Tls::Off)) else { return };
    assert!(server.logs_in("app", PASSWORD).unwrap());
    assert!(!server.logs_in("app", "wrong-password").unwrap());
    let rows = server.query(sql).unwrap();
    assert_eq!(rows.last().unwrap().last().unwrap().as_deref(), Some(expected));
}

#[test]
fn postgres_can_be_without_tls() {
    check_has_no_tls(POSTGRES, "SHOW ssl", "off");
}

#[test]
fn mariadb_can_be_without_tls() {
    check_has_no_tls(Engine::MariaDb, "SHOW VARIABLES LIKE 'have_ssl'", "DISABLED");
}

#[test]
fn mysql_can_be_without_tls() {
    check_has_no_tls(Engine::MySql, "SHOW VARIABLES LIKE 'tls_version'", "");
}

/// Who verifies the certificate finds what is wrong; the test's own login goes another way.
#[track_caller]
fn check_certificate(engine: Engine, certificate: Certificate, expected: &str) {
    let options = Options::default().tls(Tls::Required).certificate(certificate);
    let Some(server) = start(engine, options) else { return };
    let relay = Relay::start(server.port()).unwrap();
    let refusal = server.session_through(&relay, "app", PASSWORD).unwrap_err();
    assert!(format!("{refusal:#}").contains(expected), "{refusal:#}");
    assert!(server.logs_in("app", PASSWORD).unwrap());
    assert!(!server.logs_in("app", "wrong-password").unwrap());
}

#[test]
fn a_certificate_can_be_for_another_name() {
    let certificate = || Certificate::For("db.example".to_owned());
    check_certificate(POSTGRES, certificate(), "db.example");
    check_certificate(Engine::MariaDb, certificate(), "db.example");
}

#[test]
fn a_certificate_can_have_expired() {
    check_certificate(POSTGRES, Certificate::Expired, "expired");
    check_certificate(Engine::MySql, Certificate::Expired, "expired");
}

#[test]
fn a_certificate_can_be_of_another_authority() {
    check_certificate(POSTGRES, Certificate::FromAnotherAuthority, "UnknownIssuer");
    check_certificate(Engine::MariaDb, Certificate::FromAnotherAuthority, "UnknownIssuer");
}

#[test]
fn a_stored_password_can_be_md5() {
    let options = Options::default().authentication(Authentication::Md5);
    let Some(server) = start(POSTGRES, options) else { return };
    let stored = value(&server, "SELECT rolpassword FROM pg_authid WHERE rolname = 'app'");
    assert!(stored.starts_with("md5"), "{stored}");
    assert!(server.logs_in("app", PASSWORD).unwrap());
    assert!(!server.logs_in("app", "wrong-password").unwrap());
}

#[test]
fn a_server_that_does_not_ask_takes_any_password() {
    let options = Options::default().authentication(Authentication::Trust);
    let Some(server) = start(POSTGRES, options) else { return };
    assert!(server.logs_in("app", "wrong-password").unwrap());
}

#[test]
fn a_setting_is_the_server_s_own() {
    let options = Options::default().setting("max_connections", "17");
    let Some(server) = start(POSTGRES, options.clone()) else { return };
    assert_eq!(value(&server, "SHOW max_connections"), "17");
    let options = options.setting("sql_mode", "NO_BACKSLASH_ESCAPES,ANSI_QUOTES");
    for engine in [Engine::MariaDb, Engine::MySql] {
        let Some(server) = start(engine, options.clone()) else { return };
        assert_eq!(value(&server, "SELECT @@GLOBAL.max_connections"), "17");
        let sql_mode = value(&server, "SELECT @@GLOBAL.sql_mode");
        assert!(sql_mode.contains("NO_BACKSLASH_ESCAPES"), "{sql_mode}");
    }
}

#[test]
fn a_plugin_is_a_setting_of_mariadb() {
    let options = Options::default().setting("plugin-load-add", "auth_ed25519");
    let Some(server) = servers::require(Engine::MariaDb, options) else { return };
    let user = format!("CREATE USER app IDENTIFIED VIA ed25519 USING PASSWORD('{PASSWORD}')");
    server.execute(&user).unwrap();
    let sql = "SELECT plugin_status FROM information_schema.plugins WHERE plugin_name = 'ed25519'";
    assert_eq!(server.query(sql).unwrap(), [[Some("ACTIVE".to_owned())]]);
    assert!(!server.logs_in("app", "wrong-password").unwrap());
}

/// What the administrator is allowed, and what only a superuser is.
#[track_caller]
fn check_admin(engine: Engine, allowed: &[&str], refused: &[&str]) {
    let Some(server) = start(engine, Options::default()) else { return };
    let admin = server.admin();
    let mut session = server.session(admin.user, admin.password).unwrap();
    for sql in allowed {
        session.execute(sql).unwrap_or_else(|err| panic!("`{sql}`: {err:#}"));
    }
    for sql in refused {
        let refusal = format!("{:#}", session.execute(sql).expect_err(sql));
        let is_denied = ["permission denied", "must be", "1227"].map(|text| refusal.contains(text));
        assert!(is_denied.contains(&true), "`{sql}`: {refusal}");
    }
    assert!(server.logs_in("other", "x-password").unwrap());
}

const CREATES: [&str; 3] = [
    "CREATE ROLE other LOGIN PASSWORD 'w-password'",
    "ALTER ROLE other PASSWORD 'x-password'",
    "CREATE TABLE t (n int)",
];
const CONFIGURES: &str = "ALTER SYSTEM SET log_statement = 'none'";
const ALTERS_APP: &str = "ALTER ROLE app PASSWORD 'y-password'";

#[test]
fn the_administrator_of_postgres_15_may_alter_any_user() {
    check_admin(Engine::Postgres(15), &[&CREATES[..], &[ALTERS_APP]].concat(), &[CONFIGURES]);
}

#[test]
fn the_administrator_of_postgres_16_may_alter_only_its_own_users() {
    check_admin(Engine::Postgres(16), &CREATES, &[CONFIGURES, ALTERS_APP]);
}

#[test]
fn the_administrator_of_mariadb_may_create_users() {
    let allowed = [
        "CREATE USER other IDENTIFIED BY 'w-password'",
        "GRANT SELECT ON app.* TO other",
        "ALTER USER other IDENTIFIED BY 'x-password'",
    ];
    check_admin(Engine::MariaDb, &allowed, &["SET GLOBAL general_log = OFF"]);
}

#[test]
fn the_administrator_of_mysql_may_keep_a_second_password() {
    let allowed = [
        "CREATE USER other IDENTIFIED BY 'x-password'",
        "GRANT SELECT ON app.* TO other",
        "ALTER USER other IDENTIFIED BY 'y-password' RETAIN CURRENT PASSWORD",
    ];
    check_admin(Engine::MySql, &allowed, &["SET GLOBAL general_log = OFF"]);
}

#[test]
fn a_connection_counts_until_it_is_closed() {
    let Some(server) = start(POSTGRES, Options::default()) else { return };
    server.execute("ALTER ROLE app CONNECTION LIMIT 1").unwrap();
    let mut session = server.session("app", PASSWORD).unwrap();
    session.execute("SELECT 1").unwrap();
    let refusal = format!("{:#}", server.logs_in("app", PASSWORD).unwrap_err());
    assert!(refusal.contains("too many connections"), "{refusal}");
    drop(session);
    // The server takes a moment to notice.
    let of_app = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'app'";
    while value(&server, of_app) != "0" {}
    assert!(server.logs_in("app", PASSWORD).unwrap());
}

#[track_caller]
fn check_stops_and_restarts(engine: Engine) {
    let Some(server) = start(engine, Options::default()) else { return };
    let port = server.port();
    let mut session = server.session("app", PASSWORD).unwrap();
    server.restart().unwrap();
    assert_eq!(server.port(), port);
    session.execute("SELECT 1").unwrap_err();
    assert!(server.logs_in("app", PASSWORD).unwrap());
    server.stop().unwrap();
    let refused = TcpStream::connect(("127.0.0.1", port)).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    assert_eq!(server.pid(), None);
    server.restart().unwrap();
    assert!(server.logs_in("app", PASSWORD).unwrap());
}

#[test]
fn postgres_stops_and_restarts() {
    check_stops_and_restarts(POSTGRES);
}

#[test]
fn mariadb_stops_and_restarts() {
    check_stops_and_restarts(Engine::MariaDb);
}

#[test]
fn mysql_stops_and_restarts() {
    check_stops_and_restarts(Engine::MySql);
}

#[track_caller]
fn check_hangs(engine: Engine, question: &[u8]) {
    let Some(server) = start(engine, Options::default()) else { return };
    let answers = || -> std::io::Result<usize> {
        let mut stream = TcpStream::connect(("127.0.0.1", server.port()))?;
        stream.write_all(question)?;
        stream.set_read_timeout(Some(Duration::from_millis(300)))?;
        stream.read(&mut [0])
    };
    assert_eq!(answers().unwrap(), 1);
    server.pause().unwrap();
    assert_eq!(answers().unwrap_err().kind(), ErrorKind::WouldBlock);
    server.resume().unwrap();
    assert!(server.logs_in("app", PASSWORD).unwrap());
    // A paused server ends like any other.
    server.pause().unwrap();
    super::check_leaves_nothing(server);
}

/// Asks for TLS, and would be told `S`.
#[test]
fn postgres_hangs_while_it_is_paused() {
    check_hangs(POSTGRES, &[0, 0, 0, 8, 4, 210, 22, 47]);
}

/// Speaks first.
#[test]
fn mariadb_hangs_while_it_is_paused() {
    check_hangs(Engine::MariaDb, &[]);
}

#[test]
fn mysql_hangs_while_it_is_paused() {
    check_hangs(Engine::MySql, &[]);
}
