//! Talks to MariaDB and MySQL.

use mysql_async::{Conn, DriverError, Error, OptsBuilder, SslOpts, Value, prelude::Queryable as _};

use super::{Address, Caller, Row, Way};
use crate::servers::mysql::SOCKET;

/// The code of a refused login.
const ER_ACCESS_DENIED: u16 = 1045;

#[derive(Debug)]
pub(in crate::servers) struct Client(Conn);

impl Client {
    pub(super) async fn connect(
        address: &Address,
        way: Way,
        caller: Caller<'_>,
    ) -> anyhow::Result<Self> {
        let mut opts = OptsBuilder::default()
            .ip_or_hostname("127.0.0.1")
            .tcp_port(address.port)
            .user(Some(caller.user))
            .pass(Some(caller.password))
            .db_name(Some(caller.database))
            // By default the client leaves TCP for the socket as soon as it has found one.
            .prefer_socket(false)
            // Otherwise the client asks for them.
            .max_allowed_packet(Some(16 * 1024 * 1024))
            .wait_timeout(Some(28_800));
        if caller.unlogged {
            opts = opts.init(vec!["SET SESSION sql_log_off = 1"]);
        }
        match way {
            Way::Socket => {
                let socket = address.folder.join(SOCKET);
                opts = opts.socket(Some(socket.to_string_lossy()));
            }
            Way::Tls => {
                let authority = address.ca_pem.clone().into_bytes();
                let tls = SslOpts::default().with_root_certs(vec![authority.into()]);
                opts = opts.ssl_opts(tls.with_disable_built_in_roots(true));
            }
            Way::Plain => (),
        }
        Ok(Self(Conn::new(opts).await?))
    }

    pub(super) async fn query(&mut self, sql: &str) -> anyhow::Result<Vec<Row>> {
        let rows: Vec<mysql_async::Row> = self.0.query(sql).await?;
        Ok(rows.into_iter().map(|row| row.unwrap().into_iter().map(text).collect()).collect())
    }

    /// Says goodbye; the server counts the connection for a moment longer.
    pub(super) async fn close(self) {
        // A server that is gone counts nothing.
        let _gone = self.0.disconnect().await;
    }
}

/// Values of the text protocol are texts.
fn text(value: Value) -> Option<String> {
    match value {
        Value::NULL => None,
        Value::Bytes(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        other => Some(other.as_sql(true)),
    }
}

/// MySQL hides that a user is unknown: it asks for the password by a method picked by the name, and
/// our client does not have them all.
pub(super) fn is_wrong_password(err: &anyhow::Error) -> bool {
    match err.downcast_ref::<Error>() {
        Some(Error::Server(refusal)) => refusal.code == ER_ACCESS_DENIED,
        Some(Error::Driver(DriverError::UnknownAuthPlugin { name })) => name == "sha256_password",
        _ => false,
    }
}
