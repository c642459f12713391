//! What the doctor says on real servers: that all is well where it is, and of each thing that can be
//! missing what it is and which command mends it. It changes nothing.

use tests::{
    aws::secretsmanager::Replica,
    servers::{self, Authentication, Certificate, Engine, Options as ServerOptions, Server, Web},
};

use super::{
    databases::{FIRST, make_user, vault},
    *,
};

const POSTGRES: Engine = Engine::Postgres(15);
const U: &str = "6bd4c2ef-1a6d-4b4a-8b4f-3a5c7d8e9f0a";

/// What the doctor has found, each with its kind.
#[derive(Debug)]
struct Said(Vec<(String, String)>);

impl Said {
    fn is_fine(&self) -> bool {
        self.0.iter().all(|(kind, _)| kind == "fine")
    }

    /// The one finding of that kind with these words.
    #[track_caller]
    fn has(&self, kind: &str, words: &str) {
        let found = |(its, text): &&(String, String)| its == kind && text.contains(words);
        assert_eq!(self.0.iter().filter(found).count(), 1, "{kind} `{words}`: {self:#?}");
    }
}

#[track_caller]
fn ask(vault: &Vault, secret: &str) -> Said {
    let answer = vault.function.invoke(&json!({ "doctor": { "secret": secret } })).answer().clone();
    let findings = answer["findings"].as_array().unwrap().iter().map(|finding| {
        let (kind, text) = finding.as_object().unwrap().iter().next().unwrap();
        (kind.clone(), text.as_str().unwrap().to_owned())
    });
    let said = Said(findings.collect());
    let is_ok = !said.0.iter().any(|(kind, _)| kind == "wrong");
    assert_eq!(answer["ok"], json!(is_ok), "{said:#?}");
    said
}

fn set_up(engine: Engine, strategy: &str) -> Option<(Server, Vault)> {
    let server = servers::require(engine, ServerOptions::default())?;
    make_user(&server, engine, "app");
    let vault = vault(&server, engine, strategy);
    Some((server, vault))
}

/// All is well, the version is told, a rotation succeeds, and all is well again.
fn finds_nothing_wrong(engine: Engine, strategy: &str) {
    let Some((server, vault)) = set_up(engine, strategy) else { return };
    vault.aws.log().clear();
    let said = ask(&vault, "app");
    assert!(said.is_fine(), "{said:#?}");
    let name = match engine {
        Engine::Postgres(version) => format!("the server is PostgreSQL {version}."),
        Engine::MariaDb => "the server is MariaDB 1".to_owned(),
        Engine::MySql => "the server is MySQL ".to_owned(),
    };
    said.has("fine", &name);
    let mut calls = vault.aws.log().operations();
    calls.retain(|call| !call.contains(":Describe") && !call.contains(":Get"));
    assert_eq!(calls, [""; 0], "it changed something");
    assert!(server.logs_in("app", FIRST).unwrap());

    vault.rotate("app", T);
    let said = ask(&vault, "app");
    assert!(said.is_fine(), "{said:#?}");
}

#[test]
fn a_user_of_postgresql_has_all_that_it_needs() {
    finds_nothing_wrong(POSTGRES, "single");
}

#[test]
fn two_users_of_postgresql_have_all_that_they_need() {
    finds_nothing_wrong(Engine::Postgres(16), "alternating");
}

#[test]
fn a_user_of_mysql_has_all_that_it_needs() {
    finds_nothing_wrong(Engine::MySql, "single");
}

#[test]
fn two_passwords_of_mysql_have_all_that_they_need() {
    finds_nothing_wrong(Engine::MySql, "dual");
}

#[test]
fn two_users_of_mysql_have_all_that_they_need() {
    finds_nothing_wrong(Engine::MySql, "alternating");
}

#[test]
fn a_user_of_mariadb_has_all_that_it_needs() {
    finds_nothing_wrong(Engine::MariaDb, "single");
}

#[test]
fn two_passwords_of_mariadb_have_all_that_they_need() {
    finds_nothing_wrong(Engine::MariaDb, "dual");
}

#[test]
fn two_users_of_mariadb_have_all_that_they_need() {
    finds_nothing_wrong(Engine::MariaDb, "alternating");
}

#[test]
fn f75_a_server_that_takes_any_password_is_warned_of() {
    let options = ServerOptions::default().authentication(Authentication::Trust);
    let Some(server) = servers::require(POSTGRES, options) else { return };
    make_user(&server, POSTGRES, "app");
    let vault = vault(&server, POSTGRES, "single");
    ask(&vault, "app").has("warning", "W_AUTH_NOT_ENFORCED: `app` at localhost:");
    // The password is set all the same, for the day on which it matters.
    vault.rotate("app", T);
    let hash = "SELECT rolpassword FROM pg_authid WHERE rolname = 'app'";
    let before = server.query(hash).unwrap();
    vault.rotate("app", U);
    assert_ne!(server.query(hash).unwrap(), before);
}

