//! The demo of `instance-scheduler`: a week of a believable fleet, told so that it is understood at
//! a glance. Decides nothing about schedules: everything shown was done by the function's binary.

mod alike;
mod diary;
mod expected;
mod fleet;
mod mistake;
mod remarks;
mod savings;
mod state;
mod story;
mod timeline;
mod told;
mod week;

use std::{collections::BTreeMap, time::Instant};

use anyhow::{Context as _, bail, ensure};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use self::{
    fleet::{FLEET, GROUP_SIZE, Kind, Resource},
    remarks::thousands,
    week::Week,
};
use super::{Colour, Screen};
use crate::{
    aws::{site::Site, world::World},
    lambda,
    template::Stack,
};

pub const FUNCTION: &str = "instance-scheduler";
const N_DAYS: usize = 7;

/// Builds the function, lives through the week and tells it. Fails if the week did not go as it
/// has to.
pub fn run(screen: &mut Screen<'_>) -> anyhow::Result<()> {
    screen.heading(FUNCTION, "starts and stops what is tagged, by schedule")?;
    screen.line(
        "A week of an account with three offices, in a local AWS with a virtual clock. The function is\n\
         the real binary, invoked as Lambda does, allowed only what template.yaml grants it.",
    )?;
    before(screen)?;
    // Built before the time is taken.
    lambda::binary(FUNCTION)?;
    let started = Instant::now();
    let week = week::live()?;
    let took = started.elapsed();

    lines_of_life(screen, &week)?;
    screen.heading("What was done", "every run that did something; UTC")?;
    for line in diary::entries(&week.runs, &story::DEEDS, screen.paint)? {
        screen.line(line)?;
    }
    screen.heading("What was left alone", "and why")?;
    for line in remarks::skipped(&week.runs, screen.paint) {
        screen.line(line)?;
    }
    screen
        .heading("What a person has to see", "also in the tag caretaker:problem of the resource")?;
    for line in remarks::problems(&week.runs, screen.paint) {
        screen.line(line)?;
    }
    saved(screen, &week)?;
    mistake::tell(screen)?;
    cost(screen, &week, took.as_secs_f64())?;
    judge(screen, &week)
}

/// Puts the fleet and its documents into the account.
pub(super) fn populate(world: &mut World, stack: &Stack, now: Timestamp) -> anyhow::Result<()> {
    let site = Site { account: &stack.account, region: &stack.region, now };
    let path = stack.function(FUNCTION)?.variables.get("PARAMETER_PATH");
    fleet::build(world, &site, path.context("the function has no `PARAMETER_PATH`")?);
    Ok(())
}

fn before(screen: &mut Screen<'_>) -> anyhow::Result<()> {
    screen.heading("The fleet", "all of it runs around the clock")?;
    screen.line(screen.paint.paint(
        Colour::Dim,
        format_args!("{:<12}  {:<8}  {:<13}  {}", "name", "kind", "size", "tag Schedule"),
    ))?;
    for Resource { name, kind, size, schedule, group: _, remark } in FLEET {
        let schedule = schedule.unwrap_or("-");
        let kind = kind.name();
        screen.line(format_args!("{name:<12}  {kind:<8}  {size:<13}  {schedule:<19}  {remark}"))?;
    }
    Ok(())
}

fn lines_of_life(screen: &mut Screen<'_>, week: &Week) -> anyhow::Result<()> {
    let paint = screen.paint;
    screen.heading("The week", &timeline::legend(paint))?;
    let days: Vec<String> = (0..7).map(|day| day_of(week.monday, day)).collect();
    for line in timeline::header(&days) {
        screen.line(paint.paint(Colour::Dim, format_args!("{:<12}  {}", "", line.trim_end())))?;
    }
    for (resource, states) in FLEET.iter().zip(&week.states) {
        let line = timeline::line(states, N_DAYS, paint);
        screen.line(format_args!("{:<12}  {line}", resource.name))?;
    }
    Ok(())
}

fn day_of(monday: Timestamp, day: i64) -> String {
    let midnight = monday + SignedDuration::from_hours(24 * day);
    midnight.to_zoned(TimeZone::UTC).strftime("%a %d").to_string()
}

fn saved(screen: &mut Screen<'_>, week: &Week) -> anyhow::Result<()> {
    screen.heading("Hours saved", "against running around the clock")?;
    let scheduled = FLEET.iter().zip(&week.states).filter_map(|(resource, states)| {
        let weight = if resource.kind == Kind::Group { GROUP_SIZE.desired } else { 1 };
        let schedule = resource.schedule.filter(|schedule| *schedule != "ignore")?;
        Some((schedule, weight, states.as_slice()))
    });
    let hours = savings::hours(scheduled, week.interval.as_secs_f64() / 3600.0);
    for line in savings::lines(&hours, screen.paint) {
        screen.line(line)?;
    }
    Ok(())
}

fn cost(screen: &mut Screen<'_>, week: &Week, took_secs: f64) -> anyhow::Result<()> {
    screen.heading("What it took", "")?;
    let n_runs = week.runs.len();
    let n_failed = week.runs.iter().filter(|run| run.error.is_some()).count();
    let milliseconds = week.took.running.as_secs_f64() * 1000.0 / f64::from(u32::try_from(n_runs)?);
    screen.line(format_args!(
        "{} invocations, one every {} minutes, in {took_secs:.1} s; {milliseconds:.1} ms each",
        thousands(n_runs),
        week.interval.as_mins(),
    ))?;
    if let Some(peak_bytes) = week.took.peak_memory_bytes {
        let (peak_mib, limit_mib) = (peak_bytes / 1024 / 1024, week.took.memory_mib);
        screen.line(format_args!("{peak_mib} of {limit_mib} MiB of memory at most"))?;
    }
    let (n_events, n_alerts) = (week.n_events, week.n_alerts);
    screen.line(format_args!(
        "{n_failed} runs failed on purpose, so that an alarm rings; {n_alerts} messages to the topic of the alarms,\n\
         {n_events} events on the bus, one per run that did something",
    ))?;
    let mut operations: BTreeMap<&str, usize> = BTreeMap::new();
    for call in &week.calls {
        *operations.entry(&call.operation).or_default() += 1;
    }
    let mut operations: Vec<_> = operations.into_iter().collect();
    operations.sort_by_key(|&(name, n_calls)| (std::cmp::Reverse(n_calls), name));
    screen.line(format_args!("{} calls to AWS:", thousands(week.calls.len())))?;
    for pair in operations.chunks(2) {
        let columns = pair.iter().map(|(name, n)| format!("{:>7}  {name:<38}", thousands(*n)));
        screen.line(columns.collect::<String>().trim_end())?;
    }
    Ok(())
}

fn judge(screen: &mut Screen<'_>, week: &Week) -> anyhow::Result<()> {
    let comparison = expected::compare(week);
    let n_differences = comparison.differences.len();
    if n_differences > 0 {
        bail!("the week did not go as it has to:\n  {}", comparison.differences.join("\n  "));
    }
    ensure!(comparison.n_compared > 0, "nothing was compared");
    let n_compared = comparison.n_compared;
    screen.line(screen.paint.paint(
        Colour::Green,
        format_args!("\nAll {n_compared} things that have to hold in this week held."),
    ))?;
    screen.line(
        "\nTry next:  cargo local                       the same fleet, now, for your own hands\n           \
         sam build && sam deploy --guided  in your account; with DryRun=true it only tells",
    )?;
    Ok(())
}
