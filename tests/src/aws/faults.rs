//! Makes chosen calls fail, in the ways AWS and the network do, or come too late, after the world
//! has changed. Decides which call is hit and how; changes nothing itself.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;

use super::world::World;

/// How a call fails. Whether it took effect before the failure is part of each kind, because
/// that is what a caller cannot see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// The service's throttling error. No effect.
    Throttle,
    /// HTTP 500 with the service's internal error. No effect.
    InternalError,
    /// HTTP 503. No effect.
    Unavailable,
    /// The service's denial. No effect.
    Denied,
    /// Never answers; the caller has to give up. The call **took effect**.
    Timeout,
    /// The connection is reset before the call took effect.
    Reset,
    /// Half of the answer's body arrives, then the connection closes. The call **took effect**.
    Truncated,
    /// The caller is killed before the call took effect.
    KillBefore,
    /// The caller is killed after the call took effect, before the answer.
    KillAfter,
}

impl Fault {
    pub const ALL: [Self; 9] = [
        Self::Throttle,
        Self::InternalError,
        Self::Unavailable,
        Self::Denied,
        Self::Timeout,
        Self::Reset,
        Self::Truncated,
        Self::KillBefore,
        Self::KillAfter,
    ];

    /// Whether the world has changed although the caller sees a failure.
    pub fn takes_effect(self) -> bool {
        matches!(self, Self::Timeout | Self::Truncated | Self::KillAfter)
    }
}

/// Which calls a fault hits. Calls are counted from 1, from the moment the fault is injected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calls {
    operation: Option<String>,
    first: u64,
    last: u64,
}

impl Calls {
    /// The nth call, of any operation unless `of` narrows it.
    pub fn nth(n: u64) -> Self {
        Self { operation: None, first: n, last: n }
    }

    /// The nth call and all after it.
    pub fn from_nth(n: u64) -> Self {
        Self { operation: None, first: n, last: u64::MAX }
    }

    pub fn every() -> Self {
        Self::from_nth(1)
    }

    /// Counts and hits only calls of this operation, e.g. `ec2:StartInstances`.
    #[must_use]
    pub fn of(self, operation: impl Into<String>) -> Self {
        Self { operation: Some(operation.into()), ..self }
    }
}

/// What a kill notification says about the call that the caller does not survive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kill {
    pub fault: Fault,
    /// E.g. `ec2:StartInstances`.
    pub operation: String,
    pub access_key: String,
}

type OnKill = Arc<dyn Fn(&Kill) + Send + Sync>;

/// What others do to the world at a moment of the worst choice.
pub(super) type Interference = Arc<dyn Fn(&mut World, Timestamp) + Send + Sync>;

/// A handle on the faults of one local AWS; clones share them.
#[derive(Clone, Default)]
pub struct Faults(Arc<Mutex<State>>);

/// What happens while a call waits at the door.
type Meanwhile = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct State {
    rules: Vec<Rule<Fault>>,
    interferences: Vec<Rule<Interference>>,
    hold: Option<(u64, Meanwhile)>,
    on_kill: Option<OnKill>,
}

struct Rule<T> {
    effect: T,
    calls: Calls,
    n_seen: u64,
}

impl<T: Clone> Rule<T> {
    fn new(effect: T, calls: Calls) -> Self {
        Self { effect, calls, n_seen: 0 }
    }

    /// Counts one call, and tells the effect if it is one of those meant.
    fn next(&mut self, operation: &str) -> Option<T> {
        let Calls { operation: wanted, first, last } = &self.calls;
        if wanted.as_deref().is_some_and(|wanted| wanted != operation) {
            return None;
        }
        self.n_seen += 1;
        (*first..=*last).contains(&self.n_seen).then(|| self.effect.clone())
    }
}

impl Faults {
    /// Adds a fault. Where several hit the same call, the one injected first wins.
    pub fn inject(&self, fault: Fault, calls: Calls) {
        self.lock().rules.push(Rule::new(fault, calls));
    }

    /// Lets somebody else be faster than these calls: `change` happens to the world when one has
    /// arrived, before it is carried out. Not for calls of S3.
    pub fn interfere(
        &self,
        calls: Calls,
        change: impl Fn(&mut World, Timestamp) + Send + Sync + 'static,
    ) {
        self.lock().interferences.push(Rule::new(Arc::new(change), calls));
    }

