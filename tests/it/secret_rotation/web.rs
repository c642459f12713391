//! The test of a secret that has no database: a web server that has to accept the new value.

use std::time::Duration;

use tests::servers::{Certificate, Silent, Web};

use super::*;

const RANDOM: &str = r#"{"engine": "random", "path": "check", "password": "first"}"#;

fn vault(adjust: impl FnOnce(Spec) -> Spec, settings: &[(&str, &str)]) -> Vault {
    let vault = Vault::with(&[], adjust, &[("key", RANDOM)]);
    for (name, value) in settings {
        vault.state(|state| tag(state, "key", &format!("caretaker:rotation:{name}"), value));
    }
    vault
}

/// The steps up to `testSecret`.
fn test(vault: &Vault) -> Invocation {
    vault.begin("key", T);
    vault.step("createSecret", "key", T).answer();
    vault.step("setSecret", "key", T).answer();
    vault.step("testSecret", "key", T)
}

fn pending(vault: &Vault) -> String {
    vault.password("key", "AWSPENDING").unwrap()
}

/// The code of a test that fails and says nothing of the value.
#[track_caller]
fn failed(vault: &Vault, step: &Invocation) -> String {
    let said = format!("{:?} {:?}", step.outcome, step.logs);
    assert!(!said.contains(&pending(vault)), "{said}");
    code(step).to_owned()
}

#[test]
fn the_new_value_is_shown_to_the_web_server_over_tls() {
    let web = Web::start("204 No Content", Some(&Certificate::Good)).unwrap();
    let url = format!("https://localhost:{}/{{path}}?x={{password|url}}", web.port());
    let vault = vault(|spec| spec.variable("SSL_CA_PEM", web.ca_pem()), &[("test_url", &url)]);
    test(&vault).answer();
    let (value, heads) = (pending(&vault), web.heads());
    assert_eq!(heads.len(), 1);
    assert!(heads[0].starts_with("GET /check?x="), "{heads:?}");
    assert!(heads[0].contains(&format!("\r\nauthorization: Bearer {value}\r\n")), "{heads:?}");
    assert!(heads[0].contains(&format!("\r\nhost: localhost:{}\r\n", web.port())), "{heads:?}");
}

#[test]
fn a_web_server_on_the_same_machine_needs_no_tls_and_gets_the_header_it_wants() {
    let web = Web::start("200 OK", None).unwrap();
    let url = format!("http://127.0.0.1:{}", web.port());
    let settings = [("test_url", url.as_str()), ("test_header", "X-Api-Key: {password}")];
    let vault = vault(|spec| spec, &settings);
    test(&vault).answer();
    let expected = format!("\r\nx-api-key: {}\r\n", pending(&vault));
    assert!(web.heads()[0].contains(&expected), "{:?}", web.heads());
}

#[test]
fn an_answer_that_is_no_success_fails_the_test_and_shows_no_value() {
    for (status, expected) in [
        ("401 Unauthorized", "E_TEST_AUTH"),
        ("403 Forbidden", "E_TEST_AUTH"),
        ("302 Found", "E_TEST_QUERY"),
        ("500 Internal Server Error", "E_TEST_QUERY"),
    ] {
        let web = Web::start(status, None).unwrap();
        let url = format!("http://127.0.0.1:{}/?x={{password|url}}", web.port());
        let vault = vault(|spec| spec, &[("test_url", &url)]);
        let step = test(&vault);
        assert_eq!(failed(&vault, &step), expected, "{status}");
        let (number, port) = (&status[..3], web.port());
        let said = format!("TEST_URL at 127.0.0.1:{port} answers {number}; ");
        assert!(failure(&step).unwrap().1.starts_with(&said), "{:?}", failure(&step));
        assert_eq!(web.heads().len(), 1, "asked once");
    }
}

#[test]
fn a_web_server_that_nobody_vouches_for_gets_no_value() {
    for certificate in [Certificate::Good, Certificate::For("another.example".to_owned())] {
        let web = Web::start("200 OK", Some(&certificate)).unwrap();
        let trusted = if certificate == Certificate::Good { "" } else { web.ca_pem() };
        let url = format!("https://localhost:{}", web.port());
        let vault = vault(|spec| spec.variable("SSL_CA_PEM", trusted), &[("test_url", &url)]);
        let step = test(&vault);
        assert_eq!(failed(&vault, &step), "E_TEST_QUERY");
        assert!(failure(&step).unwrap().1.contains("no TLS: invalid peer certificate"));
        assert_eq!(web.heads(), [""; 0]);
    }
}

#[test]
fn a_value_never_leaves_in_clear() {
    let vault = vault(|spec| spec, &[("test_url", "http://192.0.2.1/{password}")]);
    assert_eq!(failed(&vault, &test(&vault)), "E_SETTINGS");
}

#[test]
fn f52_a_silent_web_server_ends_the_step_in_time() {
    let silent = Silent::listen().unwrap();
    let url = format!("http://127.0.0.1:{}", silent.port().unwrap());
    let vault = vault(|spec| spec.timeout(Duration::from_secs(2)), &[("test_url", &url)]);
    let step = test(&vault);
    assert_eq!(failed(&vault, &step), "E_TEST_QUERY");
    assert!(failure(&step).unwrap().1.contains("had no answer within"), "{:?}", failure(&step));
}
