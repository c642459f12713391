//! The evaluator and the planner alone: resources in, plan out.

use std::{
    io::{self, Write as _},
    rc::Rc,
    time::{Duration, Instant},
};

use instance_scheduler::{
    plan::{self, Settings},
    resource::{Kind, Power, Resource},
    schedule::Catalog,
};
use jiff::{SignedDuration, tz::TimeZone};

use crate::{
    fleet::{self, State},
    measure::{median, rounds},
};

/// What the specification allows for 100,000 instances.
const BUDGET: Duration = Duration::from_millis(100);

pub(crate) fn measure(n_instances: usize) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "plan for {n_instances} instances, median")?;
    for (name, state) in [("all in step", State::InStep), ("all to start", State::Asleep)] {
        let tenth = plan(n_instances / 10, state)?;
        let whole = plan(n_instances, state)?;
        writeln!(
            out,
            "  {name:<22} {:>8.1} ms {:>6.1}x a tenth {:>6.2}x the budget of {BUDGET:?}",
            whole.as_secs_f64() * 1e3,
            whole.as_secs_f64() / tenth.as_secs_f64(),
            whole.as_secs_f64() / BUDGET.as_secs_f64(),
        )?;
    }
    Ok(())
}

fn plan(n_instances: usize, state: State) -> anyhow::Result<Duration> {
    let catalog = Catalog::new(TimeZone::UTC, fleet::documents(), []);
    let resources = resources(n_instances, state)?;
    let settings = Settings {
        now: fleet::NOW.parse()?,
        interval: SignedDuration::from_mins(5),
        max_capacity: 100,
        instance_types: &[],
        max_override: None,
        in_detail: false,
    };
    let n_actions = if state == State::Asleep { n_instances } else { 0 };
    let mut durations = Vec::new();
    for _ in 0..rounds(21) {
        let resources = resources.clone();
        let began = Instant::now();
        let plan = plan::plan(resources, &catalog, &[], &settings);
        durations.push(began.elapsed());
        assert_eq!(plan.actions.len(), n_actions, "the plan is right");
        assert!(plan.problems.is_empty(), "every schedule is understood");
    }
    Ok(median(&mut durations))
}

fn resources(n_instances: usize, state: State) -> anyhow::Result<Vec<Resource>> {
    let born = Some(fleet::SINCE_MORNING.parse()?);
    let handled = fleet::handled()?;
    let schedules: Vec<Rc<str>> =
        fleet::documents().map(|(name, _)| Rc::from(name.as_str())).collect();
    let size = Rc::from("t3.micro");
    let resource = |number: usize| Resource {
        kind: Kind::Instance,
        id: format!("i-{number:017x}").into(),
        name: None,
        power: if state == State::Asleep { Power::Stopped } else { Power::Running },
        schedule: Rc::clone(&schedules[number % schedules.len()]),
        handled: (state == State::InStep).then(|| handled.as_str().into()),
        born,
        size: Rc::clone(&size),
        extra: None,
    };
    Ok((0..n_instances).map(resource).collect())
}
