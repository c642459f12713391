//! Reads the event: what is asked, and what time it is. Refuses by name what it does not know.

use anyhow::{Context as _, anyhow, bail};
use aws_lambda_events::eventbridge::EventBridgeEvent;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::config::{Clock, Config};

/// What one event asks for.
#[derive(Debug)]
pub enum Request {
    Run(Run),
}

/// A run over all targets, or over some.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub now: Timestamp,
    pub dry_run: bool,
    /// Only these, of those configured. `None` is all.
    pub regions: Option<Vec<String>>,
    pub accounts: Option<Vec<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ManualRun {
    dry_run: Option<bool>,
    now: Option<String>,
    regions: Option<Vec<String>>,
    accounts: Option<Vec<String>>,
}

/// Tells the requests apart and finds the time. `clock` is the system's time.
pub fn request(event: &Value, config: &Config, clock: Timestamp) -> anyhow::Result<Request> {
    let Value::Object(fields) = event.clone() else {
        bail!("the event is not a JSON object");
    };
    if fields.contains_key("detail-type") {
        let now = scheduled(fields, config, clock)?;
        let run = Run { now, dry_run: config.dry_run, regions: None, accounts: None };
        return Ok(Request::Run(run));
    }
    Ok(Request::Run(manual(fields, config, clock)?))
}

/// The event's own time, unless it is so old that this is a late retry: then the world has moved
/// on, and the clock is right. EventBridge retries for up to 24 hours.
fn scheduled(
    fields: Map<String, Value>,
    config: &Config,
    clock: Timestamp,
) -> anyhow::Result<Timestamp> {
    let event: EventBridgeEvent = serde_json::from_value(Value::Object(fields))
        .context("the event has a `detail-type`, but is no EventBridge event")?;
    if (event.source.as_str(), event.detail_type.as_str()) != ("aws.events", "Scheduled Event") {
        bail!("an event `{}` of `{}` is not for this function", event.detail_type, event.source);
    }
    let time = event.time.context("the scheduled event has no `time`")?;
    let time =
        Timestamp::from_millisecond(time.timestamp_millis()).context("the event's `time`")?;
    let age = clock.duration_since(time);
    let is_fresh = age <= config.interval && age >= -SignedDuration::from_mins(1);
    Ok(if is_fresh || config.clock == Clock::Event { time } else { clock })
}

fn manual(fields: Map<String, Value>, config: &Config, clock: Timestamp) -> anyhow::Result<Run> {
    let run: ManualRun = serde_json::from_value(Value::Object(fields))
        .context("the event is neither a scheduled event nor a request of this function")?;
    // A deployment that only plans cannot be talked into acting.
    let dry_run = run.dry_run.unwrap_or(false) || config.dry_run;
    let trusted = dry_run || config.clock == Clock::Event;
    let now = match run.now {
        None => clock,
        Some(_) if !trusted => bail!("`now` is accepted only together with `\"dry_run\": true`"),
        Some(now) => {
            now.parse().map_err(|err| anyhow!("`now` is `{now}`, which is wrong: {err}"))?
        }
    };
    Ok(Run { now, dry_run, regions: run.regions, accounts: run.accounts })
}

fn only_field(fields: &Map<String, Value>) -> Option<&str> {
    let mut names = fields.keys();
    let name = names.next()?;
    names.next().is_none().then_some(name)
}

fn inner<T: for<'de> Deserialize<'de>>(
    mut fields: Map<String, Value>,
    name: &str,
) -> anyhow::Result<T> {
    let value = fields.remove(name).unwrap_or_default();
    serde_json::from_value(value).with_context(|| format!("`{name}`"))
}
