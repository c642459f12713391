//! When the evaluator's answer changes: since when it holds, and when it will be another. It never
//! decides an answer itself: it knows the instants at which one can change, and asks there.

use jiff::Timestamp;

use super::days::Days;
use super::evaluate::{Because, Situation, Verdict};
use super::instants::floor;
use super::state::State;
use super::walk::Walk;

/// The state changes, for this reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transition<'a> {
    pub at: Timestamp,
    pub state: State,
    pub because: Because<'a>,
}

impl<'a> Situation<'a> {
    /// The start of the present stretch of equal state, if there is one within the horizon. An
    /// override says nothing about when it began to hold.
    pub fn since(&self, at: Timestamp) -> Option<Timestamp> {
        let at = floor(at);
        if self.is_overridden(at) {
            return None;
        }
        Walk::new(*self).since(at, self.override_end())
    }

    /// The first instant after `at` at which the state is another, if there is one within the
    /// horizon.
    pub fn next(&self, at: Timestamp) -> Option<Transition<'a>> {
        let state = self.evaluate(at).state;
        let mut from = floor(at);
        if self.is_overridden(at) {
            let end = self.override_end()?;
            if self.evaluate(end).state != state {
                return Some(self.transition(end));
            }
            from = end;
        }
        Walk::new(*self).next(from, state).map(|at| self.transition(at))
    }

    /// Every change of state after `from`, up to and including `to`.
    pub fn changes(&self, from: Timestamp, to: Timestamp) -> Vec<Transition<'a>> {
        let mut days = Days::new(self.schedule);
        let mut state = self.evaluate(from).state;
        let mut changes = Vec::new();
        for edge in self.edges(floor(from), to, &mut days) {
            let Verdict { state: new, because, .. } = self.judge(edge, &mut |date| days.day(date));
            let change = Transition { at: edge, state: new, because };
            if change.state != state {
                state = change.state;
                changes.push(change);
            }
        }
        changes
    }

    fn transition(&self, at: Timestamp) -> Transition<'a> {
        let verdict = self.evaluate(at);
        Transition { at, state: verdict.state, because: verdict.because }
    }

    fn is_overridden(&self, at: Timestamp) -> bool {
        self.overridden.is_some_and(|overridden| overridden.holds(floor(at)))
    }
}

#[cfg(test)]
mod tests;
