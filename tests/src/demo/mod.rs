//! The demo of every function: its main job in a believable account, on the real binaries. Knows
//! which functions have one, not what they do.

mod checks;
pub mod instance_scheduler;
mod paint;
mod paragraph;
mod screen;
pub mod secret_rotation;

use anyhow::bail;

use crate::{
    aws::world::{HOME_ACCOUNT, HOME_REGION},
    servers::Server,
    stage::{Deployed, Stage},
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

/// Deploys the demo's account: the stack, and the topic that failures are told to.
pub fn deploy(stage: Stage) -> anyhow::Result<Deployed> {
    let topic = format!("arn:aws:sns:{HOME_REGION}:{HOME_ACCOUNT}:{TOPIC}");
    let deployed = stage.parameters(&[("AlertTopicArn", &topic)]).deploy()?;
    let Deployed { aws, stack } = &deployed;
    aws.with(|world| world.place(&stack.account, &stack.region).sns.add_topic(TOPIC));
    Ok(deployed)
}

/// Puts what every function looks after into the demo's account. Part of that is a database, if its
/// programs are on this machine; it ends when dropped.
pub fn populate(Deployed { aws, stack }: &Deployed) -> anyhow::Result<Option<Server>> {
    let now = aws.clock().now();
    aws.with(|world| {
        instance_scheduler::populate(world, stack, now)?;
        secret_rotation::populate(world, stack, now)
    })
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
