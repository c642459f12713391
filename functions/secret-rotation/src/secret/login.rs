//! The login that a secret describes: where the database is and who comes. Reads the fields that
//! the AWS samples read, and forgives what they forgive, but for TLS: that is on unless the secret
//! says `false`.

use std::fmt;

use shared::error::quoted_id;

use super::document::{Document, Malformed};
use crate::hidden::Hidden;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EngineName {
    Postgres,
    Mysql,
    Mariadb,
}

impl EngineName {
    fn parse(name: &str) -> Option<Self> {
        match name {
            "postgres" | "postgresql" | "aurora-postgresql" => Some(Self::Postgres),
            "mysql" | "aurora-mysql" => Some(Self::Mysql),
            "mariadb" => Some(Self::Mariadb),
            _ => None,
        }
    }

    fn default_port(self) -> u16 {
        match self {
            Self::Postgres => 5432,
            Self::Mysql | Self::Mariadb => 3306,
        }
    }
}

impl fmt::Display for EngineName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Postgres => "postgres",
            Self::Mysql => "mysql",
            Self::Mariadb => "mariadb",
        })
    }
}

/// Where a database is, and how it is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub engine: EngineName,
    pub host: String,
    pub port: u16,
    pub dbname: Option<String>,
    pub tls: Tls,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tls {
    /// Encrypted, with a certificate for this name: `sslservername`, or the host.
    Verified { name: String },
    /// The same for a certificate of whatever name, where the secret says `"sslmode": "verify-ca"`.
    VerifiedChain { name: String },
    /// Only where the secret says `"ssl": false`.
    Off,
}

/// A place and who comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    pub place: Place,
    pub username: String,
    pub password: Hidden,
}

impl fmt::Display for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place: Place { host, port, .. }, username, password: _ } = self;
        write!(f, "`{}` at {}:{port}", quoted_id(username), quoted_id(host))
    }
}

impl Login {
    pub fn read(document: &Document) -> Result<Self, Malformed> {
        let engine = document.required("engine")?;
        let engine = EngineName::parse(&engine).ok_or_else(|| Malformed::Field {
            field: "engine".to_owned(),
            expected: "one of `postgres`, `mysql`, `mariadb`",
        })?;
        let host = document.required("host")?;
        let name = document.string("sslservername")?.unwrap_or_else(|| host.clone());
        let tls = match document.raw("sslmode").map(|raw| raw.trim_matches('"')) {
            _ if is_off(document) => Tls::Off,
            Some("verify-ca") => Tls::VerifiedChain { name },
            // What libpq means by the others is less than we do anyway.
            _ => Tls::Verified { name },
        };
        let place = Place {
            engine,
            port: port(document)?.unwrap_or_else(|| engine.default_port()),
            dbname: document.string("dbname")?,
            host,
            tls,
        };
        Ok(Self {
            place,
            username: document.required("username")?,
            password: Hidden::new(document.required("password")?),
        })
    }

    /// Whether both are the same user of the same database: what must hold before a password goes
    /// to a host that another version names.
    pub fn is_same_user(&self, other: &Self) -> bool {
        self.place.is_same_database(&other.place) && self.username == other.username
    }
}

impl Place {
    /// Another host with the same data. Its certificate is its own.
    #[must_use]
    pub fn at(&self, host: &str, port: u16) -> Self {
        let tls = match &self.tls {
            Tls::Off => Tls::Off,
            Tls::Verified { .. } => Tls::Verified { name: host.to_owned() },
            Tls::VerifiedChain { .. } => Tls::VerifiedChain { name: host.to_owned() },
        };
        Self { host: host.to_owned(), port, tls, ..self.clone() }
    }

    pub fn is_same_database(&self, other: &Self) -> bool {
        let key =
            |place: &Self| (place.engine, place.host.clone(), place.port, place.dbname.clone());
        key(self) == key(other)
    }
}

