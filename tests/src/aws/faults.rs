//! Makes chosen calls fail, in the ways AWS and the network do. Decides which call fails and how;
//! never touches the world.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

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

/// A handle on the faults of one local AWS; clones share them.
#[derive(Clone, Default)]
pub struct Faults(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    rules: Vec<Rule>,
    on_kill: Option<OnKill>,
}

struct Rule {
    fault: Fault,
    calls: Calls,
    n_seen: u64,
}

impl Faults {
    /// Adds a fault. Where several hit the same call, the one injected first wins.
    pub fn inject(&self, fault: Fault, calls: Calls) {
        self.lock().rules.push(Rule { fault, calls, n_seen: 0 });
    }

    /// Forgets every fault; the kill notification stays.
    pub fn clear(&self) {
        self.lock().rules.clear();
    }

    /// Is called, and waited for, when a kill fault hits; after it the connection is dropped.
    pub fn on_kill(&self, callback: impl Fn(&Kill) + Send + Sync + 'static) {
        self.lock().on_kill = Some(Arc::new(callback));
    }

    /// Counts one call and says whether it fails.
    pub(crate) fn next(&self, operation: &str) -> Option<Fault> {
        let mut hit = None;
        for rule in &mut self.lock().rules {
            if rule.calls.operation.as_deref().is_none_or(|wanted| wanted == operation) {
                rule.n_seen += 1;
                if (rule.calls.first..=rule.calls.last).contains(&rule.n_seen) {
                    hit = hit.or(Some(rule.fault));
                }
            }
        }
        hit
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
        f.debug_list().entries(state.rules.iter().map(|rule| (rule.fault, &rule.calls))).finish()
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
