//! The time of the local AWS: the machine's, a faster one, or one that tests and the demo set and
//! advance.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp, Unit};

/// A handle on one clock; clones tell the same time.
#[derive(Debug, Clone)]
pub struct Clock(Arc<Mutex<Time>>);

#[derive(Debug, Clone, Copy)]
enum Time {
    Machine,
    Still(Timestamp),
    Fast { since: Timestamp, factor: i32 },
}

impl Clock {
    /// Follows the machine's clock.
    pub fn real() -> Self {
        Self(Arc::new(Mutex::new(Time::Machine)))
    }

    /// Stands still at `now` until somebody moves it.
    pub fn at(now: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(Time::Still(now))))
    }

    /// Starts at the machine's time and runs `factor` times as fast.
    pub fn fast(factor: i32) -> Self {
        Self(Arc::new(Mutex::new(Time::Fast { since: machine_time(), factor })))
    }

    pub fn now(&self) -> Timestamp {
        self.lock().now()
    }

    /// Makes the clock stand still at `now`.
    pub fn set(&self, now: Timestamp) {
        *self.lock() = Time::Still(now);
    }

    /// Moves on by whole seconds, and makes the clock stand still there.
    pub fn advance_secs(&self, secs: i64) {
        let mut time = self.lock();
        *time = Time::Still(later(time.now(), SignedDuration::from_secs(secs)));
    }

    fn lock(&self) -> MutexGuard<'_, Time> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Time {
    fn now(self) -> Timestamp {
        match self {
            Self::Machine => machine_time(),
            Self::Still(now) => now,
            Self::Fast { since, factor } => {
                let passed = machine_time().duration_since(since);
                later(since, passed.checked_mul(factor).unwrap_or(SignedDuration::MAX))
            }
        }
    }
}

fn later(time: Timestamp, duration: SignedDuration) -> Timestamp {
    time.saturating_add(duration).unwrap_or(Timestamp::MAX)
}

/// What the machine's clock says, whatever the virtual time: the SDKs compare the expiry of
/// session credentials with it.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
pub(crate) fn machine_time() -> Timestamp {
    let now = Timestamp::now();
    now.round(Unit::Millisecond).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_virtual_clock_moves_only_when_told() {
        let start: Timestamp = "2026-06-01T08:00:00Z".parse().unwrap();
        let clock = Clock::at(start);
        let same = clock.clone();
        clock.advance_secs(90);
        assert_eq!(same.now().to_string(), "2026-06-01T08:01:30Z");
        same.set(start);
        assert_eq!(clock.now(), start);
    }

    #[test]
    fn a_real_clock_follows_the_machine() {
        let before = machine_time();
        let now = Clock::real().now();
        assert!(before <= now && now <= machine_time());
    }

    #[test]
    fn a_fast_clock_is_ahead_by_its_factor() {
        let since = machine_time().saturating_sub(SignedDuration::from_secs(10)).unwrap();
        let now = Time::Fast { since, factor: 60 }.now();
        assert!(now.duration_since(since) >= SignedDuration::from_secs(600));
    }
}
