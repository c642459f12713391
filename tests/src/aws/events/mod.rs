//! The events service (EventBridge): takes events and keeps them for tests to read. Delivers them
//! to nobody.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    call::{Call, Input, Outcome, Reply, ServiceError, Touched},
    json::{self, constraint, validation},
    world::World,
};

const MAX_ENTRIES: usize = 10;
/// Of all entries of a call together, counted as AWS counts them.
const MAX_BYTES: usize = 256 * 1_024;
/// What an entry costs for its time.
const TIME_BYTES: usize = 14;
const DEFAULT_BUS: &str = "default";

/// What one account has of this service in one region.
#[derive(Debug, Default)]
pub struct State {
    /// Those besides `default`, which every place has.
    buses: BTreeSet<String>,
    events: Vec<Event>,
}

/// One event that was put.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub id: String,
    pub bus: String,
    pub source: String,
    pub detail_type: String,
    pub detail: Value,
    pub resources: Vec<String>,
    pub time: Timestamp,
}

impl State {
    pub fn add_bus(&mut self, name: &str) {
        self.buses.insert(name.to_owned());
    }

    /// In the order they were put.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// What a service of AWS itself says, on the default bus.
    pub(super) fn announce(
        &mut self,
        source: &str,
        detail_type: &str,
        detail: Value,
        time: Timestamp,
    ) {
        self.events.push(Event {
            id: format!("00000000-0000-4000-9000-{:012x}", self.events.len() + 1),
            bus: DEFAULT_BUS.to_owned(),
            source: source.to_owned(),
            detail_type: detail_type.to_owned(),
            detail,
            resources: Vec::new(),
            time,
        });
    }

    pub fn clear(&mut self) {
        self.events.clear();
    }
}

/// Answers one call.
pub fn handle(world: &mut World, mut call: Call) -> Outcome {
    match call.operation.as_str() {
        "PutEvents" => put_events(world, &mut call),
        other => Err(ServiceError::unknown_operation(other)),
    }
}

/// The buses of the entries.
pub fn resources(_world: &mut World, call: &Call) -> Vec<Touched> {
    let Input::Json(members) = &call.input else { return Touched::everything() };
    let entries = members.get("Entries").and_then(Value::as_array);
    let buses: BTreeSet<String> = entries
        .into_iter()
        .flatten()
        .map(|entry| entry.get("EventBusName").and_then(Value::as_str).unwrap_or(DEFAULT_BUS))
        .map(|bus| {
            let (account, region, name) = locate(call, Some(bus));
            format!("arn:aws:events:{region}:{account}:event-bus/{name}")
        })
        .collect();
    buses.into_iter().map(|arn| Touched { arn, ..Touched::default() }).collect()
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Put {
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Entry {
    time: Option<f64>,
    source: Option<String>,
    #[serde(default)]
    resources: Vec<String>,
    detail_type: Option<String>,
    detail: Option<String>,
    event_bus_name: Option<String>,
}

impl Entry {
    /// See <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html>.
    fn size_bytes(&self) -> usize {
        let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        self.time.map_or(0, |_| TIME_BYTES)
            + length(&self.source)
            + length(&self.detail_type)
            + length(&self.detail)
            + self.resources.iter().map(String::len).sum::<usize>()
    }
}

fn put_events(world: &mut World, call: &mut Call) -> Outcome {
    let input: Put = json::input(call)?;
    let n_entries = input.entries.len();
    if !(1..=MAX_ENTRIES).contains(&n_entries) {
        let bound =
            if n_entries == 0 { "greater than or equal to 1" } else { "less than or equal to 10" };
        return Err(constraint(
            "[PutEventsRequestEntry]",
            "entries",
            &format!("have length {bound}"),
        ));
    }
    if input.entries.iter().map(Entry::size_bytes).sum::<usize>() >= MAX_BYTES {
        return Err(validation("Total size of the entries in the request is over the limit."));
    }
    let (mut results, mut n_failed) = (Vec::new(), 0);
    for entry in input.entries {
        results.push(match put(world, call, entry) {
            Ok(id) => json!({ "EventId": id }),
            Err(error) => {
                n_failed += 1;
                json!({ "ErrorCode": error.code, "ErrorMessage": error.message })
            }
        });
    }
    Ok(Reply::Json(json!({ "FailedEntryCount": n_failed, "Entries": results })))
}

fn put(world: &mut World, call: &Call, entry: Entry) -> Result<String, ServiceError> {
    let source = required(entry.source, "Source")?;
    let detail_type = required(entry.detail_type, "DetailType")?;
    let detail = required(entry.detail, "Detail")?;
    if source.starts_with("aws.") {
        let refused = "Not authorized for the source.";
        return Err(ServiceError::client("NotAuthorizedForSourceException", refused));
    }
    let detail: Value = serde_json::from_str(&detail)
        .ok()
        .filter(Value::is_object)
        .ok_or_else(|| ServiceError::client("MalformedDetail", "Detail is malformed."))?;
    let (account, region, bus) = locate(call, entry.event_bus_name.as_deref());
    let state = &mut world.place(&account, &region).events;
    let id = format!("00000000-0000-4000-9000-{:012x}", state.events.len() + 1);
    // AWS takes an event for a bus that does not exist, and drops it.
    if bus != DEFAULT_BUS && !state.buses.contains(&bus) {
        return Ok(id);
    }
    let given = entry.time.and_then(|secs| SignedDuration::try_from_secs_f64(secs).ok());
    let time = given.and_then(|time| Timestamp::from_duration(time).ok()).unwrap_or(call.now);
    let resources = entry.resources;
    state.events.push(Event { id: id.clone(), bus, source, detail_type, detail, resources, time });
    Ok(id)
}

fn required(value: Option<String>, name: &str) -> Result<String, ServiceError> {
    value.filter(|value| !value.is_empty()).ok_or_else(|| {
        ServiceError::client(
            "InvalidArgument",
            format!("Parameter {name} is not valid. Reason: {name} is a required argument."),
        )
    })
}

/// Account, region and name of a bus given by name or ARN.
fn locate(call: &Call, name: Option<&str>) -> (String, String, String) {
    let name = name.unwrap_or(DEFAULT_BUS);
    if let ["arn", _, "events", region, account, resource] =
        name.splitn(6, ':').collect::<Vec<_>>()[..]
        && let Some(bus) = resource.strip_prefix("event-bus/")
    {
        return (account.to_owned(), region.to_owned(), bus.to_owned());
    }
    (call.account.clone(), call.region.clone(), name.to_owned())
}
