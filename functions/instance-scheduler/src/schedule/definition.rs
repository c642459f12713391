//! A schedule as it is evaluated, wherever it was written. It reads nothing and decides nothing.

use jiff::SignedDuration;
use jiff::tz::TimeZone;

use super::bounds::Amounts;
use super::exception::{Dates, Exception};
use super::period::Period;
use super::state::State;

/// How long a resource may run outside its schedule after it was made.
pub(super) const DEFAULT_GRACE: SignedDuration = SignedDuration::from_mins(15);

/// What a resource does at which time, and how the scheduler treats it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the flags of AWS Instance Scheduler, one to one"
)]
pub struct Schedule {
    pub name: Option<String>,
    pub description: Option<String>,
    pub timezone: TimeZone,
    pub periods: Vec<Period>,
    /// The first one that names a date holds on it.
    pub exceptions: Vec<Exception>,
    pub override_status: Option<State>,
    pub stop_new_instances: bool,
    pub enforced: bool,
    pub retain_running: bool,
    pub hibernate: bool,
    /// Names of SSM maintenance windows.
    pub ssm_maintenance_windows: Vec<String>,
    pub use_maintenance_window: bool,
    pub grace: SignedDuration,
    pub group: Option<Group>,
    /// The types that `caretaker:instance-types` may choose from.
    pub instance_types: Vec<String>,
    /// A run may stop all that follows it, whatever the limit of changes says.
    pub expects_all: bool,
}

/// Resources that start in order of `order`, and stop in the reverse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub name: String,
    pub order: i32,
}

impl Schedule {
    /// A schedule of `periods` with the default of every other field.
    pub fn of(periods: Vec<Period>, timezone: TimeZone) -> Self {
        Self {
            name: None,
            description: None,
            timezone,
            periods,
            exceptions: Vec::new(),
            override_status: None,
            stop_new_instances: true,
            enforced: false,
            retain_running: false,
            hibernate: false,
            ssm_maintenance_windows: Vec::new(),
            use_maintenance_window: true,
            grace: DEFAULT_GRACE,
            group: None,
            instance_types: Vec::new(),
            expects_all: false,
        }
    }

    /// What else it names, with the field in which it does.
    pub(super) fn foreign_names(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let windows = self.ssm_maintenance_windows.iter();
        let windows = windows.map(|name| ("ssm_maintenance_window", name.as_str()));
        self.calendars().map(|name| ("calendars", name)).chain(windows)
    }

    pub(super) fn amounts(&self) -> Amounts {
        let listed = |exception: &Exception| match &exception.dates {
            Dates::Listed(spans) => spans.len(),
            Dates::Calendar(_) => 0,
        };
        let periods = self.exceptions.iter().map(|exception| exception.periods().len());
        let calendars = self.calendars().count();
        Amounts {
            periods: self.periods.len() + periods.sum::<usize>(),
            exceptions: self.exceptions.len() - calendars,
            dates: self.exceptions.iter().map(listed).sum(),
            calendars,
            windows: self.ssm_maintenance_windows.len(),
        }
    }

    /// The calendars that it names.
    pub fn calendars(&self) -> impl Iterator<Item = &str> {
        self.exceptions.iter().filter_map(|exception| match &exception.dates {
            Dates::Calendar(calendar) => Some(calendar.name.as_str()),
            Dates::Listed(_) => None,
        })
    }
}
