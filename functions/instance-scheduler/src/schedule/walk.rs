//! Walks from one instant to the next or the last one at which the state is another. Days that have
//! one state from end to end are passed over: which they are depends on the rules of three dates
//! only, of which a schedule has few, so a walk over decades looks closely at some days.

use std::collections::HashMap;

use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan as _};

use super::days::{Days, Likeness};
use super::evaluate::{Day, Moment, Situation, Verdict, seconds};
use super::instants::{BRIDGE_SECONDS, SECONDS_OF_DAY, shift};
use super::recurrence::Recurrence;
use super::state::State;

/// How far to look. 29 February falls on a given weekday every 28 years, and every 40 around a year
/// such as 2100 that is no leap year.
const HORIZON_SECONDS: i64 = 41 * 366 * DAY;

/// How far to look where one week is like the other: a week, and a day on either side.
const WEEK_SECONDS: i64 = 9 * DAY;

const DAY: i64 = SECONDS_OF_DAY as i64;
const NOON: i64 = DAY / 2;

pub(super) struct Walk<'a> {
    situation: Situation<'a>,
    days: Days<'a>,
    stretch: Stretch,
    known: HashMap<Signatures, Option<Uniform>>,
    months: HashMap<Likeness, Option<Uniform>>,
    /// Some day was not the same from end to end by its rules alone, so another may differ.
    is_fragile: bool,
}

/// Of yesterday, today and tomorrow.
type Signatures = [(u64, Option<usize>); 3];

/// One state from midnight to midnight.
#[derive(Clone, Copy)]
struct Uniform {
    state: State,
    is_bridged: bool,
}

impl Uniform {
    /// Of two days, where they have one state.
    fn both(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        let (one, other) = (one?, other?);
        let is_bridged = one.is_bridged || other.is_bridged;
        (one.state == other.state).then_some(Self { is_bridged, ..one })
    }
}

/// Between two changes of the offset.
#[derive(Clone, Copy)]
struct Stretch {
    from: Timestamp,
    until: Timestamp,
    offset: Offset,
}

/// A local date, or the part of it that lies in a stretch.
struct Piece {
    date: Date,
    from: Timestamp,
    until: Timestamp,
    /// Neither end is where the offset changes, nor next to it.
    is_inner: bool,
}

impl<'a> Walk<'a> {
    pub(super) fn new(situation: Situation<'a>) -> Self {
        let nowhere = Stretch { from: Timestamp::MAX, until: Timestamp::MIN, offset: Offset::UTC };
        Self {
            situation,
            days: Days::new(situation.schedule),
            stretch: nowhere,
            known: HashMap::new(),
            months: HashMap::new(),
            is_fragile: false,
        }
    }

    /// The first instant after `from` at which the state is not this one.
    pub(super) fn next(mut self, from: Timestamp, state: State) -> Option<Timestamp> {
        let mut at = from;
        while at < Timestamp::MAX && !self.has_seen_all(from, at, state) {
            let piece = self.piece(at);
            if self.passes(&piece, state) {
                at = match self.days_of_month(&piece, state) {
                    Some(n_days) if piece.date.day() == 1 => shift(piece.from, n_days * DAY - NOON),
                    _ => piece.until,
                };
                continue;
            }
            for edge in self.edges(&piece).into_iter().filter(|edge| *edge > from) {
                if self.state(edge) != state {
                    return Some(edge);
                }
            }
            at = piece.until;
        }
        None
    }

    /// Since when the state of `from` holds, where it began to after `limit` or at it.
    pub(super) fn since(mut self, from: Timestamp, limit: Option<Timestamp>) -> Option<Timestamp> {
        let state = self.state(from);
        let limit = limit.filter(|limit| *limit <= from).unwrap_or(Timestamp::MIN);
        let mut start = None;
        let mut at = from;
        while at > limit && !self.has_seen_all(from, at, state) {
            let piece = self.piece(at);
            if self.passes(&piece, state) {
                start = Some(piece.from.max(limit));
                at = match self.days_of_month(&piece, state) {
                    Some(n_days) if i64::from(piece.date.day()) == n_days => {
                        shift(piece.until, NOON - n_days * DAY)
                    }
                    _ => shift(piece.from, -1),
                };
                continue;
            }
            let edges = self.edges(&piece).into_iter().rev();
            for edge in edges.filter(|edge| limit <= *edge && *edge <= from) {
                if self.state(edge) != state {
                    return start;
                }
                start = Some(edge);
            }
            at = shift(piece.from, -1);
        }
        // Where an override ended, the state may have been another until then.
        let is_limit = at <= limit && limit > Timestamp::MIN;
        (is_limit && self.state(shift(limit, -1)) != state).then_some(limit)
    }