/// Only PostgreSQL can be set up so, and a failed login may lock a user of the others.
#[test]
fn f75_no_wrong_password_is_tried_where_it_may_lock_the_user() {
    for (engine, n_expected) in [(POSTGRES, 1), (Engine::MySql, 0), (Engine::MariaDb, 0)] {
        let Some((server, vault)) = set_up(engine, "single") else { return };
        ask(&vault, "app");
        let log = server.log();
        let refused = ["password authentication failed for user", "Access denied for user"];
        let n_refused: usize = refused.iter().map(|it| log.matches(it).count()).sum();
        assert_eq!(n_refused, n_expected, "{engine}");
    }
}

#[test]
fn an_admin_without_the_admin_option_is_told_what_to_run() {
    let Some((server, vault)) = set_up(Engine::Postgres(16), "alternating") else { return };
    server.execute("REVOKE app FROM admin").unwrap();
    let said = ask(&vault, "app");
    said.has("wrong", "E_ADMIN_PRIV: ");
    said.has("wrong", "`GRANT \"app\" TO \"admin\" WITH ADMIN OPTION`");
    server.execute("GRANT app TO admin WITH ADMIN OPTION").unwrap();
    assert!(ask(&vault, "app").is_fine());
}

#[test]
fn a_user_of_mysql_that_may_not_keep_two_passwords_is_told_what_to_run() {
    let Some((server, vault)) = set_up(Engine::MySql, "dual") else { return };
    server.execute("REVOKE APPLICATION_PASSWORD_ADMIN ON *.* FROM app@'%'").unwrap();
    ask(&vault, "app").has("wrong", "run `GRANT APPLICATION_PASSWORD_ADMIN ON *.* TO 'app'@'%'`");
    server.execute("GRANT APPLICATION_PASSWORD_ADMIN ON *.* TO 'app'").unwrap();
    assert!(ask(&vault, "app").is_fine());
}

#[test]
fn an_admin_of_mysql_and_mariadb_is_told_what_to_run() {
    for (engine, whose) in [(Engine::MySql, "'rds_superuser_role'"), (Engine::MariaDb, "'admin'")] {
        let Some((server, vault)) = set_up(engine, "alternating") else { return };
        server.execute(&format!("REVOKE INSERT ON *.* FROM {whose}@'%'")).unwrap();
        let give = "run `GRANT INSERT ON `app`.* TO 'admin'@'%' WITH GRANT OPTION`";
        ask(&vault, "app").has("warning", give);
        server.execute(&format!("REVOKE CREATE USER ON *.* FROM {whose}@'%'")).unwrap();
        ask(&vault, "app").has("wrong", "run `GRANT CREATE USER ON *.* TO 'admin'@'%'`");
        for grant in ["GRANT CREATE USER ON *.*", "GRANT INSERT ON `app`.*"] {
            let admin = "TO 'admin'@'%' WITH GRANT OPTION";
            server.execute(&format!("{grant} {admin}")).unwrap();
        }
        let said = ask(&vault, "app");
        assert!(said.is_fine(), "{engine}: {said:#?}");
    }
}

#[test]
fn an_admin_of_mysql_and_mariadb_that_may_not_see_the_users_is_told_what_to_run() {
    for (engine, whose) in [(Engine::MySql, "'rds_superuser_role'"), (Engine::MariaDb, "'admin'")] {
        let Some((server, vault)) = set_up(engine, "single") else { return };
        let rights = if engine == Engine::MySql { "SELECT, CREATE USER" } else { "SELECT" };
        server.execute(&format!("REVOKE {rights} ON *.* FROM {whose}@'%'")).unwrap();
        let said = ask(&vault, "app");
        said.has("wrong", "run `GRANT SELECT ON mysql.* TO 'admin'@'%'`");
        server.execute("GRANT SELECT ON mysql.* TO 'admin'@'%'").unwrap();
        server.execute("GRANT CREATE USER ON *.* TO 'admin'@'%'").unwrap();
        let said = ask(&vault, "app");
        assert!(said.is_fine(), "{engine}: {said:#?}");
    }
}

#[test]
fn a_server_that_takes_no_changes_is_named() {
    let Some((server, vault)) = set_up(Engine::MySql, "single") else { return };
    server.execute("SET GLOBAL read_only = 1").unwrap();
    ask(&vault, "app").has("wrong", "E_DB_READ_ONLY: `app` at localhost:");
}

#[test]
fn strategies_that_lack_something_are_named() {
    let Some((_server, postgres)) = set_up(POSTGRES, "dual") else { return };
    ask(&postgres, "app").has("wrong", "STRATEGY cannot be `dual`");
    let Some((_server, postgres)) = set_up(POSTGRES, "alternating") else { return };
    postgres.edit("app", |secret| secret["masterarn"] = json!(null));
    ask(&postgres, "app").has("wrong", "E_ADMIN_SECRET: alternating users are made by an admin");
    let Some((_server, mariadb)) = set_up(Engine::MariaDb, "dual") else { return };
    mariadb.edit("app", |secret| secret["masterarn"] = json!(null));
    ask(&mariadb, "app").has("wrong", "E_ADMIN_SECRET: this engine keeps a second password only");
}

