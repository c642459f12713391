//! Two users that take turns may do the same, on servers with everything that can be granted: what
//! the first has been given goes on to the second, and what it has lost is taken away.

use tests::servers::Engine;

use super::{databases::FIRST, scene::Scene};

/// What an admin can give on MariaDB and MySQL.
const GRANTS: [&str; 9] = [
    "CREATE DATABASE `a TO b`",
    "CREATE TABLE app.t (a INT, b INT)",
    "CREATE PROCEDURE app.p() SELECT 1",
    "CREATE FUNCTION app.f() RETURNS INT DETERMINISTIC RETURN 1",
    "GRANT SELECT (a), UPDATE (a, b), DELETE ON app.t TO app@'%'",
    "GRANT ALL ON `a TO b`.* TO app@'%'",
    "GRANT EXECUTE ON PROCEDURE app.p TO app@'%'",
    "GRANT EXECUTE, ALTER ROUTINE ON FUNCTION app.f TO app@'%'",
    "GRANT PROCESS, RELOAD ON *.* TO app@'%'",
];

/// The rights of a user, without its name and its password.
fn rights(scene: &Scene, user: &str) -> Vec<String> {
    let rows = scene.server.query(&format!("SHOW GRANTS FOR {user}@'%'")).unwrap();
    let line = |line: String| {
        let line = line.replace(&format!("`{user}`@"), "USER@");
        let end = line.find(" IDENTIFIED BY PASSWORD").unwrap_or(line.len());
        line[..end].to_owned()
    };
    let mut rights: Vec<_> = rows.into_iter().map(|row| line(row[0].clone().unwrap())).collect();
    rights.sort();
    rights
}

/// What the server says of a user beside that and its password.
fn options(scene: &Scene, user: &str) -> String {
    let said = scene.value(&format!("SHOW CREATE USER {user}@'%'"));
    let start = ["DEFAULT ROLE", "REQUIRE", "WITH MAX", "ACCOUNT", "PASSWORD EXPIRE"];
    let start = start.iter().filter_map(|word| said.find(word)).min();
    let said = start.map_or(String::new(), |start| said[start..].to_owned());
    // The same as to say nothing of it.
    said.replace(" WITH MAX_USER_CONNECTIONS 0", "")
}

#[track_caller]
fn are_alike(scene: &Scene) {
    assert_eq!(rights(scene, "app_clone"), rights(scene, "app"));
    assert_eq!(options(scene, "app_clone"), options(scene, "app"));
}

/// Roles are given by who made them.
fn as_admin(scene: &Scene, sql: &str) {
    let admin = scene.server.admin();
    scene.server.session(admin.user, admin.password).unwrap().execute(sql).unwrap();
}

fn scene(engine: Engine) -> Option<Scene> {
    let scene = Scene::new(engine, "alternating")?;
    as_admin(&scene, "CREATE ROLE reader");
    as_admin(&scene, "CREATE ROLE writer");
    as_admin(&scene, "GRANT reader TO app@'%' WITH ADMIN OPTION");
    as_admin(&scene, "GRANT writer TO app@'%'");
    scene.sql(&GRANTS);
    scene.sql(&[
        "GRANT SELECT ON app.* TO reader",
        "ALTER USER app@'%' REQUIRE SSL WITH MAX_USER_CONNECTIONS 5",
        match engine {
            Engine::MySql => "SET DEFAULT ROLE reader TO app@'%'",
            _ => "SET DEFAULT ROLE reader FOR app@'%'",
        },
    ]);
    if engine == Engine::MariaDb {
        // Part of all privileges on a database, and so of what the admin gives on.
        scene.sql(&["GRANT DELETE HISTORY ON *.* TO admin@'%' WITH GRANT OPTION"]);
    }
    if engine == Engine::MySql {
        scene.sql(&[
            "SET GLOBAL partial_revokes = ON",
            "GRANT UPDATE ON *.* TO app@'%'",
            "REVOKE UPDATE ON mysql.* FROM app@'%'",
            "ALTER USER app@'%' FAILED_LOGIN_ATTEMPTS 3 PASSWORD_LOCK_TIME 1",
        ]);
    }
    Some(scene)
}

/// Two turns: to the second user and back.
fn both_turns(scene: &Scene) {
    for user in ["app_clone", "app"] {
        scene.rotates();
        assert_eq!(scene.login("AWSCURRENT").0, user);
    }
}

fn carries_over(engine: Engine) {
    let Some(scene) = scene(engine) else { return };
    let before = rights(&scene, "app");
    both_turns(&scene);
    are_alike(&scene);
    assert_eq!(rights(&scene, "app"), before, "the first user keeps what it has");
    assert!(before.len() >= 9, "{before:#?}");

    // Whatever the first loses, the second loses; what the second has been given beside, too.
    scene.sql(&[
        "REVOKE INSERT ON app.* FROM app@'%'",
        "REVOKE GRANT OPTION ON app.* FROM app@'%'",
        "REVOKE UPDATE (b) ON app.t FROM app@'%'",
        "REVOKE ALL ON `a TO b`.* FROM app@'%'",
        "GRANT SELECT ON `a TO b`.* TO app@'%'",
        "REVOKE EXECUTE ON PROCEDURE app.p FROM app@'%'",
        "REVOKE RELOAD ON *.* FROM app@'%'",
        "GRANT DROP ON app.* TO app_clone@'%'",
        "ALTER USER app@'%' REQUIRE NONE WITH MAX_USER_CONNECTIONS 0",
        "ALTER USER app_clone@'%' ACCOUNT LOCK",
        match engine {
            Engine::MySql => "SET DEFAULT ROLE NONE TO app@'%'",
            _ => "SET DEFAULT ROLE NONE FOR app@'%'",
        },
    ]);
    as_admin(&scene, "REVOKE writer FROM app@'%'");
    if engine == Engine::MySql {
        scene.sql(&[
            "GRANT UPDATE ON mysql.* TO app@'%'",
            "ALTER USER app@'%' FAILED_LOGIN_ATTEMPTS 0 PASSWORD_LOCK_TIME 0",
        ]);
    }
    let before = rights(&scene, "app");
    scene.rotates();
    are_alike(&scene);
    assert_eq!(rights(&scene, "app"), before);
}

