//! A deployed function: invoked from any thread, warm between invocations, started again after a
//! crash. Has one sandbox, so that invocations at the same time wait for each other; Lambda would
//! start a second one.

use std::{
    process::ExitStatus,
    sync::{
        atomic::{AtomicU64, Ordering},
        mpsc as std_mpsc,
    },
    thread::{self, JoinHandle},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use anyhow::Context as _;
use bytes::Bytes;
use serde_json::Value;
use tokio::{sync::mpsc, time::Instant};

use super::{
    Spec,
    runtime_api::Event,
    sandbox::{KillRequests, Sandbox},
};

/// A function that can be invoked. Dropping it kills its process.
#[derive(Debug)]
pub struct Function {
    events: Option<mpsc::UnboundedSender<Invoke>>,
    killer: Killer,
    thread: Option<JoinHandle<()>>,
}

/// How one invocation went.
#[derive(Debug, Clone, PartialEq)]
pub struct Invocation {
    pub request_id: String,
    pub outcome: Outcome,
    /// What the process wrote to standard output and standard error, line by line, since the end of
    /// the invocation before.
    pub logs: Vec<String>,
    /// From handing over the event to the answer, without the start of the process.
    pub duration: Duration,
    /// For a cold start: from the start of the process to its asking for the first event.
    pub init: Option<Duration>,
    /// The largest resident size of the process so far, where the system tells.
    pub peak_memory_bytes: Option<u64>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    Answer(Value),
    /// What the function reported, also while it started.
    Error {
        error_type: String,
        message: String,
    },
    /// Killed at the deadline.
    TimedOut,
    /// Killed for using more memory than it has.
    OutOfMemory {
        peak_bytes: u64,
    },
    /// The process ended by itself or was killed from outside.
    Crashed {
        exit: ExitStatus,
    },
}

/// What an event says about its deadline. The process is killed at the time-out all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// The time-out, as Lambda says.
    Timeout,
    /// Earlier or later than the truth: so long from now.
    After(Duration),
    /// So many milliseconds after 1970. `cargo lambda watch` always says 600,000.
    At { ms: u128 },
}

/// Kills the process of a function, from any thread.
#[derive(Debug, Clone)]
pub struct Killer(mpsc::UnboundedSender<std_mpsc::Sender<()>>);

#[derive(Debug)]
struct Invoke {
    event: Bytes,
    told: Told,
    done: std_mpsc::Sender<Invocation>,
}

impl Function {
    /// Prepares the function. Its process is started by the first invocation, as in Lambda.
    pub fn start(spec: Spec) -> anyhow::Result<Self> {
        let (events, incoming) = mpsc::unbounded_channel();
        let (kills, kill_requests) = mpsc::unbounded_channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let thread = thread::Builder::new()
            .name(spec.name.clone())
            .spawn(move || runtime.block_on(serve(&spec, incoming, kill_requests)))
            .context("cannot start a thread")?;
        Ok(Self { events: Some(events), killer: Killer(kills), thread: Some(thread) })
    }

    /// Invokes synchronously: returns when the function has answered, failed or been killed.
    ///
    /// # Panics
    ///
    /// If the harness itself has failed.
    pub fn invoke(&self, event: &Value) -> Invocation {
        self.invoke_told(event, Told::Timeout)
    }

    /// The same with a deadline in the event that may differ from the real one.
    ///
    /// # Panics
    ///
    /// If the harness itself has failed.
    pub fn invoke_told(&self, event: &Value, told: Told) -> Invocation {
        let (done, invocation) = std_mpsc::channel();
        let event = Bytes::from(event.to_string());
        let events = self.events.as_ref().expect("taken only on drop");
        events.send(Invoke { event, told, done }).expect("the thread ends only on drop");
        invocation.recv().expect("the thread answers every invocation")
    }

    /// Kills the process with SIGKILL and returns when it is dead. The invocation that it was in
    /// ends as crashed; the next one starts a new process.
    pub fn kill(&self) {
        self.killer.kill();
    }

    /// What kills the process from another thread, for example when a certain call arrives.
    pub fn killer(&self) -> Killer {
        self.killer.clone()
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        self.events = None;
        if let Some(thread) = self.thread.take() {
            // A panic of that thread has been seen by the invocation that it was in.
            let _panicked = thread.join();
        }
    }
}

impl Killer {
    /// Returns when the process is dead. Without a process there is nothing to do.
    pub fn kill(&self) {
        let (dead, death) = std_mpsc::channel();
        if self.0.send(dead).is_ok() {
            // Fails where the function has been dropped meanwhile, and its process with it.
            let _dropped = death.recv();
        }
    }
}

