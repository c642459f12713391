//! Ways to a database that end before it, or break: each is named, no other password is tried, and
//! the next attempt comes to the end.

use std::{sync::Arc, thread, time::Duration};

use tests::{
    lambda::Told,
    servers::{self, Engine, Moment, Options as ServerOptions, Relay, Silent},
};

use super::{
    databases::{FIRST, engine_name},
    users::*,
    *,
};

fn secret_at(engine: Engine, host: &str, port: u16, ssl: bool) -> String {
    json!({
        "engine": engine_name(engine), "host": host, "port": port, "dbname": "app",
        "username": "app", "password": FIRST, "ssl": ssl,
    })
    .to_string()
}

/// `setSecret`, told that so much time is left.
fn set_within(vault: &Vault, told: Told) -> Invocation {
    let rotation = vault.begin("app", T);
    vault.step("createSecret", "app", T).answer();
    vault.function.invoke_told(&rotation.event("setSecret"), told)
}

#[test]
fn f52_a_server_that_says_nothing_is_given_up_before_the_function_is() {
    let silent = Silent::listen().unwrap();
    let left = Duration::from_secs(3);
    let port = silent.port().unwrap();
    thread::scope(|threads| {
        for (engine, ssl) in ENGINES.into_iter().flat_map(|it| [(it, true), (it, false)]) {
            threads.spawn(move || {
                let text = secret_at(engine, "127.0.0.1", port, ssl);
                let vault = Vault::with(&[], |spec| spec.timeout(left), &[("app", &text)]);
                let step = set_within(&vault, Told::Timeout);
                assert_eq!(code(&step), "E_DB_TIMEOUT", "{engine} with TLS {ssl}");
                assert!(step.duration < left, "{engine}: {:?}", step.duration);
            });
        }
    });
}

/// Wherever the conversation ends, in a login or in a statement: whoever waits for an answer gives up
/// in time, and the next attempt comes to the end.
#[track_caller]
fn gives_up_at_every_message(engine: Engine) {
    let left = Duration::from_secs(8);
    let Some(server) = servers::require(engine, ServerOptions::default()) else { return };
    let server = &server;
    let begin = |nth: usize| {
        let user = format!("app{nth}");
        make(server, engine, &user, FIRST);
        let relay = Relay::start(server.port()).unwrap();
        let text = alone(server, engine, &user, FIRST).text("app", "AWSCURRENT").unwrap();
        let spec = |spec: Spec| spec.timeout(left).variable("SSL_CA_PEM", server.ca_pem());
        // With so many secrets before it, it has an ARN of its own, and with that a lock.
        let others: Vec<String> = (0..nth).map(|n| format!("other{n}")).collect();
        let others = others.iter().map(|name| (name.as_str(), text.as_str()));
        let secrets: Vec<_> = others.chain([("app", text.as_str())]).collect();
        let vault = Vault::with(&[], spec, &secrets);
        edit(&vault, |secret| secret["port"] = json!(relay.port()));
        vault.begin("app", T);
        vault.step("createSecret", "app", T).answer();
        (vault, relay)
    };
    let (vault, relay) = begin(0);
    vault.step("setSecret", "app", T).answer();
    let n_messages = relay.n_messages();
    thread::scope(|threads| {
        for nth in 1..=n_messages {
            let (vault, relay) = begin(nth);
            threads.spawn(move || {
                relay.silence(nth, Moment::After);
                let step = vault.step("setSecret", "app", T);
                assert!(!relay.is_to_come(), "message {nth} was never sent: {:?}", step.outcome);
                assert_eq!(code(&step), "E_DB_TIMEOUT", "message {nth}");
                assert!(step.duration < left, "message {nth}");
                again(&vault, T);
                assert!(logs_in(server, &vault, "app", "AWSCURRENT"), "message {nth}");
            });
        }
    });
}

#[test]
fn f52_a_postgresql_that_says_nothing_more_is_given_up_at_every_message() {
    gives_up_at_every_message(Engine::Postgres(15));
}

#[test]
fn f52_a_mariadb_that_says_nothing_more_is_given_up_at_every_message() {
    gives_up_at_every_message(Engine::MariaDb);
}

#[test]
fn f52_a_mysql_that_says_nothing_more_is_given_up_at_every_message() {
    gives_up_at_every_message(Engine::MySql);
}

