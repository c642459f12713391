//! Two secrets for one user: each rotation takes the password away from the other secret, which then
//! says so and changes nothing.

use tests::servers::{self, Engine, Options as ServerOptions, Server};

use super::{
    databases::{FIRST, make_user, secret},
    users::*,
    *,
};

/// The secrets `app` and `other`, both of the user `app`. Whether each names the admin and takes
/// turns with a second user.
fn vault(server: &Server, engine: Engine, alternates: [bool; 2]) -> Vault {
    make_user(server, engine, "app");
    let text = secret(server, engine, "app", FIRST);
    let admin = secret(server, engine, server.admin().user, server.admin().password);
    let vault = Vault::with(
        &[],
        |spec| spec.variable("SSL_CA_PEM", server.ca_pem()),
        &[("app", &text), ("other", &text), ("admin", &admin)],
    );
    vault.state(|state| tag(state, "admin", "caretaker:rotation", "admin"));
    for (name, alternates) in ["app", "other"].into_iter().zip(alternates) {
        if alternates {
            vault.state(|state| tag(state, name, "caretaker:rotation:strategy", "alternating"));
        } else {
            edit_secret(&vault, name, |secret| {
                drop(secret.as_object_mut().unwrap().remove("masterarn"));
            });
        }
    }
    vault
}

/// A rotation that fails, with its code.
#[track_caller]
fn fails(vault: &Vault, secret: &str, token: &str) -> String {
    let (ended, invocations) = vault.attempt(&vault.begin(secret, token));
    assert_ne!(ended, Ended::Succeeded);
    code(invocations.last().unwrap()).to_owned()
}

#[test]
fn f24_the_second_of_two_secrets_for_one_user_fails_and_leaves_the_user_alone() {
    for engine in ENGINES {
        let Some(server) = servers::require(engine, ServerOptions::default()) else { return };
        let vault = vault(&server, engine, [false, false]);
        vault.rotate("app", &token(1));
        assert_eq!(fails(&vault, "other", &token(2)), "E_AUTH_ALL", "{engine}");
        assert!(logs_in(&server, &vault, "app", "AWSCURRENT"), "{engine}");
        // It goes on to fail for itself only.
        vault.rotate("app", &token(3));
        assert_eq!(fails(&vault, "other", &token(2)), "E_AUTH_ALL", "{engine}");
        assert!(logs_in(&server, &vault, "app", "AWSCURRENT"), "{engine}");
    }
}

/// Of two pairs that are the same pair, the first rotation makes the second user, and so does the
/// other; then neither current password is the first secret's any more.
#[test]
fn f24_two_secrets_for_the_same_two_users_never_both_lose_them() {
    for engine in ENGINES {
        let Some(server) = servers::require(engine, ServerOptions::default()) else { return };
        let vault = vault(&server, engine, [true, true]);
        vault.rotate("app", &token(1));
        assert!(logs_in(&server, &vault, "app", "AWSCURRENT"), "{engine}");
        vault.rotate("other", &token(2));
        assert!(logs_in(&server, &vault, "other", "AWSCURRENT"), "{engine}");
        // The clone has the other secret's password now.
        assert_eq!(fails(&vault, "app", &token(3)), "E_CURRENT_INVALID", "{engine}");
        assert!(logs_in(&server, &vault, "other", "AWSCURRENT"), "{engine}");
        vault.rotate("other", &token(4));
        assert!(logs_in(&server, &vault, "other", "AWSCURRENT"), "{engine}");
    }
}

#[test]
fn f25_of_a_single_and_an_alternating_secret_the_one_that_lost_its_user_says_so() {
    for engine in ENGINES {
        let Some(server) = servers::require(engine, ServerOptions::default()) else { return };
        let vault = vault(&server, engine, [true, false]);
        // The clone is nobody's but the alternating secret's.
        vault.rotate("app", &token(1));
        vault.rotate("other", &token(2));
        assert!(logs_in(&server, &vault, "app", "AWSCURRENT"), "{engine}");
        assert!(logs_in(&server, &vault, "other", "AWSCURRENT"), "{engine}");
        // Then it takes the first user back, by its admin.
        vault.rotate("app", &token(3));
        assert!(logs_in(&server, &vault, "app", "AWSCURRENT"), "{engine}");
        assert_eq!(fails(&vault, "other", &token(4)), "E_AUTH_ALL", "{engine}");
        assert!(logs_in(&server, &vault, "app", "AWSCURRENT"), "{engine}");
        // And goes on.
        vault.rotate("app", &token(5));
        assert!(logs_in(&server, &vault, "app", "AWSCURRENT"), "{engine}");
    }
}
