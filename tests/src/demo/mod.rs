//! The demo of every function: its main job in a believable account, on the real binaries. Knows
//! which functions have one, not what they do.

pub mod instance_scheduler;
mod paint;
mod paragraph;
mod screen;

use anyhow::{Context as _, bail};
use jiff::Timestamp;

use crate::{
    aws::world::World,
    template::{Deployment, Stack, Template},
};
pub use paint::{Colour, Paint};
pub use screen::Screen;

/// One function's part in the demo.
struct Demo {
    function: &'static str,
    /// Shows what the function does. Fails if the world does not end as it should.
    run: fn(&mut Screen<'_>) -> anyhow::Result<()>,
    /// Puts what the function looks after into the deployed account.
    populate: fn(&mut World, &Stack, Timestamp) -> anyhow::Result<()>,
}

const DEMOS: &[Demo] = &[Demo {
    function: instance_scheduler::FUNCTION,
    run: instance_scheduler::run,
    populate: instance_scheduler::populate,
}];

/// Where failures are told.
const TOPIC: &str = "alerts";

/// Runs the demo of one function, or of every function.
pub fn run(function: Option<&str>, screen: &mut Screen<'_>) -> anyhow::Result<()> {
    let is_wanted = |demo: &&Demo| function.is_none_or(|wanted| wanted == demo.function);
    let chosen: Vec<&Demo> = DEMOS.iter().filter(is_wanted).collect();
    if chosen.is_empty() {
        let names: Vec<_> = DEMOS.iter().map(|demo| format!("`{}`", demo.function)).collect();
        bail!("there is no demo `{}`, only {}", function.unwrap_or_default(), names.join(", "));
    }
    for Demo { function, run, populate: _ } in chosen {
        run(screen).with_context(|| format!("the demo of `{function}`"))?;
    }
    Ok(())
}

/// The template as the demo's account deploys it. Every parameter that is not among `parameters`
/// has its default, but for the topic that failures are told to.
pub fn deploy(parameters: &[(&str, &str)]) -> anyhow::Result<Stack> {
    let deployment = Deployment::default();
    let topic = format!("arn:aws:sns:{}:{}:{TOPIC}", deployment.region, deployment.account);
    let deployment = parameters
        .iter()
        .fold(deployment, |deployment, (name, value)| deployment.with(name, value));
    Template::of_workspace()?.deploy(&deployment.with("AlertTopicArn", &topic))
}

/// Puts the deployed stack and what every function looks after into a world.
pub fn populate(world: &mut World, stack: &Stack, now: Timestamp) -> anyhow::Result<()> {
    stack.install(world, now);
    world.place(&stack.account, &stack.region).sns.add_topic(TOPIC);
    DEMOS.iter().try_for_each(|demo| (demo.populate)(world, stack, now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_function_is_refused_with_the_list() {
        let mut out = Vec::new();
        let err = run(Some("coffee"), &mut Screen::new(&mut out, Paint::off())).unwrap_err();
        assert_eq!(err.to_string(), "there is no demo `coffee`, only `instance-scheduler`");
        assert!(out.is_empty());
    }
}
