#![doc = include_str!("../README.md")]

pub mod announce;
pub mod apply;
pub mod ask;
pub mod aws;
pub mod config;
pub mod event;
pub mod forecast;
pub mod handled;
pub mod metrics;
pub mod observe;
pub mod plan;
pub mod report;
pub mod resource;
pub mod run;
pub mod schedule;
pub mod targets;

use std::sync::Arc;

use serde_json::Value;
use shared::{error::HandlerError, runtime::Invocation};

use crate::{config::Config, event::Request};

/// Answers one event. A run observes, plans, and unless it is dry, acts and reports; the other
/// requests only ask the evaluator.
pub async fn handle(config: Arc<Config>, invocation: Invocation) -> Result<Value, HandlerError> {
    let bad_event = |err| HandlerError::coded(HandlerError::BAD_EVENT, err);
    let request =
        event::request(&invocation.event, &config, invocation.clock).map_err(bad_event)?;
    match request {
        Request::Run(run) => {
            let own = aws::own(&config).await;
            let documents = observe::documents::documents(&own, &config).await?;
            let report = run::run(&config, &own, documents, &run, &invocation).await?;
            Ok(serde_json::to_value(report).map_err(anyhow::Error::from)?)
        }
        Request::Ask(question) => ask::answer(&config, question, &invocation).await,
    }
}
