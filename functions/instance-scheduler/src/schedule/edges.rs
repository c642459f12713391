//! The instants at which an answer can change: begins and ends of periods, midnights, windows, the end
//! of an override, and changes of the clock. It never asks whether it does change there.

use jiff::Timestamp;
use jiff::civil::{DateTime, Time};
use jiff::tz::Offset;

use super::days::Days;
use super::definition::Schedule;
use super::evaluate::{Day, Situation, seconds};
use super::instants::{BRIDGE_SECONDS, shift};

impl<'a> Situation<'a> {
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
