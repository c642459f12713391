//! Variables of a function, parsed strictly over a look-up function so that tests set none.
//! Never falls back because a value is wrong.

use std::{fmt::Display, str::FromStr};

use anyhow::{Context as _, anyhow, bail};

use crate::error::quoted;

/// A source of variables: the process environment, or a test's table.
pub struct Vars<F>(F);

impl<F: Fn(&str) -> Option<String>> Vars<F> {
    pub fn new(look_up: F) -> Self {
        Self(look_up)
    }

    /// The value, or `None` when it is not set. Empty counts as not set: a CloudFormation
    /// parameter without a value arrives as an empty string.
    pub fn optional(&self, name: &str) -> Option<String> {
        (self.0)(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    pub fn required(&self, name: &str) -> anyhow::Result<String> {
        self.optional(name).with_context(|| format!("{name} is not set"))
    }

    /// The parsed value, or `default` when it is not set. A value that does not parse is an
    /// error that names it.
    pub fn parsed<T>(&self, name: &str, default: T) -> anyhow::Result<T>
    where
        T: FromStr,
        T::Err: Display,
    {
        match self.optional(name) {
            None => Ok(default),
            Some(value) => {
                let shown = quoted(&value);
                value.parse().map_err(|err| anyhow!("{name} is `{shown}`, which is wrong: {err}"))
            }
        }
    }

    /// `true` or `false`, nothing else.
    pub fn flag(&self, name: &str, default: bool) -> anyhow::Result<bool> {
        match self.optional(name).as_deref() {
            None => Ok(default),
            Some("true") => Ok(true),
            Some("false") => Ok(false),
            Some(other) => bail!("{name} is `{}`, neither `true` nor `false`", quoted(other)),
        }
    }

    /// `EVENT_BUS`: the name of an event bus in the function's own account and region. An ARN would
    /// name another bus than the one that the function's role may write to.
    pub fn event_bus(&self) -> anyhow::Result<Option<String>> {
        let bus = self.optional("EVENT_BUS");
        let is_legal = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte);
        match &bus {
            Some(name) if !name.bytes().all(is_legal) => {
                bail!("EVENT_BUS is `{name}`, which is not the name of an event bus")
            }
            Some(_) | None => Ok(bus),
        }
    }

    /// The items of a comma-separated list, without blanks. Not set is empty.
    pub fn list(&self, name: &str) -> Vec<String> {
        let value = self.optional(name).unwrap_or_default();
        let items = value.split(',').map(str::trim).filter(|item| !item.is_empty());
        items.map(str::to_owned).collect()
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
/// The variables of this process.
pub fn environment() -> Vars<impl Fn(&str) -> Option<String>> {
    Vars::new(|name| std::env::var(name).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vars(pairs: &'static [(&str, &str)]) -> Vars<impl Fn(&str) -> Option<String>> {
        Vars::new(|name| {
            let pair = pairs.iter().find(|(key, _)| *key == name);
            pair.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn an_empty_value_is_not_set() {
        let vars = vars(&[("EMPTY", ""), ("BLANK", " "), ("SET", " x ")]);
        assert_eq!(vars.optional("EMPTY"), None);
        assert_eq!(vars.optional("BLANK"), None);
        assert_eq!(vars.optional("SET").as_deref(), Some("x"));
        assert_eq!(vars.required("EMPTY").unwrap_err().to_string(), "EMPTY is not set");
    }

    #[test]
    fn a_wrong_value_is_named_and_not_guessed() {
        let vars = vars(&[("DRY_RUN", "yes"), ("MINUTES", "five")]);
        assert_eq!(
            vars.flag("DRY_RUN", false).unwrap_err().to_string(),
            "DRY_RUN is `yes`, neither `true` nor `false`"
        );
        assert_eq!(
            vars.parsed("MINUTES", 5_u32).unwrap_err().to_string(),
            "MINUTES is `five`, which is wrong: invalid digit found in string"
        );
    }

    #[test]
    fn an_event_bus_is_a_name_and_not_an_arn() {
        let bus = |pairs| vars(pairs).event_bus();
        assert_eq!(bus(&[]).unwrap(), None);
        assert_eq!(bus(&[("EVENT_BUS", "my.bus-1")]).unwrap().as_deref(), Some("my.bus-1"));
        assert_eq!(
            bus(&[("EVENT_BUS", "arn:aws:events:r:1:event-bus/x")]).unwrap_err().to_string(),
            "EVENT_BUS is `arn:aws:events:r:1:event-bus/x`, which is not the name of an event bus"
        );
    }

    #[test]
    fn a_missing_value_is_the_default() {
        let vars = vars(&[]);
        assert!(vars.flag("DRY_RUN", true).unwrap());
        assert_eq!(vars.parsed("MINUTES", 5_u32).unwrap(), 5);
        assert!(vars.list("REGIONS").is_empty());
    }

    #[test]
    fn a_list_ignores_blanks() {
        assert_eq!(vars(&[("R", "eu-west-1, ,us-east-1,")]).list("R"), ["eu-west-1", "us-east-1"]);
    }
}
