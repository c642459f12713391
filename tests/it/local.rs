//! `cargo local` as a person uses it: the real program, the real function where `cargo lambda watch`
//! would run it, and Secrets Manager's own client.

mod host;
mod process;

use std::{fs, path::Path};

use aws_sdk_secretsmanager::Client;
use serde_json::{Value, json};
use tests::{
    lambda::{Function, Spec},
    servers::{self, Engine},
};

use self::{host::Host, process::Local};
use crate::clients::{self, credentials};

const NAME: &str = "secret-rotation";

/// The person's hand, and the function beside it.
struct Desk {
    local: Local,
    secrets: Client,
    /// Answers where `local` was told that functions are.
    host: Host,
}

impl Desk {
    /// Nobody answers for the functions until `host.serve()`.
    async fn new() -> Self {
        let host = Host::bind();
        let local = Local::start(&["--functions", &host.url(), "--speed", "60"]);
        let credentials = credentials("local", None);
        let secrets = Client::new(&clients::at(&local.endpoint, credentials).await);
        Self { local, secrets, host }
    }

    fn function(&self) -> Function {
        let mut spec = Spec::new(NAME).unwrap().endpoint(&self.local.endpoint);
        if let Some(pem) = &self.local.ca_pem {
            spec = spec.variable("SSL_CA_PEM", pem);
        }
        Function::start(spec).unwrap()
    }

    async fn rotate(&self, secret: &str) {
        let rotate = self.secrets.rotate_secret().secret_id(secret);
        rotate.client_request_token("7ce5d3f0-2b7e-4c5b-9c5f-4b6d8e9f0a1b").send().await.unwrap();
    }

    async fn current(&self, secret: &str) -> Value {
        let get = self.secrets.get_secret_value().secret_id(secret).send().await.unwrap();
        serde_json::from_str(get.secret_string().unwrap()).unwrap()
    }
}

/// Whether this is what is said of a rotation that has no difficulties.
#[track_caller]
fn assert_all_well(secret: &str, lines: &[String; 5]) {
    for (line, step) in lines.iter().zip(["create", "set", "test", "finish"]) {
        assert!(line.starts_with(&format!("{secret}  {step}Secret ")), "{lines:#?}");
        assert!(!line.contains("E_"), "{lines:#?}");
    }
    assert_eq!(lines[4], format!("{secret}  rotated"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_is_driven_and_every_step_of_it_told() {
    let mut desk = Desk::new().await;
    desk.host.serve(desk.function());
    let first = desk.current("api-key").await;
    desk.rotate("api-key").await;
    assert_all_well("api-key", &desk.local.lines());
    assert_ne!(desk.current("api-key").await["password"], first["password"]);
}

#[test]
fn a_person_rotates_the_user_of_a_real_database() {
    // `cargo local` does without, and says so.
    let Some(_) = servers::require(Engine::Postgres(16), servers::Options::default()) else {
        return;
    };
    tokio::runtime::Runtime::new().unwrap().block_on(rotate_the_user_of_a_database());
}

async fn rotate_the_user_of_a_database() {
    let mut desk = Desk::new().await;
    desk.host.serve(desk.function());
    desk.rotate("shop").await;
    assert_all_well("shop", &desk.local.lines());
    let current = desk.current("shop").await;
    assert_eq!(current["username"], "shop_clone");
    assert_ne!(current["password"], "chosen-by-a-Person-1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_waits_for_the_functions() {
    let mut desk = Desk::new().await;
    desk.rotate("api-key").await;
    let [line] = desk.local.lines();
    assert!(line.starts_with("a rotation waits: nobody answers at http://127.0.0.1:"), "{line}");
    desk.host.serve(desk.function());
    assert_all_well("api-key", &desk.local.lines());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_that_fails_is_tried_again() {
    let mut desk = Desk::new().await;
    desk.host.serve(desk.function());
    let untag = desk.secrets.untag_resource().secret_id("api-key");
    untag.tag_keys("caretaker:rotation").send().await.unwrap();
    desk.rotate("api-key").await;
    let [step, failed] = desk.local.lines();
    assert!(step.starts_with("api-key  createSecret  E_SM_DENIED: "), "{step}");
    assert!(failed.contains("during createSecret step; tried again at "), "{failed}");
    let tag = aws_sdk_secretsmanager::types::Tag::builder();
    let tag = tag.key("caretaker:rotation").value("true").build();
    let tagged = desk.secrets.tag_resource().secret_id("api-key").tags(tag);
    tagged.send().await.unwrap();
    // A minute is a second here; the tag may have come after the second try.
    while desk.local.lines() != ["api-key  rotated"] {}
}

/// As they are in the repository, in the order in which `cargo local` says.
#[tokio::test(flavor = "multi_thread")]
async fn the_sample_events_rotate_a_secret_of_the_account() {
    let desk = Desk::new().await;
    let function = desk.function();
    let first = desk.current("app").await;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events").join(NAME);
    for name in ["doctor", "create", "set", "test", "finish"] {
        let text = fs::read_to_string(folder.join(name).with_extension("json")).unwrap();
        let event: Value = serde_json::from_str(&text).unwrap();
        let invocation = function.invoke(&event);
        let answer = invocation.answer();
        assert_eq!(answer.get("ok").unwrap_or(&json!(true)), true, "{answer:#}");
    }
    assert_ne!(desk.current("app").await["password"], first["password"]);
    // Nothing is left to be done.
    let rotate = desk.secrets.rotate_secret().secret_id("app").rotate_immediately(false);
    rotate.client_request_token("7ce5d3f0-2b7e-4c5b-9c5f-4b6d8e9f0a1b").send().await.unwrap();
}
