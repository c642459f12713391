//! How a user proves who it is, and what a server demands of passwords. Each user keeps its way, and
//! a password that the server will not have is named with the way out.

use tests::servers::{Authentication, Engine, Options as ServerOptions};

use super::{databases::FIRST, scene::Scene, *};

/// A pending version with this password, whatever the rotation would have made.
fn pending(scene: &Scene, password: &str) -> Invocation {
    let token = scene.begin();
    let text = scene.vault.text("app", "AWSCURRENT").unwrap();
    let mut value: Value = serde_json::from_str(&text).unwrap();
    value["password"] = json!(password);
    scene.put("AWSPENDING", &token, &value);
    scene.step("createSecret").answer();
    scene.step("setSecret")
}

/// The password of this version will never do, and the next rotation makes another.
fn is_refused(scene: &Scene, step: &Invocation) {
    let (code, message) = failure(step).unwrap();
    assert_eq!(code, "E_DB_POLICY", "{message}");
    assert!(message.contains("`CancelRotateSecret`"), "{message}");
    let (user, password) = scene.login("AWSCURRENT");
    assert!(scene.logs_in(&user, &password));
    scene.vault.by_hand("CancelRotateSecret", &json!({ "SecretId": "app" }));
    let version =
        scene.vault.state(|state| state.secret("app")?.holder("AWSPENDING").map(str::to_owned));
    let off = json!({
        "SecretId": "app", "VersionStage": "AWSPENDING", "RemoveFromVersionId": version,
    });
    scene.vault.by_hand("UpdateSecretVersionStage", &off);
}

#[test]
fn f68_a_password_that_mysql_has_seen_before_is_refused_by_name() {
    let Some(scene) = Scene::new(Engine::MySql, "single") else { return };
    // The server remembers what was set while it had to.
    scene.sql(&[
        "ALTER USER app@'%' PASSWORD HISTORY 5",
        &format!("ALTER USER app@'%' IDENTIFIED BY '{FIRST}'"),
    ]);
    scene.rotates();
    is_refused(&scene, &pending(&scene, FIRST));
    scene.rotates();
}

#[test]
fn f68_a_password_that_is_too_weak_for_mysql_is_refused_by_name() {
    let Some(scene) = Scene::new(Engine::MySql, "single") else { return };
    scene.sql(&[
        "INSTALL COMPONENT 'file://component_validate_password'",
        "SET GLOBAL validate_password.length = 40",
    ]);
    scene.begin();
    scene.step("createSecret").answer();
    is_refused(&scene, &scene.step("setSecret"));

    scene.vault.state(|state| tag(state, "app", "caretaker:rotation:password_length", "48"));
    scene.rotates();
}

/// MariaDB checks passwords, and has no way to check a hash.
#[test]
fn f68_a_check_of_passwords_on_mariadb_is_named() {
    let Some(scene) = Scene::new(Engine::MariaDb, "single") else { return };
    scene.sql(&["INSTALL SONAME 'simple_password_check'"]);
    scene.begin();
    scene.step("createSecret").answer();
    let step = scene.step("setSecret");
    let (code, message) = failure(&step).unwrap();
    assert_eq!(code, "E_DB_POLICY");
    assert!(message.contains("--strict-password-validation"), "{message}");
    scene.sql(&["SET GLOBAL strict_password_validation = OFF"]);
    scene.retries();
}

#[test]
fn f68_a_password_that_is_too_weak_for_postgresql_is_refused_by_name() {
    let options = ServerOptions::default().setting("shared_preload_libraries", "passwordcheck");
    let Some(scene) = Scene::with(Engine::Postgres(16), "single", options) else { return };
    scene.vault.state(|state| tag(state, "app", "caretaker:rotation:password_hash", "plain"));
    is_refused(&scene, &pending(&scene, "has-the-name-app-in-it-0"));
}

#[test]
fn f70_a_plugin_that_the_server_lacks_is_named() {
    let native = "UPDATE mysql.user SET plugin = 'mysql_native_password' WHERE user = 'app'";
    let ed25519 = "UPDATE mysql.global_priv SET priv = JSON_SET(priv, '$.plugin', 'ed25519') \
                   WHERE user = 'app'";
    for (engine, statement, plugin) in
        [(Engine::MySql, native, "mysql_native_password"), (Engine::MariaDb, ed25519, "ed25519")]
    {
        let Some(scene) = Scene::new(engine, "single") else { return };
        scene.sql(&[statement, "FLUSH PRIVILEGES"]);
        let (code, message) = scene.refusal();
        assert_eq!(code, "E_DB_PLUGIN");
        assert!(message.contains(plugin), "{message}");
    }
}