#[test]
fn what_is_wrong_with_the_secret_is_named() {
    let Some((_server, vault)) = set_up(POSTGRES, "alternating") else { return };
    let long = "a".repeat(60);
    vault.edit("app", |secret| secret["username"] = json!(long));
    let said = ask(&vault, "app");
    said.has("wrong", "E_NAME_TOO_LONG: ");
    said.has("wrong", "E_DB_AUTH: the login of");
    vault.state(|state| tag(state, "app", "caretaker:rotation:password_length", "5000"));
    ask(&vault, "app").has("wrong", "E_SETTINGS: PASSWORD_LENGTH is `5000`");
}

#[test]
fn a_certificate_that_is_not_for_the_host_is_named() {
    let another = Certificate::For("another.example".to_owned());
    let options = ServerOptions::default().certificate(another);
    let Some(server) = servers::require(POSTGRES, options) else { return };
    make_user(&server, POSTGRES, "app");
    let vault = vault(&server, POSTGRES, "single");
    let said = ask(&vault, "app");
    assert!(said.0.iter().any(|(kind, text)| kind == "wrong" && text.starts_with("E_DB_TLS: ")));
}

/// A rotation that stopped before the database learned of it, and one that stopped after.
#[test]
fn a_rotation_that_is_stuck_is_explained() {
    let Some((_server, vault)) = set_up(POSTGRES, "single") else { return };
    vault.begin("app", T);
    let arn = vault.state(|state| state.secret("app").unwrap().arn.clone());
    let remove = format!(
        "has no value: if no rotation is going on, remove the label with `aws secretsmanager \
         update-secret-version-stage --secret-id {arn} --version-stage AWSPENDING \
         --remove-from-version-id {T}`"
    );
    let said = ask(&vault, "app");
    said.has("warning", &remove);
    said.has("warning", "since 2026-06-01T09:00:00Z at the latest");
    vault.step("createSecret", "app", T).answer();
    ask(&vault, "app").has("warning", "has a value, which the database may have learned");
    vault.step("setSecret", "app", T).answer();
    let said = ask(&vault, "app");
    said.has("wrong", "E_DB_AUTH: ");
    said.has("warning", "Leave the label AWSPENDING where it is, and finish it with");
    for step in ["testSecret", "finishSecret"] {
        vault.step(step, "app", T).answer();
    }
    let said = ask(&vault, "app");
    assert!(said.is_fine(), "{said:#?}");
}

const RANDOM: &str = r#"{"engine": "random", "password": "first"}"#;

#[test]
fn f86_a_replica_that_is_behind_is_told() {
    let vault = Vault::new(&[("key", RANDOM)]);
    vault.state(|state| {
        let replica = |region: &str, status| Replica { region: region.to_owned(), status };
        let replicas = vec![replica("us-east-1", "InSync"), replica("us-west-2", "Failed")];
        state.secret_mut("key").unwrap().replicas = replicas;
    });
    let said = ask(&vault, "key");
    said.has("fine", "the replica of the secret in us-east-1 is InSync");
    said.has("warning", "the replica of the secret in us-west-2 is Failed");
}

#[test]
fn a_secret_without_a_database_is_looked_at_too() {
    let web = Web::start("200 OK", None).unwrap();
    let vault = Vault::with(hooks::PARAMETERS, |spec| spec, &[("key", RANDOM)]);
    vault.state(|state| {
        tag(
            state,
            "key",
            "caretaker:rotation:test_url",
            &format!("http://127.0.0.1:{}", web.port()),
        );
        tag(state, "key", hooks::COPIES.0, hooks::COPIES.1);
    });
    let said = ask(&vault, "key");
    assert!(said.is_fine(), "{said:#?}");
    said.has("fine", "the new value is accepted where TEST_URL says");
    said.has("fine", "the copy to the parameter `/app/key`: it will be made");
    assert!(web.heads()[0].contains("authorization: Bearer first"), "the current one");

    vault.state(|state| {
        tag(state, "key", hooks::COPIES.0, r#"{"/other": "{password}", "/app/x": "{nobody}"}"#);
    });
    let said = ask(&vault, "key");
    said.has(
        "warning",
        "W_HOOK_FAILED: the copy to the parameter `/other`: ssm:GetParameter failed",
    );
    said.has("warning", "`/app/x`: its template asks for `nobody`, which is missing");
    vault.state(|state| state.secret_mut("key").unwrap().unset("AWSCURRENT"));
    ask(&vault, "key").has("wrong", "E_NO_CURRENT: ");
}
