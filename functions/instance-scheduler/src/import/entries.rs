//! Finds the items in what was given, in whichever of its forms: a scan of the table, an export of
//! it, the output of the command line, a template, a text of these, a list of several.

use anyhow::{anyhow, bail};
use serde_json::{Map, Value};
use shared::{document::Refused, error::quoted};

use super::item::{Item, Kind, Origin, plain, within};
use super::lost::{Code, Lost, Read};
use super::text;

/// The type of the resources that version 1.3 and later take from templates.
const RESOURCE_TYPE: &str = "Custom::ServiceInstanceSchedule";

/// Everything that was found, in its order.
pub(super) fn entries(from: &Value) -> anyhow::Result<Read<Vec<Item>>> {
    let mut found = Read { item: Vec::new(), lost: Vec::new() };
    for Read { item, lost } in read(from, "")? {
        found.item.extend(item);
        found.lost.extend(lost);
    }
    Ok(found)
}

type Found = Vec<Read<Option<Item>>>;

fn read(value: &Value, place: &str) -> anyhow::Result<Found> {
    match value {
        Value::String(text) => {
            let mut values = text::values(text).map_err(|err| unread(&err, place))?;
            match (values.pop(), values.is_empty()) {
                (Some(only), true) if only.is_object() || only.is_array() => read(&only, place),
                (Some(Value::Object(last)), false) => {
                    values.push(Value::Object(last));
                    list(&values, place)
                }
                _ => bail!("{}it is a text, but not one of an export", before(place)),
            }
        }
        Value::Array(values) => list(values, place),
        Value::Object(object) => read_object(object, place),
        _ => bail!("{}neither an export nor a text of one", before(place)),
    }
}

fn unread(err: &Refused, place: &str) -> anyhow::Error {
    let place = if place.is_empty() { "from" } else { place };
    anyhow!("{place}: {err}")
}

fn before(place: &str) -> String {
    if place.is_empty() { "from: ".to_owned() } else { format!("{place}: ") }
}

fn list(values: &[Value], place: &str) -> anyhow::Result<Found> {
    let each = values.iter().enumerate();
    let each = each.map(|(index, value)| read(value, &format!("{place}[{index}]")));
    Ok(each.collect::<anyhow::Result<Vec<_>>>()?.concat())
}

fn read_object(object: &Map<String, Value>, place: &str) -> anyhow::Result<Found> {
    let at = |name: &str| within(place, name);
    let value = |name: &str| object.get(name).filter(|value| !value.is_null());
    if let Some(items) = value("Items").or(value("items")).and_then(Value::as_array) {
        let mut found = list(items, &at("Items"))?;
        found.extend(value("LastEvaluatedKey").or(value("NextToken")).map(|_| {
            let message = "the table has more items than these: scan it to its end";
            nothing(Lost::new(at("LastEvaluatedKey"), Code::UnknownField, message))
        }));
        return Ok(found);
    }
    if let Some(item @ Value::Object(_)) = value("Item") {
        return read(item, &at("Item"));
    }
    if let Some(body) = value("TemplateBody") {
        return read(body, &at("TemplateBody"));
    }
    if let Some(Value::Object(resources)) = value("Resources") {
        return Ok(read_resources(resources, &at("Resources")));
    }
    if object.get("Type").and_then(Value::as_str) == Some(RESOURCE_TYPE) {
        return Ok(vec![resource(None, object, place)]);
    }
    if is_resources(object) {
        return Ok(read_resources(object, place));
    }
    match described(object, place) {
        Some(found) => Ok(found),
        None => Ok(vec![table_item(object, place)]),
    }
}

/// The output of the command line: `Schedules`, `Periods`, or the one that was made or changed.
fn described(object: &Map<String, Value>, place: &str) -> Option<Found> {
    let names = [
        ("schedules", Kind::Schedule),
        ("periods", Kind::Period),
        ("schedule", Kind::Schedule),
        ("period", Kind::Period),
    ];
    if object.keys().any(|name| matches!(plain(name).as_str(), "name" | "type")) {
        return None;
    }
    let mut found = Found::new();
    let mut is_described = false;
    for (name, value) in object {
        let Some((_, kind)) = names.iter().find(|(known, _)| plain(name) == *known) else {
            continue;
        };
        let place = within(place, name);
        let items: Vec<(String, &Value)> = match value {
            Value::Array(items) => {
                let items = items.iter().enumerate();
                items.map(|(index, item)| (format!("{place}[{index}]"), item)).collect()
            }
            value => vec![(place, value)],
        };
        is_described = true;
        found.extend(items.into_iter().map(|(place, item)| match item {
            Value::Object(item) => whole(Item::new(*kind, Origin::Table, &place, item)),
            _ => nothing(Lost::new(place, Code::Invalid, "not an object")),
        }));
    }
    is_described.then_some(found)
}

fn table_item(object: &Map<String, Value>, place: &str) -> Read<Option<Item>> {
    let item = Item::new(Kind::Config, Origin::Table, place, object);
    let kind = item.field("type").and_then(|field| field.value.as_str());
    let kind = match kind.map(str::to_ascii_lowercase).as_deref() {
        Some("schedule") => Kind::Schedule,
        Some("period") => Kind::Period,
        Some("config") => Kind::Config,
        Some(other) => {
            let message =
                format!("the type `{}` is none of schedule, period and config", quoted(other));
            return nothing(Lost::new(item.place_of("type"), Code::Invalid, message));
        }
        None => {
            let message = "neither an item of the configuration table, which has a `type`, nor an \
                           output of the command line, nor a template";
            return nothing(Lost::new(place, Code::Invalid, message));
        }
    };
    whole(Item { kind, ..item })
}

fn is_resources(object: &Map<String, Value>) -> bool {
    let is_resource =
        |value: &Value| value["Type"].as_str().is_some_and(|kind| kind.contains("::"));
    !object.is_empty() && object.values().all(is_resource)
}

fn read_resources(resources: &Map<String, Value>, place: &str) -> Found {
    let found = resources.iter().filter_map(|(name, value)| {
        let place = within(place, name);
        if name.starts_with("Fn::") && value.to_string().contains(RESOURCE_TYPE) {
            let message = "which schedules it makes only a stack knows";
            return Some(nothing(Lost::new(place, Code::Intrinsic, message)));
        }
        let is_schedule = value["Type"].as_str() == Some(RESOURCE_TYPE);
        let value = value.as_object().filter(|_| is_schedule)?;
        Some(resource(Some(name), value, &place))
    });
    found.collect()
}

fn resource(name: Option<&String>, value: &Map<String, Value>, place: &str) -> Read<Option<Item>> {
    let none = Map::new();
    let properties = value.get("Properties").and_then(Value::as_object).unwrap_or(&none);
    let origin = Origin::Template(name.cloned());
    whole(Item::new(Kind::Schedule, origin, &within(place, "Properties"), properties))
}

fn whole(item: Item) -> Read<Option<Item>> {
    Read { item: Some(item), lost: Vec::new() }
}

fn nothing(lost: Lost) -> Read<Option<Item>> {
    Read { item: None, lost: vec![lost] }
}
