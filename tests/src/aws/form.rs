//! The parameters of a query-protocol call, consumed by name so that a leftover can be refused.

use std::collections::BTreeMap;

use super::call::ServiceError;

/// Flat `Name=value` pairs, e.g. `Filter.1.Value.2=x`. Reading removes, so that `finish` sees
/// what no operation asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form(BTreeMap<String, String>);

impl Form {
    pub fn new(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(pairs.into_iter().collect())
    }

    pub fn take(&mut self, name: &str) -> Option<String> {
        self.0.remove(name)
    }

    pub fn require(&mut self, name: &str) -> Result<String, ServiceError> {
        self.take(name).ok_or_else(|| {
            ServiceError::client(
                "MissingParameter",
                format!("The request must contain the parameter {name}"),
            )
        })
    }

    /// `Name.1`, `Name.2`, ... in the order of their numbers.
    pub fn take_list(&mut self, name: &str) -> Vec<String> {
        let items = self.take_structs(name);
        items.into_iter().filter_map(|mut item| item.take("")).collect()
    }

    /// `Name.1.Key`, `Name.1.Value`, `Name.2.Key`, ...: one form per number, in their order. An
    /// item that is a plain value has it under the empty name.
    pub fn take_structs(&mut self, name: &str) -> Vec<Form> {
        let prefix = format!("{name}.");
        let mut items: BTreeMap<u32, Form> = BTreeMap::new();
        let names: Vec<String> = self
            .0
            .range(prefix.clone()..)
            .map(|(key, _)| key.clone())
            .take_while(|key| key.starts_with(&prefix))
            .collect();
        for key in names {
            let rest = &key[prefix.len()..];
            let (number, field) = rest.split_once('.').unwrap_or((rest, ""));
            let Ok(number) = number.parse() else { continue };
            if let Some(value) = self.0.remove(&key) {
                items.entry(number).or_default().0.insert(field.to_owned(), value);
            }
        }
        items.into_values().collect()
    }

    /// Refuses parameters that the operation does not know.
    pub fn finish(self) -> Result<(), ServiceError> {
        match self.0.into_keys().next() {
            None => Ok(()),
            Some(name) => Err(ServiceError::client(
                "UnknownParameter",
                format!("The parameter {name} is not recognized"),
            )),
        }
    }
}
