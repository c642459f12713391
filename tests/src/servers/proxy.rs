//! Stands between a client and a database server, where they do without TLS, and sees every
//! statement go by. Can call somebody at one of them; changes none.

use std::{
    io::{self, Read, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

use super::{Engine, Server};

/// When the call comes: before the server has the statement, or when it has answered and the client
/// does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    Before,
    After,
}

/// A port that leads to the server. It closes when dropped.
pub struct Proxy {
    port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    engine: Engine,
    server: u16,
    n_statements: AtomicUsize,
    is_over: AtomicBool,
    call: Mutex<Option<Call>>,
}

/// Whom to call at which statement, counted from 1.
struct Call {
    nth: usize,
    moment: Moment,
    act: Box<dyn FnOnce() + Send>,
}

impl Proxy {
    pub fn start(engine: Engine, server: &Server) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let port = listener.local_addr()?.port();
        let shared = Arc::new(Shared {
            engine,
            server: server.port(),
            n_statements: AtomicUsize::new(0),
            is_over: AtomicBool::new(false),
            call: Mutex::default(),
        });
        let accepting = Arc::clone(&shared);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if accepting.is_over.load(Ordering::Relaxed) {
                    return;
                }
                let shared = Arc::clone(&accepting);
                // A connection that ends amid a statement is what this is for.
                thread::spawn(move || drop(shared.serve(client)));
            }
        });
        Ok(Self { port, shared })
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// How many statements have gone by.
    pub fn n_statements(&self) -> usize {
        self.shared.n_statements.load(Ordering::Relaxed)
    }

    /// Calls `act` at the nth statement from now, once. The connection ends with it.
    pub fn call_at(&self, nth: usize, moment: Moment, act: impl FnOnce() + Send + 'static) {
        let call = Call { nth: self.n_statements() + nth, moment, act: Box::new(act) };
        *self.shared.call.lock().unwrap_or_else(PoisonError::into_inner) = Some(call);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Relaxed);
        // Wakes the thread that waits for a client.
        drop(TcpStream::connect(("127.0.0.1", self.port)));
    }
}

impl Shared {
    fn serve(&self, mut client: TcpStream) -> io::Result<()> {
        let mut server = TcpStream::connect(("127.0.0.1", self.server))?;
        let (mut answers, mut listener) = (server.try_clone()?, client.try_clone()?);
        let is_cut = Arc::new(AtomicBool::new(false));
        let cut = Arc::clone(&is_cut);
        let (answered, answer) = std::sync::mpsc::channel();
        thread::spawn(move || {
            let mut buffer = [0; 16 * 1024];
            while let Ok(n @ 1..) = answers.read(&mut buffer) {
                if cut.load(Ordering::SeqCst) {
                    let _nobody_asks = answered.send(());
                    break;
                }
                if listener.write_all(&buffer[..n]).is_err() {
                    break;
                }
            }
            // Both directions end together.
            let _ended = listener.shutdown(Shutdown::Both);
        });
        let mut is_first = true;
        while let Some((message, is_statement)) = self.message(&mut client, is_first)? {
            is_first = false;
            let call = if is_statement { self.call() } else { None };
            match call {
                None => server.write_all(&message)?,
                Some(Call { moment: Moment::Before, act, .. }) => {
                    act();
                    break;
                }
                Some(Call { moment: Moment::After, act, .. }) => {
                    is_cut.store(true, Ordering::SeqCst);
                    server.write_all(&message)?;
                    let _answered = answer.recv();
                    act();
                    break;
                }
            }
        }
        server.shutdown(Shutdown::Both)
    }

    /// The call that is due at the statement that goes by now.
    fn call(&self) -> Option<Call> {
        let nth = self.n_statements.fetch_add(1, Ordering::Relaxed) + 1;
        let mut call = self.call.lock().unwrap_or_else(PoisonError::into_inner);
        call.take_if(|call| call.nth == nth)
    }

    /// The next message of the client, whole, and whether it is a statement. Nothing at the end.
    fn message(
        &self,
        client: &mut TcpStream,
        is_first: bool,
    ) -> io::Result<Option<(Vec<u8>, bool)>> {
        let is_postgres = matches!(self.engine, Engine::Postgres(_));
        // PostgreSQL's first message has no type before its length.
        let header = if is_postgres && !is_first { 5 } else { 4 };
        let mut message = vec![0; header];
        match client.read_exact(&mut message) {
            Err(err) if err.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            other => other?,
        }
        let length = if is_postgres {
            let bytes = message[header - 4..].try_into().map_err(io::Error::other)?;
            u32::from_be_bytes(bytes).saturating_sub(4)
        } else {
            u32::from_le_bytes([message[0], message[1], message[2], 0])
        };
        let mut body = vec![0; usize::try_from(length).map_err(io::Error::other)?];
        client.read_exact(&mut body)?;
        let is_statement = if is_postgres {
            header == 5 && message[0] == b'Q'
        } else {
            // The first packet of a command, which is a query.
            message[3] == 0 && body.first() == Some(&3)
        };
        message.append(&mut body);
        Ok(Some((message, is_statement)))
    }
}
