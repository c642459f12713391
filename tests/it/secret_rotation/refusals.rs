//! What keeps a rotation from a database, each with the code that names it. In every case the
//! current password goes on to work, and no other is tried but after a wrong one.

use tests::servers::{self, Engine, Options as ServerOptions, Server, Tls};

use super::{
    databases::{FIRST, make_user, secret, vault},
    *,
};

const POSTGRES: Engine = Engine::Postgres(15);

fn postgres(options: ServerOptions) -> Option<Server> {
    let server = servers::require(POSTGRES, options)?;
    make_user(&server, POSTGRES, "app");
    Some(server)
}

/// `setSecret` after `createSecret`.
fn set(vault: &Vault) -> Invocation {
    vault.begin("app", T);
    vault.step("createSecret", "app", T).answer();
    vault.step("setSecret", "app", T)
}

/// Rewrites the current version.
fn edit(vault: &Vault, change: impl FnOnce(&mut Value)) {
    let text = vault.text("app", "AWSCURRENT").unwrap();
    let mut value: Value = serde_json::from_str(&text).unwrap();
    change(&mut value);
    let token = "0123456789abcdef0123456789abcdef";
    vault.by_hand(
        "PutSecretValue",
        &json!({ "SecretId": "app", "ClientRequestToken": token, "SecretString": value.to_string() }),
    );
}

#[test]
fn f49_a_server_without_tls_gets_no_password() {
    let Some(server) = postgres(ServerOptions::default().tls(Tls::Off)) else { return };
    let vault = vault(&server, POSTGRES, "single");
    assert_eq!(code(&set(&vault)), "E_DB_TLS");
    assert!(server.logs_in("app", FIRST).unwrap());
    edit(&vault, |secret| secret["ssl"] = json!(false));
    vault.rotate("app", "6bd4c2ef-1a6d-4b4a-8b4f-3a5c7d8e9f0a");
}

#[test]
fn f50_a_server_that_wants_tls_is_named() {
    let Some(server) = postgres(ServerOptions::default().tls(Tls::Required)) else { return };
    let vault = vault(&server, POSTGRES, "single");
    edit(&vault, |secret| secret["ssl"] = json!(false));
    assert_eq!(code(&set(&vault)), "E_DB_TLS");
}

#[test]
fn f62_a_user_that_may_not_log_in_is_named() {
    let Some(server) = postgres(ServerOptions::default()) else { return };
    server.execute("ALTER ROLE app NOLOGIN").unwrap();
    let step = set(&vault(&server, POSTGRES, "single"));
    assert_eq!(code(&step), "E_ACCOUNT_LOCKED");
}

#[test]
fn f65_a_user_without_a_connection_left_is_named() {
    let Some(server) = postgres(ServerOptions::default()) else { return };
    server.execute("ALTER ROLE app CONNECTION LIMIT 0").unwrap();
    let step = set(&vault(&server, POSTGRES, "single"));
    assert_eq!(code(&step), "E_DB_CONNECTIONS");
    assert!(failure(&step).unwrap().1.contains("too many connections"));
}

#[test]
fn a_database_that_is_not_there_is_named() {
    let Some(server) = postgres(ServerOptions::default()) else { return };
    let vault = vault(&server, POSTGRES, "single");
    edit(&vault, |secret| secret["dbname"] = json!("nowhere"));
    assert_eq!(code(&set(&vault)), "E_DB_NAME");
}

#[test]
fn a_server_that_is_not_there_is_named() {
    let Some(server) = postgres(ServerOptions::default()) else { return };
    let vault = vault(&server, POSTGRES, "single");
    server.stop().unwrap();
    assert_eq!(code(&set(&vault)), "E_DB_UNREACHABLE");
    server.restart().unwrap();
    vault.step("setSecret", "app", T).answer();
}

#[test]
fn f61_a_user_that_is_gone_is_named() {
    let Some(server) = postgres(ServerOptions::default()) else { return };
    let vault = vault(&server, POSTGRES, "single");
    edit(&vault, |secret| drop(secret.as_object_mut().unwrap().remove("masterarn")));
    server.execute("DROP SCHEMA app").unwrap();
    server.execute("DROP ROLE app").unwrap();
    assert_eq!(code(&set(&vault)), "E_AUTH_ALL");
}

#[test]
fn the_admin_helps_a_user_whose_password_nobody_knows() {
    let Some(server) = postgres(ServerOptions::default()) else { return };
    let vault = vault(&server, POSTGRES, "single");
    server.execute("ALTER ROLE app PASSWORD 'somebody else''s'").unwrap();
    vault.rotate("app", T);
    assert!(server.logs_in("app", &vault.password("app", "AWSCURRENT").unwrap()).unwrap());
}

#[test]
fn f79_a_secret_is_not_its_own_admin() {
    let Some(server) = postgres(ServerOptions::default()) else { return };
    let vault = vault(&server, POSTGRES, "alternating");
    edit(&vault, |secret| secret["masterarn"] = json!("app"));
    assert_eq!(code(&set(&vault)), "E_ADMIN_SECRET");
}

#[test]
fn f78_an_admin_of_another_host_is_refused() {
    let Some(server) = postgres(ServerOptions::default()) else { return };
    let vault = vault(&server, POSTGRES, "alternating");
    edit(&vault, |secret| secret["host"] = json!("127.0.0.1"));
    assert_eq!(code(&set(&vault)), "E_ADMIN_HOST");
}

#[test]
fn the_current_password_must_log_in_before_the_other_user_is_touched() {
    let Some(server) = postgres(ServerOptions::default()) else { return };
    let vault = vault(&server, POSTGRES, "alternating");
    server.execute("ALTER ROLE app PASSWORD 'somebody else''s'").unwrap();
    assert_eq!(code(&set(&vault)), "E_CURRENT_INVALID");
    let made = server.query("SELECT 1 FROM pg_roles WHERE rolname = 'app_clone'").unwrap();
    assert!(made.is_empty());
}

#[test]
fn f43_a_strange_name_is_rotated_like_any_other() {
    let Some(server) = servers::require(POSTGRES, ServerOptions::default()) else { return };
    for (number, name) in ["We\"ird Üser", "a'b", "UPPER", "with%s", "semi;drop"].iter().enumerate()
    {
        let quoted = format!("\"{}\"", name.replace('"', "\"\""));
        server.execute(&format!("CREATE ROLE {quoted} LOGIN PASSWORD '{FIRST}'")).unwrap();
        let text = secret(&server, POSTGRES, name, FIRST);
        let ca = server.ca_pem().to_owned();
        let vault = Vault::with(&[], |spec| spec.variable("SSL_CA_PEM", ca), &[("app", &text)]);
        vault.rotate("app", &format!("6bd4c2ef-1a6d-4b4a-8b4f-{number:012}"));
        let password = vault.password("app", "AWSCURRENT").unwrap();
        assert!(server.logs_in(name, &password).unwrap(), "{name}");
    }
}
