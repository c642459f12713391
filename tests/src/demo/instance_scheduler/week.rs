//! One week of ticks on a virtual clock: the real binary, its real events, its own access key.
//! Prints nothing and judges nothing.

use std::{collections::BTreeMap, fs, path::Path, time::Duration};

use anyhow::{Context as _, ensure};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{
    fleet::FLEET,
    state::{self, State},
    story::{DEEDS, Deed},
    told::{self, Run},
};
use crate::{
    aws::{LocalAws, log::Entry, site::Site},
    demo, lambda,
    stage::{Deployed, Stage},
    template,
};

/// A Monday, 00:00 UTC, of a week with holidays in two of three offices.
pub(super) const MONDAY: &str = "2026-11-23T00:00:00Z";
const DAYS: i64 = 7;
/// Not the template's default of 5: six times the runs would take six times as long, and show
/// nothing more.
const INTERVAL_MINUTES: &str = "30";

const FUNCTION: &str = "instance-scheduler";

/// What a week was like.
#[derive(Debug)]
pub(super) struct Week {
    pub monday: Timestamp,
    /// From one run to the next.
    pub interval: SignedDuration,
    /// For each resource of the fleet, its state after each run.
    pub states: Vec<Vec<State>>,
    pub runs: Vec<Run>,
    pub calls: Vec<Entry>,
    /// The tag in which the function says what is wrong with a resource, at the end.
    pub problems: BTreeMap<&'static str, String>,
    pub n_events: usize,
    pub n_alerts: usize,
    pub took: Took,
}

/// What the week cost in real time and memory.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Took {
    pub init: Duration,
    pub running: Duration,
    pub peak_memory_bytes: Option<u64>,
    pub memory_mib: u32,
}

impl Week {
    /// The state of a resource at an instant of the week.
    pub(super) fn state(&self, resource: &str, at: Timestamp) -> Option<State> {
        let place = FLEET.iter().position(|known| known.name == resource)?;
        let ticks = at.duration_since(self.monday).as_secs() / self.interval.as_secs();
        self.states[place].get(usize::try_from(ticks).ok()?).copied()
    }
}

/// Lives through the week.
pub(super) fn live() -> anyhow::Result<Week> {
    let monday: Timestamp = MONDAY.parse().context("the Monday")?;
    let stage = Stage::at(monday).parameters(&[("SchedulerIntervalMinutes", INTERVAL_MINUTES)]);
    let deployed = demo::deploy(stage)?;
    let lambda = deployed.function(FUNCTION)?;
    let Deployed { aws, stack } = deployed;
    let function = stack.function(FUNCTION)?;
    let interval = interval(function)?;
    let at = |now| Site { account: &stack.account, region: &stack.region, now };
    aws.with(|world| super::populate(world, &stack, monday))?;

    let mut week = Week {
        monday,
        interval,
        states: vec![Vec::new(); FLEET.len()],
        runs: Vec::new(),
        calls: Vec::new(),
        problems: BTreeMap::new(),
        n_events: 0,
        n_alerts: 0,
        took: Took { memory_mib: u32::try_from(function.memory_mb)?, ..Took::default() },
    };
    let names: BTreeMap<String, String> =
        FLEET.iter().map(|resource| (resource.id(&at(monday)), resource.name.to_owned())).collect();
    let event = event()?;
    let mut deeds = DEEDS.as_slice();
    let end = monday + SignedDuration::from_hours(24 * DAYS);
    let mut now = monday;
    while now < end {
        while let Some((deed, later)) = deeds.split_first() {
            let then = deed.time()?;
            if then > now {
                break;
            }
            perform(deed, &aws, &at(then))?;
            deeds = later;
        }
        aws.clock().set(now);
        let mut event = event.clone();
        event["time"] = json!(now.to_string());
        let invocation = lambda.invoke(&event);
        week.took.note(&invocation);
        let run = told::run(now, &invocation, &names)?;
        aws.with(|world| {
            for (resource, states) in FLEET.iter().zip(&mut week.states) {
                states.push(state::after(&run, resource, world, &at(now)));
            }
        });
        week.runs.push(run);
        now += interval;
    }
    week.calls = aws.log().calls();
    aws.with(|world| {
        for resource in &FLEET {
            let problem = state::tag(resource, state::PROBLEM_TAG, world, &at(now));
            week.problems.extend(problem.map(|problem| (resource.name, problem)));
        }
        let place = world.place(&stack.account, &stack.region);
        week.n_events = place.events.events().len();
        week.n_alerts = place.sns.messages().len();
    });
    Ok(week)
}

fn perform(deed: &Deed, aws: &LocalAws, site: &Site<'_>) -> anyhow::Result<()> {
    aws.clock().set(site.now);
    aws.with(|world| deed.perform(world, site))
}

impl Took {
    fn note(&mut self, invocation: &lambda::Invocation) {
        self.init += invocation.init.unwrap_or_default();
        self.running += invocation.duration;
        self.peak_memory_bytes = self.peak_memory_bytes.max(invocation.peak_memory_bytes);
    }
}

/// How often the template's schedule fires: `cron(0/5 * * * ? *)`.
fn interval(function: &template::Function) -> anyhow::Result<SignedDuration> {
    let mut schedules = function.events.iter().filter(|event| event.kind == "Schedule");
    let expression = schedules.next().and_then(|event| event.properties["Schedule"].as_str());
    let expression = expression.context("the template gives the function no schedule")?;
    let minutes = expression.strip_prefix("cron(0/").and_then(|rest| {
        let (minutes, rest) = rest.split_once(' ')?;
        (rest == "* * * ? *)").then_some(minutes)?.parse().ok()
    });
    let minutes: i64 =
        minutes.with_context(|| format!("`{expression}` is not `cron(0/<minutes> * * * ? *)`"))?;
    ensure!(minutes > 0 && 60 % minutes == 0, "`{expression}` does not divide the hour");
    Ok(SignedDuration::from_mins(minutes))
}

/// The event of the function's examples, whose time is replaced.
fn event() -> anyhow::Result<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../events")
        .join(FUNCTION)
        .join("scheduled.json");
    let text =
        fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("`{}` is not JSON", path.display()))
}
