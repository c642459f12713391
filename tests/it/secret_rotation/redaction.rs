//! A password in what a database says is in nothing that the function says: no log line, no error,
//! no answer, in any spelling.

use std::{
    io::{Read as _, Write as _},
    net::{Ipv4Addr, TcpListener, TcpStream},
    thread,
};

use tests::servers::{self, Engine, Options as ServerOptions};

use super::{
    databases::{FIRST, engine_name},
    users::*,
    *,
};

const ODD: [&str; 8] = [
    "PLAIN-PASSWORD-0123",
    "IT'S \"ODD\" AND \\BACK\\SLASHED",
    "100%S $HOME @HOST:5432/DB?X=Y&Z",
    "TAB\tHERE, NEWLINE\nTHERE",
    "''''\"\"\"\"\\\\\\\\",
    "CAF\u{c9} \u{20ac}URO \u{1f600}",
    " LEADING AND TRAILING ",
    "A+B C%20D%",
];

type Spell = fn(&str) -> String;

/// How a database may spell what it repeats.
const SPELLINGS: [Spell; 8] = [
    |text| text.to_owned(),
    |text| text.replace('\'', "''"),
    |text| text.replace('\\', r"\\").replace('\'', "''"),
    |text| text.replace('\\', r"\\").replace('\'', r"\'").replace('"', "\\\""),
    |text| text.bytes().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().concat(),
    |text| text.bytes().map(|byte| format!("%{byte:02x}")).collect::<Vec<_>>().concat(),
    |text| json!(text).to_string(),
    |text| format!("{text:?}"),
];

/// Everything that came out of an invocation, JSON undone.
fn said(invocation: &Invocation) -> String {
    let mut said = format!("{:?}\n", invocation.outcome);
    if let Some((_, message)) = failure(invocation) {
        said.push_str(message);
    }
    for line in &invocation.logs {
        said.push_str(line);
        said.push('\n');
        if let Ok(line) = serde_json::from_str::<Value>(line) {
            texts(&line, &mut said);
        }
    }
    said
}

fn texts(value: &Value, said: &mut String) {
    match value {
        Value::String(text) => {
            said.push_str(text);
            said.push('\n');
        }
        Value::Array(values) => values.iter().for_each(|value| texts(value, said)),
        Value::Object(fields) => fields.values().for_each(|value| texts(value, said)),
        _ => (),
    }
}

#[track_caller]
fn check_hides(invocation: &Invocation, password: &str) {
    let said = said(invocation);
    for spell in SPELLINGS {
        let spelled = spell(password);
        assert!(!said.contains(spelled.trim_matches('"')), "{spelled:?} is in:\n{said}");
    }
}

/// A real server repeats the name of a database that it does not have: here it is the password.
#[test]
fn f88_a_password_that_a_server_repeats_is_hidden() {
    for engine in ENGINES {
        let Some(server) = servers::require(engine, ServerOptions::default()) else { return };
        for (n, password) in ODD.into_iter().enumerate() {
            let user = format!("app{n}");
            make(&server, engine, &user, password);
            let vault = alone(&server, engine, &user, password);
            edit(&vault, |secret| secret["dbname"] = json!(password));
            let step = set(&vault);
            // MariaDB has another refusal for a name with an emoji, which it repeats, too.
            assert!(["E_DB_NAME", "E_DB_REFUSED"].contains(&code(&step)), "{:?}", step.outcome);
            assert!(failure(&step).unwrap().1.contains("<hidden>"), "{:?}", step.outcome);
            check_hides(&step, password);
            check_hides(&vault.function.invoke(&json!({"doctor": {"secret": "app"}})), password);
        }
    }
}

/// A server that asks for the password in clear and repeats it in its refusals.
struct Indiscreet(TcpListener);

