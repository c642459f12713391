//! The one evaluator: what holds at an instant, and why. It never looks further than a minute to
//! either side; when the answer changes is the business of `changes`.

use std::fmt;
use std::ptr;

use jiff::Timestamp;
use jiff::civil::Date;
use shared::error::quoted_name;

use super::definition::Schedule;
use super::exception::Mode;
use super::instants::{BRIDGE_SECONDS, SECONDS_OF_DAY, floor, shift};
use super::overrides::Override;
use super::period::{ClockTime, Period, Says};
use super::state::State;
use super::window::Window;

/// Everything that decides about a resource.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    pub schedule: &'a Schedule,
    pub overridden: Option<&'a Override>,
    pub windows: &'a [Window],
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict<'a> {
    pub state: State,
    pub because: Because<'a>,
    pub instance_type: Option<&'a str>,
}

/// The one rule that decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Because<'a> {
    Override(&'a Override),
    MaintenanceWindow,
    OverrideStatus(State),
    Exception {
        kind: &'static str,
        date: Date,
        name: Option<&'a str>,
    },
    Period(&'a str),
    /// A period with one of the two times only, on its open side.
    OneSided(&'a str),
    OutsideEveryPeriod,
}

impl<'a> Situation<'a> {
    /// A schedule with neither override nor window.
    pub fn of(schedule: &'a Schedule) -> Self {
        Self { schedule, overridden: None, windows: &[] }
    }

    pub fn evaluate(&self, at: Timestamp) -> Verdict<'a> {
        self.judge(at, &mut |date| self.schedule.day(date))
    }

    /// The same, with the rules of dates found by `day`.
    pub(super) fn judge(&self, at: Timestamp, day: &mut Find<'_, 'a>) -> Verdict<'a> {
        let at = floor(at);
        if let Some(overridden) = self.overridden.filter(|overridden| overridden.holds(at)) {
            let because = Because::Override(overridden);
            return Verdict { state: overridden.state(), because, instance_type: None };
        }
        if self.windows_in_use().iter().any(|window| window.contains(at)) {
            let because = Because::MaintenanceWindow;
            return Verdict { state: State::Running, because, instance_type: None };
        }
        if let Some(state) = self.schedule.override_status {
            return Verdict { state, because: Because::OverrideStatus(state), instance_type: None };
        }
        self.schedule.judge(at, day).verdict()
    }

    pub(super) fn override_end(&self) -> Option<Timestamp> {
        self.overridden.and_then(|Override { until, .. }| *until)
    }

    pub(super) fn windows_in_use(&self) -> &'a [Window] {
        if self.schedule.use_maintenance_window { self.windows } else { &[] }
    }
}

/// Finds the rules of a date: anew, or from the memory of a long walk.
pub(super) type Find<'find, 'a> = dyn FnMut(Date) -> Day<'a> + 'find;

impl Schedule {
    fn judge<'a>(&'a self, at: Timestamp, day: &mut Find<'_, 'a>) -> Moment<'a> {
        let moment = self.moment(at, day);
        if moment.state != State::Stopped || !self.may_bridge() {
            return moment;
        }
        // A minute of elapsed time, not of the wall clock: before a gap in the wall clock, the next
        // minute is the first one after the gap.
        let before = self.moment(shift(at, -BRIDGE_SECONDS), day);
        let after = self.moment(shift(at, BRIDGE_SECONDS), day);
        if before.bridges_to(&after) { after } else { moment }
    }

    /// A single period is never bridged to itself, as in AWS Instance Scheduler.
    pub(super) fn may_bridge(&self) -> bool {
        self.periods.len() > 1 || self.exceptions.iter().any(|it| it.mode != Mode::Closed)
    }

    /// The answer of periods and exceptions by the wall clock alone.
    fn moment<'a>(&'a self, at: Timestamp, day: &mut Find<'_, 'a>) -> Moment<'a> {
        let local = self.timezone.to_offset(at).to_datetime(at);
        let (hour, minute) = (i32::from(local.hour()), i32::from(local.minute()));
        let second = (hour * 60 + minute) * 60 + i32::from(local.second());
        let yesterday = self.date_before(local.date(), at, second).map(&mut *day);
        Moment::of(day(local.date()), yesterday, second)
    }

    /// The date before `date`, of which `at` is so many seconds after midnight. Zones have skipped
    /// a whole date: then it is the last one that was.
    pub(super) fn date_before(&self, date: Date, at: Timestamp, second: i32) -> Option<Date> {
        let yesterday = date.yesterday().ok()?;
        let before = shift(at, -i64::from(second) - 1);
        Some(self.timezone.to_offset(before).to_datetime(before).date().min(yesterday))
    }

    pub(super) fn day(&self, date: Date) -> Day<'_> {
        let exception = self.exceptions.iter().position(|it| it.entry(date).is_some());
        self.day_with(date, exception, |periods| begins(periods, date))
    }

    /// The rules of a date for which the exception of this index holds.
    pub(super) fn day_with<'a>(
        &'a self,
        date: Date,
        exception: Option<usize>,
        begins: impl FnOnce(&'a [Period]) -> u64,
    ) -> Day<'a> {
        let periods = match exception.map(|index| &self.exceptions[index].mode) {
            // What begins on an open date still runs on after its midnight.
            None | Some(Mode::Open) => &self.periods,
            Some(Mode::Closed) => &[][..],
            Some(Mode::Periods(periods)) => periods,
        };
        Day { schedule: self, date, exception, periods, begins: begins(periods) }
    }
}

