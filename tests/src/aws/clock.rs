//! The time of the local AWS: the machine's, or one that tests and the demo set and advance.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{Timestamp, ToSpan as _, Unit};

/// A handle on one clock; clones tell the same time.
#[derive(Debug, Clone)]
pub struct Clock(Arc<Mutex<Option<Timestamp>>>);

impl Clock {
    /// Follows the machine's clock.
    pub fn real() -> Self {
        Self(Arc::new(Mutex::new(None)))
    }

    /// Stands still at `now` until somebody moves it.
    pub fn at(now: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(Some(now))))
    }

    pub fn now(&self) -> Timestamp {
        self.lock().unwrap_or_else(machine_time)
    }

    /// Makes the clock a virtual one that stands at `now`.
    pub fn set(&self, now: Timestamp) {
        *self.lock() = Some(now);
    }

    /// Moves on by whole seconds. A real clock becomes a virtual one.
    pub fn advance_secs(&self, secs: i64) {
        let mut clock = self.lock();
        let now = clock.unwrap_or_else(machine_time);
        *clock = Some(now.saturating_add(secs.seconds()).unwrap_or(Timestamp::MAX));
    }

    fn lock(&self) -> MutexGuard<'_, Option<Timestamp>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
        assert!(Clock::real().now() >= "2025-01-01T00:00:00Z".parse().unwrap());
    }
}
