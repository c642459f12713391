//! How one secret is rotated: the function's variables, and above them the secret's own tags. A
//! setting that is not understood is refused by name.

use std::collections::BTreeMap;

use shared::{
    setting::{Known, Values},
    template::Template,
};

use shared::error::quoted;

use crate::{
    fault::{Code, Fault},
    password::Rules,
    plan::{create::CLONE_SUFFIX, set::Strategy},
    secret::login::EngineName,
};

/// A tag `caretaker:rotation:strategy` is the variable `STRATEGY` for one secret.
pub const KNOWN: Known = Known { tag_prefix: "caretaker:rotation:", names: NAMES };

const NAMES: &[&str] = &[
    "STRATEGY",
    "PASSWORD_PROFILE",
    "EXCLUDE_CHARACTERS",
    "PASSWORD_LENGTH",
    "EXCLUDE_NUMBERS",
    "EXCLUDE_PUNCTUATION",
    "EXCLUDE_UPPERCASE",
    "EXCLUDE_LOWERCASE",
    "INCLUDE_SPACE",
    "REQUIRE_EACH_INCLUDED_TYPE",
    "CLONE_SUFFIX",
    "PASSWORD_HASH",
    "TEST_SQL",
    "TEST_URL",
    "TEST_HEADER",
    "DERIVED",
    "EVENT_BUS",
    "PARAMETERS",
];

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `STRATEGY`: `single`, `dual` or `alternating`. Default `single`.
    pub strategy: Strategy,
    pub rules: Rules,
    /// `CLONE_SUFFIX`: what the second user's name ends in. Default `_clone`.
    pub clone_suffix: String,
    /// `PASSWORD_HASH`: in which form PostgreSQL gets the password. Default `scram`.
    pub hash: Hash,
    /// `TEST_SQL`: a query that must work with the new password. Optional.
    pub test_sql: Option<String>,
    /// `TEST_URL` and `TEST_HEADER`: who has to accept the new value of a secret without a database.
    /// Optional.
    pub test_url: Option<UrlTest>,
    /// `DERIVED`: fields made of others, `{"DATABASE_URL": "postgres://{username}..."}`. Optional.
    pub derived: BTreeMap<String, Template>,
    pub hooks: Hooks,
}

/// What else happens when a rotation has finished.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hooks {
    /// `EVENT_BUS`: the name of the bus that gets an event. Optional; the template sets `default`.
    pub event_bus: Option<String>,
    /// `PARAMETERS`: copies in SSM, `{"/app/db/password": "{password}"}`. Optional.
    pub parameters: BTreeMap<String, Template>,
}

impl Hooks {
    pub fn is_empty(&self) -> bool {
        self.event_bus.is_none() && self.parameters.is_empty()
    }
}

/// A URL to be asked, and the header that proves who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlTest {
    pub url: Template,
    pub header: String,
    pub header_value: Template,
}

const DEFAULT_HEADER: &str = "Authorization: Bearer {password}";

impl UrlTest {
    fn parse(url: &str, header: &str) -> anyhow::Result<Self> {
        let (name, value) = header
            .split_once(':')
            .ok_or_else(|| anyhow::anyhow!("TEST_HEADER is not like `{DEFAULT_HEADER}`"))?;
        let template = |name: &str, text: &str| {
            Template::parse(text).map_err(|err| anyhow::anyhow!("{name}: {err}"))
        };
        Ok(Self {
            url: template("TEST_URL", url)?,
            header: name.trim().to_owned(),
            header_value: template("TEST_HEADER", value.trim())?,
        })
    }
}

/// How the password reaches PostgreSQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hash {
    /// As a SCRAM verifier, made here.
    Scram,
    /// As an MD5 hash, made here, for clients that know nothing else.
    Md5,
    /// In clear, for servers that check its quality.
    Plain,
}

