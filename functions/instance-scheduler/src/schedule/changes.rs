//! When the evaluator's answer changes: since when it holds, and when it will be another. It never
//! decides an answer itself: it knows the instants at which one can change, and asks there.

use jiff::Timestamp;
use jiff::civil::{DateTime, Time};
use jiff::tz::Offset;

use super::days::Days;
use super::evaluate::{BRIDGE_SECONDS, Because, Day, Situation, State, Verdict, floor, shift};
use super::walk::Walk;
use super::{ClockTime, Override, Schedule};

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

    /// The instants after `from`, up to and including `to`, between which the answer is constant.
    pub(super) fn edges(
        &self,
        from: Timestamp,
        to: Timestamp,
        days: &mut Days<'a>,
    ) -> Vec<Timestamp> {
        let mut edges = Vec::new();
        for window in self.windows_in_use() {
            window.edges(from, to, &mut edges);
        }
        edges.extend(self.override_end());
        self.schedule.edges(from, to, days, &mut edges);
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
}

impl Schedule {
    /// Adds the instants at which periods and exceptions can change their answer.
    ///
    /// Between two changes of the zone's offset the wall clock runs evenly, so each such stretch is
    /// walked by its local dates; gaps and repeated hours need no care of their own.
    fn edges<'a>(
        &'a self,
        from: Timestamp,
        to: Timestamp,
        days: &mut Days<'a>,
        edges: &mut Vec<Timestamp>,
    ) {
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
            edges_at_offset(offset, start, end, days, edges);
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
}

fn edges_at_offset(
    offset: Offset,
    start: Timestamp,
    end: Timestamp,
    days: &mut Days,
    edges: &mut Vec<Timestamp>,
) {
    let last = offset.to_datetime(end).date();
    let mut date = offset.to_datetime(start).date();
    let mut yesterday = days.before(date, start, offset);
    loop {
        let today = days.day(date);
        if today.is_eventful() || yesterday.is_some_and(Day::is_eventful) {
            let midnight = DateTime::from_parts(date, Time::midnight());
            if let Ok(midnight) = offset.to_timestamp(midnight) {
                let seconds = seconds(today, yesterday);
                edges.push(midnight);
                edges.extend(seconds.map(|second| shift(midnight, second.into())));
            }
        }
        match date.tomorrow() {
            Ok(tomorrow) if date < last => date = tomorrow,
            _ => return,
        }
        yesterday = Some(today);
    }
}

/// The seconds of a day at which a period begins, ends, or ends a day late.
pub(super) fn seconds<'a>(
    today: Day<'a>,
    yesterday: Option<Day<'a>>,
) -> impl Iterator<Item = i32> + use<'a> {
    let periods = today.begins().chain(yesterday.into_iter().flat_map(Day::begins));
    periods.flat_map(|period| [period.begin, period.end]).flatten().map(ClockTime::seconds)
}

#[cfg(test)]
mod tests;
