//! Stands between clients and a server, counts what clients say, and at a chosen message cuts the
//! connection, or holds it. Cannot read what is said: it is encrypted.

mod message;

use std::{
    convert::Infallible,
    fmt, io,
    net::{Ipv4Addr, SocketAddr, TcpListener as StdListener},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
};

use bytes::BytesMut;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::spawn_blocking,
};

/// On which side of a message the connection is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// The server never hears it.
    Before,
    /// The server has acted on it, and the client never hears of that.
    After,
}

/// Relays connections until dropped.
#[derive(Debug)]
pub struct Relay {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    server: SocketAddr,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    n_messages: usize,
    n_to_refuse: usize,
    disturbance: Option<Disturbance>,
}

/// What happens at a message.
struct Disturbance {
    message: usize,
    kind: Kind,
    act: Box<dyn FnOnce() + Send>,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Cut(Moment),
    Hold,
}

impl Relay {
    /// To a port of 127.0.0.1.
    pub fn start(server_port: u16) -> io::Result<Self> {
        let listener = StdListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let server = SocketAddr::from((Ipv4Addr::LOCALHOST, server_port));
        let shared = Arc::new(Shared { server, state: Mutex::default() });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
        let (stop, stopped) = oneshot::channel();
        let relaying = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("relay".to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = accept(listener, relaying) => (),
                    // Resolves when the sender is dropped.
                    _ = stopped => (),
                }
            });
        })?;
        Ok(Self { address, shared, stop: Some(stop), thread: Some(thread) })
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// How many messages clients have sent: handshakes, logins, statements. Equal conversations have
    /// equally many.
    pub fn n_messages(&self) -> usize {
        self.shared.state().n_messages
    }

    /// Cuts the connection at this message, the next one being 1: does `then`, such as killing the
    /// client, and resets the connection. Once; it replaces an earlier cut that has not happened.
    pub fn cut(&self, message: usize, moment: Moment, then: impl FnOnce() + Send + 'static) {
        self.disturb(message, Kind::Cut(moment), Box::new(then));
    }

    /// Lets this message, the next one being 1, wait until `meanwhile` has returned, while other
    /// connections go on. Once; it replaces what has not happened yet.
    pub fn hold(&self, message: usize, meanwhile: impl FnOnce() + Send + 'static) {
        self.disturb(message, Kind::Hold, Box::new(meanwhile));
    }

    /// Resets the next connections, so many, as soon as they are made.
    pub fn refuse(&self, n_connections: usize) {
        self.shared.state().n_to_refuse = n_connections;
    }

    /// Forgets the cut or the hold that has not happened yet, if there is one.
    pub fn clear(&self) {
        self.shared.state().disturbance = None;
    }

    /// Whether the cut or the hold is still to come.
    pub fn is_to_come(&self) -> bool {
        self.shared.state().disturbance.is_some()
    }

    fn disturb(&self, message: usize, kind: Kind, act: Box<dyn FnOnce() + Send>) {
        let mut state = self.shared.state();
        let message = state.n_messages + message;
        state.disturbance = Some(Disturbance { message, kind, act });
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the relaying thread has been printed; there is nobody to tell it to.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a connection; says whether it is to be refused.
    fn refuses(&self) -> bool {
        let mut state = self.state();
        let refuses = state.n_to_refuse > 0;
        state.n_to_refuse = state.n_to_refuse.saturating_sub(1);
        refuses
    }

    /// Counts a message; says what is to happen at it.
    fn count(&self) -> Option<Disturbance> {
        let mut state = self.state();
        state.n_messages += 1;
        let n_messages = state.n_messages;
        state.disturbance.take_if(|it| it.message == n_messages)
    }
}

impl fmt::Debug for Disturbance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { message, kind, act: _ } = self;
        write!(f, "{kind:?} at message {message}")
    }
}

async fn accept(listener: StdListener, shared: Arc<Shared>) {
    let Ok(listener) = TcpListener::from_std(listener) else { return };
    loop {
        // A connection that is gone before it was accepted is its client's problem.
        if let Ok((client, _)) = listener.accept().await {
            let shared = Arc::clone(&shared);
            tokio::spawn(async move {
                // Whichever side ended the connection, the other sees it end.
                let _ended = relay(client, &shared).await;
            });
        }
    }
}

async fn relay(mut client: TcpStream, shared: &Shared) -> io::Result<()> {
    if shared.refuses() {
        return client.set_zero_linger();
    }
    let mut server = TcpStream::connect(shared.server).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let mut said = BytesMut::new();
    let mut answer = BytesMut::new();
    loop {
        tokio::select! {
            n_bytes = client.read_buf(&mut said) => {
                if n_bytes? == 0 {
                    return Ok(());
                }
                while let Some(message) = message::first(&mut said) {
                    let says_something = message::says_something(&message);
                    let disturbance = says_something.then(|| shared.count()).flatten();
                    let Some(Disturbance { kind, act, message: _ }) = disturbance else {
                        server.write_all(&message).await?;
                        continue;
                    };
                    let Kind::Cut(moment) = kind else {
                        spawn_blocking(act).await?;
                        server.write_all(&message).await?;
                        continue;
                    };
                    if moment == Moment::After {
                        server.write_all(&message).await?;
                        // Some messages have no answer: the next follows at once, or is here.
                        if said.is_empty() {
                            tokio::select! {
                                n_bytes = server.read_buf(&mut answer) => n_bytes?,
                                n_bytes = client.read_buf(&mut said) => n_bytes?,
                            };
                        }
                    }
                    spawn_blocking(act).await?;
                    client.set_zero_linger()?;
                    return server.set_zero_linger();
                }
            }
            n_bytes = server.read_buf(&mut answer) => {
                if n_bytes? == 0 {
                    return Ok(());
                }
                client.write_all(&answer.split()).await?;
            }
        }
    }
}
