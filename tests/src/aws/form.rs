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

    /// Decodes `application/x-www-form-urlencoded` text.
    pub fn parse(body: &[u8]) -> Self {
        let pairs = body.split(|&byte| byte == b'&').filter(|pair| !pair.is_empty());
        Self::new(pairs.map(|pair| {
            let mut parts = pair.splitn(2, |&byte| byte == b'=');
            let mut part = || decode(parts.next().unwrap_or_default());
            (part(), part())
        }))
    }

    /// Looks without consuming.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
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
            // Left in place, so that `finish` refuses it.
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

fn decode(text: &[u8]) -> String {
    let spaced: Vec<u8> = text.iter().map(|&byte| if byte == b'+' { b' ' } else { byte }).collect();
    percent_encoding::percent_decode(&spaced).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_pluses_and_percents() {
        let form = Form::parse(b"Action=X&Tag.1.Value=a+b%2Bc%C3%A9&Empty=&Flag");
        assert_eq!(form.get("Tag.1.Value"), Some("a b+c\u{e9}"));
        assert_eq!(form.get("Empty"), Some(""));
        assert_eq!(form.get("Flag"), Some(""));
    }

    #[test]
    fn lists_keep_the_order_of_their_numbers() {
        let mut form = Form::parse(b"Id.10=j&Id.2=b&Id.1=a&Id.x=z");
        assert_eq!(form.take_list("Id"), ["a", "b", "j"]);
        assert_eq!(form.finish().unwrap_err().code, "UnknownParameter");
    }

    #[test]
    fn structures_lose_the_prefix() {
        let mut form = Form::parse(b"Filter.1.Name=n&Filter.1.Value.1=v&Filter.2.Name=m");
        let mut filters = form.take_structs("Filter");
        assert_eq!(filters.len(), 2);
        assert_eq!(filters[0].take_list("Value"), ["v"]);
        assert_eq!(filters[1].take("Name").as_deref(), Some("m"));
        assert_eq!(form.finish(), Ok(()));
    }
}
