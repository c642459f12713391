//! The account, as AWS has it.

use jiff::Timestamp;
use tests::{
    aws::{
        ec2, ssm,
        world::{HOME_ACCOUNT, Place},
    },
    stage::{Deployed, Stage},
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

pub(crate) fn account(n_instances: usize, state: State) -> anyhow::Result<Deployed> {
    let deployed = Stage::at(NOW.parse()?).deploy()?;
    deployed.aws.with(|world| populate(world.place(HOME_ACCOUNT, REGION), n_instances, state))?;
    Ok(deployed)
}

fn populate(place: &mut Place, n_instances: usize, state: State) -> anyhow::Result<()> {
    // Without the template's examples: the documents are those that are measured.
    place.ssm = ssm::State::default();
    for (name, text) in documents() {
        place.ssm.set(&format!("/caretaker/schedules/{name}"), &text, NOW.parse()?);
    }
    let handled = handled()?;
    let since_morning: Timestamp = SINCE_MORNING.parse()?;
    for number in 0..n_instances {
        let instance = ec2::Instance::numbered(number as u64, "eu-west-1a")
            .launched(since_morning)
            .tag("Name", format!("worker-{number}"))
            .tag("Schedule", schedule(number));
        place.ec2.add(match state {
            State::Asleep => instance.stopped(),
            State::InStep => instance.tag("caretaker:scheduler", handled.as_str()),
        });
    }
    Ok(())
}