/// The plugins of a user of MariaDB and what it keeps for each.
fn methods(scene: &Scene, user: &str) -> Vec<(String, String)> {
    let said = scene.value(&format!("SELECT priv FROM mysql.global_priv WHERE user = '{user}'"));
    let said: Value = serde_json::from_str(&said).unwrap();
    let method = |it: &Value| {
        let field = |name: &str| it[name].as_str().unwrap_or_default().to_owned();
        (field("plugin"), field("authentication_string"))
    };
    match said["auth_or"].as_array() {
        None => vec![method(&said)],
        // One of them is empty: that which stands outside.
        Some(others) => others
            .iter()
            .map(|it| if it["plugin"].is_string() { method(it) } else { method(&said) })
            .collect(),
    }
}

fn plugins(scene: &Scene, user: &str) -> Vec<String> {
    methods(scene, user).into_iter().map(|(plugin, _)| plugin).collect()
}

fn ed25519(strategy: &str) -> Option<Scene> {
    let scene = Scene::new(Engine::MariaDb, strategy)?;
    let alter = format!("ALTER USER app@'%' IDENTIFIED VIA ed25519 USING PASSWORD('{FIRST}')");
    scene.sql(&["INSTALL SONAME 'auth_ed25519'", &alter]);
    Some(scene)
}

#[test]
fn f71_a_user_of_ed25519_stays_one() {
    let Some(scene) = ed25519("single") else { return };
    for _ in 0..2 {
        scene.rotates();
        assert_eq!(plugins(&scene, "app"), ["ed25519"]);
    }
    scene.sql(&["ALTER USER app@'%' PASSWORD EXPIRE"]);
    scene.rotates();
    assert_eq!(plugins(&scene, "app"), ["ed25519"]);
}

#[test]
fn f71_a_user_of_ed25519_has_two_passwords() {
    let Some(scene) = ed25519("dual") else { return };
    for _ in 0..2 {
        let before = methods(&scene, "app");
        scene.begin();
        scene.step("createSecret").answer();
        scene.step("setSecret");
        // The current password is the second now, which the client cannot use.
        scene.step("setSecret");
        scene.retries();
        let after = methods(&scene, "app");
        assert_eq!(plugins(&scene, "app"), ["ed25519", "ed25519"]);
        assert_eq!(after[1], before[0], "the old password goes on to work");
    }
}

#[test]
fn f71_two_users_of_ed25519_take_turns() {
    let Some(scene) = ed25519("alternating") else { return };
    for user in ["app_clone", "app"] {
        scene.rotates();
        assert_eq!(scene.login("AWSCURRENT").0, user);
        assert_eq!(plugins(&scene, user), ["ed25519"]);
    }
}

#[test]
fn f71_a_socket_lets_in_as_before() {
    for strategy in ["single", "dual", "alternating"] {
        let Some(scene) = Scene::new(Engine::MariaDb, strategy) else { return };
        let alter = format!(
            "ALTER USER app@'%' IDENTIFIED VIA unix_socket OR mysql_native_password USING PASSWORD('{FIRST}')"
        );
        scene.sql(&[&alter]);
        for _ in 0..2 {
            scene.rotates();
            let user = scene.login("AWSCURRENT").0;
            let plugins = plugins(&scene, &user);
            assert!(plugins.iter().any(|it| it == "unix_socket"), "{plugins:?}");
            let n_passwords = plugins.iter().filter(|it| *it == "mysql_native_password").count();
            assert_eq!(n_passwords, if strategy == "dual" { 2 } else { 1 });
        }
    }
}

#[test]
fn f72_postgresql_keeps_the_password_as_the_secret_says() {
    let options = || ServerOptions::default().authentication(Authentication::Md5);
    let Some(scene) = Scene::with(Engine::Postgres(16), "single", options()) else { return };
    let kept = || scene.value("SELECT rolpassword FROM pg_authid WHERE rolname = 'app'");
    assert!(kept().starts_with("md5"), "as in a database of before");
    let hash = |hash| {
        scene.vault.state(|state| tag(state, "app", "caretaker:rotation:password_hash", hash));
    };
    hash("md5");
    scene.rotates();
    assert!(kept().starts_with("md5"));
    hash("scram");
    scene.rotates();
    assert!(kept().starts_with("SCRAM-SHA-256$"));
}

/// The one setting under which the server, and its log, see the password.
#[test]
fn f72_postgresql_makes_of_a_plain_password_what_it_likes() {
    let options = ServerOptions::default().authentication(Authentication::Md5);
    let Some(scene) = Scene::with(Engine::Postgres(16), "single", options) else { return };
    scene.vault.state(|state| tag(state, "app", "caretaker:rotation:password_hash", "plain"));
    assert!(failure(&pending(&scene, "plainly-Something-else-0")).is_none());
    let kept = scene.value("SELECT rolpassword FROM pg_authid WHERE rolname = 'app'");
    assert!(kept.starts_with("md5"), "{kept}");
    assert!(scene.logs_in("app", "plainly-Something-else-0"));
}
