//! When a handler should stop. Stops nothing itself.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

/// What is kept back at the end of an invocation to report what was left, or a tenth of a time-out
/// so short that this would be more.
const RESERVE: Duration = Duration::from_secs(5);

/// When the handler should stop and report: some time before Lambda ends the invocation.
#[derive(Debug, Clone, Copy)]
pub struct Deadline(Instant);

impl Deadline {
    /// A deadline in the past, as `cargo lambda watch` sends one (1970), means unknown: then
    /// `default` from now.
    pub fn new(deadline_ms: u64, now: Timestamp, default: Duration) -> Self {
        let now_ms = u64::try_from(now.as_millisecond()).unwrap_or(0);
        let left = match deadline_ms.checked_sub(now_ms) {
            None | Some(0) => default,
            Some(left_ms) => Duration::from_millis(left_ms),
        };
        Self(Instant::now() + left.saturating_sub(RESERVE.min(left / 10)))
    }

    /// The time left before the handler should stop and report, zero when there is none.
    pub fn left(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    /// Whether it is too late to start something new.
    pub fn has_passed(self) -> bool {
        self.left().is_zero()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEFAULT: Duration = Duration::from_mins(1);

    fn left(deadline_ms: u64, now_ms: i64) -> u64 {
        let now = Timestamp::from_millisecond(now_ms).unwrap();
        Deadline::new(deadline_ms, now, DEFAULT).left().as_secs()
    }

    #[tokio::test(start_paused = true)]
    async fn a_reserve_is_kept_before_the_deadline() {
        assert_eq!(left(1_000_300_000, 1_000_000_000), 295);
        assert_eq!(left(1_000_010_000, 1_000_000_000), 9);
    }

    #[tokio::test(start_paused = true)]
    async fn a_deadline_in_the_past_means_unknown() {
        assert_eq!(left(600_000, 1_000_000_000), 55);
    }

    #[tokio::test(start_paused = true)]
    async fn time_runs_out() {
        let deadline = Deadline::new(
            1_000_010_000,
            Timestamp::from_millisecond(1_000_000_000).unwrap(),
            DEFAULT,
        );
        tokio::time::advance(Duration::from_secs(8)).await;
        assert!(!deadline.has_passed());
        // The last tenth is for the report.
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(deadline.has_passed());
    }
}
