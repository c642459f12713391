//! Every call of a run fails in every way, the process dies before and after each of them, and the
//! runs that follow put everything where it belongs, each thing once.

mod morning;
mod services;

use std::collections::BTreeMap;

use anyhow::{Context as _, ensure};
use tests::{
    aws::call::Input,
    lambda::{
        Killer,
        failures::{Scenario, Tried, try_every_failure},
    },
};

use super::*;

/// One run that is disturbed, and the runs after it.
struct Story {
    /// When the disturbed run takes place.
    at: &'static str,
    /// When EventBridge fires again.
    ticks: &'static [&'static str],
    parameters: &'static [(&'static str, &'static str)],
    build: fn(&mut World, Timestamp),
    /// What must hold at every moment.
    always: fn(&Account) -> anyhow::Result<()>,
    /// What must hold in the end.
    finally: fn(&Account) -> anyhow::Result<()>,
}

/// The account with the number of runs since the disturbed one.
struct Told {
    account: Account,
    n_repeats: usize,
}

impl Scenario for Story {
    type World = Told;

    fn world(&self) -> anyhow::Result<Told> {
        let account = Account::with(self.at, self.parameters, Spec::impatient, self.build);
        Ok(Told { account, n_repeats: 0 })
    }

    fn aws<'world>(&self, told: &'world Told) -> &'world LocalAws {
        &told.account.aws
    }

    fn killers(&self, told: &Told) -> Vec<Killer> {
        vec![told.account.function.killer()]
    }

    fn step(&self, told: &mut Told) {
        told.account.tick(self.at);
    }

    /// First Lambda's own retry, which brings the same event a minute later, whether or not it was
    /// needed: events are delivered at least once.
    fn again(&self, told: &mut Told) {
        match told.n_repeats.checked_sub(1) {
            None => {
                told.account.aws.clock().advance_secs(60);
                told.account.function.invoke(&scheduled(self.at));
            }
            Some(tick) => {
                told.account.tick(self.ticks[tick]);
            }
        }
        told.n_repeats += 1;
    }

    fn repeats(&self) -> usize {
        1 + self.ticks.len()
    }

    fn always(&self, told: &Told) -> anyhow::Result<()> {
        nothing_twice(&told.account)?;
        (self.always)(&told.account)
    }

    /// Besides: one more run at the same time changes nothing at all.
    fn finally(&self, told: &Told) -> anyhow::Result<()> {
        let Told { account, .. } = told;
        (self.finally)(account)?;
        account.aws.log().clear();
        let run = account.function.invoke(&scheduled(&account.aws.clock().now().to_string()));
        ensure!(failure(&run).is_none(), "a further run fails: {:?}", run.outcome);
        let changes = account.changes();
        ensure!(changes.is_empty(), "a further run makes the calls {changes:?}");
        Ok(())
    }
}

/// Tries every failure and tells what there was to try.
#[track_caller]
fn survives(story: &Story) -> Tried {
    match try_every_failure(story) {
        Ok(tried) => tried,
        Err(broken) => panic!("{broken:#}"),
    }
}

/// No resource has been started, stopped or resized twice since the disturbed run began. A call
/// counts if it took effect, whatever its caller was told.
fn nothing_twice(account: &Account) -> anyhow::Result<()> {
    let mut done = BTreeMap::new();
    for call in account.aws.log().calls() {
        let changes = ["Start", "Stop", "Modify", "UpdateAuto"];
        let (_, name) = call.operation.split_once(':').context("an operation has a service")?;
        if call.outcome.is_err() || !changes.iter().any(|verb| name.starts_with(verb)) {
            continue;
        }
        let Input::Query(form) = &call.input else { continue };
        let targets = form.iter().filter(|(name, _)| {
            name.starts_with("InstanceId")
                || name.ends_with("Identifier")
                || *name == "AutoScalingGroupName"
        });
        for (_, target) in targets {
            let place = (call.account.clone(), call.region.clone());
            *done.entry((place, name.to_owned(), target.to_owned())).or_insert(0) += 1;
        }
    }
    let twice: Vec<_> = done.iter().filter(|(_, n_times)| **n_times > 1).collect();
    ensure!(twice.is_empty(), "more than once: {twice:?}");
    Ok(())
}

/// A stop that AWS refuses is not tried again before the next edge: then the resource says so.
fn is_refused(handled: Option<&str>, problem: Option<&str>) -> bool {
    handled.is_some_and(|text| text.ends_with(" refused"))
        && problem.is_some_and(|text| text.contains(" refused: "))
}

/// Whether a resource is where it should be and remembers the edge, or says that AWS refused.
fn check(
    name: &str,
    found: &str,
    expected: &str,
    tags: (Option<&str>, Option<&str>),
    edge: &str,
) -> anyhow::Result<()> {
    let (handled, problem) = tags;
    if edge.ends_with("stopped") && is_refused(handled, problem) {
        return Ok(());
    }
    ensure!(found == expected, "{name} is {found}, not {expected}; tags {handled:?} {problem:?}");
    ensure!(handled == Some(edge), "{name} remembers {handled:?}, not {edge}");
    ensure!(problem.is_none(), "{name} has a problem: {problem:?}");
    Ok(())
}
