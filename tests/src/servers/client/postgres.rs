//! Talks to PostgreSQL.

use std::sync::Arc;

use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use tokio::task::JoinHandle;
use tokio_postgres::{
    Config, NoTls, SimpleQueryMessage, Socket,
    config::SslMode,
    error::SqlState,
    tls::{MakeTlsConnect, TlsConnect},
};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{Address, Caller, Row, Way};

#[derive(Debug)]
pub(in crate::servers) struct Client {
    client: tokio_postgres::Client,
    connection: JoinHandle<()>,
}

impl Client {
    pub(super) async fn connect(
        address: &Address,
        way: Way,
        caller: Caller<'_>,
    ) -> anyhow::Result<Self> {
        let mut config = Config::new();
        config.user(caller.user).password(caller.password);
        config.dbname(caller.database).port(address.port);
        if caller.unlogged {
            // Nor are its failed statements.
            config.options("-c log_statement=none -c log_min_messages=panic");
        }
        match way {
            Way::Socket => config.host_path(&address.folder).ssl_mode(SslMode::Disable),
            Way::Tls => config.host("127.0.0.1").ssl_mode(SslMode::Require),
            Way::Plain => config.host("127.0.0.1").ssl_mode(SslMode::Disable),
        };
        match way {
            Way::Tls => Self::spawn(&config, tls(&address.ca_pem)?).await,
            Way::Socket | Way::Plain => Self::spawn(&config, NoTls).await,
        }
    }

    async fn spawn<T>(config: &Config, tls: T) -> anyhow::Result<Self>
    where
        T: MakeTlsConnect<Socket>,
        T::Stream: Send + 'static,
        T::TlsConnect: Send,
        <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
    {
        let (client, connection) = config.connect(tls).await?;
        let connection = tokio::spawn(async {
            // Whatever ends it fails the next query.
            let _ended = connection.await;
        });
        Ok(Self { client, connection })
    }

    pub(super) async fn query(&mut self, sql: &str) -> anyhow::Result<Vec<Row>> {
        let messages = self.client.simple_query(sql).await?;
        let rows = messages.iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => {
                Some((0..row.len()).map(|at| row.get(at).map(str::to_owned)).collect())
            }
            _ => None,
        });
        Ok(rows.collect())
    }

    /// Says goodbye; the server counts the connection for a moment longer.
    pub(super) async fn close(self) {
        let Self { client, connection } = self;
        drop(client);
        let _ended = connection.await;
    }
}

fn tls(ca_pem: &str) -> anyhow::Result<MakeRustlsConnect> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(ca_pem.as_bytes())?)?;
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

pub(super) fn is_wrong_password(err: &anyhow::Error) -> bool {
    let err = err.downcast_ref::<tokio_postgres::Error>();
    err.and_then(tokio_postgres::Error::code) == Some(&SqlState::INVALID_PASSWORD)
}
