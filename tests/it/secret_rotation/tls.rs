//! Certificates that are not for us, and those that are: the function gives its password to nobody
//! whom it has not verified, and binds its proof to the very connection where the server can.

use tests::servers::{self, Certificate, Engine, Options as ServerOptions, Server, Tls};

use super::{databases::FIRST, users::*, *};

fn server(engine: Engine, certificate: Certificate) -> Option<Server> {
    let options = ServerOptions::default().tls(Tls::Required).certificate(certificate);
    let server = servers::require(engine, options)?;
    make(&server, engine, "app", FIRST);
    Some(server)
}

#[track_caller]
fn refuses(engine: Engine, certificate: Certificate, host: &str, reason: &str) {
    let Some(server) = server(engine, certificate) else { return };
    let vault = alone(&server, engine, "app", FIRST);
    edit(&vault, |secret| secret["host"] = json!(host));
    let step = set(&vault);
    let (code, message) = failure(&step).unwrap();
    assert_eq!(code, "E_DB_TLS", "{engine}: {message}");
    assert!(message.contains(reason), "{engine}: {message}");
    assert!(server.logs_in("app", FIRST).unwrap());
    assert_eq!(n_wrong_passwords(&server), 0);
}

#[test]
fn f51_a_certificate_of_an_unknown_authority_is_refused() {
    for engine in ENGINES {
        refuses(engine, Certificate::FromAnotherAuthority, "localhost", "UnknownIssuer");
    }
}

#[test]
fn f51_a_certificate_that_has_expired_is_refused() {
    for engine in ENGINES {
        refuses(engine, Certificate::Expired, "localhost", "expired");
    }
}

#[test]
fn f51_a_certificate_for_another_name_is_refused() {
    for engine in ENGINES {
        let certificate = |name: &str| Certificate::For(name.to_owned());
        refuses(engine, certificate("db.example"), "localhost", "db.example");
        // An address is a name of its own.
        refuses(engine, certificate("localhost"), "127.0.0.1", "localhost");
    }
}

#[track_caller]
fn accepts(engine: Engine, certificate: Certificate, change: impl FnOnce(&mut Value)) {
    let Some(server) = server(engine, certificate) else { return };
    let vault = alone(&server, engine, "app", FIRST);
    edit(&vault, change);
    vault.rotate("app", T);
    assert!(logs_in(&server, &vault, "app", "AWSCURRENT"), "{engine}");
}

#[test]
fn f51_an_address_is_a_name_that_a_certificate_can_be_for() {
    for engine in ENGINES {
        accepts(engine, Certificate::Good, |secret| secret["host"] = json!("127.0.0.1"));
        let certificate = Certificate::For("127.0.0.1".to_owned());
        accepts(engine, certificate, |secret| secret["host"] = json!("127.0.0.1"));
    }
}

#[test]
fn f51_another_name_can_be_asked_for() {
    for engine in ENGINES {
        let certificate = || Certificate::For("db.example".to_owned());
        accepts(engine, certificate(), |secret| secret["sslservername"] = json!("db.example"));
        let Some(server) = server(engine, certificate()) else { return };
        let vault = alone(&server, engine, "app", FIRST);
        edit(&vault, |secret| secret["sslservername"] = json!("other.example"));
        assert_eq!(code(&set(&vault)), "E_DB_TLS", "{engine}");
    }
}

#[test]
fn f51_a_name_that_is_none_is_refused() {
    for engine in ENGINES {
        let Some(server) = server(engine, Certificate::Good) else { return };
        let vault = alone(&server, engine, "app", FIRST);
        edit(&vault, |secret| secret["sslservername"] = json!("no name at all"));
        assert_eq!(code(&set(&vault)), "E_DB_TLS", "{engine}");
    }
}

/// What the server counts of each message by which a client proves who it is.
fn proofs(server: &Server) -> Vec<usize> {
    let log = server.log();
    let lengths = log.lines().filter_map(|line| {
        line.split_once("processing received SASL response of length ")?.1.trim().parse().ok()
    });
    lengths.collect()
}

/// The server offers to bind the proof to its certificate, and hears it bound: the name of the method
/// has five characters more, its header `p=tls-server-end-point` twenty-one more than `n`, and the
/// proof holds a hash of 32 bytes beside the header, in base64.
#[test]
fn f60_the_proof_of_a_login_is_bound_to_the_connection() {
    for version in [14, 18] {
        let engine = Engine::Postgres(version);
        let options = ServerOptions::default().setting("log_min_messages", "debug4");
        let Some(server) = servers::require(engine, options) else { return };
        make(&server, engine, "app", FIRST);
        let lengths = |ssl: bool| {
            let vault = alone(&server, engine, "app", FIRST);
            edit(&vault, |secret| secret["ssl"] = json!(ssl));
            vault.begin("app", T);
            vault.step("createSecret", "app", T).answer();
            let before = proofs(&server).len();
            // The pending password is not set: the one login of this step is refused after its proof.
            assert_eq!(code(&vault.step("testSecret", "app", T)), "E_TEST_AUTH");
            let proofs = proofs(&server).split_off(before);
            assert_eq!(proofs.len(), 2, "{proofs:?}");
            (proofs[0], proofs[1])
        };
        let (unbound_first, unbound_last) = lengths(false);
        let (first, last) = lengths(true);
        let header = "p=tls-server-end-point".len() - "n".len();
        assert_eq!(first - unbound_first, "-PLUS".len() + header);
        let in_base64 = |n_bytes: usize| n_bytes.div_ceil(3) * 4;
        let bound = in_base64("p=tls-server-end-point,,".len() + 32);
        assert_eq!(last - unbound_last, bound - in_base64("n,,".len()));
    }
}
