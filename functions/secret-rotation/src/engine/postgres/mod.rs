//! PostgreSQL. No password goes to the server: it gets a verifier that is made here, which its log
//! may show to anybody.

mod clone;
mod doctor;
mod errors;
mod sql;

use rustls::{ClientConfig, pki_types::ServerName};
use sha1::{Digest as _, Sha1};
use tokio::{net::TcpStream, task::JoinHandle};
use tokio_postgres::{
    Client, Config, NoTls, SimpleQueryMessage, config::SslMode, tls::MakeTlsConnect,
};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{Engine, Finding, Refusal, Turn, tls::Configs};
use crate::{
    budget::Budget,
    fault::{Code, Fault},
    hidden::Hidden,
    plan::set::Strategy,
    secret::login::{Login, Tls},
    settings::Hash,
};

/// The database of a login that names none.
const DEFAULT_DATABASE: &str = "postgres";

#[derive(Debug)]
pub struct Postgres<'a> {
    pub tls: &'a Configs,
    pub hash: Hash,
}

#[derive(Debug)]
pub struct Session {
    client: Client,
    connection: JoinHandle<()>,
    user: String,
    whom: String,
    budget: Budget,
}

impl Drop for Session {
    fn drop(&mut self) {
        self.connection.abort();
    }
}

/// Rows of texts, as the simple protocol has them.
type Rows = Vec<Vec<Option<String>>>;

impl Session {
    /// Runs statements that hold a new password in some form. `what` names them in an error, since
    /// their text may not be shown.
    async fn run(&self, what: &str, sql: &Hidden, password: &Hidden) -> Result<(), Fault> {
        let work = async {
            let done = self.client.batch_execute(sql.expose()).await;
            let what = format!("{what} as {}", self.whom);
            done.map_err(|err| errors::fault(&err, &what, &[password]))
        };
        self.budget.run(what, work).await
    }

    async fn query(&self, what: &str, sql: &str) -> Result<Rows, Fault> {
        let work = async {
            let messages = self.client.simple_query(sql).await;
            messages.map_err(|err| errors::fault(&err, &format!("{what} as {}", self.whom), &[]))
        };
        let messages = self.budget.run(what, work).await?;
        let rows = messages.into_iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => {
                Some((0..row.len()).map(|at| row.get(at).map(str::to_owned)).collect())
            }
            _ => None,
        });
        Ok(rows.collect())
    }
}

impl Engine for Postgres<'_> {
    type Session = Session;

    async fn log_in(&self, login: &Login, budget: Budget) -> Result<Session, Refusal> {
        let whom = login.to_string();
        let session = budget.login(&whom, self.connect(login, budget)).await?;
        // The server is to give up before we do, or it would change what nobody waits for.
        // Zero would be for ever.
        let patience = (budget.query().as_millis() * 9 / 10).max(1);
        let limits = sql::limits(patience);
        session.query("the limits of the session", &limits).await?;
        Ok(session)
    }

    async fn lock(&self, session: &mut Session, secret: &str) -> Result<(), Fault> {
        let hash = Sha1::digest(format!("caretaker {secret}"));
        let mut key = [0; 8];
        key.copy_from_slice(&hash[..8]);
        let key = i64::from_be_bytes(key);
        let sql = format!("SELECT pg_advisory_lock({key})");
        session.query("waiting for another step of this rotation", &sql).await.map(drop)
    }

    async fn change_own(
        &self,
        session: &mut Session,
        pending: &Login,
        strategy: Strategy,
    ) -> Result<(), Fault> {
        refuse_dual(strategy)?;
        let password = sql::password(self.hash, &pending.username, &pending.password);
        let sql = sql::change_own(&password);
        session.run("the change of the password", &sql, &pending.password).await
    }

    async fn change_other(
        &self,
        session: &mut Session,
        _account: Option<&str>,
        _current: &Login,
        pending: &Login,
        strategy: Strategy,
    ) -> Result<(), Fault> {
        refuse_dual(strategy)?;
        let user = &pending.username;
        clone::may_log_in(session, user).await?;
        let password = sql::password(self.hash, user, &pending.password);
        let (what, sql) = (format!("the change of `{user}`"), sql::change_other(user, &password));
        let changed = session.run(&what, &sql, &pending.password).await;
        changed.map_err(|fault| clone::privilege(fault, session, user))
    }

    async fn account(&self, session: &mut Session) -> Result<String, Fault> {
        Ok(session.user.clone())
    }

    async fn prepare_clone(&self, session: &mut Session, turn: Turn<'_>) -> Result<(), Fault> {
        clone::prepare(session, turn, self.hash).await
    }

    async fn user(&self, session: &mut Session) -> Result<String, Fault> {
        let rows = session.query("a look at the user", sql::WHO).await?;
        let field = |at: usize| rows.first().and_then(|row| row.get(at)?.clone());
        if field(1) == Some(sql::bytes(&session.user)) {
            return Ok(session.user.clone());
        }
        Ok(field(0).unwrap_or_default())
    }

    async fn query(&self, session: &mut Session, what: &str, sql: &str) -> Result<(), Fault> {
        session.query(what, sql).await.map(drop)
    }

    fn dual_needs_admin(&self, _session: &Session) -> bool {
        false
    }

    async fn examine(
        &self,
        session: &mut Session,
        turn: Turn<'_>,
        strategy: Strategy,
    ) -> Result<Vec<Finding>, Fault> {
        clone::examine(session, turn, strategy).await
    }

    async fn examine_own(
        &self,
        session: &mut Session,
        strategy: Strategy,
    ) -> Result<Vec<Finding>, Fault> {
        doctor::of_user(session, strategy).await
    }

    /// `trust` in `pg_hba.conf`.
    fn may_take_any_password(&self) -> bool {
        true
    }
}

