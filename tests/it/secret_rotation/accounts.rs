//! Users in every state that a server knows: locked, expired, gone, of several hosts. Each has its
//! code where it keeps a rotation from its end, and none is made worse.

use tests::servers::{Engine, Options as ServerOptions};

use super::{databases::FIRST, scene::Scene, *};

const POSTGRES: Engine = Engine::Postgres(16);

fn gone(engine: Engine) {
    let Some(scene) = Scene::new(engine, "single") else { return };
    let scene = scene.without_admin();
    scene.sql(&["DROP USER app@'%'"]);
    // MySQL draws lots, for each name once, how to ask for the password of nobody.
    for user in ["app", "app1", "app2", "app3", "app4", "app5", "app6"] {
        scene.edit(|secret| secret["username"] = json!(user));
        let (code, message) = scene.refusal();
        assert_eq!(code, "E_AUTH_ALL", "{message}");
    }
    scene.edit(|secret| secret["masterarn"] = json!("admin"));
    let (code, message) = scene.refusal();
    assert_eq!(code, "E_DB_AUTH");
    assert!(message.contains("there is no user `app6`"), "{message}");
}

#[test]
fn f61_a_user_of_mysql_that_is_gone_is_named() {
    gone(Engine::MySql);
}

#[test]
fn f61_a_user_of_mariadb_that_is_gone_is_named() {
    gone(Engine::MariaDb);
}

/// Although the admin could, nobody opens what somebody has locked.
fn locked(engine: Engine) {
    let Some(scene) = Scene::new(engine, "single") else { return };
    scene.sql(&["ALTER USER app@'%' ACCOUNT LOCK"]);
    let (code, message) = scene.refusal();
    assert_eq!(code, "E_ACCOUNT_LOCKED", "{message}");
    scene.sql(&["ALTER USER app@'%' ACCOUNT UNLOCK"]);
    assert!(scene.logs_in("app", FIRST), "the password is still the current one");
    scene.retries();
}

#[test]
fn f62_a_locked_user_of_mysql_is_named() {
    locked(Engine::MySql);
}

#[test]
fn f62_a_locked_user_of_mariadb_is_named() {
    locked(Engine::MariaDb);
}

#[test]
fn f63_an_expired_password_of_mysql_is_changed_by_the_admin() {
    let Some(scene) = Scene::new(Engine::MySql, "single") else { return };
    let scene = scene.without_admin();
    scene.sql(&["ALTER USER app@'%' PASSWORD EXPIRE"]);
    let (code, message) = scene.refusal();
    assert_eq!(code, "E_EXPIRED");
    assert!(message.contains("(1862)"), "{message}");

    scene.edit(|secret| secret["masterarn"] = json!("admin"));
    scene.rotates();
}

#[test]
fn f63_an_expired_password_of_mysql_stays_as_the_second() {
    let Some(scene) = Scene::new(Engine::MySql, "dual") else { return };
    scene.sql(&["ALTER USER app@'%' PASSWORD EXPIRE"]);
    scene.begin();
    scene.step("createSecret").answer();
    scene.step("setSecret").answer();
    // Now it is the pending password that is too old: to keep it as the second would end the first.
    scene.sql(&["ALTER USER app@'%' PASSWORD EXPIRE"]);
    scene.step("setSecret").answer();
    assert!(scene.logs_in("app", FIRST), "the old password goes on to work");
    scene.retries();
}

#[test]
fn f63_an_expired_password_of_mariadb_changes_itself() {
    let Some(scene) = Scene::new(Engine::MariaDb, "single") else { return };
    let scene = scene.without_admin();
    scene.sql(&["ALTER USER app@'%' PASSWORD EXPIRE"]);
    scene.rotates();
}

#[test]
fn f63_an_expired_password_of_mariadb_stays_as_the_second() {
    let Some(scene) = Scene::new(Engine::MariaDb, "dual") else { return };
    scene.sql(&["ALTER USER app@'%' PASSWORD EXPIRE"]);
    scene.rotates();
    assert!(scene.logs_in("app", FIRST), "the old password goes on to work");
}