impl Invocation {
    /// The answer of an invocation that must have succeeded.
    ///
    /// # Panics
    ///
    /// With the logs, if it has not.
    #[track_caller]
    pub fn answer(&self) -> &Value {
        match &self.outcome {
            Outcome::Answer(answer) => answer,
            other => panic!("no answer but {other:?}; the logs:\n{}", self.logs.join("\n")),
        }
    }
}

/// Takes one event after the other until the function is dropped.
async fn serve(spec: &Spec, mut events: mpsc::UnboundedReceiver<Invoke>, mut kills: KillRequests) {
    let mut sandbox: Option<Sandbox> = None;
    loop {
        tokio::select! {
            invoke = events.recv() => {
                let Some(Invoke { event, told, done }) = invoke else { break };
                let invocation = invoke_once(spec, &mut sandbox, event, told, &mut kills).await;
                let _nobody_waits = done.send(invocation);
            }
            Some(dead) = kills.recv() => {
                if let Some(mut sandbox) = sandbox.take() {
                    sandbox.end().await;
                }
                let _gone = dead.send(());
            }
        }
    }
    if let Some(mut sandbox) = sandbox {
        sandbox.end().await;
    }
}

async fn invoke_once(
    spec: &Spec,
    warm: &mut Option<Sandbox>,
    body: Bytes,
    told: Told,
    kills: &mut KillRequests,
) -> Invocation {
    let request_id = request_id();
    let mut invocation = Invocation {
        request_id: request_id.clone(),
        outcome: Outcome::TimedOut,
        logs: Vec::new(),
        duration: Duration::ZERO,
        init: None,
        peak_memory_bytes: None,
    };
    let mut sandbox = match warm.take_if(Sandbox::is_alive) {
        Some(sandbox) => sandbox,
        // None yet, or a dead one, which its successor replaces.
        None => match cold_start(spec, kills, &mut invocation).await {
            Ok(sandbox) => sandbox,
            Err(outcome) => return Invocation { outcome, ..invocation },
        },
    };
    let event = Event {
        trace_id: trace_id(&request_id),
        request_id,
        deadline_ms: match told {
            Told::Timeout => (since_1970() + spec.timeout).as_millis(),
            Told::After(left) => (since_1970() + left).as_millis(),
            Told::At { ms } => ms,
        },
        function_arn: spec.arn(),
        body,
    };
    let deadline = Instant::now() + spec.timeout;
    (invocation.outcome, invocation.duration) = sandbox.invoke(event, deadline, kills).await;
    invocation.logs.extend(sandbox.take_logs());
    invocation.peak_memory_bytes = sandbox.peak_bytes();
    if sandbox.is_alive() {
        *warm = Some(sandbox);
    }
    invocation
}

/// A process that asks for its first event. Lambda would try a failed start once more before it
/// gives up; once is enough to see why.
async fn cold_start(
    spec: &Spec,
    kills: &mut KillRequests,
    invocation: &mut Invocation,
) -> Result<Sandbox, Outcome> {
    let mut sandbox = Sandbox::start(spec).await.map_err(|err| Outcome::Error {
        error_type: "Runtime.InvalidEntrypoint".to_owned(),
        message: format!("cannot start `{}`: {err}", spec.binary.display()),
    })?;
    let ready = sandbox.ready(kills).await;
    invocation.peak_memory_bytes = sandbox.peak_bytes();
    match ready {
        Ok(init) => invocation.init = Some(init),
        Err(outcome) => {
            sandbox.end().await;
            invocation.logs = sandbox.take_logs();
            return Err(outcome);
        }
    }
    Ok(sandbox)
}

/// In the form of a UUID, and different for every invocation of this program.
fn request_id() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    format!("c0ffee00-0000-4000-8000-{:012x}", COUNT.fetch_add(1, Ordering::Relaxed))
}

fn trace_id(request_id: &str) -> String {
    let digits: String = request_id.chars().filter(|&character| character != '-').collect();
    format!("Root=1-{}-{};Parent={};Sampled=0", &digits[..8], &digits[8..], &digits[16..])
}

/// The deadline is told in real time, which is what the process measures it by.
fn since_1970() -> Duration {
    #[expect(clippy::disallowed_methods, reason = "the deadline of a process is real time")]
    let now = SystemTime::now();
    now.duration_since(UNIX_EPOCH).unwrap_or_default()
}
