//! `"sslmode": "verify-ca"`: a certificate for another name is taken, and no other fault of it.

use tests::servers::{self, Certificate, Engine, Options as ServerOptions, Server, Tls};

use super::{
    databases::{FIRST, make_user, vault},
    *,
};

const ENGINES: [Engine; 3] = [Engine::Postgres(15), Engine::MariaDb, Engine::MySql];

fn server(engine: Engine, certificate: Certificate) -> Option<Server> {
    let options = ServerOptions::default().tls(Tls::Required).certificate(certificate);
    let server = servers::require(engine, options)?;
    make_user(&server, engine, "app");
    Some(server)
}

fn another() -> Certificate {
    Certificate::For("another.example".to_owned())
}

fn test(vault: &Vault) -> Invocation {
    vault.begin("app", T);
    vault.step("createSecret", "app", T).answer();
    vault.step("setSecret", "app", T)
}

#[test]
fn f51_a_certificate_for_another_name_is_taken_on_request_only() {
    for engine in ENGINES {
        let Some(server) = server(engine, another()) else { return };
        // Two users: the admin logs in as well.
        let strict = vault(&server, engine, "alternating");
        assert_eq!(code(&test(&strict)), "E_DB_TLS", "{engine}");

        let vault = vault(&server, engine, "alternating");
        vault.edit("app", |secret| secret["sslmode"] = json!("verify-ca"));
        vault.rotate("app", T);
        assert!(
            server.logs_in("app_clone", &vault.password("app", "AWSCURRENT").unwrap()).unwrap()
        );
    }
}

#[test]
fn f51_a_certificate_of_an_unknown_authority_or_of_yesterday_is_never_taken() {
    for engine in ENGINES {
        for certificate in [Certificate::FromAnotherAuthority, Certificate::Expired] {
            let Some(server) = server(engine, certificate) else { return };
            let vault = vault(&server, engine, "single");
            vault.edit("app", |secret| {
                secret["sslmode"] = json!("verify-ca");
                // Two faults at once: the name comes last.
                secret["sslservername"] = json!("another.example");
            });
            assert_eq!(code(&test(&vault)), "E_DB_TLS", "{engine}");
            assert!(server.logs_in("app", FIRST).unwrap());
        }
    }
}
