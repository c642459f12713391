//! Which servers there are, and where each is described. Runs none.

use std::{fmt, io, path::Path};

use tokio::process::Command;

use super::{Options, mysql, place::Place, postgres};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Engine {
    /// By its major version, 14 to 18.
    Postgres(u32),
    MariaDb,
    MySql,
}

impl Engine {
    /// Every server that `tests/run servers` installs.
    pub const ALL: [Self; 7] = [
        Self::Postgres(14),
        Self::Postgres(15),
        Self::Postgres(16),
        Self::Postgres(17),
        Self::Postgres(18),
        Self::MariaDb,
        Self::MySql,
    ];

    /// The folder that `tests/run servers` unpacks it to.
    pub(super) fn folder(self) -> String {
        match self {
            Self::Postgres(version) => format!("postgres-{version}"),
            Self::MariaDb => "mariadb".to_owned(),
            Self::MySql => "mysql".to_owned(),
        }
    }

    pub(super) fn program(self) -> &'static str {
        match self {
            Self::Postgres(_) => "postgres",
            Self::MariaDb => "mariadbd",
            Self::MySql => "mysqld",
        }
    }

    /// Makes the data of a server, with its superuser.
    pub(super) async fn initialise(self, programs: &Path, place: &Place) -> anyhow::Result<()> {
        match self {
            Self::Postgres(_) => postgres::initialise(programs, place).await,
            Self::MariaDb => mysql::mariadb::initialise(programs, place).await,
            Self::MySql => mysql::oracle::initialise(programs, place).await,
        }
    }

    /// The statements that make of new data what every server begins with.
    pub(super) fn setup(self) -> Vec<String> {
        match self {
            Self::Postgres(_) => postgres::setup(),
            Self::MariaDb => mysql::mariadb::setup(),
            Self::MySql => mysql::oracle::setup(),
        }
    }

    /// The command that runs a server on its data.
    pub(super) fn server(
        self,
        programs: &Path,
        place: &Place,
        port: u16,
        options: &Options,
    ) -> io::Result<Command> {
        match self {
            Self::Postgres(_) => postgres::server(programs, place, port, options),
            Self::MariaDb | Self::MySql => Ok(mysql::server(self, programs, place, port, options)),
        }
    }

    /// The database that is there before any other.
    pub(super) fn first_database(self) -> &'static str {
        match self {
            Self::Postgres(_) => "postgres",
            Self::MariaDb | Self::MySql => "mysql",
        }
    }

    /// Ends a server in order, without waiting for its clients.
    pub(super) fn stop_signal(self) -> &'static str {
        match self {
            Self::Postgres(_) => "INT",
            Self::MariaDb | Self::MySql => "TERM",
        }
    }

    /// Ends a server at once. PostgreSQL ends its other processes itself and frees what it shares
    /// with them, which nothing else would do.
    pub(super) fn abandon_signal(self) -> &'static str {
        match self {
            Self::Postgres(_) => "QUIT",
            Self::MariaDb | Self::MySql => "KILL",
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Postgres(version) => write!(f, "PostgreSQL {version}"),
            Self::MariaDb => f.write_str("MariaDB"),
            Self::MySql => f.write_str("MySQL"),
        }
    }
}