/// The samples take a number or a text. Missing, `null` and empty are the engine's own port.
pub fn port(document: &Document) -> Result<Option<u16>, Malformed> {
    let Some(raw) = document.raw("port") else { return Ok(None) };
    let text = raw.trim_matches('"').trim();
    if text.is_empty() || text == "null" {
        return Ok(None);
    }
    let port = text.parse().ok().filter(|port| *port != 0);
    port.map(Some).ok_or_else(|| Malformed::Field {
        field: "port".to_owned(),
        expected: "a number from 1 to 65535",
    })
}

/// `false`, or the same as a text. Anything else is TLS, also what the samples would take for a
/// leave to try without.
fn is_off(document: &Document) -> bool {
    let raw = document.raw("ssl").unwrap_or_default().trim_matches('"').to_ascii_lowercase();
    raw == "false"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(fields: &str) -> Result<Login, Malformed> {
        let text = format!(
            r#"{{"engine": "postgres", "host": "db", "username": "app", "password": "pw"{fields}}}"#
        );
        Login::read(&Document::parse(&Hidden::new(text)).unwrap())
    }

    #[track_caller]
    fn check_port(field: &str, expected: Result<u16, &str>) {
        let port = read(field).map(|login| login.place.port).map_err(|err| err.to_string());
        assert_eq!(port.as_ref().map(|port| *port).map_err(String::as_str), expected, "{field}");
    }

    #[test]
    fn f37_a_port_is_a_number_or_a_text_or_the_engines_own() {
        const WRONG: Result<u16, &str> = Err("the field `port` is not a number from 1 to 65535");
        check_port("", Ok(5432));
        check_port(r#", "port": "5433""#, Ok(5433));
        check_port(r#", "port": 5433"#, Ok(5433));
        check_port(r#", "port": """#, Ok(5432));
        check_port(r#", "port": null"#, Ok(5432));
        check_port(r#", "port": 0"#, WRONG);
        check_port(r#", "port": 70000"#, WRONG);
        check_port(r#", "port": "x""#, WRONG);
        check_port(r#", "port": 1.5"#, WRONG);
    }

    #[test]
    fn tls_is_off_only_where_it_says_so() {
        let name = |fields: &str| match read(fields).unwrap().place.tls {
            Tls::Verified { name } => name,
            Tls::VerifiedChain { name } => format!("chain of {name}"),
            Tls::Off => "off".to_owned(),
        };
        assert_eq!(name(""), "db");
        assert_eq!(name(r#", "ssl": true"#), "db");
        assert_eq!(name(r#", "ssl": "maybe""#), "db");
        assert_eq!(name(r#", "ssl": null"#), "db");
        assert_eq!(name(r#", "ssl": false"#), "off");
        assert_eq!(name(r#", "ssl": "False""#), "off");
        assert_eq!(name(r#", "sslservername": "proxy.example""#), "proxy.example");
        assert_eq!(name(r#", "sslmode": "verify-ca""#), "chain of db");
        assert_eq!(name(r#", "sslmode": "require""#), "db");
        assert_eq!(name(r#", "sslmode": "disable""#), "db");
        assert_eq!(name(r#", "sslmode": "verify-ca", "ssl": false"#), "off");
    }

    #[test]
    fn what_is_missing_or_wrong_is_named() {
        let read = |text: &str| {
            let document = Document::parse(&Hidden::new(text)).unwrap();
            Login::read(&document).unwrap_err().to_string()
        };
        assert_eq!(read("{}"), "the field `engine` is missing");
        assert_eq!(
            read(r#"{"engine": "oracle"}"#),
            "the field `engine` is not one of `postgres`, `mysql`, `mariadb`"
        );
        assert_eq!(read(r#"{"engine": "mysql"}"#), "the field `host` is missing");
    }

    #[test]
    fn a_login_prints_without_its_password() {
        let login = read("").unwrap();
        assert_eq!(login.to_string(), "`app` at db:5432");
        assert!(!format!("{login:?}").contains("pw"));
    }
}
