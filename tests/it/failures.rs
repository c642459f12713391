//! The enumeration of failures, tried with a real process that calls the local AWS: it must find
//! what does not survive, all of it, and nothing else.

use anyhow::{Context as _, ensure};
use serde_json::json;
use tests::{
    aws::{LocalAws, Options, world::HOME_ACCOUNT},
    lambda::{
        Function, Killer, Spec,
        failures::{Scenario, Tried, try_every_failure},
    },
};

/// Makes two parameters, one after the other.
struct TwoParameters {
    /// Without it, the second try fails at the parameter that the first one made.
    overwrite: bool,
}

struct World {
    function: Function,
    aws: LocalAws,
}

impl TwoParameters {
    fn put(&self, world: &World) {
        let event = json!({ "put": { "names": ["/a", "/b"], "overwrite": self.overwrite } });
        world.function.invoke(&event);
    }
}

impl Scenario for TwoParameters {
    type World = World;

    fn world(&self) -> anyhow::Result<World> {
        let aws = LocalAws::start(Options::default())?;
        let spec = Spec::at("misbehave", env!("CARGO_BIN_EXE_misbehave"))
            .endpoint(aws.endpoint())
            .variable("AWS_ACCESS_KEY_ID", "local")
            .impatient();
        Ok(World { function: Function::start(spec)?, aws })
    }

    fn aws<'world>(&self, world: &'world World) -> &'world LocalAws {
        &world.aws
    }

    fn killers(&self, world: &World) -> Vec<Killer> {
        vec![world.function.killer()]
    }

    fn step(&self, world: &mut World) {
        self.put(world);
    }

    fn again(&self, world: &mut World) {
        self.put(world);
    }

    fn always(&self, world: &World) -> anyhow::Result<()> {
        ensure!(exists(world, "/a") || !exists(world, "/b"), "`/b` is there before `/a`");
        Ok(())
    }

    fn finally(&self, world: &World) -> anyhow::Result<()> {
        ensure!(exists(world, "/a"), "`/a` is missing");
        ensure!(exists(world, "/b"), "`/b` is missing");
        Ok(())
    }
}

fn exists(world: &World, name: &str) -> bool {
    world.aws.with(|world| world.place(HOME_ACCOUNT, "eu-west-1").ssm.value(name).is_some())
}

#[test]
fn what_can_be_repeated_survives_every_failure() {
    let tried = try_every_failure(&TwoParameters { overwrite: true }).unwrap();
    let operations = ["ssm:PutParameter"; 2].map(str::to_owned).to_vec();
    assert_eq!(tried, Tried { operations, n_combinations: 20 });
}

#[test]
fn every_failure_that_breaks_is_reported_with_its_call() {
    let found = try_every_failure(&TwoParameters { overwrite: false }).unwrap_err().to_string();
    let (summary, list) = found.split_once('\n').context(found.clone()).unwrap();
    // A first call that took effect, or a second one that did not, cannot be repeated.
    let expected = [
        "1 (ssm:PutParameter), Timeout",
        "1 (ssm:PutParameter), Truncated",
        "1 (ssm:PutParameter), KillAfter",
        "2 (ssm:PutParameter), Throttle",
        "2 (ssm:PutParameter), InternalError",
        "2 (ssm:PutParameter), Unavailable",
        "2 (ssm:PutParameter), Denied",
        "2 (ssm:PutParameter), Reset",
        "2 (ssm:PutParameter), KillBefore",
        "2 (ssm:PutParameter), Unavailable from here on",
    ];
    let expected = expected.map(|call| format!("  call {call}: at the end: `/b` is missing"));
    let mut listed: Vec<&str> = list.lines().collect();
    listed.sort_by_key(|line| expected.iter().position(|expected| expected == line));
    assert_eq!(listed, expected);
    assert_eq!(summary, "10 of 20 failures break the scenario:");
}