    /// The number of days of the month, where a piece is one of its ends and it has this state from
    /// end to end. Then who comes to one end goes on at noon of the day at the other, which is that
    /// day also where the offset has changed meanwhile.
    fn days_of_month(&mut self, piece: &Piece, state: State) -> Option<i64> {
        let n_days = piece.date.days_in_month();
        let is_end = [1, n_days].contains(&piece.date.day());
        if !is_end || self.situation.schedule.override_status.is_some() {
            return None;
        }
        let first = piece.date.first_of_month();
        let likeness = self.days.likeness(first);
        let known = self.months.get(&likeness).copied();
        let uniform = known.unwrap_or_else(|| {
            let dates = first.series(1.day()).take(n_days.unsigned_abs().into());
            let uniform = dates.map(|date| self.uniform_date(date)).reduce(Uniform::both).flatten();
            self.months.insert(likeness, uniform);
            uniform
        })?;
        let n_days = i64::from(n_days);
        let Stretch { from, until, .. } = self.stretch;
        let whole = (n_days + 1) * DAY;
        let (back, ahead) = if piece.date.day() == 1 { (DAY, whole) } else { (whole, DAY) };
        let is_inner = from < shift(piece.from, -back) && shift(piece.until, ahead) < until;
        let has_windows = !self.situation.windows_in_use().is_empty();
        let is_same = uniform.state == state && (!uniform.is_bridged || is_inner);
        (is_same && (state == State::Running || !has_windows)).then_some(n_days)
    }

    /// Whether nothing new can come.
    fn has_seen_all(&self, from: Timestamp, at: Timestamp, state: State) -> bool {
        let Situation { schedule, .. } = self.situation;
        let seconds = (at.as_second() - from.as_second()).abs();
        let is_weekly = || {
            let mut days = schedule.periods.iter().map(|period| &period.days);
            let windows = self.situation.windows_in_use();
            schedule.exceptions.is_empty()
                && days.all(Recurrence::is_weekly)
                && (state == State::Running || windows.is_empty())
        };
        seconds > HORIZON_SECONDS || (seconds > WEEK_SECONDS && !self.is_fragile && is_weekly())
    }

    fn state(&mut self, at: Timestamp) -> State {
        let Self { situation, days, .. } = self;
        let Verdict { state, .. } = situation.judge(at, &mut |date| days.day(date));
        state
    }

    /// The piece that holds `at`.
    fn piece(&mut self, at: Timestamp) -> Piece {
        if at < self.stretch.from || self.stretch.until <= at {
            let zone = &self.situation.schedule.timezone;
            let until = zone.following(at).next().map(|transition| transition.timestamp());
            let from = zone.preceding(shift(at, 1)).next().map(|transition| transition.timestamp());
            self.stretch = Stretch {
                from: from.unwrap_or(Timestamp::MIN),
                until: until.unwrap_or(Timestamp::MAX),
                offset: zone.to_offset(at),
            };
        }
        let Stretch { from, until, offset } = self.stretch;
        let second = (at.as_second() + i64::from(offset.seconds())).rem_euclid(DAY);
        let midnight = shift(at, -second);
        let next = shift(midnight, DAY);
        Piece {
            date: offset.to_datetime(at).date(),
            from: midnight.max(from),
            until: next.min(until).max(shift(at, 1)),
            is_inner: shift(midnight, -DAY) > from && shift(next, DAY) < until,
        }
    }

