//! Makes every AWS call of a scenario fail in every way, one at a time, and checks that the world
//! comes right again. Knows no function: what is run, and what must hold, is the scenario's.

use std::{
    any::Any,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use anyhow::{Context as _, anyhow, ensure};

use super::Killer;
use crate::aws::{
    LocalAws,
    faults::{Calls, Fault},
};

/// One thing that a function does, to be tried under every failure. Each try gets a world of its
/// own, on any thread.
pub trait Scenario: Sync {
    type World;

    /// A fresh world, as it is just before the step.
    fn world(&self) -> anyhow::Result<Self::World>;

    /// Where the calls arrive that are made to fail.
    fn aws<'world>(&self, world: &'world Self::World) -> &'world LocalAws;

    /// What a kill has to hit.
    fn killers(&self, world: &Self::World) -> Vec<Killer>;

    /// The invocation that is made to fail. That it fails is no error.
    fn step(&self, world: &mut Self::World);

    /// What the trigger does next, whatever became of the step: a retry, a redelivery, the next
    /// tick. Called [`Scenario::repeats`] times.
    fn again(&self, world: &mut Self::World);

    fn repeats(&self) -> usize {
        1
    }

    /// What must hold at every moment, also straight after the failure.
    fn always(&self, world: &Self::World) -> anyhow::Result<()>;

    /// What must hold when the trigger has done all that it does.
    fn finally(&self, world: &Self::World) -> anyhow::Result<()>;
}

/// How one call fails, or all from one on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    Once(Fault),
    /// The service is gone, from this call to the end of the step.
    Outage,
}

/// What was tried when nothing was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// The calls of the undisturbed step, in their order.
    pub operations: Vec<String>,
    pub n_combinations: usize,
}

/// One combination that the scenario does not survive.
#[derive(Debug)]
pub struct Broken {
    /// Counted from 1.
    pub call: usize,
    /// The operation that was hit in this run, if any was.
    pub operation: Option<String>,
    pub failure: Failure,
    pub cause: anyhow::Error,
}

/// Runs the scenario undisturbed, then once per call and failure, on all cores. Returns every
/// combination that breaks it.
pub fn try_every_failure<S: Scenario>(scenario: &S) -> anyhow::Result<Tried> {
    let operations = undisturbed(scenario).context("the undisturbed scenario fails")?;
    let combinations: Vec<(usize, Failure)> = (1..=operations.len())
        .flat_map(|call| failures().map(move |failure| (call, failure)))
        .collect();

    let next = AtomicUsize::new(0);
    let broken: Mutex<Vec<Broken>> = Mutex::default();
    thread::scope(|scope| {
        for _ in 0..n_threads() {
            scope.spawn(|| {
                while let Some(&(call, failure)) =
                    combinations.get(next.fetch_add(1, Ordering::Relaxed))
                {
                    if let Err(found) = attempt(scenario, call, failure) {
                        broken.lock().unwrap_or_else(PoisonError::into_inner).push(found);
                    }
                }
            });
        }
    });

    let mut broken = broken.into_inner().unwrap_or_else(PoisonError::into_inner);
    broken.sort_by_key(|broken| broken.call);
    let n_combinations = combinations.len();
    if broken.is_empty() {
        return Ok(Tried { operations, n_combinations });
    }
    let list: Vec<String> = broken.iter().map(Broken::to_string).collect();
    let list = list.join("\n  ");
    Err(anyhow!("{} of {n_combinations} failures break the scenario:\n  {list}", broken.len()))
}

/// Every fault at one call, and the outage that begins with it.
fn failures() -> impl Iterator<Item = Failure> {
    Fault::ALL.into_iter().map(Failure::Once).chain([Failure::Outage])
}

/// Twice the cores: a scenario waits for its process most of the time.
fn n_threads() -> usize {
    thread::available_parallelism().map_or(2, |n_cores| 2 * n_cores.get())
}

/// The operations that the step calls when nothing fails.
fn undisturbed<S: Scenario>(scenario: &S) -> anyhow::Result<Vec<String>> {
    let mut world = scenario.world()?;
    scenario.aws(&world).log().clear();
    scenario.step(&mut world);
    let operations = scenario.aws(&world).log().operations();
    ensure!(!operations.is_empty(), "the step calls no AWS");
    settle(scenario, &mut world)?;
    Ok(operations)
}

fn attempt<S: Scenario>(scenario: &S, call: usize, failure: Failure) -> Result<(), Broken> {
    let mut operation = None;
    // A panic in a check is a finding like any other, and must not hide those of other threads.
    let run = AssertUnwindSafe(|| disturbed(scenario, call, failure, &mut operation));
    let cause = match catch_unwind(run) {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(cause)) => cause,
        Err(panic) => anyhow!("panicked: {}", message(panic.as_ref())),
    };
    Err(Broken { call, operation, failure, cause })
}

fn disturbed<S: Scenario>(
    scenario: &S,
    call: usize,
    failure: Failure,
    operation: &mut Option<String>,
) -> anyhow::Result<()> {
    let mut world = scenario.world()?;
    let aws = scenario.aws(&world);
    let killers = scenario.killers(&world);
    aws.faults().on_kill(move |_| killers.iter().for_each(Killer::kill));
    aws.log().clear();
    match failure {
        Failure::Once(fault) => aws.faults().inject(fault, Calls::nth(call as u64)),
        Failure::Outage => {
            aws.faults().inject(Fault::Unavailable, Calls::from_nth(call as u64));
        }
    }
    scenario.step(&mut world);
    let aws = scenario.aws(&world);
    aws.faults().clear();
    let hit = aws.log().calls().into_iter().find(|entry| entry.fault.is_some());
    *operation = hit.map(|entry| entry.operation);
    ensure!(operation.is_some(), "the step never made this call");
    settle(scenario, &mut world)
}

/// Plays what follows the step.
fn settle<S: Scenario>(scenario: &S, world: &mut S::World) -> anyhow::Result<()> {
    scenario.always(world).context("after the step")?;
    for repeat in 1..=scenario.repeats() {
        scenario.again(world);
        scenario.always(world).with_context(|| format!("after repeat {repeat}"))?;
    }
    scenario.finally(world).context("at the end")
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without a message")
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { call, operation, failure, cause } = self;
        let operation = operation.as_deref().unwrap_or("not made");
        write!(f, "call {call} ({operation}), {failure}: {cause:#}")
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Once(fault) => write!(f, "{fault:?}"),
            Self::Outage => f.write_str("Unavailable from here on"),
        }
    }
}
