//! How a server is started: on a free port, until it lets its superuser in. Makes no data.

use std::{
    fs::{self, OpenOptions},
    io,
    net::{Ipv4Addr, TcpListener},
    path::Path,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use anyhow::{Context as _, anyhow, bail};
use tokio::{
    sync::Mutex,
    time::{Instant, sleep},
};

use super::{SUPERUSER, Server};
use crate::servers::{
    Engine, Login, Options,
    client::{Address, Caller, Client, Way},
    place::Place,
    process::Process,
};

/// What the server says for itself.
pub(super) const LOG: &str = "server.log";

/// Who signed the certificate that the server shows.
pub(super) const AUTHORITY: &str = "authority.pem";

/// How long a server may take to start on a busy machine.
const START: Duration = Duration::from_mins(1);

/// How often we look whether it has: a fraction of what the fastest takes.
const LOOK: Duration = Duration::from_millis(10);

/// A free port is taken if somebody is quicker than the server, which does not happen many times.
const MAX_PORTS: usize = 8;

/// Every server says so in these words.
const TAKEN: &str = "Address already in use";

impl Server {
    /// A server on new data, with its superuser and nothing else.
    pub(in crate::servers) fn initialise(
        engine: Engine,
        programs: &Path,
        place: Place,
    ) -> anyhow::Result<Self> {
        runtime()?.block_on(engine.initialise(programs, &place))?;
        Self::launch(engine, programs, place, Options::default())
    }

    /// A server on the data that are in its place.
    pub(super) fn launch(
        engine: Engine,
        programs: &Path,
        place: Place,
        options: Options,
    ) -> anyhow::Result<Self> {
        let pem = options.certificate.make()?;
        place.write("certificate.pem", &pem.certificate)?;
        place.write("key.pem", &pem.key)?;
        place.write(AUTHORITY, &pem.authority)?;
        let folder = place.path().to_owned();
        let mut server = Self {
            programs: programs.to_owned(),
            options,
            address: Address { engine, port: 0, folder, ca_pem: pem.authority },
            process: Mutex::new(None),
            is_paused: AtomicBool::new(false),
            runtime: Arc::new(runtime()?),
            place,
        };
        for _ in 0..MAX_PORTS {
            let address = Address { port: free_port()?, ..server.address.clone() };
            match server.runtime.block_on(server.spawn(&address)) {
                Ok(process) => {
                    server.process = Mutex::new(Some(process));
                    server.address = address;
                    return Ok(server);
                }
                Err(_) if server.log().contains(TAKEN) => {
                    fs::remove_file(server.place.join(LOG))?;
                }
                Err(err) => return Err(err),
            }
        }
        bail!("{MAX_PORTS} free ports were taken before the server had them")
    }

    /// Starts the process, and waits until it lets the superuser in.
    pub(super) async fn spawn(&self, address: &Address) -> anyhow::Result<Process> {
        let engine = address.engine;
        let command = engine.server(&self.programs, &self.place, address.port, &self.options)?;
        let log = OpenOptions::new().append(true).create(true).open(self.place.join(LOG))?;
        let mut process = Process::start(command, log)
            .with_context(|| format!("cannot run the programs of {engine}"))?;
        let Login { user, password } = SUPERUSER;
        let database = engine.first_database();
        let superuser = Caller { user, password, database, unlogged: true };
        let deadline = Instant::now() + START;
        loop {
            let refused = match Client::connect(address, Way::Socket, superuser).await {
                Ok(client) => {
                    client.close().await;
                    return Ok(process);
                }
                Err(refused) => refused,
            };
            if !process.is_alive() {
                return Err(anyhow!("{engine} ended at its start:\n{}", self.log()));
            }
            if Instant::now() > deadline {
                let started = format!("{engine} has not started in {} s", START.as_secs());
                return Err(refused.context(format!("{started}:\n{}", self.log())));
            }
            sleep(LOOK).await;
        }
    }
}

fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

/// A port that nobody listens on now.
fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
