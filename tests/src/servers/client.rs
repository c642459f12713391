//! How a server is reached: over TLS as by a function, or by hand over its socket. Decides nothing
//! about who may log in.

mod mysql;
mod postgres;

use std::{path::PathBuf, time::Duration};

use anyhow::Context as _;
use tokio::time::timeout;

use super::{Engine, Row};

/// How long a connection may take to be made: more than any server needs that is not paused.
const CONNECT: Duration = Duration::from_secs(20);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// The server's own socket, whatever it demands of connections over TCP.
    Socket,
    /// TCP with TLS, and the certificate verified.
    Tls,
    /// TCP without TLS.
    Plain,
}

/// Where one server is.
#[derive(Debug, Clone)]
pub(super) struct Address {
    pub(super) engine: Engine,
    pub(super) port: u16,
    /// The folder of its socket.
    pub(super) folder: PathBuf,
    pub(super) ca_pem: String,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Caller<'a> {
    pub(super) user: &'a str,
    pub(super) password: &'a str,
    pub(super) database: &'a str,
    /// Keeps what this caller says out of the server's log, which only the superuser may.
    pub(super) unlogged: bool,
}

/// A connection to one of the servers.
#[derive(Debug)]
pub(super) enum Client {
    Postgres(postgres::Client),
    MySql(mysql::Client),
}

impl Client {
    pub(super) async fn connect(
        address: &Address,
        way: Way,
        caller: Caller<'_>,
    ) -> anyhow::Result<Self> {
        let connecting = async {
            match address.engine {
                Engine::Postgres(_) => {
                    postgres::Client::connect(address, way, caller).await.map(Self::Postgres)
                }
                Engine::MariaDb | Engine::MySql => {
                    mysql::Client::connect(address, way, caller).await.map(Self::MySql)
                }
            }
        };
        timeout(CONNECT, connecting)
            .await
            .with_context(|| format!("no connection within {} s", CONNECT.as_secs()))?
            .with_context(|| format!("cannot log in as `{}`", caller.user))
    }

    pub(super) async fn query(&mut self, sql: &str) -> anyhow::Result<Vec<Row>> {
        match self {
            Self::Postgres(client) => client.query(sql).await,
            Self::MySql(client) => client.query(sql).await,
        }
    }

    pub(super) async fn close(self) {
        match self {
            Self::Postgres(client) => client.close().await,
            Self::MySql(client) => client.close().await,
        }
    }
}

/// Whether a connection failed because user or password were wrong, and for no other reason.
pub(super) fn is_wrong_password(err: &anyhow::Error) -> bool {
    postgres::is_wrong_password(err) || mysql::is_wrong_password(err)
}