    /// Whether the state is this one in the whole piece, as far as that can be told without looking
    /// at its edges.
    fn passes(&mut self, piece: &Piece, state: State) -> bool {
        let uniform = self.uniform(piece);
        self.is_fragile |= uniform.is_none_or(|uniform| uniform.is_bridged);
        let Some(uniform) = uniform else { return false };
        // A change of the offset may break a bridge.
        let may_break = uniform.is_bridged && !piece.is_inner;
        uniform.state == state && !may_break && (state == State::Running || !self.has_window(piece))
    }

    fn has_window(&self, piece: &Piece) -> bool {
        let mut edges = Vec::new();
        for window in self.situation.windows_in_use() {
            window.edges(shift(piece.from, -1), shift(piece.until, -1), &mut edges);
        }
        !edges.is_empty()
            || self.situation.windows_in_use().iter().any(|window| window.contains(piece.from))
    }

    fn uniform(&mut self, piece: &Piece) -> Option<Uniform> {
        if let Some(state) = self.situation.schedule.override_status {
            return Some(Uniform { state, is_bridged: false });
        }
        if piece.is_inner {
            return self.uniform_date(piece.date);
        }
        let yesterday = self.days.before(piece.date, piece.from, self.stretch.offset)?;
        self.uniform_after(yesterday, piece.date)
    }

    fn uniform_date(&mut self, date: Date) -> Option<Uniform> {
        let yesterday = self.days.day(date.yesterday().ok()?);
        self.uniform_after(yesterday, date)
    }

    fn uniform_after(&mut self, yesterday: Day<'a>, date: Date) -> Option<Uniform> {
        let Self { days, situation, known, .. } = self;
        let (today, tomorrow) = (days.day(date), days.day(date.tomorrow().ok()?));
        let signatures = [yesterday, today, tomorrow].map(Day::signature);
        let may_bridge = situation.schedule.may_bridge();
        let uniform = known.entry(signatures);
        *uniform.or_insert_with(|| uniform_day(yesterday, today, tomorrow, may_bridge))
    }

    /// The instants of a piece at which the state can change, and its first.
    fn edges(&mut self, piece: &Piece) -> Vec<Timestamp> {
        let Self { situation, days, .. } = self;
        let (before, last) = (shift(piece.from, -1), shift(piece.until, -1));
        let mut edges = situation.edges(before, last, days);
        if edges.first() != Some(&piece.from) {
            edges.insert(0, piece.from);
        }
        edges
    }
}

/// The one state of a day between two others, if it has one.
fn uniform_day(yesterday: Day, today: Day, tomorrow: Day, may_bridge: bool) -> Option<Uniform> {
    let minute = i32::try_from(BRIDGE_SECONDS).unwrap_or(60);
    let mut edges: Vec<i32> = vec![0];
    edges.extend(seconds(today, Some(yesterday)));
    if may_bridge {
        let shifted = edges.iter().flat_map(|edge| [edge - minute, edge + minute]);
        edges.extend(shifted.chain([SECONDS_OF_DAY - minute]).collect::<Vec<i32>>());
    }
    edges.retain(|edge| (0..SECONDS_OF_DAY).contains(edge));
    edges.sort_unstable();
    edges.dedup();
    let mut uniform: Option<Uniform> = None;
    for second in edges {
        let moment = Moment::of(today, Some(yesterday), second);
        let mut state = moment.state;
        if state == State::Stopped && may_bridge {
            let before = match second - minute {
                before if before >= 0 => Moment::of(today, Some(yesterday), before),
                // Nothing of the day before it is left in the last minute of a day.
                before => Moment::of(yesterday, None, before + SECONDS_OF_DAY),
            };
            let after = match second + minute {
                after if after < SECONDS_OF_DAY => Moment::of(today, Some(yesterday), after),
                after => Moment::of(tomorrow, Some(today), after - SECONDS_OF_DAY),
            };
            if before.bridges_to(&after) {
                state = State::Running;
            }
        }
        let is_bridged = state != moment.state || uniform.is_some_and(|known| known.is_bridged);
        if uniform.is_some_and(|known| known.state != state) {
            return None;
        }
        uniform = Some(Uniform { state, is_bridged });
    }
    uniform
}
