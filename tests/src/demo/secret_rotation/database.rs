//! A real PostgreSQL with the users of applications, and their secrets as text. Rotates nothing.

use anyhow::Context as _;
use serde_json::json;

use crate::servers::{self, Engine, Options, Server, Tls};

/// The versions to look for, the best first.
const VERSIONS: [u32; 5] = [16, 18, 17, 15, 14];

/// Since this version an administrator needs the ADMIN option on a role that somebody else made.
pub(super) const ADMIN_OPTION_SINCE: u32 = 16;

pub(super) const MISSING: &str = "there is no PostgreSQL on this machine, and this demo rotates the user of a real one. \
     `tests/run servers` unpacks some and installs nothing; `apt-get install postgresql` does as well";

/// The password of a user before its first rotation.
pub(super) const FIRST_PASSWORD: &str = "chosen-by-a-Person-1";

/// The major version of the PostgreSQL that is on this machine.
pub(super) fn version() -> Option<u32> {
    let is_installed = |version: &u32| servers::is_installed(Engine::Postgres(*version));
    VERSIONS.into_iter().find(is_installed)
}

/// A server that asks for TLS and passwords, with these users, each in a schema of its own.
pub(super) fn start(version: u32, users: &[&str]) -> anyhow::Result<Server> {
    let engine = Engine::Postgres(version);
    let server = Server::start(engine, Options::default().tls(Tls::Required))
        .with_context(|| format!("cannot start {engine}"))?;
    for user in users {
        server.execute(&format!("CREATE ROLE {user} LOGIN PASSWORD '{FIRST_PASSWORD}'"))?;
        server.execute(&format!("CREATE SCHEMA {user} AUTHORIZATION {user}"))?;
    }
    Ok(server)
}

/// The right that the administrator of a new version lacks.
pub(super) fn grant_to_admin(server: &Server, user: &str) -> String {
    format!("GRANT {user} TO {} WITH ADMIN OPTION", server.admin().user)
}

/// What the secret of a user says; `admin` is the name of the administrator's secret.
pub(super) fn secret(server: &Server, user: &str, password: &str, admin: Option<&str>) -> String {
    let mut secret = json!({
        "engine": "postgres",
        "host": "localhost",
        "port": server.port(),
        "dbname": servers::DATABASE,
        "username": user,
        "password": password,
    });
    if let Some(admin) = admin {
        secret["masterarn"] = json!(admin);
    }
    secret.to_string()
}
