//! What has to hold in a demo, counted, and what did not. Compares nothing itself.

use anyhow::{bail, ensure};

/// The things that were looked at, and those that are not as they have to be, one a line.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Checks {
    n_held: usize,
    differences: Vec<String>,
}

impl Checks {
    /// `what` says what has to hold, as a sentence.
    pub(super) fn hold(&mut self, holds: bool, what: impl Into<String>) {
        if holds {
            self.n_held += 1;
        } else {
            self.differences.push(what.into());
        }
    }

    /// How many things held, which must be all of some.
    pub(super) fn judge(self) -> anyhow::Result<usize> {
        let Self { n_held, differences } = self;
        if !differences.is_empty() {
            bail!("this does not hold:\n  {}", differences.join("\n  "));
        }
        ensure!(n_held > 0, "nothing was looked at");
        Ok(n_held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_hold_is_said() {
        assert!(Checks::default().judge().is_err(), "nothing was looked at");
        let mut checks = Checks::default();
        checks.hold(true, "water is wet");
        checks.hold(true, "fire is hot");
        assert_eq!(checks.judge().unwrap(), 2);
        let mut checks = Checks::default();
        checks.hold(true, "water is wet");
        checks.hold(false, "the sky is green");
        let said = checks.judge().unwrap_err().to_string();
        assert_eq!(said, "this does not hold:\n  the sky is green");
    }
}
