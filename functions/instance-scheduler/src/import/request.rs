//! The request itself: what is to be imported, and how periods are written.

use anyhow::{Context as _, bail};
use serde_json::Value;
use shared::{document::suggestion, error::quoted};

/// `{"import": {"from": .., "named_periods": false}}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Import {
    pub from: Value,
    /// Periods become documents that schedules name, instead of parts of schedules.
    pub named_periods: bool,
}

const FIELDS: [&str; 2] = ["from", "named_periods"];

impl Import {
    /// Reads the object by hand: an export may be larger than any document.
    pub(crate) fn read(request: &Value) -> anyhow::Result<Self> {
        let fields = request.as_object().context("not an object")?;
        if let Some(unknown) = fields.keys().find(|name| !FIELDS.contains(&name.as_str())) {
            bail!("{}: unknown field{}", quoted(unknown), suggestion(unknown, FIELDS));
        }
        let from = fields.get("from").filter(|from| !from.is_null());
        let named_periods = match fields.get("named_periods") {
            None => false,
            Some(Value::Bool(named)) => *named,
            Some(_) => bail!("named_periods: neither true nor false"),
        };
        Ok(Self { from: from.context("from: missing")?.clone(), named_periods })
    }
}