    /// Lets the nth call from now on wait until `meanwhile` has returned, while all others are
    /// answered. Once; it replaces an earlier hold that has not happened.
    pub fn hold(&self, nth: u64, meanwhile: impl FnOnce() + Send + 'static) {
        self.lock().hold = Some((nth, Box::new(meanwhile)));
    }

    /// Forgets every fault, every interference and the hold; the kill notification stays.
    pub fn clear(&self) {
        let mut state = self.lock();
        state.rules.clear();
        state.interferences.clear();
        state.hold = None;
    }

    /// Is called, and waited for, when a kill fault hits; after it the connection is dropped.
    pub fn on_kill(&self, callback: impl Fn(&Kill) + Send + Sync + 'static) {
        self.lock().on_kill = Some(Arc::new(callback));
    }

    /// Counts one call and says whether it fails.
    pub(crate) fn next(&self, operation: &str) -> Option<Fault> {
        let mut hit = None;
        for rule in &mut self.lock().rules {
            // Every rule counts the call, whichever of them hits.
            let effect = rule.next(operation);
            hit = hit.or(effect);
        }
        hit
    }

    /// Counts one call and says what happens to the world before it.
    pub(super) fn interferences(&self, operation: &str) -> Vec<Interference> {
        self.lock().interferences.iter_mut().filter_map(|rule| rule.next(operation)).collect()
    }

    /// Counts one call and says what it has to wait for.
    pub(super) fn held(&self) -> Option<Meanwhile> {
        let mut state = self.lock();
        let (n_left, _) = state.hold.as_mut()?;
        *n_left = n_left.saturating_sub(1);
        let hold = state.hold.take_if(|(n_left, _)| *n_left == 0);
        hold.map(|(_, meanwhile)| meanwhile)
    }

    pub(crate) fn kill(&self, kill: &Kill) {
        // Not under the lock: the callback may want to clear the faults.
        let callback = self.lock().on_kill.clone();
        if let Some(callback) = callback {
            callback(kill);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        f.debug_list().entries(state.rules.iter().map(|rule| (rule.effect, &rule.calls))).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hits_the_nth_call_of_an_operation_only() {
        let faults = Faults::default();
        faults.inject(Fault::Throttle, Calls::nth(2).of("ec2:StartInstances"));
        let calls = ["ec2:StartInstances", "ec2:StopInstances", "ec2:StartInstances"];
        assert_eq!(calls.map(|call| faults.next(call)), [None, None, Some(Fault::Throttle)]);
        assert_eq!(faults.next("ec2:StartInstances"), None);
    }

    #[test]
    fn hits_every_call_from_the_nth_on() {
        let faults = Faults::default();
        faults.inject(Fault::Reset, Calls::from_nth(2));
        assert_eq!(
            ["a:A", "b:B", "c:C"].map(|call| faults.next(call).is_some()),
            [false, true, true]
        );
        faults.clear();
        assert_eq!(faults.next("a:A"), None);
    }

    #[test]
    fn an_interference_is_for_its_calls_only_and_is_forgotten_with_the_faults() {
        let faults = Faults::default();
        faults.interfere(Calls::nth(2).of("a:A"), |_, _| ());
        let interferences = || ["a:A", "b:B", "a:A"].map(|call| faults.interferences(call).len());
        assert_eq!(interferences(), [0, 0, 1]);
        faults.interfere(Calls::every(), |_, _| ());
        faults.clear();
        assert_eq!(interferences(), [0, 0, 0]);
    }

    #[test]
    fn the_nth_call_is_held_once() {
        let faults = Faults::default();
        faults.hold(2, || ());
        assert_eq!([(); 4].map(|()| faults.held().is_some()), [false, true, false, false]);
    }

    #[test]
    fn a_kill_notification_may_clear_the_faults() {
        let faults = Faults::default();
        faults.inject(Fault::KillBefore, Calls::every());
        let same = faults.clone();
        faults.on_kill(move |_| same.clear());
        let kill = Kill {
            fault: Fault::KillBefore,
            operation: "ec2:StopInstances".to_owned(),
            access_key: "local".to_owned(),
        };
        faults.kill(&kill);
        assert_eq!(faults.next("ec2:StopInstances"), None);
    }
}
