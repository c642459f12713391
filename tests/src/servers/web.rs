//! A web server that gives every request the same answer and remembers what it was asked. Its body
//! is the request itself: who shows the one shows the other.

use std::{
    io::{self, Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};

use super::Certificate;

/// On 127.0.0.1 until dropped.
#[derive(Debug)]
pub struct Web {
    port: u16,
    ca_pem: Option<String>,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    /// The status line's number and text.
    status: &'static str,
    tls: Option<Arc<ServerConfig>>,
    heads: Mutex<Vec<String>>,
    ends: AtomicBool,
}

impl Web {
    /// Answers with `status`, such as `200 OK`; over TLS with a certificate only.
    pub fn start(status: &'static str, certificate: Option<&Certificate>) -> anyhow::Result<Self> {
        let (mut tls, mut ca_pem) = (None, None);
        if let Some(certificate) = certificate {
            let pem = certificate.make()?;
            let chain = CertificateDer::from_pem_slice(pem.certificate.as_bytes())?;
            let key = PrivateKeyDer::from_pem_slice(pem.key.as_bytes())?;
            let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
                .with_safe_default_protocol_versions()?
                .with_no_client_auth()
                .with_single_cert(vec![chain], key)?;
            (tls, ca_pem) = (Some(Arc::new(config)), Some(pem.authority));
        }
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        let ends = AtomicBool::new(false);
        let shared = Arc::new(Shared { status, tls, heads: Mutex::default(), ends });
        let server = Arc::clone(&shared);
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                if server.ends.load(Ordering::Relaxed) {
                    return;
                }
                // A client that gives up is the client's own affair.
                let _given_up = stream.and_then(|stream| server.serve(stream));
            }
        });
        Ok(Self { port, ca_pem, shared, thread: Some(thread) })
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The authority that signed the certificate; empty without TLS.
    pub fn ca_pem(&self) -> &str {
        self.ca_pem.as_deref().unwrap_or_default()
    }

    /// The request lines and headers so far, one text each.
    pub fn heads(&self) -> Vec<String> {
        self.shared.heads.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        self.shared.ends.store(true, Ordering::Relaxed);
        // Wakes the thread, which waits for a connection.
        drop(TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

impl Shared {
    fn serve(&self, stream: TcpStream) -> io::Result<()> {
        match &self.tls {
            None => self.answer(stream),
            Some(config) => {
                let connection =
                    ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
                self.answer(StreamOwned::new(connection, stream))
            }
        }
    }

    fn answer(&self, mut stream: impl Read + Write) -> io::Result<()> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte)?;
            head.push(byte[0]);
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        self.heads.lock().unwrap_or_else(PoisonError::into_inner).push(head.clone());
        let (status, length) = (self.status, head.len());
        write!(
            stream,
            "HTTP/1.1 {status}\r\nlocation: https://evil.example/\r\ncontent-length: {length}\r\n\r\n{head}"
        )?;
        stream.flush()
    }
}
