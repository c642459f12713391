//! Every call the local AWS has received, for tests and the demo to ask about. Records only.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::{
    call::{Call, Input, ServiceError},
    faults::Fault,
};

/// One call and what became of it.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Counts all calls from 1, since the start or the last `clear`.
    pub ordinal: u64,
    /// E.g. `ec2:StartInstances`.
    pub operation: String,
    pub account: String,
    pub region: String,
    pub access_key: String,
    /// The virtual time at which it arrived.
    pub at: Timestamp,
    pub input: Input,
    /// What the service answered, although a fault may have kept it from the caller.
    pub outcome: Result<(), ServiceError>,
    /// The fault that hit it.
    pub fault: Option<Fault>,
}

impl Entry {
    /// The entry of a call that has arrived and not yet been answered.
    pub(crate) fn arrived(call: &Call, fault: Option<Fault>) -> Self {
        Self {
            ordinal: 0,
            operation: call.action(),
            account: call.account.clone(),
            region: call.region.clone(),
            access_key: call.access_key.clone(),
            at: call.now,
            input: call.input.clone(),
            outcome: Ok(()),
            fault,
        }
    }

    /// One parameter as text: `InstanceId.1` of a query call, a member of a JSON call.
    pub fn parameter(&self, name: &str) -> Option<String> {
        match &self.input {
            Input::Query(form) => form.get(name).map(ToOwned::to_owned),
            Input::Json(members) => members.get(name).map(|value| match value {
                serde_json::Value::String(text) => text.clone(),
                other => other.to_string(),
            }),
        }
    }
}

/// A handle on the log of one local AWS; clones share it.
#[derive(Debug, Clone, Default)]
pub struct Log(Arc<Mutex<Vec<Entry>>>);

impl Log {
    pub fn calls(&self) -> Vec<Entry> {
        self.lock().clone()
    }

    /// The calls of one operation, e.g. `ec2:StartInstances`.
    pub fn calls_of(&self, operation: &str) -> Vec<Entry> {
        self.lock().iter().filter(|entry| entry.operation == operation).cloned().collect()
    }

    pub fn count(&self, operation: &str) -> usize {
        self.lock().iter().filter(|entry| entry.operation == operation).count()
    }

    /// How many calls of any operation.
    pub fn total(&self) -> usize {
        self.lock().len()
    }

    /// The operations in the order they arrived: what a test compares with what it expects.
    pub fn operations(&self) -> Vec<String> {
        self.lock().iter().map(|entry| entry.operation.clone()).collect()
    }

    pub fn clear(&self) {
        self.lock().clear();
    }

    /// Adds one entry and gives it its ordinal.
    pub(crate) fn record(&self, entry: Entry) {
        let mut entries = self.lock();
        let ordinal = entries.len() as u64 + 1;
        entries.push(Entry { ordinal, ..entry });
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
