//! Collects what fails in a run in which one failure stops nothing else, and makes the error of the
//! invocation of it afterwards.

use std::fmt;

use crate::error::{AwsError, AwsErrorKind, HandlerError};

/// The first failure that a person must see.
#[derive(Debug, Default)]
pub struct Failures {
    first: Option<anyhow::Error>,
}

impl Failures {
    /// Takes note of a failed call, and of what it was about. `NotFound` and `WrongState` need no
    /// attention: the next run sees the new state.
    pub fn note(&mut self, error: AwsError, about: impl fmt::Display) {
        if !matches!(error.kind, AwsErrorKind::NotFound | AwsErrorKind::WrongState) {
            self.must_be_seen(anyhow::Error::from(error).context(about.to_string()));
        }
    }

    /// Takes note of a failure that needs attention whatever its kind.
    pub fn must_be_seen(&mut self, error: impl Into<anyhow::Error>) {
        self.first.get_or_insert_with(|| error.into());
    }

    /// The error of the invocation, with the count of all failures.
    pub fn into_result(self, n_failed: usize) -> Result<(), HandlerError> {
        match self.first {
            None => Ok(()),
            Some(first) => {
                Err(first.context(format!("{n_failed} failed, the rest was done; first")).into())
            }
        }
    }

    pub fn is_empty(&self) -> bool {
        self.first.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_failure_names_the_error_and_what_is_merely_gone_does_not() {
        let mut failures = Failures::default();
        failures.note(AwsError::new("ec2:StopInstances", "InvalidInstanceID.NotFound", ""), "i-1");
        assert!(failures.is_empty());
        failures.note(AwsError::new("ec2:StopInstances", "UnauthorizedOperation", "no"), "i-2");
        failures.note(AwsError::new("ec2:StartInstances", "RequestLimitExceeded", "slow"), "i-3");
        let error = failures.into_result(3).unwrap_err();
        assert_eq!(
            format!("{error:?}"),
            "Aws.Denied: 3 failed, the rest was done; first: i-2: ec2:StopInstances \
             failed: UnauthorizedOperation: no"
        );
    }
}
