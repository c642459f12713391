#![doc = include_str!("../README.md")]

mod announce;
mod apply;
mod ask;
pub mod config;
mod event;
pub mod forecast;
pub mod handled;
mod import;
mod look;
mod metrics;
mod observe;
mod one;
mod only;
pub mod plan;
mod report;
pub mod resource;
mod run;
pub mod schedule;

use std::{collections::BTreeSet, sync::Mutex};

use aws_config::SdkConfig;
use serde_json::Value;
use shared::{error::HandlerError, runtime::Invocation};
use tokio::sync::OnceCell;

use crate::{config::Config, event::Request, observe::documents::documents_or_none};

/// What stays from one event to the next.
#[derive(Debug)]
pub struct App {
    config: Config,
    own: OnceCell<SdkConfig>,
    /// What failed in the last run, so that nobody is told the same every few minutes. Lost with the
    /// process, and then told once more.
    told: Mutex<BTreeSet<String>>,
}

impl App {
    pub fn new(config: Config) -> Self {
        Self { config, own: OnceCell::new(), told: Mutex::default() }
    }

    /// The configuration of clients in the function's own account and region.
    async fn own(&self) -> &SdkConfig {
        self.own.get_or_init(|| shared::aws::config(&self.config.aws)).await
    }
}

/// Answers one event. A run observes, plans, and unless it is dry, acts and reports; the other
/// requests only ask the evaluator.
pub async fn handle(app: &App, invocation: Invocation) -> Result<Value, HandlerError> {
    let config = &app.config;
    let bad_event = |err| HandlerError::coded(HandlerError::BAD_EVENT, err);
    let request = event::request(&invocation.event, config, invocation.clock).map_err(bad_event)?;
    let now = invocation.clock;
    match request {
        Request::Run(run) => {
            let documents = documents_or_none(app.own().await, config).await;
            let report = run::run(app, documents, &run, &invocation).await?;
            Ok(serde_json::to_value(report).map_err(anyhow::Error::from)?)
        }
        Request::Explain(question) => ask::explain(app, &question, now).await,
        Request::ExplainResource(question, now) => {
            one::explain(app, &question, now, &invocation).await
        }
        Request::Preview(question) => ask::preview(app, &question, &invocation).await,
        Request::Lint(question) => ask::lint(app, &question, now).await,
        Request::Import(import) => ask::import(config, &import, now),
    }
}
