//! The settings of one resource: those in its tags, and where these have none, the function's
//! variables. A tag that looks like a setting and is not one is refused by name.

use std::collections::BTreeMap;

use anyhow::bail;

use crate::var::Vars;

/// Values by the names of settings.
pub type Values = BTreeMap<String, String>;

/// A look-up in tags, in variables or in both.
pub type LookUp<'a> = Box<dyn Fn(&str) -> Option<String> + 'a>;

/// The settings that a function knows.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// What the keys of their tags begin with: `caretaker:rotation:`.
    pub tag_prefix: &'static str,
    /// The names of their variables: `PASSWORD_LENGTH`. The key of its tag ends in the same in
    /// lower case.
    pub names: &'static [&'static str],
}

/// Where settings are looked up.
pub struct Settings<'a> {
    pub tags: Vars<LookUp<'a>>,
    pub variables: Vars<LookUp<'a>>,
    /// The tag, or else the variable.
    pub both: Vars<LookUp<'a>>,
}

impl Known {
    /// Returns the settings that the function's variables have, to be kept for every resource.
    pub fn variables(&self, vars: &Vars<impl Fn(&str) -> Option<String>>) -> Values {
        let set = |name: &&str| Some(((*name).to_owned(), vars.optional(name)?));
        self.names.iter().filter_map(set).collect()
    }

    /// Returns the settings of a resource with these tags.
    pub fn of<'a>(&self, tags: &'a Values, variables: &'a Values) -> anyhow::Result<Settings<'a>> {
        let mut keys = tags.keys().filter(|key| key.starts_with(self.tag_prefix));
        if let Some(key) = keys.find(|key| !self.names.iter().any(|name| self.tag(name) == **key)) {
            bail!("the tag `{key}` is not known");
        }
        let of_tags = |known: Self| move |name: &str| tags.get(&known.tag(name)).cloned();
        let of_variables = |name: &str| variables.get(name).cloned();
        let tagged = Vars::new(of_tags(*self));
        let both = move |name: &str| tagged.optional(name).or_else(|| of_variables(name));
        Ok(Settings {
            tags: Vars::new(Box::new(of_tags(*self))),
            variables: Vars::new(Box::new(of_variables)),
            both: Vars::new(Box::new(both)),
        })
    }

    fn tag(&self, name: &str) -> String {
        format!("{}{}", self.tag_prefix, name.to_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: Known = Known { tag_prefix: "caretaker:test:", names: &["COLOUR", "FULL_SIZE"] };

    fn values(pairs: &[(&str, &str)]) -> Values {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_tag_wins_over_a_variable() {
        let variables = values(&[("COLOUR", "red"), ("FULL_SIZE", "1")]);
        let tags = values(&[("caretaker:test:colour", "blue"), ("caretaker:test:full_size", " ")]);
        let settings = KNOWN.of(&tags, &variables).unwrap();
        assert_eq!(settings.both.optional("COLOUR").as_deref(), Some("blue"));
        assert_eq!(settings.variables.optional("COLOUR").as_deref(), Some("red"));
        // An empty tag is not set.
        assert_eq!(settings.tags.optional("FULL_SIZE"), None);
        assert_eq!(settings.both.parsed("FULL_SIZE", 0).unwrap(), 1);
    }

    #[test]
    fn an_unknown_tag_is_refused_by_name_and_a_foreign_one_is_not_looked_at() {
        let tags = values(&[("caretaker:test:color", "blue"), ("Owner", "me")]);
        let error = KNOWN.of(&tags, &Values::new()).err().map(|err| err.to_string());
        assert_eq!(error.as_deref(), Some("the tag `caretaker:test:color` is not known"));
        assert!(KNOWN.of(&values(&[("caretaker", "true")]), &Values::new()).is_ok());
    }

    #[test]
    fn variables_are_kept_by_name() {
        let vars = Vars::new(|name: &str| Some(name.to_lowercase()).filter(|it| it == "colour"));
        assert_eq!(KNOWN.variables(&vars), values(&[("COLOUR", "colour")]));
    }
}