#[test]
fn f64_a_user_whose_time_has_passed_is_named_by_the_admin() {
    let Some(scene) = Scene::new(POSTGRES, "single") else { return };
    scene.sql(&["ALTER ROLE app VALID UNTIL '2020-01-01 00:00+00'"]);
    let (code, message) = scene.refusal();
    assert_eq!(code, "E_EXPIRED");
    assert!(message.contains("until 2020-01-01 00:00:00"), "{message}");
    assert!(message.contains("ALTER ROLE \"app\" VALID UNTIL 'infinity'"), "{message}");

    // Without the admin the server does not tell it from a wrong password.
    let scene = scene.without_admin();
    assert_eq!(scene.refusal().0, "E_AUTH_ALL");
    scene.sql(&["ALTER ROLE app VALID UNTIL 'infinity'"]);
    scene.retries();
}

#[test]
fn f64_two_users_whose_time_has_passed_are_named() {
    let Some(scene) = Scene::new(POSTGRES, "alternating") else { return };
    scene.rotates();
    scene.sql(&["ALTER ROLE app VALID UNTIL '2020-01-01 00:00+00'"]);
    let (code, message) = scene.refusal();
    assert_eq!(code, "E_EXPIRED", "{message}");
}

#[test]
fn f64_a_time_that_is_near_is_not_moved() {
    let Some(scene) = Scene::new(POSTGRES, "single") else { return };
    scene.sql(&["ALTER ROLE app VALID UNTIL '2100-01-01 00:00+00'"]);
    scene.rotates();
    let until = scene.value("SELECT rolvaliduntil FROM pg_roles WHERE rolname = 'app'");
    assert!(until.starts_with("2100-01-01"), "{until}");
    let said = scene.doctor().to_string();
    assert!(said.contains("may log in until 2100-01-01"), "{said}");
}

/// One failed login would lock the user for a day.
fn cautious(strategy: &str) {
    let Some(scene) = Scene::new(Engine::MySql, strategy) else { return };
    scene.sql(&["ALTER USER app@'%' FAILED_LOGIN_ATTEMPTS 1 PASSWORD_LOCK_TIME 1"]);
    for _ in 0..3 {
        scene.rotates();
    }
}

#[test]
fn f66_a_user_of_mysql_that_one_failed_login_locks_is_rotated() {
    cautious("single");
}

#[test]
fn f66_two_users_of_mysql_that_one_failed_login_locks_are_rotated() {
    cautious("alternating");
}

#[test]
fn f66_two_passwords_of_mysql_are_set_twice_without_a_failed_login() {
    let Some(scene) = Scene::new(Engine::MySql, "dual") else { return };
    scene.sql(&["ALTER USER app@'%' FAILED_LOGIN_ATTEMPTS 1 PASSWORD_LOCK_TIME 1"]);
    for _ in 0..3 {
        let (user, password) = scene.login("AWSCURRENT");
        scene.begin();
        scene.step("createSecret").answer();
        scene.step("setSecret").answer();
        scene.step("setSecret").answer();
        assert!(scene.logs_in(&user, &password), "the old password goes on to work");
        scene.retries();
    }
}

#[test]
fn f66_a_user_of_mariadb_that_one_failed_login_locks_is_rotated() {
    for strategy in ["single", "dual", "alternating"] {
        let options = ServerOptions::default().setting("max-password-errors", "1");
        let Some(scene) = Scene::with(Engine::MariaDb, strategy, options) else { return };
        scene.rotates();
        scene.rotates();
    }
}

#[test]
fn f66_the_doctor_warns_of_a_user_that_few_failed_logins_lock() {
    let Some(scene) = Scene::new(Engine::MySql, "single") else { return };
    let warns = || scene.doctor().to_string().contains("is locked after 2 failed logins");
    assert!(!warns());
    scene.sql(&["ALTER USER app@'%' FAILED_LOGIN_ATTEMPTS 2 PASSWORD_LOCK_TIME 1"]);
    assert!(warns(), "{}", scene.doctor());
}

#[test]
fn f67_a_user_that_has_to_say_its_password_says_it() {
    for strategy in ["single", "dual"] {
        let Some(scene) = Scene::new(Engine::MySql, strategy) else { return };
        let scene = scene.without_admin();
        scene.sql(&["ALTER USER app@'%' PASSWORD REQUIRE CURRENT"]);
        scene.rotates();
        assert_eq!(scene.logs_in("app", FIRST), strategy == "dual");
    }
}

/// A rotation that was given up, or a human, has set a newer password: that one goes, and not the one
/// that the secret has.
fn keeps_the_current_one(engine: Engine, alter: &str) {
    let Some(scene) = Scene::new(engine, "dual") else { return };
    scene.sql(&[alter]);
    scene.rotates();
    assert!(scene.logs_in("app", FIRST), "the current password goes on to work");
    assert!(!scene.logs_in("app", "somebody else's"));
}

