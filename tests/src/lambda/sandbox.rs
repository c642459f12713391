//! One process of a function, from its start to its end. Runs one invocation at a time and never
//! starts a second process: that is for the function to decide.

use std::{
    io,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use tokio::{
    process::{Child, Command},
    sync::{mpsc, oneshot},
    time::{Instant, Interval, MissedTickBehavior, interval, sleep_until},
};

use super::{
    Outcome, Spec, memory,
    output::Output,
    runtime_api::{End, Event, Heard, ReportedError, RuntimeApi},
};

/// Lambda gives a process 10 seconds to ask for its first event.
const INIT_TIMEOUT: Duration = Duration::from_secs(10);

/// How often the memory of a busy process is looked at: often enough to stop one that runs away,
/// seldom enough not to disturb what is measured.
const MEMORY_INTERVAL: Duration = Duration::from_millis(25);

/// Asks for the process to be killed, and to be told when it is dead.
pub(super) type KillRequests = mpsc::UnboundedReceiver<std::sync::mpsc::Sender<()>>;

#[derive(Debug)]
pub(super) struct Sandbox {
    child: Child,
    api: RuntimeApi,
    output: Output,
    /// The process asks for an event and has not got it yet.
    waiting: Option<oneshot::Sender<Event>>,
    started: Instant,
    memory_limit_bytes: u64,
    memory_tick: Interval,
    peak_bytes: Option<u64>,
}

/// What can happen to a process while Lambda waits for it.
#[derive(Debug)]
enum Happening {
    Heard(Heard),
    Exited(ExitStatus),
    TimedOut,
    OutOfMemory { peak_bytes: u64 },
}

impl Sandbox {
    pub(super) async fn start(spec: &Spec) -> io::Result<Self> {
        let api = RuntimeApi::bind().await?;
        let (output, stdout) = Output::pipe()?;
        let stderr = stdout.try_clone()?;
        let started = Instant::now();
        let child = Command::new(&spec.binary)
            .env_clear()
            .envs(spec.environment(&api.address.to_string()))
            .stdin(Stdio::null())
            .stdout(stdout)
            .stderr(stderr)
            .kill_on_drop(true)
            .spawn()?;
        let mut memory_tick = interval(MEMORY_INTERVAL);
        memory_tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Ok(Self {
            child,
            api,
            output,
            waiting: None,
            started,
            memory_limit_bytes: u64::from(spec.memory_mib) * 1024 * 1024,
            memory_tick,
            peak_bytes: None,
        })
    }

    /// Waits until the process asks for an event. Says how long that took since its start, or how
    /// it failed.
    pub(super) async fn ready(&mut self, kills: &mut KillRequests) -> Result<Duration, Outcome> {
        let deadline = self.started + INIT_TIMEOUT;
        while self.waiting.is_none() {
            match self.happening(deadline, kills).await {
                Happening::Heard(Heard::Next(waiting)) => self.waiting = Some(waiting),
                Happening::Heard(Heard::InitFailed(error)) => return Err(error.into()),
                // Refused, since there is no invocation yet.
                Happening::Heard(Heard::Ended { .. }) => (),
                Happening::Exited(exit) => return Err(Outcome::Crashed { exit }),
                Happening::TimedOut => return Err(self.kill(Outcome::TimedOut).await),
                Happening::OutOfMemory { peak_bytes } => {
                    return Err(self.kill(Outcome::OutOfMemory { peak_bytes }).await);
                }
            }
        }
        Ok(self.started.elapsed())
    }

    /// Hands over one event and waits for the answer; says how long it took.
    pub(super) async fn invoke(
        &mut self,
        event: Event,
        deadline: Instant,
        kills: &mut KillRequests,
    ) -> (Outcome, Duration) {
        let request_id = event.request_id.clone();
        let handed_over = Instant::now();
        if let Some(waiting) = self.waiting.take() {
            // Where the connection has just been lost, the process is about to be found dead.
            let _lost = waiting.send(event);
        }
        let mut outcome = None;
        let mut duration = None;
        let outcome = loop {
            match self.happening(deadline, kills).await {
                Happening::Heard(Heard::Ended { request_id: id, end, accepted }) => {
                    let is_current = id == request_id && outcome.is_none();
                    let _gone = accepted.send(is_current);
                    if is_current {
                        duration = Some(handed_over.elapsed());
                        outcome = Some(Outcome::from(end));
                    }
                }
                // The invocation is over when the process asks for the next event, as in Lambda:
                // everything that it wrote has been written.
                Happening::Heard(Heard::Next(waiting)) => {
                    self.waiting = Some(waiting);
                    if let Some(outcome) = outcome {
                        break outcome;
                    }
                }
                Happening::Heard(Heard::InitFailed(_)) => (),
                Happening::Exited(exit) => break outcome.unwrap_or(Outcome::Crashed { exit }),
                Happening::TimedOut => break self.kill(outcome.unwrap_or(Outcome::TimedOut)).await,
                Happening::OutOfMemory { peak_bytes } => {
                    break self.kill(Outcome::OutOfMemory { peak_bytes }).await;
                }
            }
        };
        (outcome, duration.unwrap_or_else(|| handed_over.elapsed()))
    }

    /// The lines written since the last call, the last incomplete one only if there is no more to
    /// come.
    pub(super) fn take_logs(&mut self) -> Vec<String> {
        if self.is_alive() { self.output.take_lines() } else { self.output.take_rest() }
    }

    pub(super) fn peak_bytes(&self) -> Option<u64> {
        self.peak_bytes
    }

    pub(super) fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    pub(super) async fn end(&mut self) {
        // Both fail only for a process that has already ended and been waited for.
        let _ended = self.child.kill().await;
    }

    async fn kill(&mut self, outcome: Outcome) -> Outcome {
        self.end().await;
        outcome
    }

    async fn happening(&mut self, deadline: Instant, kills: &mut KillRequests) -> Happening {
        loop {
            tokio::select! {
                // What the process said last counts before what became of it.
                biased;
                Some(heard) = self.api.heard.recv() => {
                    return match self.look_at_memory() {
                        Some(peak_bytes) => Happening::OutOfMemory { peak_bytes },
                        None => Happening::Heard(heard),
                    };
                }
                Ok(exit) = self.child.wait() => return Happening::Exited(exit),
                Some(dead) = kills.recv() => {
                    self.end().await;
                    let _gone = dead.send(());
                }
                () = sleep_until(deadline) => return Happening::TimedOut,
                _ = self.memory_tick.tick() => {
                    if let Some(peak_bytes) = self.look_at_memory() {
                        return Happening::OutOfMemory { peak_bytes };
                    }
                }
            }
        }
    }

    /// The peak, if it is above the limit.
    fn look_at_memory(&mut self) -> Option<u64> {
        let peak_bytes = memory::peak_bytes(self.child.id()?)?;
        self.peak_bytes = Some(peak_bytes);
        (peak_bytes > self.memory_limit_bytes).then_some(peak_bytes)
    }
}

impl From<ReportedError> for Outcome {
    fn from(ReportedError { error_type, error_message }: ReportedError) -> Self {
        Self::Error { error_type, message: error_message }
    }
}

impl From<End> for Outcome {
    fn from(end: End) -> Self {
        match end {
            End::Error(error) => error.into(),
            End::Answer(body) => match serde_json::from_slice(&body) {
                Ok(answer) => Self::Answer(answer),
                Err(err) => Self::Error {
                    error_type: "Runtime.InvalidAnswer".to_owned(),
                    message: format!("the answer is not JSON: {err}"),
                },
            },
        }
    }
}