/// A clock that is slow makes the deadline look far: no single step at the database trusts it.
#[test]
fn f85_a_deadline_that_looks_far_away_makes_nobody_wait_for_it() {
    let silent = Silent::listen().unwrap();
    let text = secret_at(Engine::Postgres(15), "127.0.0.1", silent.port().unwrap(), true);
    let vault = Vault::new(&[("app", &text)]);
    let step = set_within(&vault, Told::After(Duration::from_hours(5)));
    assert_eq!(code(&step), "E_DB_TIMEOUT");
    assert!(step.duration < Duration::from_secs(20), "{:?}", step.duration);
}

/// A clock that is fast makes it look past, which means unknown.
#[test]
fn f85_a_deadline_that_looks_past_stops_no_rotation() {
    let engine = Engine::Postgres(15);
    let Some(server) = servers::require(engine, ServerOptions::default()) else { return };
    make(&server, engine, "app", FIRST);
    let vault = alone(&server, engine, "app", FIRST);
    let rotation = vault.begin("app", T);
    for step in ["createSecret", "setSecret", "testSecret", "finishSecret"] {
        vault.function.invoke_told(&rotation.event(step), Told::At { ms: 600_000 }).answer();
    }
    assert!(logs_in(&server, &vault, "app", "AWSCURRENT"));
}

/// Neither does one that looks as good as past: the step fails, and the next one has its time.
#[test]
fn f85_a_deadline_that_looks_near_is_a_time_out_and_no_harm() {
    for engine in ENGINES {
        let Some(server) = servers::require(engine, ServerOptions::default()) else { return };
        make(&server, engine, "app", FIRST);
        let vault = alone(&server, engine, "app", FIRST);
        let step = set_within(&vault, Told::After(Duration::from_millis(2)));
        if let Some((code, _)) = failure(&step) {
            assert!(["E_DB_TIMEOUT", "E_DB_UNREACHABLE"].contains(&code), "{engine}: {code}");
        }
        again(&vault, T);
        assert!(logs_in(&server, &vault, "app", "AWSCURRENT"), "{engine}");
    }
}

/// A name with so long a part is never asked for: no resolver is needed to know that there is none.
#[test]
fn f57_a_host_whose_name_means_nothing_is_named() {
    let host = format!("{}.invalid", "a".repeat(64));
    for engine in ENGINES {
        let vault = Vault::new(&[("app", &secret_at(engine, &host, 5432, true))]);
        let step = set(&vault);
        let (code, message) = failure(&step).unwrap();
        assert_eq!(code, "E_DB_UNREACHABLE", "{engine}: {message}");
        assert!(message.contains(&host), "{engine}: {message}");
    }
}

/// How many messages a handshake of this kind of server has at least, with TLS.
const HANDSHAKE: usize = 4;

#[test]
fn f53_a_connection_that_is_reset_amid_the_handshake_is_unreachable() {
    for engine in ENGINES {
        let Some(server) = servers::require(engine, ServerOptions::default()) else { return };
        make(&server, engine, "app", FIRST);
        let relay = Relay::start(server.port()).unwrap();
        let vault = alone(&server, engine, "app", FIRST);
        edit(&vault, |secret| secret["port"] = json!(relay.port()));
        vault.begin("app", T);
        vault.step("createSecret", "app", T).answer();
        for nth in 1..=HANDSHAKE {
            for moment in [Moment::Before, Moment::After] {
                relay.cut(nth, moment, || ());
                let step = vault.step("setSecret", "app", T);
                let (code, message) = failure(&step).unwrap();
                let at = format!("{engine}, {moment:?} message {nth}: {message}");
                assert_eq!(code, "E_DB_UNREACHABLE", "{at}");
                assert!(!relay.is_to_come(), "{at}");
            }
        }
        assert_eq!(n_wrong_passwords(&server), 0, "{engine}: another password was tried");
        assert!(server.logs_in("app", FIRST).unwrap());
        again(&vault, T);
        assert!(logs_in(&server, &vault, "app", "AWSCURRENT"), "{engine}");
    }
}

