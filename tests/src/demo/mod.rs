//! The demo of every function: its main job in a believable account, on the real binaries. Knows
//! which functions have one, not what they do.

mod checks;
pub mod instance_scheduler;
mod paint;
mod paragraph;
mod screen;
pub mod secret_rotation;

use std::{path::Path, time::Duration};

use anyhow::bail;
use jiff::Timestamp;

use crate::{
    aws::world::World,
    lambda::Spec,
    servers::Server,
    template::{Deployment, Function, Stack, Template},
};
pub use paint::{Colour, Paint};
pub use screen::Screen;

/// One function's part in the demo.
struct Demo {
    function: &'static str,
    /// Shows what the function does. Fails if the world does not end as it should.
    run: fn(&mut Screen<'_>) -> anyhow::Result<()>,
}

const DEMOS: &[Demo] = &[
    Demo { function: instance_scheduler::FUNCTION, run: instance_scheduler::run },
    Demo { function: secret_rotation::FUNCTION, run: secret_rotation::run },
];

/// Where failures are told.
const TOPIC: &str = "alerts";

/// Runs the demo of one function, or of every function: one that fails stops no other, and is told
/// at the end.
pub fn run(function: Option<&str>, screen: &mut Screen<'_>) -> anyhow::Result<()> {
    let is_wanted = |demo: &&Demo| function.is_none_or(|wanted| wanted == demo.function);
    let chosen: Vec<&Demo> = DEMOS.iter().filter(is_wanted).collect();
    if chosen.is_empty() {
        let names: Vec<_> = DEMOS.iter().map(|demo| format!("`{}`", demo.function)).collect();
        bail!("there is no demo `{}`, only {}", function.unwrap_or_default(), names.join(", "));
    }
    run_all(&chosen, screen)
}

fn run_all(demos: &[&Demo], screen: &mut Screen<'_>) -> anyhow::Result<()> {
    let mut failures = Vec::new();
    for Demo { function, run } in demos {
        if let Err(err) = run(screen) {
            let failure = format!("the demo of `{function}` failed: {err:#}");
            if demos.len() > 1 {
                // Where the eye is now; the end may be a screen away.
                let failure = screen.paint.paint(Colour::Red, &failure);
                screen.line(format_args!("\n{failure}"))?;
            }
            failures.push(failure);
        }
    }
    if failures.is_empty() {
        return Ok(());
    }
    bail!(failures.join("\n"))
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

/// Puts the deployed stack into a world.
fn install(world: &mut World, stack: &Stack, now: Timestamp) {
    stack.install(world, now);
    world.place(&stack.account, &stack.region).sns.add_topic(TOPIC);
}

/// Puts the deployed stack and what every function looks after into a world. Part of that is a
/// database, if its programs are on this machine; it ends when dropped.
pub fn populate(
    world: &mut World,
    stack: &Stack,
    now: Timestamp,
) -> anyhow::Result<Option<Server>> {
    install(world, stack, now);
    instance_scheduler::populate(world, stack, now)?;
    secret_rotation::populate(world, stack, now)
}

/// A function as the template deploys it.
fn spec(binary: &Path, stack: &Stack, function: &Function, endpoint: &str) -> anyhow::Result<Spec> {
    let mut spec = Spec::at(&function.name, binary)
        .endpoint(endpoint)
        .timeout(Duration::from_secs(function.timeout_secs))
        .memory_mib(u32::try_from(function.memory_mb)?);
    spec.account.clone_from(&stack.account);
    spec.region.clone_from(&stack.region);
    spec.variables.extend(function.variables.clone());
    Ok(spec)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_function_is_refused_with_the_list() {
        let mut out = Vec::new();
        let err = run(Some("coffee"), &mut Screen::new(&mut out, Paint::off())).unwrap_err();
        assert_eq!(
            err.to_string(),
            "there is no demo `coffee`, only `instance-scheduler`, `secret-rotation`"
        );
        assert!(out.is_empty());
    }

    #[test]
    fn a_demo_that_fails_stops_no_other_and_is_told_twice() {
        let broken = Demo { function: "broken", run: |_| bail!("no database") };
        let sound = Demo { function: "sound", run: |screen| Ok(screen.line("all is well")?) };
        let mut out = Vec::new();
        let mut screen = Screen::new(&mut out, Paint::off());
        let err = run_all(&[&broken, &sound], &mut screen).unwrap_err();
        let failure = "the demo of `broken` failed: no database";
        assert_eq!(err.to_string(), failure);
        assert_eq!(String::from_utf8(out).unwrap(), format!("\n{failure}\nall is well\n"));
    }
}
