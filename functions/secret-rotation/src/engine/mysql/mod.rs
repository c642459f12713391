//! MySQL and MariaDB. MariaDB gets the hash of a password, MySQL the password, which its logs hide.

mod account;
mod certificate;
mod clone;
mod doctor;
mod errors;
mod methods;
mod own;
mod rights;
mod sql;
mod token;

use std::fmt;

use mysql_async::{Conn, OptsBuilder, Row, SslOpts, prelude::Queryable as _};
use rustls::pki_types::CertificateDer;
use sha1::{Digest as _, Sha1};

use self::account::{Account, Made};
use super::{Engine, Finding, Refusal, Turn};
use crate::{
    budget::Budget,
    fault::{Code, Fault},
    hidden::Hidden,
    plan::set::Strategy,
    secret::login::{Login, Tls},
};

/// What the client would ask the server for otherwise, in a query at every login.
const MAX_PACKET: usize = 16 * 1024 * 1024;
const WAIT_SECS: usize = 28_800;

#[derive(Debug)]
pub struct Mysql<'a> {
    pub roots: &'a [CertificateDer<'static>],
}

pub struct Session {
    connection: Conn,
    login: Login,
    is_mariadb: bool,
    budget: Budget,
}

/// The client prints its options, and these the password.
impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { connection: _, login, is_mariadb, budget } = self;
        f.debug_struct("Session")
            .field("login", login)
            .field("is_mariadb", is_mariadb)
            .field("budget", budget)
            .finish_non_exhaustive()
    }
}

impl Session {
    async fn run(&mut self, what: &str, sql: &Hidden, secrets: &[&Hidden]) -> Result<(), Refused> {
        let Self { connection, login, budget, .. } = self;
        let work = async {
            let done = connection.query_drop(sql.expose()).await;
            done.map_err(|err| Refused {
                number: errors::number(&err),
                fault: errors::fault(&err, &format!("{what} as {login}"), secrets),
            })
        };
        budget.run(what, work).await
    }

    /// The first column of every row, as texts.
    async fn texts(&mut self, what: &str, sql: &str) -> Result<Vec<String>, Fault> {
        let Self { connection, login, budget, .. } = self;
        let work = async {
            let rows: Result<Vec<Row>, _> = connection.query(sql).await;
            rows.map_err(|err| errors::fault(&err, &format!("{what} as {login}"), &[]))
        };
        let rows = budget.run(what, work).await?;
        let text = |mut row: Row| row.take_opt::<Option<String>, _>(0)?.ok().flatten();
        Ok(rows.into_iter().filter_map(text).collect())
    }

    async fn text(&mut self, what: &str, sql: &str) -> Result<Option<String>, Fault> {
        Ok(self.texts(what, sql).await?.into_iter().next())
    }

    /// What the server tells an admin of an account.
    async fn made(&mut self, account: &str) -> Result<Made, Fault> {
        let sql = format!("SHOW CREATE USER {account}");
        let statements = clone::ask(self, "a look at the account", &sql).await?;
        Ok(Made::parse(&statements.concat()))
    }
}

/// A refused statement, with the number that a few of them are looked at for.
struct Refused {
    number: Option<u16>,
    fault: Fault,
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self { number: None, fault }
    }
}

impl From<Refused> for Fault {
    fn from(refused: Refused) -> Self {
        refused.fault
    }
}

