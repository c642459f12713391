//! Secrets of every legal shape, rotated on real servers: what the function replaces, and that the
//! rest stays as it is, byte for byte.

use tests::servers::{self, Engine, Options as ServerOptions, Server};

use super::{databases::FIRST, users::*, *};

const POSTGRES: Engine = Engine::Postgres(15);

fn server(engine: Engine) -> Option<Server> {
    let server = servers::require(engine, ServerOptions::default())?;
    make(&server, engine, "app", FIRST);
    Some(server)
}

#[track_caller]
fn rotates_with_dbname(engine: Engine, create: &str) {
    let Some(server) = server(engine) else { return };
    server.execute(create).unwrap();
    if engine != POSTGRES {
        server.execute("GRANT SELECT ON `my shop`.* TO app@'%'").unwrap();
    }
    let vault = alone(&server, engine, "app", FIRST);
    for (n, dbname) in
        [None, Some(json!(null)), Some(json!("")), Some(json!("my shop"))].into_iter().enumerate()
    {
        edit(&vault, |secret| {
            secret.as_object_mut().unwrap().remove("dbname");
            if let Some(dbname) = &dbname {
                secret["dbname"] = dbname.clone();
            }
        });
        vault.rotate("app", &token(n));
        assert!(logs_in(&server, &vault, "app", "AWSCURRENT"), "{dbname:?}");
        let text: Value = serde_json::from_str(&vault.text("app", "AWSCURRENT").unwrap()).unwrap();
        assert_eq!(text.get("dbname"), dbname.as_ref());
    }
}

#[test]
fn f38_a_database_with_a_space_or_none_at_all_is_fine_on_postgresql() {
    rotates_with_dbname(POSTGRES, "CREATE DATABASE \"my shop\"");
}

#[test]
fn f38_a_database_with_a_space_or_none_at_all_is_fine_on_mariadb() {
    rotates_with_dbname(Engine::MariaDb, "CREATE DATABASE `my shop`");
}

#[test]
fn f38_a_database_with_a_space_or_none_at_all_is_fine_on_mysql() {
    rotates_with_dbname(Engine::MySql, "CREATE DATABASE `my shop`");
}

/// A secret as a person writes it, of which nothing may change but what the rotation is about.
fn by_a_person(server: &Server, password: &str, url: &str) -> String {
    let port = server.port();
    format!(
        "{{\n\t\"zebra\" : [1 ,2.50, {{\"deep\": {{\"er\":null}} }}],\r\n  \"engine\":\"postgres\",\n  \
         \"id\": 123456789012345678901234567890, \"rate\":1.10e+2,\n  \"host\" : \"localhost\", \
         \"port\": \"{port}\",\n  \"username\":\"app\", \"password\" :\"{password}\",\
         \"DATABASE_URL\":\"{url}\",\n  \"dbname\": \"app\", \"tab\": \"a\\tb\\u00e9\\/\", \
         \"\u{e9}t\u{e9}\": \"\u{1f600}\", \"\": 0\n}}\n"
    )
}

#[test]
fn f39_all_but_the_password_and_what_is_made_of_it_stays_byte_for_byte() {
    let Some(server) = server(POSTGRES) else { return };
    let vault = with_text(&server, &by_a_person(&server, FIRST, "old"));
    let template = r#"{"DATABASE_URL": "postgres://{username}:{password}@{host}/{id}"}"#;
    vault.state(|state| {
        tag(state, "app", "caretaker:rotation:derived", template);
        tag(state, "app", "caretaker:rotation:exclude_punctuation", "true");
    });
    vault.rotate("app", T);
    let password = vault.password("app", "AWSCURRENT").unwrap();
    let url = format!("postgres://app:{password}@localhost/123456789012345678901234567890");
    assert_eq!(vault.text("app", "AWSCURRENT").unwrap(), by_a_person(&server, &password, &url));
    assert!(server.logs_in("app", &password).unwrap());
}

#[test]
fn f40_an_engine_by_another_of_its_names_is_rotated() {
    let names = [
        (POSTGRES, "aurora-postgresql"),
        (POSTGRES, "postgresql"),
        (Engine::MySql, "aurora-mysql"),
    ];
    for (engine, name) in names {
        let Some(server) = server(engine) else { return };
        let vault = alone(&server, engine, "app", FIRST);
        edit(&vault, |secret| secret["engine"] = json!(name));
        vault.rotate("app", T);
        assert!(logs_in(&server, &vault, "app", "AWSCURRENT"), "{name}");
    }
}

#[test]
fn f40_an_engine_that_is_none_or_missing_is_refused_before_anything_is_made() {
    let secret = |engine: &str| {
        format!(r#"{{{engine}"host": "db", "username": "app", "password": "hunter2hunter2"}}"#)
    };
    let engines = [
        ("", "the field `engine` is missing"),
        (r#""engine": null, "#, "the field `engine` is missing"),
        (r#""engine": "oracle", "#, "the field `engine` is not one of"),
        (r#""engine": "POSTGRES", "#, "the field `engine` is not one of"),
        (r#""engine": 5, "#, "the field `engine` is not a text"),
    ];
    for (engine, expected) in engines {
        let vault = Vault::new(&[("app", &secret(engine))]);
        vault.begin("app", T);
        vault.aws.log().clear();
        let step = vault.step("createSecret", "app", T);
        let (code, message) = failure(&step).unwrap();
        assert_eq!(code, "E_SECRET_SHAPE", "{engine}");
        assert!(message.contains(expected) && !message.contains("hunter2"), "{message}");
        assert_eq!(vault.aws.log().count("secretsmanager:PutSecretValue"), 0);
    }
}

/// The secret says one engine and the server is another: nobody gets a password, and nothing waits.
#[test]
fn f40_an_engine_that_the_server_is_not_is_told_and_nothing_changed() {
    let Some(server) = server(Engine::MariaDb) else { return };
    let vault = alone(&server, Engine::MariaDb, "app", FIRST);
    edit(&vault, |secret| secret["engine"] = json!("postgres"));
    let step = set(&vault);
    assert!(["E_DB_TLS", "E_DB_UNREACHABLE"].contains(&code(&step)), "{:?}", step.outcome);
    assert!(server.logs_in("app", FIRST).unwrap());
}

#[test]
fn f41_a_previous_version_that_nobody_can_read_is_left_aside() {
    let Some(server) = server(POSTGRES) else { return };
    let texts = ["hunter2", "[]", "{\"password\": \"hunter2\"}", "{\"engine\": 5}", ""];
    let vault = alone(&server, POSTGRES, "app", FIRST);
    for (n, text) in texts.iter().enumerate() {
        let previous = token(100 + n);
        vault.state(|state| {
            let value = SecretValue::Text((*text).to_owned());
            let secret = state.secret_mut("app").unwrap();
            secret.set(&previous, Some(value), &["AWSPREVIOUS"], NOW.parse().unwrap());
        });
        // Both where it is not needed, and where it would be.
        vault.rotate("app", &token(n));
        assert!(logs_in(&server, &vault, "app", "AWSCURRENT"), "{text}");
    }
    vault.state(|state| {
        let value = SecretValue::Text("hunter2".to_owned());
        let secret = state.secret_mut("app").unwrap();
        secret.set(&token(200), Some(value), &["AWSPREVIOUS"], NOW.parse().unwrap());
    });
    server.execute("ALTER ROLE app PASSWORD 'somebody else''s'").unwrap();
    let step = set(&vault);
    assert_eq!(code(&step), "E_AUTH_ALL");
    assert!(!failure(&step).unwrap().1.contains("hunter2"));
}