#[test]
fn f82_two_users_of_mysql_may_do_the_same() {
    carries_over(Engine::MySql);
}

#[test]
fn f82_two_users_of_mariadb_may_do_the_same() {
    carries_over(Engine::MariaDb);
}

/// What the first user has lost while the second was the current one does not come back to it.
#[test]
fn f82_the_first_user_gets_nothing_back() {
    for engine in [Engine::MySql, Engine::MariaDb] {
        let Some(scene) = scene(engine) else { return };
        scene.rotates();
        scene.sql(&["REVOKE INSERT ON app.* FROM app@'%'"]);
        let before = rights(&scene, "app");
        scene.rotates();
        assert_eq!(rights(&scene, "app"), before);
    }
}

/// A second user that is in use never misses a right that both have.
#[test]
fn f82_what_both_may_do_is_not_said_again() {
    for engine in [Engine::MySql, Engine::MariaDb] {
        let Some(scene) = scene(engine) else { return };
        both_turns(&scene);
        let n_said = |word: &str| {
            let log = scene.server.log();
            log.lines()
                .filter(|line| line.contains(&format!("{word} ")) && line.contains("app_clone"))
                .count()
        };
        let (n_granted, n_revoked) = (n_said("GRANT"), n_said("REVOKE"));
        assert!(n_granted > 5);
        both_turns(&scene);
        assert_eq!((n_said("GRANT"), n_said("REVOKE")), (n_granted, n_revoked));
    }
}

/// What the messages say is enough, one after the other.
fn tells_every_grant(engine: Engine, all_of_admin: &str, default_role: &str) {
    let Some(scene) = Scene::new(engine, "alternating") else { return };
    scene.sql(&[
        "CREATE ROLE reader",
        "GRANT reader TO app@'%'",
        default_role,
        all_of_admin,
        // To come to the database at all.
        "GRANT CREATE VIEW ON app.* TO admin@'%'",
    ]);
    let mut n_grants = 0;
    scene.begin();
    while let Err((code, message)) = scene.attempt() {
        assert_eq!(code, "E_ADMIN_PRIV", "{message}");
        assert!(scene.logs_in("app", FIRST));
        let grant = message.split_once("run `").and_then(|(_, it)| it.rsplit_once("`; "));
        scene.sql(&[grant.unwrap_or_else(|| panic!("{message}")).0]);
        n_grants += 1;
        assert!(n_grants < 10, "{message}");
    }
    assert!(n_grants >= 4, "{n_grants}");
    let (user, password) = scene.login("AWSCURRENT");
    assert!(scene.logs_in(&user, &password));
}

#[test]
fn f82_an_admin_of_mysql_is_told_every_grant_that_it_lacks() {
    let all = "REVOKE 'rds_superuser_role' FROM admin@'%'";
    tells_every_grant(Engine::MySql, all, "SET DEFAULT ROLE reader TO app@'%'");
}

#[test]
fn f82_an_admin_of_mariadb_is_told_every_grant_that_it_lacks() {
    let all = "REVOKE ALL PRIVILEGES, GRANT OPTION FROM admin@'%'";
    tells_every_grant(Engine::MariaDb, all, "SET DEFAULT ROLE reader FOR app@'%'");
}

/// On PostgreSQL the second user is a member of the first: what either may do is one thing.
#[test]
fn f82_two_users_of_postgresql_may_do_the_same() {
    for version in [15, 18] {
        let Some(scene) = Scene::new(Engine::Postgres(version), "alternating") else { return };
        scene.sql(&[
            "CREATE TABLE things (a int, b int)",
            "GRANT SELECT (a), INSERT ON things TO app WITH GRANT OPTION",
            "ALTER ROLE app SET work_mem TO '5MB'",
            "ALTER ROLE app CONNECTION LIMIT 7",
        ]);
        scene.rotates();
        let (user, password) = scene.login("AWSCURRENT");
        let mut clone = scene.server.session(&user, &password).unwrap();
        clone.execute("INSERT INTO public.things VALUES (1, 2)").unwrap();
        clone.execute("SELECT a FROM public.things").unwrap();
        clone.execute("SELECT b FROM public.things").unwrap_err();
        assert_eq!(clone.query("SHOW work_mem").unwrap(), [[Some("5MB".to_owned())]]);
        let limit = "SELECT rolconnlimit FROM pg_roles WHERE rolname = 'app_clone'";
        assert_eq!(scene.value(limit), "7");

        scene.sql(&["REVOKE INSERT ON things FROM app"]);
        clone.execute("INSERT INTO public.things VALUES (1, 2)").unwrap_err();
    }
}