impl Settings {
    /// `variables` are those of the [`KNOWN`] that the function has.
    pub fn read(
        tags: &Values,
        variables: &Values,
        engine: Option<EngineName>,
    ) -> Result<Self, Fault> {
        let settings = || -> anyhow::Result<Self> {
            let settings = KNOWN.of(tags, variables)?;
            let text = |name: &str| settings.both.optional(name);
            let templates = |name: &str| match text(name) {
                None => Ok(BTreeMap::new()),
                Some(text) => {
                    Template::parse_all(&text).map_err(|err| anyhow::anyhow!("{name}: {err}"))
                }
            };
            Ok(Self {
                strategy: match text("STRATEGY").as_deref() {
                    None | Some("single") => Strategy::Single,
                    Some("dual") => Strategy::Dual,
                    Some("alternating") => Strategy::Alternating,
                    Some(other) => {
                        anyhow::bail!(
                            "STRATEGY is `{}`, not `single`, `dual` or `alternating`",
                            quoted(other)
                        )
                    }
                },
                rules: Rules::read(&settings.tags, &settings.variables, engine)?,
                clone_suffix: text("CLONE_SUFFIX").unwrap_or_else(|| CLONE_SUFFIX.to_owned()),
                hash: match text("PASSWORD_HASH").as_deref() {
                    None | Some("scram") => Hash::Scram,
                    Some("md5") => Hash::Md5,
                    Some("plain") => Hash::Plain,
                    Some(other) => {
                        anyhow::bail!(
                            "PASSWORD_HASH is `{}`, not `scram`, `md5` or `plain`",
                            quoted(other)
                        )
                    }
                },
                test_sql: text("TEST_SQL"),
                test_url: match text("TEST_URL") {
                    None => None,
                    Some(url) => {
                        let header = text("TEST_HEADER");
                        let header = header.as_deref().unwrap_or(DEFAULT_HEADER);
                        Some(UrlTest::parse(&url, header)?)
                    }
                },
                derived: templates("DERIVED")?,
                hooks: Hooks {
                    event_bus: settings.both.event_bus()?,
                    parameters: templates("PARAMETERS")?,
                },
            })
        };
        settings().map_err(|err| Fault::new(Code::Settings, format!("{err:#}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(tags: &[(&str, &str)], variables: &[(&str, &str)]) -> Result<Settings, String> {
        let owned = |pairs: &[(&str, &str)], prefix: &str| -> BTreeMap<String, String> {
            pairs
                .iter()
                .map(|(key, value)| (format!("{prefix}{key}"), (*value).to_owned()))
                .collect()
        };
        Settings::read(
            &owned(tags, KNOWN.tag_prefix),
            &owned(variables, ""),
            Some(EngineName::Postgres),
        )
        .map_err(|fault| fault.what())
    }

    #[test]
    fn a_tag_wins_over_a_variable() {
        let settings = read(&[("strategy", "dual")], &[("STRATEGY", "alternating")]).unwrap();
        assert_eq!(settings.strategy, Strategy::Dual);
        assert_eq!(
            read(&[], &[("STRATEGY", "alternating")]).unwrap().strategy,
            Strategy::Alternating
        );
        assert_eq!(read(&[], &[]).unwrap().strategy, Strategy::Single);
    }

    #[test]
    fn what_is_not_understood_is_named() {
        assert_eq!(
            read(&[("strateggy", "dual")], &[]).unwrap_err(),
            "the tag `caretaker:rotation:strateggy` is not known"
        );
        assert!(
            read(&[("strategy", "twice")], &[]).unwrap_err().starts_with("STRATEGY is `twice`")
        );
        assert!(
            read(&[("password_hash", "sha1")], &[])
                .unwrap_err()
                .starts_with("PASSWORD_HASH is `sha1`")
        );
        assert!(
            read(&[("derived", "{\"URL\": \"{x\"}")], &[])
                .unwrap_err()
                .starts_with("DERIVED: the template of `URL`")
        );
        let header = read(&[("test_url", "https://a"), ("test_header", "X-Key")], &[]);
        assert!(header.unwrap_err().starts_with("TEST_HEADER is not like `Authorization: "));
        assert!(read(&[("parameters", "/app")], &[]).unwrap_err().starts_with("PARAMETERS: "));
        let bus = [("event_bus", "arn:aws:events:r:1:event-bus/x")];
        assert!(read(&bus, &[]).unwrap_err().starts_with("EVENT_BUS is `arn:aws:events:r:1:"));
    }
}
