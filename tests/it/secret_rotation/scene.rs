//! One user of one real server with its secret, for tests of what the server may have against a
//! rotation. After every rotation the current version logs in, and nobody's log has a password.

use std::cell::{Cell, RefCell};

use tests::servers::{self, Engine, Options as ServerOptions, Server};

use super::{
    databases::{FIRST, make_user, vault},
    *,
};

/// What else a log may not have: the versions of the secret, by their labels.
const LABELS: [&str; 3] = ["AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"];

pub(super) struct Scene {
    pub(super) server: Server,
    pub(super) vault: Vault,
    rotation: RefCell<Option<Rotation>>,
    n_rotations: Cell<usize>,
    /// Whatever the function has written.
    logs: RefCell<Vec<String>>,
}

impl Scene {
    /// The user `app` with the password [`FIRST`], its secret, and that of the admin.
    pub(super) fn new(engine: Engine, strategy: &str) -> Option<Self> {
        Self::with(engine, strategy, ServerOptions::default())
    }

    pub(super) fn with(engine: Engine, strategy: &str, options: ServerOptions) -> Option<Self> {
        let server = servers::require(engine, options)?;
        make_user(&server, engine, "app");
        let vault = vault(&server, engine, strategy);
        let (rotation, n_rotations, logs) = Default::default();
        Some(Self { server, vault, rotation, n_rotations, logs })
    }

    /// As the superuser, unseen by the log.
    #[track_caller]
    pub(super) fn sql(&self, statements: &[&str]) {
        for statement in statements {
            self.server.execute(statement).unwrap();
        }
    }

    /// The first value of the first row.
    #[track_caller]
    pub(super) fn value(&self, sql: &str) -> String {
        let rows = self.server.query(sql).unwrap();
        rows.first().and_then(|row| row.first()?.clone()).unwrap_or_default()
    }

    /// The secret names no admin.
    pub(super) fn without_admin(self) -> Self {
        self.edit(|secret| drop(secret.as_object_mut().unwrap().remove("masterarn")));
        self
    }

    /// Somebody rewrites the current version.
    pub(super) fn edit(&self, change: impl FnOnce(&mut Value)) {
        let text = self.vault.text("app", "AWSCURRENT").unwrap();
        let mut value: Value = serde_json::from_str(&text).unwrap();
        change(&mut value);
        self.put("AWSCURRENT", &self.token(), &value);
    }

    pub(super) fn put(&self, label: &str, token: &str, value: &Value) {
        let request = json!({
            "SecretId": "app", "ClientRequestToken": token, "SecretString": value.to_string(),
            "VersionStages": [label],
        });
        self.vault.by_hand("PutSecretValue", &request);
    }

    /// A token that no version has.
    fn token(&self) -> String {
        self.n_rotations.set(self.n_rotations.get() + 1);
        format!("5ac3b1de-0f5c-4a39-9a3e-{:012}", self.n_rotations.get())
    }

    /// Begins a rotation, and returns its token.
    pub(super) fn begin(&self) -> String {
        let token = self.token();
        self.rotation.replace(Some(self.vault.begin("app", &token)));
        token
    }

    /// Plays all steps of the rotation that has begun.
    #[track_caller]
    pub(super) fn attempt(&self) -> Result<(), (String, String)> {
        let rotation = self.rotation.borrow();
        let (ended, invocations) = self.vault.attempt(rotation.as_ref().unwrap());
        self.logs.borrow_mut().extend(invocations.iter().flat_map(|it| it.logs.clone()));
        let (log, logs) = (self.server.log(), self.logs.borrow());
        for password in LABELS.iter().filter_map(|label| self.vault.password("app", label)) {
            assert!(!log.contains(&password), "the server's log has a password");
            assert!(!logs.iter().any(|line| line.contains(&password)), "our log has a password");
        }
        if let Some((code, message)) = invocations.last().and_then(failure) {
            return Err((code.to_owned(), message.to_owned()));
        }
        assert_eq!(ended, Ended::Succeeded);
        Ok(())
    }

    /// The code and the sentence of a rotation that must fail.
    #[track_caller]
    pub(super) fn refusal(&self) -> (String, String) {
        self.begin();
        self.attempt().expect_err("the rotation must fail")
    }

    /// The same rotation again, which must succeed now.
    #[track_caller]
    pub(super) fn retries(&self) {
        // The client of ed25519 cannot answer one question in 256, here as in the function.
        let mut attempts = (0..3).map(|_| self.attempt());
        let failures: Vec<_> = attempts.by_ref().take_while(Result::is_err).collect();
        assert!(failures.len() < 3, "{:?}", failures[0]);
        let (user, password) = self.login("AWSCURRENT");
        assert!(password != FIRST, "the password is a new one");
        assert!(self.logs_in(&user, &password), "the current version logs in");
    }

    #[track_caller]
    pub(super) fn rotates(&self) {
        self.begin();
        self.retries();
    }

    #[track_caller]
    pub(super) fn logs_in(&self, user: &str, password: &str) -> bool {
        (0..3).any(|_| self.server.logs_in(user, password).unwrap())
    }

    /// User and password of a version.
    pub(super) fn login(&self, label: &str) -> (String, String) {
        let text: Value = serde_json::from_str(&self.vault.text("app", label).unwrap()).unwrap();
        let field = |name: &str| text[name].as_str().unwrap().to_owned();
        (field("username"), field("password"))
    }

    /// One step of the rotation that has begun.
    pub(super) fn step(&self, step: &str) -> Invocation {
        let event = self.rotation.borrow().as_ref().unwrap().event(step);
        let invocation = self.vault.function.invoke(&event);
        self.logs.borrow_mut().extend(invocation.logs.clone());
        invocation
    }

    /// What the doctor says.
    pub(super) fn doctor(&self) -> Value {
        let arn = self.vault.state(|state| state.secret("app").unwrap().arn.clone());
        self.vault.function.invoke(&json!({ "doctor": { "secret": arn } })).answer().clone()
    }
}
