//! Two steps at once: one is held at each of its calls in turn, to AWS and to the database, while
//! another runs in a second process, of the same rotation or of one that has replaced it. In the end
//! the current version logs in, and with two passwords or two users the previous one does, too.

use std::{
    sync::mpsc::{Receiver, Sender, channel},
    thread,
};

use tests::servers::{self, Engine, Options as ServerOptions, Relay, Server};

use super::{
    databases::{make_user, vault_of},
    *,
};

const STEPS: [&str; 4] = ["createSecret", "setSecret", "testSecret", "finishSecret"];

/// Where the first step is held: at its nth request to AWS, or at its nth message to the database.
#[derive(Debug, Clone, Copy)]
enum Hold {
    Request(u64),
    Message(usize),
}

/// What happens meanwhile.
#[derive(Debug, Clone, Copy)]
enum Other {
    /// A step of the same rotation, as after a time-out that Lambda was slow to enforce.
    Step(&'static str),
    /// Somebody ends this rotation, and a new one runs.
    NewRotation,
}

const OTHERS: [Other; 5] = [
    Other::Step("createSecret"),
    Other::Step("setSecret"),
    Other::Step("testSecret"),
    Other::Step("finishSecret"),
    Other::NewRotation,
];

/// What a step may say whose rotation is over.
const OVER: [&str; 7] = [
    "E_TOKEN_UNKNOWN",
    "E_TOKEN_NOT_PENDING",
    "E_ABANDONED",
    "E_SM_DENIED",
    "E_TEST_AUTH",
    "E_NOT_TAKEN",
    "E_CURRENT_INVALID",
];

impl Other {
    fn takes_lock(self) -> bool {
        matches!(self, Self::Step("setSecret") | Self::NewRotation)
    }

    /// How a step may fail that came too early or too late. Nothing else may go wrong.
    fn explains(self, code: &str) -> bool {
        match self {
            Self::Step(_) => ["E_PENDING_EMPTY", "E_TEST_AUTH"].contains(&code),
            Self::NewRotation => OVER.contains(&code),
        }
    }
}

/// One user, who is rotated again and again.
struct Scene {
    engine: Engine,
    strategy: &'static str,
    server: Server,
    relay: Relay,
    vault: Vault,
    second: Function,
    n_rotations: usize,
}

impl Scene {
    fn new(engine: Engine, strategy: &'static str) -> Option<Self> {
        let server = servers::require(engine, ServerOptions::default())?;
        make_user(&server, engine, "app");
        let relay = Relay::start(server.port()).unwrap();
        let vault = vault_of("app", relay.port(), &server, engine, strategy, |spec| spec);
        let second = vault.another();
        Some(Self { engine, strategy, server, relay, vault, second, n_rotations: 0 })
    }

    fn begin(&mut self) -> Rotation {
        self.n_rotations += 1;
        self.vault.begin("app", &format!("6bd4c2ef-1a6d-4b4a-8b4f-{:012}", self.n_rotations))
    }

    /// Holds the step there, lets the other happen, and lets the step go on. Tells whether the step
    /// came to that call at all.
    fn interleave(&mut self, step: &'static str, hold: Hold, other: Other) -> bool {
        let case = format!("{step} held at {hold:?}, meanwhile {other:?}");
        let rotation = self.begin();
        for earlier in STEPS.iter().take_while(|earlier| **earlier != step) {
            self.vault.function.invoke(&rotation.event(earlier)).answer();
        }
        let (happens, happened) = channel();
        let (go_on, may_go_on) = channel();
        let door = Door { happens: happens.clone(), may_go_on };
        match hold {
            Hold::Request(nth) => self.vault.aws.faults().hold(nth, move || door.wait()),
            Hold::Message(nth) => self.relay.hold(nth, move || door.wait()),
        }
        let this = &*self;
        let newer = thread::scope(|scope| {
            let first = scope.spawn(|| {
                let invocation = this.vault.function.invoke(&rotation.event(step));
                let _nobody_listens = happens.send(Happened::Ended);
                invocation
            });
            if matches!(happened.recv(), Ok(Happened::Ended)) {
                return None;
            }
            let second = scope.spawn(|| this.meanwhile(&case, &rotation, other));
            // Who is held amid the change has the lock, for which the other waits.
            let may_have_lock = step == "setSecret";
            if may_have_lock && other.takes_lock() {
                while !second.is_finished() && !this.somebody_waits() {}
                drop(go_on);
                check(&case, other, &first.join().unwrap());
                return Some(second.join().unwrap());
            }
            let newer = second.join().unwrap();
            drop(go_on);
            check(&case, other, &first.join().unwrap());
            Some(newer)
        });
        self.vault.aws.faults().clear();
        self.relay.clear();
        if let Some(Some(newer)) = &newer {
            assert!(self.logs_in("AWSCURRENT"), "{case}: the version of the new rotation");
            self.finish(&case, newer);
        } else {
            self.finish(&case, &rotation);
            let both = self.strategy == "single" || self.logs_in("AWSPREVIOUS");
            assert!(both, "{case}: the previous version");
        }
        newer.is_some()
    }

