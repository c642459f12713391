//! The applications of the demo: threads that log in over and over, each time through a new
//! connection, while the secret is rotated. They know the secret and nothing of rotations.

use std::{
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use anyhow::{Context as _, bail};

use super::theatre::{Credentials, SHOP, Theatre};

/// How applications get their credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Habit {
    /// Reads the secret before each login.
    Reads,
    /// Keeps what it has read until it is told to read again.
    Keeps,
}

const HABITS: [Habit; 2] = [Habit::Reads, Habit::Keeps];

/// Two: the first may have begun before the wait did.
const LOGINS_EACH: usize = 2;

/// How long applications may take for that on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// The running applications. They end when dropped.
#[derive(Debug)]
pub(super) struct Clients {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

/// Logins so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Logins {
    n_done: [usize; HABITS.len()],
    /// What the database said, one for each login that failed.
    pub refused: Vec<String>,
}

#[derive(Debug, Default)]
struct Shared {
    logins: Mutex<Logins>,
    changed: Condvar,
    must_read: AtomicBool,
    must_end: AtomicBool,
}

impl Clients {
    pub(super) fn start(theatre: &Arc<Theatre>) -> anyhow::Result<Self> {
        let mut clients = Self { shared: Arc::default(), threads: Vec::new() };
        for (place, habit) in HABITS.into_iter().enumerate() {
            let (theatre, shared) = (Arc::clone(theatre), Arc::clone(&clients.shared));
            let thread = thread::Builder::new().name(format!("{habit:?}"));
            let thread = thread.spawn(move || live(place, habit, &theatre, &shared));
            clients.threads.push(thread.context("cannot start a thread")?);
        }
        Ok(clients)
    }

    pub(super) fn logins(&self) -> Logins {
        self.shared.logins().clone()
    }

    /// Waits until every application has logged in, beginning from now.
    pub(super) fn wait(&self) -> anyhow::Result<Logins> {
        let logins = self.shared.logins();
        let before = logins.clone();
        let is_waiting = |logins: &mut Logins| {
            let are_behind = |(now, then): (&usize, &usize)| *now < then + LOGINS_EACH;
            let mut counts = logins.n_done.iter().zip(&before.n_done);
            counts.any(are_behind) && logins.refused.len() == before.refused.len()
        };
        let waited = self.shared.changed.wait_timeout_while(logins, PATIENCE, is_waiting);
        let (logins, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        if timeout.timed_out() {
            bail!("the applications did not log in within {} s", PATIENCE.as_secs());
        }
        Ok(logins.clone())
    }

    /// Those that keep credentials read them again. Returns when they log in with them.
    pub(super) fn read_again(&self) -> anyhow::Result<()> {
        self.shared.must_read.store(true, Ordering::SeqCst);
        self.wait().map(drop)
    }
}

impl Drop for Clients {
    fn drop(&mut self) {
        self.shared.must_end.store(true, Ordering::SeqCst);
        for thread in self.threads.drain(..) {
            // A panic of that thread has been printed.
            let _panicked = thread.join();
        }
    }
}

impl Logins {
    pub(super) fn total(&self) -> usize {
        self.n_done.iter().sum()
    }
}

impl Shared {
    fn logins(&self) -> MutexGuard<'_, Logins> {
        self.logins.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn live(place: usize, habit: Habit, theatre: &Theatre, shared: &Shared) {
    let mut kept: Option<Credentials> = None;
    while !shared.must_end.load(Ordering::SeqCst) {
        if habit == Habit::Reads || shared.must_read.swap(false, Ordering::SeqCst) {
            kept = None;
        }
        let said = log_in(theatre, &mut kept).err();
        let mut logins = shared.logins();
        match said {
            None => logins.n_done[place] += 1,
            Some(said) => logins.refused.push(format!("{said:#}")),
        }
        shared.changed.notify_all();
    }
}

/// One login, and one statement to see that it is worth something.
fn log_in(theatre: &Theatre, kept: &mut Option<Credentials>) -> anyhow::Result<()> {
    let read =
        || theatre.credentials(SHOP, "AWSCURRENT").context("the secret has no current value");
    let credentials = match kept.take() {
        Some(credentials) => credentials,
        None => read()?,
    };
    let Credentials { user, password } = kept.insert(credentials);
    theatre.server.session(user, password)?.execute("SELECT 1")
}