/// Which of the periods begin on a date: bit n is the nth. There are at most 64.
pub(super) fn begins(periods: &[Period], date: Date) -> u64 {
    let bits = periods.iter().enumerate().filter(|(_, period)| period.days.contains(date));
    bits.fold(0, |bits, (n, _)| bits | 1 << n)
}

/// The rules for occurrences that begin on one local date.
#[derive(Debug, Clone, Copy)]
pub(super) struct Day<'a> {
    schedule: &'a Schedule,
    date: Date,
    /// The index of the exception that holds.
    exception: Option<usize>,
    periods: &'a [Period],
    begins: u64,
}

impl<'a> Day<'a> {
    /// The periods that match the date.
    pub(super) fn begins(self) -> impl Iterator<Item = &'a Period> {
        let mut left = self.begins;
        std::iter::from_fn(move || {
            let n = left.trailing_zeros() as usize;
            left &= left.wrapping_sub(1);
            self.periods.get(n)
        })
    }

    /// Whether anything begins, or is kept from beginning.
    pub(super) fn is_eventful(self) -> bool {
        self.exception.is_some() || self.begins != 0
    }

    /// Equal where two dates have equal rules.
    pub(super) fn signature(self) -> (u64, Option<usize>) {
        (self.begins, self.exception)
    }

    fn mode(self) -> Option<&'a Mode> {
        self.exception.map(|index| &self.schedule.exceptions[index].mode)
    }

    fn is_open(self) -> bool {
        self.mode() == Some(&Mode::Open)
    }

    fn because(self) -> Option<Because<'a>> {
        let exception = &self.schedule.exceptions[self.exception?];
        let kind = match exception.mode {
            Mode::Closed => "closed",
            Mode::Open => "open",
            Mode::Periods(_) => "periods",
        };
        let entry = exception.entry(self.date)?;
        Some(Because::Exception { kind, date: self.date, name: exception.label(entry) })
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

struct Running<'a> {
    period: &'a Period,
    /// Seconds after midnight; before it if the occurrence is yesterday's; none sorts first.
    begun: Option<i32>,
    siblings: &'a [Period],
}

pub(super) struct Moment<'a> {
    pub(super) state: State,
    today: Day<'a>,
    running: Option<Running<'a>>,
    one_sided: Option<&'a Period>,
}

impl<'a> Moment<'a> {
    /// `second` seconds after the midnight of `today`.
    pub(super) fn of(today: Day<'a>, yesterday: Option<Day<'a>>, second: i32) -> Self {
        let mut running: Option<Running<'_>> = None;
        let mut consider = |period, begun, siblings| {
            // The latest begun decides; the first listed of those that began together.
            if running.as_ref().is_none_or(|best| best.begun < begun) {
                running = Some(Running { period, begun, siblings });
            }
        };
        let mut one_sided = None;
        for period in today.begins() {
            match period.says(second) {
                Says::Run => {
                    consider(period, period.begin.map(ClockTime::seconds), today.periods);
                }
                Says::Nothing => {
                    one_sided.get_or_insert(period);
                }
                Says::Stop => (),
            }
        }
        if let Some(yesterday) = yesterday {
            for period in yesterday.begins().filter(|period| period.carries_over(second)) {
                let begun = period.begin.map(|begin| begin.seconds() - SECONDS_OF_DAY);
                consider(period, begun, yesterday.periods);
            }
        }
        let state = match (today.is_open() || running.is_some(), one_sided) {
            (true, _) => State::Running,
            (false, Some(_)) => State::Any,
            (false, None) => State::Stopped,
        };
        Self { state, today, running, one_sided }
    }

    fn verdict(&self) -> Verdict<'a> {
        let running = self.running.as_ref().map(|running| running.period);
        let because = match (self.state, running, self.one_sided) {
            (State::Running, Some(period), _) if !self.today.is_open() => {
                Because::Period(&period.name)
            }
            (State::Any, _, Some(period)) => Because::OneSided(&period.name),
            _ => self.today.because().unwrap_or(Because::OutsideEveryPeriod),
        };
        let instance_type = running.and_then(|period| period.instance_type.as_deref());
        Verdict { state: self.state, because, instance_type }
    }

    pub(super) fn bridges_to(&self, after: &Self) -> bool {
        let both_run = self.state == State::Running && after.state == State::Running;
        both_run
            && match (&self.running, &after.running) {
                (Some(before), Some(after)) => {
                    before.siblings.len() > 1
                        || after.siblings.len() > 1
                        || !ptr::eq(before.period, after.period)
                }
                // One of them is an open date.
                _ => true,
            }
    }
}

impl fmt::Display for Because<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Override(overridden) => write!(f, "override {overridden}"),
            Self::MaintenanceWindow => f.write_str("maintenance window"),
            Self::OverrideStatus(state) => write!(f, "override_status {state}"),
            Self::Exception { kind, date, name: None } => write!(f, "exception {kind} {date}"),
            Self::Exception { kind, date, name: Some(name) } => {
                write!(f, "exception {kind} {date} ({})", quoted_name(name))
            }
            Self::Period(name) => write!(f, "period {}", quoted_name(name)),
            Self::OneSided(name) => write!(f, "open side of period {}", quoted_name(name)),
            Self::OutsideEveryPeriod => f.write_str("outside every period"),
        }
    }
}
