//! Passwords of every kind: the function logs in with them, sets them, and both mean the same bytes
//! to it and to the server. None of them gets into a log.

use tests::servers::{self, Authentication, Engine, Options as ServerOptions, Server};

use super::{databases::FIRST, names, users::*, *};

fn odd() -> Vec<String> {
    let mut odd: Vec<String> = [
        "it's \"odd\" and \\back\\slashed\\",
        "100%s $HOME ${HOME} $(id) @host:5432/db?x=y#z",
        "tab\there, and newline\nthere",
        " leading and trailing ",
        "''''\"\"\"\"\\\\\\\\",
        "'; DROP TABLE students; --",
        "\\' OR 1=1 -- \\\"",
        "\u{1f600} emoji \u{1f468}\u{200d}\u{1f469}",
        "caf\u{e9} \u{20ac}uro \u{5bc6}\u{7801}",
        // What SASLprep makes of these is something else: `fi`, nothing, a plain space.
        "\u{fb01}ne soft\u{ad}hyphen no\u{a0}break \u{2168}",
        // Composed and decomposed.
        "e\u{301}t\u{e9} A\u{30a}",
        // From right to left and back, which SASLprep forbids.
        "\u{5d0}bc \u{627}1",
        // Nobody had these letters when SASLprep was written.
        "\u{1f9ff}\u{fb01}\u{10d0c}xyz",
        "\u{1}\u{7f}control",
    ]
    .map(str::to_owned)
    .into();
    odd.push("'\\\"%aZ9~".repeat(25));
    odd
}

/// Rotates from each odd password to the next, as the current one and as the pending one.
#[track_caller]
fn rotates(server: &Server, engine: Engine, strategy: &str) {
    let mut passwords = odd().into_iter();
    let first = passwords.next().unwrap();
    make(server, engine, "app", &first);
    if engine == Engine::MySql {
        server.execute("GRANT APPLICATION_PASSWORD_ADMIN ON *.* TO app@'%'").unwrap();
    }
    let vault = alone(server, engine, "app", &first);
    vault.state(|state| tag(state, "app", "caretaker:rotation:strategy", strategy));
    let mut seen = vec![first];
    for (n, password) in passwords.enumerate() {
        let rotation = vault.begin("app", &token(n));
        put_pending(&vault, &token(n), &password);
        let (ended, steps) = vault.attempt(&rotation);
        assert_eq!(ended, Ended::Succeeded, "{password:?}: {:?}", steps.last().map(failure));
        assert_eq!(vault.password("app", "AWSCURRENT").unwrap(), password);
        assert!(server.logs_in("app", &password).unwrap(), "{password:?}");
        let before = seen.last().unwrap();
        assert_eq!(server.logs_in("app", before).unwrap(), strategy == "dual", "{before:?}");
        let logs = steps.iter().flat_map(|step| &step.logs).fold(String::new(), |all, it| all + it);
        assert!(!logs.contains(&password) && !logs.contains(before), "{logs}");
        seen.push(password);
    }
    let log = server.log();
    for password in seen {
        assert!(!log.contains(&password), "{password:?} is in the server's log");
    }
}

#[test]
fn f44_odd_passwords_mean_the_same_to_postgresql() {
    for version in [14, 18] {
        let engine = Engine::Postgres(version);
        let Some(server) = servers::require(engine, ServerOptions::default()) else { return };
        rotates(&server, engine, "single");
    }
}

#[test]
fn f44_odd_passwords_mean_the_same_to_a_postgresql_that_keeps_md5() {
    let engine = Engine::Postgres(15);
    let options = ServerOptions::default().authentication(Authentication::Md5);
    let Some(server) = servers::require(engine, options) else { return };
    rotates(&server, engine, "single");
}

#[test]
fn f44_odd_passwords_mean_the_same_to_mariadb() {
    let Some(server) = servers::require(Engine::MariaDb, ServerOptions::default()) else { return };
    rotates(&server, Engine::MariaDb, "single");
}

#[test]
fn f44_odd_passwords_mean_the_same_to_mysql() {
    let Some(server) = servers::require(Engine::MySql, ServerOptions::default()) else { return };
    rotates(&server, Engine::MySql, "single");
}

#[test]
fn f44_odd_passwords_are_kept_beside_others_by_mysql() {
    let Some(server) = servers::require(Engine::MySql, ServerOptions::default()) else { return };
    rotates(&server, Engine::MySql, "dual");
}

/// The admin says them: to make the second user, to change it, to keep a password beside another.
#[track_caller]
fn rotates_by_the_admin(engine: Engine, strategy: &str) {
    let Some(server) = servers::require(engine, ServerOptions::default()) else { return };
    make(&server, engine, "app", FIRST);
    let vault = names::vault(&server, engine, "app", strategy);
    let mut users = ["app_clone", "app"].into_iter().cycle();
    for (n, password) in odd().into_iter().enumerate() {
        let rotation = vault.begin("app", &token(n));
        let user = (strategy == "alternating").then(|| users.next().unwrap());
        put_pending_for(&vault, &token(n), user, &password);
        let (ended, steps) = vault.attempt(&rotation);
        assert_eq!(ended, Ended::Succeeded, "{password:?}: {:?}", steps.last().map(failure));
        assert_eq!(vault.password("app", "AWSCURRENT").unwrap(), password);
        for label in ["AWSCURRENT", "AWSPREVIOUS"] {
            assert!(logs_in(&server, &vault, "app", label), "{password:?}, {label}");
        }
        assert!(!server.log().contains(&password), "{password:?} is in the server's log");
    }
}

