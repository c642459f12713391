//! What every step of a rotation works with, and the doctor. Makes no call.

use aws_config::SdkConfig;
use aws_sdk_secretsmanager::Client;
use jiff::Timestamp;

use crate::{
    budget::Budget,
    config::Config,
    engine::tls::Trust,
    event::StepEvent,
    fault::{Code, Fault},
    plan::gate::Described,
    secret::{document::Document, login::Login},
    settings::Settings,
};

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
