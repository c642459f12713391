//! Reads a document field by field, so that each error names its place (`periods[1].weekdays`) and
//! no unknown field passes; it never interprets a value beyond its JSON type.

use std::collections::BTreeMap;

use anyhow::{Context as _, anyhow, bail, ensure};
use serde_json::Value;

use super::nearest::suggestion;

/// An object of a document, with its place in it.
///
/// Names are compared without case, `_` and `-`: AWS Instance Scheduler writes the same field as
/// `override_status` in its table, `--override-status` in its CLI and `OverrideStatus` in
/// `CloudFormation`.
pub(super) struct Fields<'a> {
    place: String,
    values: BTreeMap<&'static str, &'a Value>,
}

impl<'a> Fields<'a> {
    pub(super) fn read(
        value: &'a Value,
        place: &str,
        known: &[&'static str],
    ) -> anyhow::Result<Self> {
        let place = place.to_owned();
        let Value::Object(object) = value else {
            let what = if place.is_empty() { "the document" } else { &place };
            bail!("{what}: {} where fields are expected", describe(value));
        };
        let mut values = BTreeMap::new();
        for (key, value) in object {
            let Some(name) = known.iter().find(|name| plain(name) == plain(key)) else {
                let nearest = suggestion(key, known.iter().copied());
                bail!("{}: unknown field{nearest}", join(&place, key));
            };
            let is_first = values.insert(*name, value).is_none();
            ensure!(is_first, "{}: given twice", join(&place, key));
        }
        // `null` is how YAML writes a field without a value: the same as leaving it out.
        values.retain(|_, value| !value.is_null());
        Ok(Self { place, values })
    }

    /// The place of a field, for error messages.
    pub(super) fn place(&self, name: &str) -> String {
        join(&self.place, name)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    pub(super) fn value(&self, name: &str) -> Option<&'a Value> {
        self.values.get(name).copied()
    }

    pub(super) fn text(&self, name: &str) -> anyhow::Result<Option<String>> {
        let text = self.value(name).map(|value| {
            scalar(value).ok_or_else(|| {
                anyhow!("{}: {} where text is expected", self.place(name), describe(value))
            })
        });
        text.transpose()
    }

    /// A field parsed from its text.
    pub(super) fn parsed<T>(
        &self,
        name: &str,
        parse: impl FnOnce(&str) -> anyhow::Result<T>,
    ) -> anyhow::Result<Option<T>> {
        let parsed = self.text(name)?.map(|text| parse(&text));
        parsed.transpose().map_err(|err| self.wrong(name, &err))
    }

    pub(super) fn flag(&self, name: &str, default: bool) -> anyhow::Result<bool> {
        // CloudFormation hands every value of a custom resource on as text.
        match self.text_or_bool(name)?.map(|text| text.to_ascii_lowercase()).as_deref() {
            None => Ok(default),
            Some("true" | "yes") => Ok(true),
            Some("false" | "no") => Ok(false),
            Some(other) => bail!("{}: `{other}` is neither true nor false", self.place(name)),
        }
    }

    fn text_or_bool(&self, name: &str) -> anyhow::Result<Option<String>> {
        match self.value(name) {
            Some(Value::Bool(flag)) => Ok(Some(flag.to_string())),
            _ => self.text(name),
        }
    }

    /// One text, or a list of them.
    pub(super) fn texts(&self, name: &str) -> anyhow::Result<Vec<String>> {
        let expected = |value| format!("{} where text or a list is expected", describe(value));
        match self.value(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => {
                let place = |index| format!("{}[{index}]", self.place(name));
                let text = |(index, item)| {
                    scalar(item).with_context(|| format!("{}: {}", place(index), expected(item)))
                };
                items.iter().enumerate().map(text).collect()
            }
            Some(value) => {
                let text = scalar(value);
                let text =
                    text.with_context(|| format!("{}: {}", self.place(name), expected(value)));
                Ok(vec![text?])
            }
        }
    }

    /// The items of a list, each with its place.
    pub(super) fn items(&self, name: &str) -> anyhow::Result<Vec<(String, &'a Value)>> {
        let place = self.place(name);
        match self.value(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => {
                let placed = |(index, item)| (format!("{place}[{index}]"), item);
                Ok(items.iter().enumerate().map(placed).collect())
            }
            Some(value) => bail!("{place}: {} where a list is expected", describe(value)),
        }
    }

    /// An error about a field, on one line.
    pub(super) fn wrong(&self, name: &str, err: &anyhow::Error) -> anyhow::Error {
        anyhow!("{}: {err:#}", self.place(name))
    }
}

fn join(place: &str, name: &str) -> String {
    if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") }
}

fn plain(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase).collect()
}

/// `weekdays: 1` means the same as `weekdays: "1"`.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn describe(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