#[test]
fn f44_odd_passwords_of_two_users_mean_the_same_to_postgresql() {
    rotates_by_the_admin(Engine::Postgres(15), "alternating");
}

#[test]
fn f44_odd_passwords_of_two_users_mean_the_same_to_mariadb() {
    rotates_by_the_admin(Engine::MariaDb, "alternating");
}

#[test]
fn f44_odd_passwords_of_two_users_mean_the_same_to_mysql() {
    rotates_by_the_admin(Engine::MySql, "alternating");
}

#[test]
fn f44_odd_passwords_are_kept_beside_others_by_mariadb() {
    rotates_by_the_admin(Engine::MariaDb, "dual");
}

/// The old password is said along with the new one.
#[test]
fn f44_odd_passwords_are_said_again_to_a_mysql_that_wants_to_hear_them() {
    let options = ServerOptions::default().setting("password-require-current", "ON");
    let Some(server) = servers::require(Engine::MySql, options) else { return };
    rotates(&server, Engine::MySql, "single");
    assert!(server.log().contains("REPLACE"), "the server did not want to hear them");
}

/// The verifier is made of the prepared password: a client that prepares it by hand logs in, too.
#[test]
fn f44_a_verifier_is_made_of_the_prepared_password() {
    let engine = Engine::Postgres(15);
    let Some(server) = servers::require(engine, ServerOptions::default()) else { return };
    make(&server, engine, "app", FIRST);
    let vault = alone(&server, engine, "app", FIRST);
    vault.begin("app", T);
    put_pending(&vault, T, "\u{fb01}ne soft\u{ad}hyphen no\u{a0}break");
    again(&vault, T);
    assert!(server.logs_in("app", "fine softhyphen no break").unwrap());
    assert!(!server.logs_in("app", "fine soft-hyphen no break").unwrap());
}

/// What escapes what, the session says and not the server.
#[test]
fn f45_a_mode_of_the_server_changes_no_password() {
    let modes = "NO_BACKSLASH_ESCAPES,ANSI_QUOTES,PIPES_AS_CONCAT";
    for engine in [Engine::MariaDb, Engine::MySql] {
        let options = ServerOptions::default().setting("sql_mode", modes);
        let Some(server) = servers::require(engine, options) else { return };
        rotates(&server, engine, "single");
    }
}

/// The name of a user and its rights are read and written under the same mode.
#[test]
fn f45_a_mode_of_the_server_changes_no_name() {
    let modes = "NO_BACKSLASH_ESCAPES,ANSI_QUOTES";
    for engine in [Engine::MariaDb, Engine::MySql] {
        let options = ServerOptions::default().setting("sql_mode", modes);
        let Some(server) = servers::require(engine, options) else { return };
        names::turns(&server, engine, "o'b\\c \"d\"");
    }
}

/// Letters that latin1 has elsewhere or not at all.
#[track_caller]
fn rotates_in(options: &ServerOptions) {
    for engine in [Engine::MariaDb, Engine::MySql] {
        let Some(server) = servers::require(engine, options.clone()) else { return };
        rotates(&server, engine, "single");
        names::turns(&server, engine, "\u{dc}ser \u{20ac}");
    }
}

#[test]
fn f46_a_server_in_latin1_changes_no_password() {
    rotates_in(
        &ServerOptions::default()
            .setting("character-set-server", "latin1")
            .setting("collation-server", "latin1_swedish_ci"),
    );
}

/// A server that makes every session another's: ours says again which letters it uses.
#[test]
fn f46_a_server_that_starts_sessions_in_latin1_changes_no_password() {
    rotates_in(&ServerOptions::default().setting("init-connect", "SET NAMES latin1"));
}

/// A role's own settings, and a database whose letters are not those of the client.
#[test]
fn f46_a_database_in_latin1_changes_no_password_of_postgresql() {
    let engine = Engine::Postgres(15);
    let options = ServerOptions::default()
        .setting("standard_conforming_strings", "off")
        .setting("client_encoding", "latin1");
    let Some(server) = servers::require(engine, options) else { return };
    let latin1 = "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0";
    server.execute(latin1).unwrap();
    for (user, password) in [("app", "\u{20ac}uro \\ caf\u{e9}"), ("\u{dc}ser \u{20ac}", FIRST)] {
        make(&server, engine, user, password);
        server.execute(&format!("ALTER ROLE \"{user}\" SET client_encoding = 'latin1'")).unwrap();
        let vault = alone(&server, engine, user, password);
        edit(&vault, |secret| secret["dbname"] = json!("latin"));
        let rotation = vault.begin("app", T);
        put_pending(&vault, T, "\u{20ac} and \\ and \u{e9}");
        let (ended, steps) = vault.attempt(&rotation);
        assert_eq!(ended, Ended::Succeeded, "{user}: {:?}", steps.last().map(failure));
        assert!(logs_in(&server, &vault, "app", "AWSCURRENT"), "{user}");
    }
}
