//! What AWS remembers of a rotation that is going on.

use jiff::{SignedDuration, Timestamp};

use super::Kind;

/// AWS says that it retries "multiple times", but neither how often nor after how long.
const MOST_ATTEMPTS: u32 = 5;
const PAUSE: SignedDuration = SignedDuration::from_mins(1);

#[derive(Debug, Clone)]
pub(in crate::aws::secretsmanager) struct Job {
    pub(in crate::aws::secretsmanager) kind: Kind,
    pub(in crate::aws::secretsmanager) token: String,
    pub(in crate::aws::secretsmanager) rotation_token: String,
    /// When to try next; none after the last attempt, until somebody or the schedule asks again.
    pub(super) due: Option<Timestamp>,
    n_attempts: u32,
}

impl Job {
    pub(in crate::aws::secretsmanager) fn new(
        kind: Kind,
        token: &str,
        rotation_token: String,
        now: Timestamp,
    ) -> Self {
        Self { kind, token: token.to_owned(), rotation_token, due: Some(now), n_attempts: 0 }
    }

    /// Makes it due again, as often as a new one.
    pub(in crate::aws::secretsmanager) fn retry(&mut self, now: Timestamp) {
        (self.due, self.n_attempts) = (Some(now), 0);
    }

    pub(super) fn has_failed(&mut self, now: Timestamp) {
        self.n_attempts += 1;
        self.due = (self.n_attempts < MOST_ATTEMPTS).then(|| now + PAUSE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_rotation_is_tried_again_some_times() {
        let now = Timestamp::UNIX_EPOCH;
        let mut job = Job::new(Kind::Rotation, "token", "rotation-token".to_owned(), now);
        for _ in 1..MOST_ATTEMPTS {
            job.has_failed(now);
            assert_eq!(job.due, Some(now + PAUSE));
        }
        job.has_failed(now);
        assert_eq!(job.due, None);
        job.retry(now);
        assert_eq!(job.due, Some(now));
        job.has_failed(now);
        assert_eq!(job.due, Some(now + PAUSE));
    }
}
