//! How a server starts. The default is what a careful operator has: passwords, and TLS for who
//! wants it.

use super::Certificate;

#[derive(Debug, Clone, Default)]
pub struct Options {
    pub tls: Tls,
    pub certificate: Certificate,
    /// Of connections over TCP. Only PostgreSQL has a choice.
    pub authentication: Authentication,
    /// The server's own settings by their names, `("max_connections", "3")`.
    pub settings: Vec<(String, String)>,
}

impl Options {
    #[must_use]
    pub fn tls(self, tls: Tls) -> Self {
        Self { tls, ..self }
    }

    #[must_use]
    pub fn certificate(self, certificate: Certificate) -> Self {
        Self { certificate, ..self }
    }

    #[must_use]
    pub fn authentication(self, authentication: Authentication) -> Self {
        Self { authentication, ..self }
    }

    #[must_use]
    pub fn setting(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tls {
    Off,
    /// With and without, as the client likes.
    #[default]
    Offered,
    /// A connection over TCP without TLS is refused.
    Required,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Authentication {
    #[default]
    ScramSha256,
    /// New passwords are stored as MD5 too.
    Md5,
    /// Any password is right: for the one test of a server that does not ask.
    Trust,
}

impl Authentication {
    /// As `pg_hba.conf` calls it.
    pub(super) fn method(self) -> &'static str {
        match self {
            Self::ScramSha256 => "scram-sha-256",
            Self::Md5 => "md5",
            Self::Trust => "trust",
        }
    }
}
