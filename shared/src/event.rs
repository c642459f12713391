//! Reads an event: a scheduled one, or what a person or a program asks for; and what time it is.
//! Refuses by name what it does not know, and calls nothing.

use anyhow::{Context as _, anyhow, bail, ensure};
use aws_lambda_events::eventbridge::EventBridgeEvent;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize as _;
use serde_json::{Map, Value};

use crate::{document::suggestion, error::quoted, var::Vars};

/// Where `now` comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// The event's time while it is fresh, else the system's clock.
    System,
    /// The event's time, always: a year can be simulated in seconds.
    Event,
}

impl Clock {
    /// `CLOCK`: `system` or `event`. Default `system`.
    pub fn from_vars(vars: &Vars<impl Fn(&str) -> Option<String>>) -> anyhow::Result<Self> {
        match vars.optional("CLOCK").as_deref() {
            None | Some("system") => Ok(Self::System),
            Some("event") => Ok(Self::Event),
            Some(other) => bail!("CLOCK is `{}`, neither `system` nor `event`", quoted(other)),
        }
    }
}

/// What a function understands, and how it is deployed.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// The names of the requests that it answers, e.g. `explain`.
    pub requests: &'a [&'static str],
    /// Whether an event without a request is the normal run.
    pub has_run: bool,
    /// Whether an event may name some of the accounts and regions.
    pub has_targets: bool,
    /// `DRY_RUN`: a deployment that only plans cannot be talked into acting.
    pub dry_run: bool,
    pub clock: Clock,
    /// A scheduled event older than this is a late retry: the world has moved on, and the clock is
    /// right. EventBridge retries for up to 24 hours.
    pub stale_after: SignedDuration,
}

/// One event, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub now: Timestamp,
    pub dry_run: bool,
    pub narrow: Narrow,
    /// The request with its object, or `None` for the normal run.
    pub request: Option<(&'static str, Value)>,
}

/// Only these, of the configured ones. `None` is all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Narrow {
    pub accounts: Option<Vec<String>>,
    pub regions: Option<Vec<String>>,
}

/// The fields that EventBridge and EventBridge Scheduler put around an event.
const ENVELOPE: [&str; 10] = [
    "version",
    "id",
    "detail-type",
    "source",
    "account",
    "time",
    "region",
    "resources",
    "detail",
    "replay-name",
];

/// Reads an event. `clock` is the system's time.
pub fn read(event: &Value, rules: &Rules<'_>, clock: Timestamp) -> anyhow::Result<Event> {
    let Value::Object(fields) = event else { bail!("the event is not a JSON object") };
    let is_scheduled = fields.contains_key("detail-type") || fields.contains_key("source");
    let scheduled = if is_scheduled { Some(scheduled(event)?) } else { None };
    let mut fields = fields.clone();
    if is_scheduled {
        fields.retain(|name, _| !ENVELOPE.contains(&name.as_str()));
    }
    if let Some((name, _)) = fields.iter().find(|(_, value)| value.is_null()) {
        bail!("`{}` is null: leave it out or give it a value", quoted(name));
    }
    let dry_run = flag(fields.remove("dry_run").as_ref())? || rules.dry_run;
    let now = match (fields.remove("now"), scheduled) {
        (Some(now), _) => {
            let is_trusted = dry_run || rules.clock == Clock::Event;
            ensure!(is_trusted, "`now` is accepted only together with `\"dry_run\": true`");
            let now = now.as_str().context("`now` is not a text")?;
            now.parse()
                .map_err(|err| anyhow!("`now` is `{}`, which is wrong: {err}", quoted(now)))?
        }
        (None, Some(time)) if is_fresh(time, clock, rules) => time,
        (None, _) => clock,
    };
    let narrow = if rules.has_targets { narrow(&mut fields)? } else { Narrow::default() };
    Ok(Event { now, dry_run, narrow, request: request(fields, rules)? })
}

/// Returns the time of a scheduled event.
fn scheduled(event: &Value) -> anyhow::Result<Timestamp> {
    let event: EventBridgeEvent = EventBridgeEvent::deserialize(event)
        .context("the event has a `detail-type` or `source`, but is no EventBridge event")?;
    let EventBridgeEvent { source, detail_type, time, .. } = event;
    let is_tick = matches!(source.as_str(), "aws.events" | "aws.scheduler");
    ensure!(
        is_tick && detail_type == "Scheduled Event",
        "an event `{}` of `{}` is not for this function",
        quoted(&detail_type),
        quoted(&source)
    );
    let time = time.context("the scheduled event has no `time`")?;
    Timestamp::from_millisecond(time.timestamp_millis()).context("the event's `time`")
}

fn is_fresh(time: Timestamp, clock: Timestamp, rules: &Rules<'_>) -> bool {
    let age = clock.duration_since(time);
    // Two clocks may differ a little.
    let is_fresh = age <= rules.stale_after && age >= -SignedDuration::from_mins(1);
    is_fresh || rules.clock == Clock::Event
}

fn narrow(fields: &mut Map<String, Value>) -> anyhow::Result<Narrow> {
    let mut list = |name: &str| {
        let list = fields.remove(name).map(serde_json::from_value::<Vec<String>>);
        let list =
            list.transpose().ok().with_context(|| format!("`{name}` is not a list of texts"))?;
        let is_empty = list.as_ref().is_some_and(Vec::is_empty);
        ensure!(!is_empty, "`{name}` is empty: leave it out for all of them");
        Ok(list)
    };
    Ok(Narrow { accounts: list("accounts")?, regions: list("regions")? })
}

/// Returns the one request that is left, if any is.
fn request(
    fields: Map<String, Value>,
    rules: &Rules<'_>,
) -> anyhow::Result<Option<(&'static str, Value)>> {
    let mut found = None;
    for (field, value) in fields {
        let Some(name) = rules.requests.iter().find(|name| **name == field) else {
            let mut known = rules.requests.to_vec();
            known.extend(["dry_run", "now"]);
            known
                .extend(rules.has_targets.then_some(["accounts", "regions"]).into_iter().flatten());
            bail!("unknown field `{}`{}", quoted(&field), suggestion(&field, known));
        };
        ensure!(value.is_object(), "`{name}` is not an object such as {{\"{name}\": {{}}}}");
        if let Some((other, _)) = found.replace((*name, value)) {
            bail!("`{other}` and `{name}` are two requests: ask one at a time");
        }
    }
    ensure!(
        found.is_some() || rules.has_run,
        "the event asks for nothing: give one of `{}`",
        rules.requests.join("`, `")
    );
    Ok(found)
}

fn flag(value: Option<&Value>) -> anyhow::Result<bool> {
    match value {
        None => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(_) => bail!("`dry_run` is neither true nor false"),
    }
}

#[cfg(test)]
mod tests;