/// Wherever the connection breaks, and the next ones are refused: if the password has been changed,
/// the step waits for the database and sees it; if not, it fails and has changed nothing.
#[track_caller]
fn waits_for_the_database(engine: Engine) {
    let Some(server) = servers::require(engine, ServerOptions::default()) else { return };
    let relay = Arc::new(Relay::start(server.port()).unwrap());
    let begin = |user: &str| {
        make(&server, engine, user, FIRST);
        let vault = alone(&server, engine, user, FIRST);
        edit(&vault, |secret| secret["port"] = json!(relay.port()));
        vault.begin("app", T);
        vault.step("createSecret", "app", T).answer();
        vault
    };
    let vault = begin("undisturbed");
    let before = relay.n_messages();
    vault.step("setSecret", "app", T).answer();
    let n_messages = relay.n_messages() - before;
    let mut n_changed = 0;
    for nth in 1..=n_messages {
        let vault = begin(&format!("app{nth}"));
        let refusing = Arc::clone(&relay);
        relay.cut(nth, Moment::After, move || refusing.refuse(2));
        let step = vault.step("setSecret", "app", T);
        relay.refuse(0);
        let is_changed = logs_in(&server, &vault, "app", "AWSPENDING");
        n_changed += usize::from(is_changed);
        match failure(&step) {
            None => assert!(is_changed, "{engine}, message {nth}"),
            Some((code, message)) => {
                assert!(!is_changed, "{engine}, message {nth}: {message}");
                assert_eq!(code, "E_DB_UNREACHABLE", "{engine}, message {nth}: {message}");
            }
        }
        again(&vault, T);
        assert!(logs_in(&server, &vault, "app", "AWSCURRENT"), "{engine}, message {nth}");
    }
    assert!((2..n_messages).contains(&n_changed), "{engine}: {n_changed} of {n_messages}");
}

#[test]
fn f54_a_postgresql_that_is_away_after_the_change_is_waited_for() {
    waits_for_the_database(Engine::Postgres(15));
}

#[test]
fn f54_a_mariadb_that_is_away_after_the_change_is_waited_for() {
    waits_for_the_database(Engine::MariaDb);
}

#[test]
fn f54_a_mysql_that_is_away_after_the_change_is_waited_for() {
    waits_for_the_database(Engine::MySql);
}

/// The server itself restarts at each message of the step, in its own time.
#[test]
fn f54_a_server_that_restarts_amid_the_step_loses_nobody() {
    for engine in [Engine::Postgres(15), Engine::MariaDb] {
        let Some(server) = servers::require(engine, ServerOptions::default()) else { return };
        let server = Arc::new(server);
        make(&server, engine, "app", FIRST);
        let relay = Relay::start(server.port()).unwrap();
        let vault = alone(&server, engine, "app", FIRST);
        edit(&vault, |secret| secret["port"] = json!(relay.port()));
        // The change is between these, whatever the engine.
        for nth in 5..=12 {
            let token = token(nth);
            vault.begin("app", &token);
            vault.step("createSecret", "app", &token).answer();
            let (sender, receiver) = std::sync::mpsc::channel();
            let restarting = Arc::clone(&server);
            relay.cut(nth, Moment::After, move || {
                restarting.stop().unwrap();
                // It comes back while the function already looks for it.
                let restart = thread::spawn(move || restarting.restart().unwrap());
                sender.send(restart).unwrap();
            });
            let step = vault.step("setSecret", "app", &token);
            receiver.recv().unwrap().join().unwrap();
            if let Some((code, message)) = failure(&step) {
                let may_be = ["E_DB_UNREACHABLE", "E_DB_STARTING"];
                assert!(may_be.contains(&code), "{engine}, message {nth}: {message}");
            }
            again(&vault, &token);
            assert!(logs_in(&server, &vault, "app", "AWSCURRENT"), "{engine}, message {nth}");
        }
    }
}

/// PostgreSQL lets its clients finish and takes no new ones: in its own words, and with a state.
#[test]
fn f54_a_postgresql_that_is_about_to_stop_is_named() {
    let engine = Engine::Postgres(15);
    let Some(server) = servers::require(engine, ServerOptions::default()) else { return };
    make(&server, engine, "app", FIRST);
    let vault = alone(&server, engine, "app", FIRST);
    vault.begin("app", T);
    vault.step("createSecret", "app", T).answer();
    let client = server.session("app", FIRST).unwrap();
    let pid = server.pid().unwrap().to_string();
    let told = std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap();
    assert!(told.success());
    // It takes a moment to hear that.
    let refusal = loop {
        if let Err(err) = server.session("app", FIRST) {
            break format!("{err:#}");
        }
    };
    assert!(refusal.contains("shutting down"), "{refusal}");
    let step = vault.step("setSecret", "app", T);
    assert_eq!(code(&step), "E_DB_STARTING", "{:?}", step.outcome);
    drop(client);
    server.restart().unwrap();
    again(&vault, T);
    assert!(logs_in(&server, &vault, "app", "AWSCURRENT"));
}
