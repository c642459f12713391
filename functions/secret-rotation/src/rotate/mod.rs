//! The four steps. Each may come twice, late, or beside another, and each begins by looking at what
//! is there already.

pub mod admin;
pub mod create;
pub mod finish;
pub mod set;
pub mod test;

use aws_config::SdkConfig;
use aws_sdk_secretsmanager::Client;
use jiff::Timestamp;

use crate::{
    budget::Budget,
    config::Config,
    engine::tls::Trust,
    event::StepEvent,
    fault::{Code, Fault},
    plan::{create::owner, gate::Described},
    secret::{document::Document, login::Login},
    settings::Settings,
};

/// The outcome of a step that came too late to do anything.
pub const FINISHED: &str = "the rotation has finished already";

/// One step of one secret's rotation, with what every step needs.
pub struct Work<'a> {
    pub config: &'a Config,
    pub trust: &'a Trust,
    /// For clients of other services than Secrets Manager.
    pub aws: &'a SdkConfig,
    pub client: &'a Client,
    pub event: &'a StepEvent,
    pub secret: &'a Described,
    pub budget: Budget,
    pub now: Timestamp,
}

/// What a step did, and what failed beside it without making it fail.
#[derive(Debug)]
pub struct Done {
    pub outcome: &'static str,
    pub warnings: Vec<String>,
}

impl From<&'static str> for Done {
    fn from(outcome: &'static str) -> Self {
        Self { outcome, warnings: Vec::new() }
    }
}

impl Work<'_> {
    pub fn token(&self) -> &str {
        &self.event.token
    }

    pub fn settings(&self, current: &Document) -> Result<Settings, Fault> {
        let engine = Login::read(current).ok().map(|login| login.place.engine);
        Settings::read(&self.secret.tags, &self.config.defaults, engine)
    }

    pub fn login(&self, document: &Document, label: &str) -> Result<Login, Fault> {
        Login::read(document).map_err(|err| {
            let what = format!("the version {label} of `{}`: {err}", self.secret.name);
            Fault::new(Code::SecretShape, what)
        })
    }
}

/// Whether the secret is no login, but a value that only has to be new.
pub fn is_random(document: &Document) -> bool {
    matches!(document.string("engine"), Ok(Some(engine)) if engine == "random")
}

/// The first of two users that take turns.
pub fn first_user<'a>(username: &'a str, settings: &Settings) -> &'a str {
    owner(username, &settings.clone_suffix)
}
