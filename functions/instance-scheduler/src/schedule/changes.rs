//! When the evaluator's answer changes: since when it holds, and when it will be another. It never
//! decides an answer itself: it knows the instants at which one can change, and asks there.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;

use super::evaluate::{BRIDGE_SECONDS, Because, Situation, State, floor, shift};
use super::{ClockTime, Override, Schedule};

/// How far to look. 29 February falls on a given weekday every 28 years, and every 40 around a year
/// such as 2100 that is no leap year.
const HORIZON_DAYS: i64 = 41 * 366;

/// The first look covers a long weekend; each further one is four times as long.
const FIRST_LOOK_DAYS: i64 = 4;

const DAY: i64 = 24 * 60 * 60;

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
        let state = self.evaluate(at).state;
        if self.is_overridden(at) || self.is_settled() {
            return self.override_end().filter(|end| *end <= at && self.differs(*end, state));
        }
        let at = floor(at);
        let end = self.override_end().unwrap_or(Timestamp::MIN);
        let mut to = at;
        for days in looks() {
            let from = shift(to, -days * DAY).max(shift(end, -1));
            let mut start = None;
            for edge in self.edges(from, to).into_iter().rev() {
                if self.evaluate(edge).state != state {
                    return start;
                }
                start = Some(edge);
            }
            if self.evaluate(from).state != state {
                return start;
            }
            if from < end || from == Timestamp::MIN {
                return None;
            }
            to = from;
        }
        None
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
        if self.is_settled() {
            return None;
        }
        for days in looks() {
            let to = shift(from, days * DAY);
            let mut edges = self.edges(from, to).into_iter();
            if let Some(edge) = edges.find(|edge| self.evaluate(*edge).state != state) {
                return Some(self.transition(edge));
            }
            from = to;
        }
        None
    }

    /// Every change of state after `from`, up to and including `to`.
    pub fn changes(&self, from: Timestamp, to: Timestamp) -> Vec<Transition<'a>> {
        let mut state = self.evaluate(from).state;
        let mut changes = Vec::new();
        for edge in self.edges(floor(from), to) {
            let change = self.transition(edge);
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

    /// The instants after `from`, up to and including `to`, between which the answer is constant.
    fn edges(&self, from: Timestamp, to: Timestamp) -> Vec<Timestamp> {
        let mut edges = Vec::new();
        for window in self.windows_in_use() {
            window.edges(from, to, &mut edges);
        }
        edges.extend(self.override_end());
        self.schedule.edges(from, to, &mut edges);
        edges.retain(|edge| from < *edge && *edge <= to);
        edges.sort_unstable();
        edges.dedup();
        edges
    }

    fn override_end(&self) -> Option<Timestamp> {
        self.overridden.and_then(|Override { until, .. }| *until)
    }

    fn is_overridden(&self, at: Timestamp) -> bool {
        self.overridden.is_some_and(|overridden| overridden.holds(floor(at)))
    }

    /// Whether the answer never changes where no override holds, so that there is nothing to seek.
    fn is_settled(&self) -> bool {
        match self.schedule.settled() {
            None => false,
            Some(State::Running) => true,
            Some(_) => self.windows_in_use().is_empty(),
        }
    }

    fn differs(&self, end: Timestamp, state: State) -> bool {
        self.evaluate(shift(end, -1)).state != state
    }
}

impl Schedule {
    /// The state that always holds, where that is plain to see.
    fn settled(&self) -> Option<State> {
        if self.override_status.is_some() {
            return self.override_status;
        }
        if !self.exceptions.is_empty() {
            return None;
        }
        if self.periods.is_empty() {
            return Some(State::Stopped);
        }
        self.periods.iter().any(super::Period::is_always).then_some(State::Running)
    }

    /// Adds the instants at which periods and exceptions can change their answer.
    ///
    /// Between two changes of the zone's offset the wall clock runs evenly, so each such stretch is
    /// walked by its local dates; gaps and repeated hours need no care of their own.
    fn edges(&self, from: Timestamp, to: Timestamp, edges: &mut Vec<Timestamp>) {
        if self.override_status.is_some() {
            return;
        }
        let (from, to) = (shift(from, -BRIDGE_SECONDS), shift(to, BRIDGE_SECONDS));
        let first = edges.len();
        let mut start = from;
        while start < to {
            let offset = self.timezone.to_offset(start);
            let next =
                self.timezone.following(start).next().map(|transition| transition.timestamp());
            let end = next.filter(|next| *next > start).map_or(to, |next| next.min(to));
            self.edges_at_offset(offset, start, end, edges);
            edges.push(end);
            start = end;
        }
        if self.may_bridge() {
            for index in first..edges.len() {
                let edge = edges[index];
                edges.extend([shift(edge, -BRIDGE_SECONDS), shift(edge, BRIDGE_SECONDS)]);
            }
        }
    }

    fn edges_at_offset(
        &self,
        offset: Offset,
        start: Timestamp,
        end: Timestamp,
        edges: &mut Vec<Timestamp>,
    ) {
        let last = offset.to_datetime(end).date();
        let mut date = offset.to_datetime(start).date();
        let mut was_eventful = date.yesterday().is_ok_and(|date| self.is_eventful(date));
        loop {
            let is_eventful = self.is_eventful(date);
            if is_eventful || was_eventful {
                let midnight = DateTime::from_parts(date, Time::midnight());
                if let Ok(midnight) = offset.to_timestamp(midnight) {
                    edges.push(midnight);
                    edges.extend(self.seconds(date).map(|second| shift(midnight, second.into())));
                }
            }
            match date.tomorrow() {
                Ok(tomorrow) if date < last => date = tomorrow,
                _ => return,
            }
            was_eventful = is_eventful;
        }
    }

    /// Whether anything begins on `date`, or is kept from beginning.
    fn is_eventful(&self, date: Date) -> bool {
        let day = self.day(date);
        day.is_exceptional() || day.begins().next().is_some()
    }

    /// The seconds of `date` at which a period begins, ends, or ends a day late.
    fn seconds(&self, date: Date) -> impl Iterator<Item = i32> {
        let days = [Some(date), date.yesterday().ok()].into_iter().flatten();
        let periods = days.flat_map(|date| self.day(date).begins());
        periods.flat_map(|period| [period.begin, period.end]).flatten().map(ClockTime::seconds)
    }
}

/// The lengths of successive looks, in days, up to the horizon.
fn looks() -> impl Iterator<Item = i64> {
    let lengths = std::iter::successors(Some(FIRST_LOOK_DAYS), |days| Some(days * 4));
    lengths.scan(0, |looked, days| {
        let days = days.min(HORIZON_DAYS - *looked);
        *looked += days;
        (days > 0).then_some(days)
    })
}

#[cfg(test)]
mod tests;
