//! One running server as a test sees it. Blocks, since tests do; knows no engine by name.

mod launch;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use anyhow::Context as _;
use tokio::{runtime::Runtime, sync::Mutex};

use super::{
    Certificate, DATABASE, Engine, Options, Relay, Row, Session, Tls,
    client::{Address, Caller, Client, Way, is_wrong_password},
    find, mysql,
    place::Place,
    process::Process,
    template,
};

/// A user and the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Login {
    pub user: &'static str,
    pub password: &'static str,
}

/// Called as on RDS, where only AWS has the password.
pub(super) const SUPERUSER: Login = Login { user: "rdsadmin", password: "superuser-0123456789" };

pub(super) const ADMIN: Login = Login { user: "admin", password: "administrator-0123456789" };

/// A server of its own for one test. It ends when dropped, and leaves nothing behind.
#[derive(Debug)]
pub struct Server {
    programs: PathBuf,
    options: Options,
    address: Address,
    /// Nothing while the server is stopped.
    process: Mutex<Option<Process>>,
    is_paused: AtomicBool,
    runtime: Arc<Runtime>,
    place: Place,
}

impl Server {
    /// Waits until the server lets its superuser in. Tests call [`super::require()`].
    pub fn start(engine: Engine, options: Options) -> anyhow::Result<Self> {
        let programs =
            find::programs(engine).with_context(|| format!("{engine} is not on this machine"))?;
        let template = template::of(engine, &programs)?;
        let place = Place::new()?;
        place.copy(&template, "data").context("cannot copy the data of a new server")?;
        Self::launch(engine, &programs, place, options)
    }

    /// On 127.0.0.1, and nowhere else.
    pub fn port(&self) -> u16 {
        self.address.port
    }

    /// The authority that signed the server's certificate, or should have.
    pub fn ca_pem(&self) -> &str {
        &self.address.ca_pem
    }

    /// The file with that authority, which goes with the server.
    pub fn ca_file(&self) -> PathBuf {
        self.place.join(launch::AUTHORITY)
    }

    /// Who may create users and is no superuser, as on RDS.
    pub fn admin(&self) -> Login {
        ADMIN
    }

    /// Runs statements as the superuser in [`super::DATABASE`]. Neither they nor their errors get
    /// into the log: a password that is found there is somebody else's doing.
    pub fn execute(&self, sql: &str) -> anyhow::Result<()> {
        self.query(sql).map(drop)
    }

    /// As `execute`, with the rows.
    pub fn query(&self, sql: &str) -> anyhow::Result<Vec<Row>> {
        self.by_hand(DATABASE, sql)
    }

    /// Whether user and password are right, by a login such as a function's. What hinders a right
    /// login is an error.
    pub fn logs_in(&self, user: &str, password: &str) -> anyhow::Result<bool> {
        match self.session(user, password) {
            Ok(_) => Ok(true),
            Err(err) if is_wrong_password(&err) => Ok(false),
            Err(err) => Err(err),
        }
    }

    /// A login that lasts, over TLS if the server has it. A certificate that is bad on purpose is
    /// for others to refuse: then the login is over the server's own socket.
    pub fn session(&self, user: &str, password: &str) -> anyhow::Result<Session> {
        let way = match (self.options.tls, &self.options.certificate) {
            (Tls::Off, _) => Way::Plain,
            (Tls::Offered | Tls::Required, Certificate::Good) => Way::Tls,
            (Tls::Offered | Tls::Required, _) => Way::Socket,
        };
        self.connect(&self.address, way, user, password)
    }

    /// The same over TCP without TLS.
    pub fn session_without_tls(&self, user: &str, password: &str) -> anyhow::Result<Session> {
        self.connect(&self.address, Way::Plain, user, password)
    }

    /// The same over TLS through a relay to this server.
    pub fn session_through(
        &self,
        relay: &Relay,
        user: &str,
        password: &str,
    ) -> anyhow::Result<Session> {
        let address = Address { port: relay.port(), ..self.address.clone() };
        self.connect(&address, Way::Tls, user, password)
    }

    /// Everything that the server has written since its first start: every connection, statement
    /// and error but those of `execute` and `query`.
    pub fn log(&self) -> String {
        let files = [launch::LOG, mysql::STATEMENTS].map(|name| self.place.join(name));
        let texts = files.iter().filter_map(|path| fs::read(path).ok());
        texts.map(|text| String::from_utf8_lossy(&text).into_owned()).collect()
    }

    /// Ends the server in order; its connections end with it.
    pub fn stop(&self) -> anyhow::Result<()> {
        self.resume()?;
        self.runtime.block_on(async {
            match self.process.lock().await.take() {
                Some(process) => process.end(self.address.engine.stop_signal()).await,
                None => Ok(()),
            }
        })
    }

    /// Stops the server if it runs, and starts it on the same port with the same data.
    pub fn restart(&self) -> anyhow::Result<()> {
        self.stop()?;
        self.runtime.block_on(async {
            let process = self.spawn(&self.address).await?;
            *self.process.lock().await = Some(process);
            Ok(())
        })
    }

    /// Makes the server hang: connections are accepted by the system and hear nothing.
    pub fn pause(&self) -> anyhow::Result<()> {
        self.is_paused.store(true, Ordering::Relaxed);
        self.runtime.block_on(async {
            let process = self.process.lock().await;
            process.as_ref().context("the server is stopped")?.pause().await
        })
    }

    /// Lets a paused server go on where it was.
    pub fn resume(&self) -> anyhow::Result<()> {
        if !self.is_paused.swap(false, Ordering::Relaxed) {
            return Ok(());
        }
        self.runtime.block_on(async {
            let process = self.process.lock().await;
            process.as_ref().context("the server is stopped")?.resume().await
        })
    }

    /// The number of the server's process, unless it is stopped.
    pub fn pid(&self) -> Option<u32> {
        self.runtime.block_on(async { self.process.lock().await.as_ref().map(Process::pid) })
    }

    /// The folder of the server, which goes with it.
    pub fn folder(&self) -> &Path {
        self.place.path()
    }

    /// A statement in the database that is there before there is any other.
    pub(super) fn execute_at_first(&self, sql: &str) -> anyhow::Result<()> {
        self.by_hand(self.address.engine.first_database(), sql).map(drop)
    }

    pub(super) fn data(&self) -> PathBuf {
        self.place.join("data")
    }

    fn by_hand(&self, database: &str, sql: &str) -> anyhow::Result<Vec<Row>> {
        let Login { user, password } = SUPERUSER;
        let superuser = Caller { user, password, database, unlogged: true };
        self.runtime.block_on(async {
            let mut client = Client::connect(&self.address, Way::Socket, superuser).await?;
            let rows = client.query(sql).await;
            client.close().await;
            rows
        })
    }

    fn connect(
        &self,
        address: &Address,
        way: Way,
        user: &str,
        password: &str,
    ) -> anyhow::Result<Session> {
        let caller = Caller { user, password, database: DATABASE, unlogged: false };
        let client = self.runtime.block_on(Client::connect(address, way, caller))?;
        Ok(Session::new(Arc::clone(&self.runtime), client))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A server that cannot be told so is killed by the end of its `Process`.
        let _ = self.resume();
        if let Some(process) = self.process.get_mut().take() {
            let _ = self.runtime.block_on(process.end(self.address.engine.abandon_signal()));
        }
    }
}