impl Postgres<'_> {
    async fn connect(&self, login: &Login, budget: Budget) -> Result<Session, Refusal> {
        let Login { place, username, password } = login;
        let whom = login.to_string();
        let stream =
            TcpStream::connect((place.host.as_str(), place.port)).await.map_err(|err| {
                Fault::new(Code::DbUnreachable, format!("no connection for {whom}: {err}"))
            })?;
        // A login is a dozen short messages, and each would wait for the echo of the last.
        stream.set_nodelay(true).map_err(|err| {
            Fault::new(Code::DbUnreachable, format!("no connection for {whom}: {err}"))
        })?;
        let mut config = Config::new();
        config
            .user(username)
            .password(password.expose())
            .dbname(place.dbname.as_deref().unwrap_or(DEFAULT_DATABASE))
            .application_name("caretaker secret-rotation");
        let failed = |err| errors::refusal(&err, &whom, &[password]);
        let (client, connection) = match &place.tls {
            Tls::Off => {
                config.ssl_mode(SslMode::Disable);
                let (client, connection) =
                    config.connect_raw(stream, NoTls).await.map_err(failed)?;
                (client, tokio::spawn(async { drop(connection.await) }))
            }
            Tls::Verified { name } | Tls::VerifiedChain { name } => {
                config.ssl_mode(SslMode::Require);
                let is_full = matches!(place.tls, Tls::Verified { .. });
                let tls = if is_full { &self.tls.full } else { &self.tls.chain_only };
                let no_name = |err: &dyn std::fmt::Display| {
                    let what = format!("`{name}` is no name for a certificate: {err}");
                    Fault::new(Code::DbTls, what)
                };
                ServerName::try_from(name.as_str()).map_err(|err| no_name(&err))?;
                let mut tls = MakeRustlsConnect::new(ClientConfig::clone(tls));
                let tls = MakeTlsConnect::<TcpStream>::make_tls_connect(&mut tls, name)
                    .map_err(|err| no_name(&err))?;
                let (client, connection) = config.connect_raw(stream, tls).await.map_err(failed)?;
                (client, tokio::spawn(async { drop(connection.await) }))
            }
        };
        Ok(Session { client, connection, user: username.clone(), whom, budget })
    }
}

fn refuse_dual(strategy: Strategy) -> Result<(), Fault> {
    if strategy != Strategy::Dual {
        return Ok(());
    }
    let what = "PostgreSQL keeps one password a user, so STRATEGY cannot be `dual`: \
                `alternating` has no moment without a login either";
    Err(Fault::new(Code::Settings, what))
}