impl Engine for Mysql<'_> {
    type Session = Session;

    async fn log_in(&self, login: &Login, budget: Budget) -> Result<Session, Refusal> {
        let whom = login.to_string();
        budget.login(&whom, self.connect(login, budget)).await
    }

    async fn lock(&self, session: &mut Session, secret: &str) -> Result<(), Fault> {
        let hash = Sha1::digest(secret);
        let patience = session.budget.query().as_secs().max(1);
        let sql = sql::lock(&format!("caretaker {hash:x}"), patience);
        let what = "waiting for another step of this rotation";
        match session.text(what, &sql).await {
            Ok(Some(got)) if got == "1" => Ok(()),
            Ok(Some(got)) if got == sql::IS_READ_ONLY => {
                let what = format!("the server of {} is a read-only one", session.login);
                Err(Fault::new(Code::DbReadOnly, what))
            }
            // Who has to change an expired password may not even wait, and may only set the one
            // password that every step would set.
            Err(fault) if fault.code == Code::Expired => Ok(()),
            Err(fault) => Err(fault),
            Ok(_) => Err(Fault::new(Code::DbTimeout, format!("{what} took too long"))),
        }
    }

    async fn change_own(
        &self,
        session: &mut Session,
        pending: &Login,
        strategy: Strategy,
    ) -> Result<(), Fault> {
        if session.is_mariadb {
            own::set(session, &pending.password).await
        } else if strategy == Strategy::Dual {
            own::add(session, &pending.password).await
        } else {
            own::alter(session, &pending.password).await
        }
    }

    async fn change_other(
        &self,
        session: &mut Session,
        account: Option<&str>,
        current: &Login,
        pending: &Login,
        strategy: Strategy,
    ) -> Result<(), Fault> {
        let account = match account.and_then(Account::parse) {
            Some(account) => account,
            None => clone::only_account(session, &pending.username).await?,
        };
        let made = session.made(&account.to_string()).await?;
        let new = &pending.password;
        let identified = if session.is_mariadb && strategy == Strategy::Dual {
            Hidden::new(methods::via(&methods::doubled(&made.methods, &current.password, new)?))
        } else {
            clone::identified(session, &made, new)?
        };
        let retain = strategy == Strategy::Dual && !session.is_mariadb;
        let sql = sql::alter(&account, &identified, sql::retain_clause(retain));
        let what = format!("the change of {account}");
        clone::say(session, &what, &sql, new).await
    }

    async fn account(&self, session: &mut Session) -> Result<String, Fault> {
        let account = session.text("a look at the account", "SELECT CURRENT_USER()").await?;
        Ok(account.unwrap_or_default())
    }

    async fn prepare_clone(&self, session: &mut Session, turn: Turn<'_>) -> Result<(), Fault> {
        clone::prepare(session, turn).await
    }

    async fn user(&self, session: &mut Session) -> Result<String, Fault> {
        let account = self.account(session).await?;
        Ok(Account::parse(&account).map(|account| account.user).unwrap_or_default())
    }

    async fn query(&self, session: &mut Session, what: &str, sql: &str) -> Result<(), Fault> {
        session.texts(what, sql).await.map(drop)
    }

    fn dual_needs_admin(&self, session: &Session) -> bool {
        session.is_mariadb
    }

    async fn examine(
        &self,
        session: &mut Session,
        turn: Turn<'_>,
        strategy: Strategy,
    ) -> Result<Vec<Finding>, Fault> {
        let account = match Account::parse(turn.account) {
            Some(account) => account,
            None => clone::only_account(session, &turn.current.username).await?,
        };
        let made = session.made(&account.to_string()).await?;
        let mut findings = doctor::of_admin(session, turn, strategy).await?;
        findings.push(Finding::Fine(format!("the admin may look at {account}")));
        // A step that is repeated after its end was lost begins with the password of before, and
        // may try three.
        if let Some(count @ 1..=2) = made.locked_after() {
            findings.push(Finding::Warning(format!(
                "{account} is locked after {count} failed logins: no rotation fails one, unless a \
                 step of it has to be repeated; with `dual` none ever does"
            )));
        }
        Ok(findings)
    }

    async fn examine_own(
        &self,
        session: &mut Session,
        strategy: Strategy,
    ) -> Result<Vec<Finding>, Fault> {
        doctor::of_user(session, strategy).await
    }

    /// And a wrong password may lock the user.
    fn may_take_any_password(&self) -> bool {
        false
    }
}

impl Mysql<'_> {
    async fn connect(&self, login: &Login, budget: Budget) -> Result<Session, Refusal> {
        let Login { place, username, password } = login;
        let options = |tls: Option<SslOpts>| {
            OptsBuilder::default()
                .ip_or_hostname(place.host.as_str())
                .tcp_port(place.port)
                .user(Some(username.as_str()))
                .pass(Some(password.expose()))
                .db_name(place.dbname.as_deref())
                .prefer_socket(false)
                .max_allowed_packet(Some(MAX_PACKET))
                .wait_timeout(Some(WAIT_SECS))
                .ssl_opts(tls)
        };
        let whom = login.to_string();
        let failed = |err| errors::refusal(&err, &whom, &[password]);
        let opened = match (Conn::new(options(self.tls(&place.tls))).await, &place.tls) {
            (Err(err), Tls::VerifiedChain { .. }) => match certificate::other_name(&err) {
                Some(name) => Conn::new(options(Some(self.verified(name)))).await,
                None => Err(err),
            },
            (opened, _) => opened,
        };
        let mut connection = opened.map_err(failed)?;
        let version: Result<Option<String>, _> = connection.query_first("SELECT VERSION()").await;
        let is_mariadb = match version {
            Ok(version) => version.is_some_and(|version| version.contains("MariaDB")),
            // Nothing else says this to somebody who has just logged in.
            Err(err) if errors::number(&err) == Some(errors::MUST_CHANGE) => true,
            Err(err) => return Err(failed(err)),
        };
        match connection.query_drop(sql::MODE).await {
            Ok(()) => (),
            Err(err) if errors::number(&err) == Some(errors::MUST_CHANGE) => (),
            Err(err) => return Err(failed(err)),
        }
        Ok(Session { connection, login: login.clone(), is_mariadb, budget })
    }

    fn tls(&self, tls: &Tls) -> Option<SslOpts> {
        match tls {
            Tls::Off => None,
            Tls::Verified { name } | Tls::VerifiedChain { name } => {
                Some(self.verified(name.clone()))
            }
        }
    }

    fn verified(&self, name: String) -> SslOpts {
        let roots = self.roots.iter().map(|root| root.to_vec().into()).collect();
        SslOpts::default()
            .with_root_certs(roots)
            .with_disable_built_in_roots(true)
            .with_danger_tls_hostname_override(Some(name))
    }
}
