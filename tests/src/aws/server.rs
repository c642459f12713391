//! The HTTP endpoint: connections in, requests to `serve`, answers or injected failures out.

use std::{
    collections::BTreeSet,
    convert::Infallible,
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener as StdListener},
    path::PathBuf,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll},
    thread::JoinHandle,
};

use anyhow::Context as _;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use hyper::{
    body::{Body, Frame, Incoming, SizeHint},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use s3s::service::S3Service;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::oneshot,
};

use super::{
    clock::Clock,
    faults::Faults,
    log::Log,
    policy::Grant,
    s3,
    serve::{Answer, Core},
    world::World,
};

/// How a local AWS starts. The default suits tests: a free port, the machine's clock, no roles.
#[derive(Debug, Default)]
pub struct Options {
    /// Any free port if zero.
    pub port: u16,
    /// The machine's clock if absent.
    pub clock: Option<Clock>,
    pub world: World,
    /// A file to which used grants are appended, one a line.
    pub used_grants: Option<PathBuf>,
}

/// A running local AWS. It stops when dropped.
#[derive(Debug)]
pub struct LocalAws {
    address: SocketAddr,
    core: Arc<Core>,
    stop: Option<oneshot::Sender<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

impl LocalAws {
    /// Serves on 127.0.0.1 from a thread of its own, so that callers need no runtime.
    pub fn start(options: Options) -> anyhow::Result<Self> {
        let Options { port, clock, world, used_grants } = options;
        let listener = StdListener::bind((Ipv4Addr::LOCALHOST, port))
            .with_context(|| format!("cannot listen on port {port} of 127.0.0.1"))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let core = Arc::new(Core {
            world: Mutex::new(world),
            clock: clock.unwrap_or_else(Clock::real),
            faults: Faults::default(),
            log: Log::default(),
            used_grants: Mutex::new(BTreeSet::new()),
            used_grants_file: used_grants,
            n_requests: AtomicU64::new(0),
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
        let (stop, stopped) = oneshot::channel();
        let serving = Arc::clone(&core);
        let thread = std::thread::Builder::new().name("local-aws".to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = accept(listener, serving) => (),
                    // Resolves when the sender is dropped.
                    _ = stopped => (),
                }
            });
        })?;
        Ok(Self { address, core, stop: Some(stop), thread: Some(thread) })
    }

    /// The URL for `AWS_ENDPOINT_URL`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Looks at the world or changes it, behind the services' backs. No call is served meanwhile.
    pub fn with<T>(&self, look: impl FnOnce(&mut World) -> T) -> T {
        look(&mut self.core.world())
    }

    pub fn clock(&self) -> &Clock {
        &self.core.clock
    }

    pub fn faults(&self) -> &Faults {
        &self.core.faults
    }

    pub fn log(&self) -> &Log {
        &self.core.log
    }

    /// The granted actions that calls have needed so far.
    pub fn used_grants(&self) -> BTreeSet<Grant> {
        self.core.used_grants.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for LocalAws {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the serving thread has been printed; there is nobody to tell it to.
            let _ = thread.join();
        }
    }
}

async fn accept(listener: StdListener, core: Arc<Core>) {
    let Ok(listener) = TcpListener::from_std(listener) else { return };
    let s3 = s3::service(&core);
    loop {
        // A connection that is gone before it was accepted is its client's problem.
        if let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(connection(stream, Arc::clone(&core), s3.clone()));
        }
    }
}

async fn connection(stream: TcpStream, core: Arc<Core>, s3: S3Service) {
    // Small answers must not wait for the next packet.
    let _ = stream.set_nodelay(true);
    let must_reset = Arc::new(AtomicBool::new(false));
    let service = service_fn(|request: Request<Incoming>| {
        let (core, s3) = (Arc::clone(&core), s3.clone());
        let must_reset = Arc::clone(&must_reset);
        async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
            match core.answer(&s3, head, body).await {
                Answer::Reply(response) => Ok(response.map(Payload::whole)),
                Answer::Truncate(response) => Ok(cut(response)),
                Answer::Hang => std::future::pending().await,
                Answer::Reset => {
                    must_reset.store(true, Ordering::Relaxed);
                    Err(io::Error::from(io::ErrorKind::ConnectionReset))
                }
            }
        }
    });
    let mut serving = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    // An error is either the client's departure or one that was asked for.
    let _ = (&mut serving).await;
    if must_reset.load(Ordering::Relaxed) {
        // Makes the close a reset (RST) instead of an orderly end.
        let _ = serving.into_parts().io.into_inner().set_zero_linger();
    }
}

/// Announces the whole length and delivers half.
fn cut(response: Response<Bytes>) -> Response<Payload> {
    let (mut head, body) = response.into_parts();
    head.headers.insert("content-length", body.len().into());
    let half = body.slice(..body.len() / 2);
    Response::from_parts(head, Payload { rest: Some(half), end: End::FlushThenCut })
}

/// A response body of one piece that may end in an error.
#[derive(Debug)]
struct Payload {
    rest: Option<Bytes>,
    end: End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Orderly,
    /// Lets the connection send what it has first: an error throws its buffer away.
    FlushThenCut,
    Cut,
}

impl Payload {
    fn whole(bytes: Bytes) -> Self {
        Self { rest: Some(bytes).filter(|bytes| !bytes.is_empty()), end: End::Orderly }
    }
}

impl Body for Payload {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if let Some(bytes) = self.rest.take() {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        match self.end {
            End::Orderly => Poll::Ready(None),
            End::FlushThenCut => {
                self.end = End::Cut;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            End::Cut => Poll::Ready(Some(Err(io::Error::from(io::ErrorKind::UnexpectedEof)))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_none() && self.end == End::Orderly
    }

    fn size_hint(&self) -> SizeHint {
        match &self.rest {
            _ if self.end != End::Orderly => SizeHint::default(),
            Some(bytes) => SizeHint::with_exact(bytes.len() as u64),
            None => SizeHint::with_exact(0),
        }
    }
}