impl Indiscreet {
    /// Answers as many logins as there are spellings, each in another.
    fn answer(self) {
        for spell in SPELLINGS {
            let (mut client, _) = self.0.accept().unwrap();
            message(&mut client, false);
            client.write_all(&[b'R', 0, 0, 0, 8, 0, 0, 0, 3]).unwrap();
            let said = message(&mut client, true);
            let password = String::from_utf8(said).unwrap();
            let spelled = spell(password.trim_end_matches('\0'));
            let refusal = format!("SFATAL\0C28000\0Mno `{spelled}` for this user\0\0");
            let length = u32::try_from(refusal.len() + 4).unwrap();
            let answer = [b"E", &length.to_be_bytes()[..], refusal.as_bytes()].concat();
            client.write_all(&answer).unwrap();
        }
    }
}

/// The next message of a client, of which all but the first have a type.
fn message(client: &mut TcpStream, has_type: bool) -> Vec<u8> {
    let mut header = vec![0; if has_type { 5 } else { 4 }];
    client.read_exact(&mut header).unwrap();
    let length = u32::from_be_bytes(header[header.len() - 4..].try_into().unwrap());
    let mut body = vec![0; usize::try_from(length).unwrap() - 4];
    client.read_exact(&mut body).unwrap();
    body
}

#[test]
fn f88_a_password_that_a_server_repeats_in_another_spelling_is_hidden() {
    for password in ODD {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let text = json!({
            "engine": engine_name(Engine::Postgres(15)), "host": "127.0.0.1",
            "port": listener.local_addr().unwrap().port(),
            "username": "app", "password": password, "ssl": false,
        });
        let vault = Vault::new(&[("app", &text.to_string())]);
        vault.begin("app", T);
        vault.step("createSecret", "app", T).answer();
        let server = thread::spawn(|| Indiscreet(listener).answer());
        for _ in SPELLINGS {
            let step = vault.step("setSecret", "app", T);
            let (_, message) = failure(&step).unwrap();
            assert!(message.contains("no `"), "{message}");
            assert!(message.contains("<hidden>"), "{message}");
            check_hides(&step, password);
        }
        server.join().unwrap();
    }
}

/// At the most talkative level of our own logs, and of the libraries'.
#[test]
fn f88_no_level_of_the_logs_has_a_password() {
    for engine in ENGINES {
        let Some(server) = servers::require(engine, ServerOptions::default()) else { return };
        make(&server, engine, "app", FIRST);
        let text = alone(&server, engine, "app", FIRST).text("app", "AWSCURRENT").unwrap();
        let spec = |spec: Spec| {
            let spec = spec.variable("SSL_CA_PEM", server.ca_pem());
            spec.variable(
                "LOG_LEVEL",
                "secret_rotation=trace,mysql_async=trace,tokio_postgres=trace,rustls=trace",
            )
        };
        let vault = Vault::with(&[], spec, &[("app", &text)]);
        let (ended, steps) = vault.attempt(&vault.begin("app", T));
        assert_eq!(ended, Ended::Succeeded);
        let passwords = [FIRST.to_owned(), vault.password("app", "AWSCURRENT").unwrap()];
        for step in &steps {
            for password in &passwords {
                check_hides(step, password);
            }
        }
    }
}

/// At the level that Lambda offers, which is that of the AWS SDK too: it would print what it sends.
#[test]
fn f88_no_value_that_goes_to_aws_is_in_the_logs() {
    let spec = |spec: Spec| spec.variable("AWS_LAMBDA_LOG_LEVEL", "TRACE");
    let secret = r#"{"engine": "random", "password": "FIRST-PASSWORD"}"#;
    let vault = Vault::with(hooks::PARAMETERS, spec, &[("key", secret)]);
    vault.state(|state| tag(state, "key", hooks::COPIES.0, hooks::COPIES.1));
    let (ended, steps) = vault.attempt(&vault.begin("key", T));
    assert_eq!(ended, Ended::Succeeded);
    assert_eq!(hooks::copy(&vault), vault.password("key", "AWSCURRENT"));
    assert!(steps.iter().any(|step| said(step).contains("TRACE")), "the logs are not so fine");
    for password in ["FIRST-PASSWORD", &vault.password("key", "AWSCURRENT").unwrap()] {
        for step in &steps {
            check_hides(step, password);
        }
    }
}
