//! Users of real servers and their secrets, with any name and password. Rotates nothing.

use tests::servers::{Engine, Server};

use super::{databases::secret, *};

/// Whatever kind of server, where one of each is enough.
pub(super) const ENGINES: [Engine; 3] = [Engine::Postgres(15), Engine::MariaDb, Engine::MySql];

/// Makes a user that may work in the database, past the server's log.
pub(super) fn make(server: &Server, engine: Engine, user: &str, password: &str) {
    let statements = match engine {
        Engine::Postgres(_) => {
            let name = format!("\"{}\"", user.replace('"', "\"\""));
            // In this form a backslash escapes, whatever the server's settings.
            let password = text(&password.replace('\\', "\\\\"));
            vec![format!("CREATE ROLE {name} LOGIN PASSWORD E{password}")]
        }
        Engine::MariaDb | Engine::MySql => {
            let user = text(user);
            vec![
                // As text() has it, whatever the server's own mode.
                "SET SESSION sql_mode = 'NO_BACKSLASH_ESCAPES'".to_owned(),
                format!("CREATE USER {user}@'%' IDENTIFIED BY {}", text(password)),
                format!("GRANT SELECT ON app.* TO {user}@'%'"),
            ]
        }
    };
    match engine {
        Engine::Postgres(_) => statements.iter().for_each(|it| server.execute(it).unwrap()),
        // One session, since one of them is its mode.
        Engine::MariaDb | Engine::MySql => server.execute(&statements.join("; ")).unwrap(),
    }
}

/// In standard SQL a backslash is a backslash.
fn text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The function with the secret `app`, which names no admin.
pub(super) fn alone(server: &Server, engine: Engine, user: &str, password: &str) -> Vault {
    let text = secret(server, engine, user, password);
    let vault = with_text(server, &text);
    edit(&vault, |secret| drop(secret.as_object_mut().unwrap().remove("masterarn")));
    vault
}

/// The function with the secret `app` of this text.
pub(super) fn with_text(server: &Server, text: &str) -> Vault {
    Vault::with(&[], |spec| spec.variable("SSL_CA_PEM", server.ca_pem()), &[("app", text)])
}

/// Rewrites the current version in its place, as if it had always been so.
pub(super) fn edit(vault: &Vault, change: impl FnOnce(&mut Value)) {
    edit_secret(vault, "app", change);
}

pub(super) fn edit_secret(vault: &Vault, name: &str, change: impl FnOnce(&mut Value)) {
    let mut value: Value = serde_json::from_str(&vault.text(name, "AWSCURRENT").unwrap()).unwrap();
    change(&mut value);
    write(vault, name, &value.to_string());
}

/// Gives the current version this text.
pub(super) fn write(vault: &Vault, name: &str, text: &str) {
    vault.state(|state| {
        let secret = state.secret_mut(name).unwrap();
        let version = secret.holder("AWSCURRENT").unwrap().to_owned();
        let value = SecretValue::Text(text.to_owned());
        secret.set(&version, Some(value), &["AWSCURRENT"], NOW.parse().unwrap());
    });
}

/// Puts the pending version by hand: the current one with this password.
pub(super) fn put_pending(vault: &Vault, token: &str, password: &str) {
    put_pending_for(vault, token, None, password);
}

/// The same for another user, if there is one.
pub(super) fn put_pending_for(vault: &Vault, token: &str, user: Option<&str>, password: &str) {
    let mut value: Value = serde_json::from_str(&vault.text("app", "AWSCURRENT").unwrap()).unwrap();
    value["password"] = json!(password);
    if let Some(user) = user {
        value["username"] = json!(user);
    }
    vault.by_hand(
        "PutSecretValue",
        &json!({
            "SecretId": "app",
            "ClientRequestToken": token,
            "SecretString": value.to_string(),
            "VersionStages": ["AWSPENDING"],
        }),
    );
}

/// Whether the user and the password of a version are right.
pub(super) fn logs_in(server: &Server, vault: &Vault, secret: &str, label: &str) -> bool {
    let Some(text) = vault.text(secret, label) else { return false };
    let text: Value = serde_json::from_str(&text).unwrap();
    let field = |name: &str| text[name].as_str().unwrap();
    server.logs_in(field("username"), field("password")).unwrap()
}

/// The id of the version that the nth rotation makes.
pub(super) fn token(n: usize) -> String {
    format!("6bd4c2ef-1a6d-4b4a-8b4f-{n:012}")
}

/// `createSecret`, then `setSecret`.
pub(super) fn set(vault: &Vault) -> Invocation {
    vault.begin("app", T);
    vault.step("createSecret", "app", T).answer();
    vault.step("setSecret", "app", T)
}

/// All steps once more with the same token, as Secrets Manager does after a failure.
#[track_caller]
pub(super) fn again(vault: &Vault, token: &str) {
    for step in ["createSecret", "setSecret", "testSecret", "finishSecret"] {
        vault.step(step, "app", token).answer();
    }
}

/// How many logins the server has refused for a wrong password.
pub(super) fn n_wrong_passwords(server: &Server) -> usize {
    let log = server.log();
    log.matches("password authentication failed").count() + log.matches("Access denied").count()
}