    /// What Secrets Manager does next comes to the end.
    fn finish(&self, case: &str, rotation: &Rotation) {
        for step in STEPS {
            let invocation = self.vault.function.invoke(&rotation.event(step));
            assert_eq!(failure(&invocation), None, "{case}, then {step}");
        }
        rotation.attempt(&self.vault.aws, |_| StepOutcome::Done);
        assert!(self.logs_in("AWSCURRENT"), "{case}: the current version");
    }

    /// In the second process. Returns the rotation that has replaced the first, if one has.
    fn meanwhile(&self, case: &str, rotation: &Rotation, other: Other) -> Option<Rotation> {
        let Other::Step(step) = other else { return Some(self.replace(case, rotation)) };
        check(case, other, &self.second.invoke(&rotation.event(step)));
        None
    }

    fn replace(&self, case: &str, rotation: &Rotation) -> Rotation {
        let Rotation { secret_arn, token, .. } = rotation;
        self.vault.by_hand("CancelRotateSecret", &json!({ "SecretId": secret_arn }));
        let label = json!({
            "SecretId": secret_arn, "VersionStage": "AWSPENDING", "RemoveFromVersionId": token,
        });
        let is_pending = |state: &mut State| {
            state.secret(secret_arn).unwrap().holder("AWSPENDING") == Some(token)
        };
        if self.vault.state(is_pending) {
            self.vault.by_hand("UpdateSecretVersionStage", &label);
        }
        let newer = self.vault.begin("app", &token.replacen("6bd4", "7ce5", 1));
        for step in STEPS {
            let invocation = self.second.invoke(&newer.event(step));
            assert_eq!(failure(&invocation), None, "{case}: {step} of the new rotation");
        }
        newer
    }

    fn logs_in(&self, label: &str) -> bool {
        let text: Value = serde_json::from_str(&self.vault.text("app", label).unwrap()).unwrap();
        let field = |name: &str| text[name].as_str().unwrap();
        self.server.logs_in(field("username"), field("password")).unwrap()
    }

    /// Whether a session waits for the lock of another.
    fn somebody_waits(&self) -> bool {
        let sql = match self.engine {
            Engine::Postgres(_) => {
                "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            }
            Engine::MariaDb | Engine::MySql => {
                "SELECT 1 FROM information_schema.processlist WHERE state = 'User lock'"
            }
        };
        !self.server.query(sql).unwrap().is_empty()
    }
}

#[track_caller]
fn check(case: &str, other: Other, invocation: &Invocation) {
    if let Some((code, what)) = failure(invocation) {
        assert!(other.explains(code), "{case}: {code}: {what}");
    }
}

enum Happened {
    Held,
    Ended,
}

/// Where the held call waits.
struct Door {
    happens: Sender<Happened>,
    may_go_on: Receiver<()>,
}

impl Door {
    fn wait(self) {
        let _nobody_listens = self.happens.send(Happened::Held);
        // Ends when the other side is dropped.
        let _closed = self.may_go_on.recv();
    }
}

/// The step held at every call, with every other.
fn interleaves(engine: Engine, strategy: &'static str, step: &'static str) {
    let Some(mut scene) = Scene::new(engine, strategy) else { return };
    // Two users have two turns, which differ.
    let n_turns = if strategy == "alternating" { 2 } else { 1 };
    let holds: [fn(u64) -> Hold; 2] =
        [Hold::Request, |nth| Hold::Message(usize::try_from(nth).unwrap())];
    for other in OTHERS {
        for hold in holds {
            let mut nth = 1;
            while (0..n_turns).filter(|_| scene.interleave(step, hold(nth), other)).count() > 0 {
                nth += 1;
            }
            let is_at_database = step != "createSecret";
            let least = if matches!(hold(1), Hold::Request(_)) || is_at_database { 3 } else { 0 };
            assert!(nth > least, "{step} is held at {} calls only", nth - 1);
        }
    }
}

macro_rules! matrix {
    ($($name:ident: $engine:expr, $strategy:literal;)+) => {$(
        mod $name {
            use super::*;

            #[test]
            fn while_the_value_is_made() {
                interleaves($engine, $strategy, "createSecret");
            }

            #[test]
            fn f20_while_the_password_is_set() {
                interleaves($engine, $strategy, "setSecret");
            }

            #[test]
            fn while_the_password_is_tested() {
                interleaves($engine, $strategy, "testSecret");
            }

            #[test]
            fn while_the_label_moves() {
                interleaves($engine, $strategy, "finishSecret");
            }
        }
    )+};
}

matrix! {
    a_user_of_postgresql: Engine::Postgres(15), "single";
    two_users_of_postgresql: Engine::Postgres(16), "alternating";
    a_user_of_mariadb: Engine::MariaDb, "single";
    two_passwords_of_mariadb: Engine::MariaDb, "dual";
    two_users_of_mariadb: Engine::MariaDb, "alternating";
    a_user_of_mysql: Engine::MySql, "single";
    two_passwords_of_mysql: Engine::MySql, "dual";
    two_users_of_mysql: Engine::MySql, "alternating";
}
