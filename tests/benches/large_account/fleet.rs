//! The account, as AWS has it.

use jiff::Timestamp;
use tests::aws::{
    LocalAws, Options,
    clock::Clock,
    ec2,
    world::{HOME_ACCOUNT, World},
};

pub(crate) const REGION: &str = "eu-west-1";
/// A Monday, within every period.
pub(crate) const NOW: &str = "2026-06-01T09:00:00Z";
/// When the periods have begun, at the latest.
pub(crate) const SINCE_MORNING: &str = "2026-06-01T08:00:00Z";

const N_SCHEDULES: usize = 100;
const ZONES: [&str; 5] =
    ["UTC", "Europe/London", "Europe/Paris", "Africa/Johannesburg", "Asia/Kolkata"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Stopped, to be started.
    Asleep,
    /// Running, as it should; the function started it in the morning.
    InStep,
}

/// The name and the text of every schedule.
pub(crate) fn documents() -> impl Iterator<Item = (String, String)> {
    (0..N_SCHEDULES).map(|number| {
        let (zone, hour, minute) = (ZONES[number % ZONES.len()], 5 + number % 2, number % 60);
        let text = format!(
            r#"
            timezone: {zone}
            exceptions: [{{dates: ["12-25", "2026-05-01..2026-05-03"], mode: closed}}]
            periods:
              - {{weekdays: mon-fri, begintime: "{hour:02}:{minute:02}", endtime: "18:{minute:02}"}}
              - {{weekdays: sat, monthdays: "1-7", begintime: "22:00", endtime: "02:00"}}"#
        );
        (schedule(number), text)
    })
}

/// The schedule that the instance with this number follows.
pub(crate) fn schedule(number: usize) -> String {
    format!("office-{:02}", number % N_SCHEDULES)
}

/// What the function remembers on an instance that it started in the morning.
pub(crate) fn handled() -> anyhow::Result<String> {
    use instance_scheduler::{handled::Handled, schedule::State};
    Ok(Handled::new(SINCE_MORNING.parse()?, State::Running).to_string())
}

pub(crate) fn account(n_instances: usize, state: State) -> anyhow::Result<LocalAws> {
    let now: Timestamp = NOW.parse()?;
    let mut world = World::default();
    let place = world.place(HOME_ACCOUNT, REGION);
    for (name, text) in documents() {
        place.ssm.set(&format!("/caretaker/schedules/{name}"), &text, now);
    }
    let handled = handled()?;
    for number in 0..n_instances {
        let instance = ec2::Instance::numbered(number as u64, "eu-west-1a")
            .launched(SINCE_MORNING.parse()?)
            .tag("Name", format!("worker-{number}"))
            .tag("Schedule", schedule(number));
        place.ec2.add(match state {
            State::Asleep => instance.stopped(),
            State::InStep => instance.tag("caretaker:scheduler", handled.as_str()),
        });
    }
    LocalAws::start(Options { clock: Some(Clock::at(now)), world, ..Options::default() })
}