#[test]
fn a_newer_password_of_mysql_does_not_end_the_current_one() {
    let alter = "ALTER USER app@'%' IDENTIFIED BY 'somebody else''s' RETAIN CURRENT PASSWORD";
    keeps_the_current_one(Engine::MySql, alter);
}

#[test]
fn a_newer_password_of_mariadb_does_not_end_the_current_one() {
    let alter = format!(
        "ALTER USER app@'%' IDENTIFIED VIA mysql_native_password \
         USING PASSWORD('somebody else''s') OR mysql_native_password USING PASSWORD('{FIRST}')"
    );
    keeps_the_current_one(Engine::MariaDb, &alter);
}

/// What the secret calls current is nobody's password: the server does not learn it.
#[test]
fn a_password_that_nobody_accepts_is_no_second_one() {
    let alter = "ALTER USER app@'%' IDENTIFIED BY 'somebody else''s'";
    for engine in [Engine::MariaDb, Engine::MySql] {
        let Some(scene) = Scene::new(engine, "dual") else { return };
        scene.sql(&[alter]);
        scene.rotates();
        assert!(!scene.logs_in("app", FIRST));
        assert!(scene.logs_in("app", "somebody else's"), "it is what the server had");
    }
}

/// What a server keeps of the user `app` of a host.
fn kept(scene: &Scene, host: &str) -> String {
    let sql = "SELECT authentication_string FROM mysql.user WHERE user = 'app' AND host";
    scene.value(&format!("{sql} = '{host}'"))
}

fn several_hosts(engine: Engine, strategy: &str) {
    let Some(scene) = Scene::new(engine, strategy) else { return };
    scene.sql(&[
        "RENAME USER app@'%' TO app@'127.0.0.%'",
        "CREATE USER app@'10.%' IDENTIFIED BY 'the-other-one-s'",
    ]);
    let (ours, other) = (kept(&scene, "127.0.0.%"), kept(&scene, "10.%"));
    scene.rotates();
    assert_eq!(kept(&scene, "10.%"), other, "the user of another host is another user");
    if strategy == "alternating" {
        let host = scene.value("SELECT host FROM mysql.user WHERE user = 'app_clone'");
        assert_eq!(host, "127.0.0.%");
        return scene.rotates();
    }
    assert_ne!(kept(&scene, "127.0.0.%"), ours);

    // Nobody has been in to say which of the two it is.
    scene.sql(&["ALTER USER app@'127.0.0.%' IDENTIFIED BY 'nobody knows'"]);
    let (code, message) = scene.refusal();
    assert_eq!(code, "E_DB_AUTH");
    assert!(message.contains("10.%") && message.contains("127.0.0.%"), "{message}");
    assert!(scene.logs_in("app", "nobody knows"));
}

#[test]
fn f69_a_user_of_mysql_is_the_one_of_its_host() {
    several_hosts(Engine::MySql, "single");
}

#[test]
fn f69_two_users_of_mysql_are_of_one_host() {
    several_hosts(Engine::MySql, "alternating");
}

#[test]
fn f69_a_user_of_mariadb_is_the_one_of_its_host() {
    several_hosts(Engine::MariaDb, "dual");
}

#[test]
fn f73_a_user_that_acts_as_another_changes_its_own_password() {
    let Some(scene) = Scene::new(POSTGRES, "single") else { return };
    scene.sql(&["CREATE ROLE boss", "GRANT boss TO app", "ALTER ROLE app SET role TO 'boss'"]);
    let of_boss = "SELECT rolpassword FROM pg_authid WHERE rolname = 'boss'";
    scene.rotates();
    assert_eq!(scene.value(of_boss), "");
}

#[test]
fn f74_a_superuser_changes_its_own_password() {
    for engine in [POSTGRES, Engine::MariaDb, Engine::MySql] {
        let Some(scene) = Scene::new(engine, "single") else { return };
        let scene = scene.without_admin();
        scene.sql(&[match engine {
            Engine::Postgres(_) => "ALTER ROLE app SUPERUSER",
            Engine::MariaDb | Engine::MySql => {
                "GRANT ALL PRIVILEGES ON *.* TO app@'%' WITH GRANT OPTION"
            }
        }]);
        scene.rotates();
    }
}
