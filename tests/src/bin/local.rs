//! Serves the account of the demo until Ctrl-C, on the machine's clock, and prints what to type in
//! other terminals. Invokes nothing itself.

use std::{
    collections::BTreeMap,
    io::{self, Write as _},
};

use ::tests::{
    aws::{LocalAws, Options, clock::Clock, dice::Dice, world::World},
    demo,
    template::Stack,
};
use anyhow::{Context as _, bail};

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let Arguments { port, speed } = Arguments::parse(std::env::args().skip(1))?;
    let stack = demo::deploy(&[])?;
    let clock = if speed == 1 { Clock::real() } else { Clock::fast(speed) };
    let mut world = World::default();
    world.dice = Dice::random();
    demo::populate(&mut world, &stack, clock.now())?;
    let options = Options { port, clock: Some(clock), world, ..Options::default() };
    let aws = LocalAws::start(options)?;
    let mut out = io::stdout();
    out.write_all(instructions(&aws.endpoint(), &stack).as_bytes())?;
    out.flush()?;
    tokio::signal::ctrl_c().await.context("cannot wait for Ctrl-C")?;
    Ok(())
}

/// Text for a shell: what is not a command is a comment.
fn instructions(endpoint: &str, stack: &Stack) -> String {
    let region = &stack.region;
    let mut variables: BTreeMap<&str, &str> = BTreeMap::new();
    for function in &stack.functions {
        let set = function.variables.iter().filter(|(_, value)| !value.is_empty());
        variables.extend(set.map(|(name, value)| (name.as_str(), value.as_str())));
    }
    let variables: Vec<String> =
        variables.iter().map(|(name, value)| format!("{name}='{value}'")).collect();
    let variables = variables.join(" \\\n    ");
    format!(
        "# A local AWS with a fleet in it, until Ctrl-C. In every other terminal:\n\
         export AWS_ENDPOINT_URL={endpoint} AWS_REGION={region} AWS_DEFAULT_REGION={region}\n\
         export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local\n\
         # What template.yaml sets for the functions:\n\
         export {variables}\n\n\
         # In a second terminal, which runs the functions:\n\
         cargo lambda watch\n\n\
         # In a third: first only what would be done, then do it, then look.\n\
         cargo lambda invoke instance-scheduler --data-file events/instance-scheduler/dry-run.json\n\
         cargo lambda invoke instance-scheduler --data-file events/instance-scheduler/scheduled.json\n\
         aws ec2 describe-instances\n\n\
         # The key `local` may do everything. With AWS_ACCESS_KEY_ID=instance-scheduler, only what\n\
         # template.yaml grants that function is allowed.\n"
    )
}

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
struct Arguments {
    /// Any free port if zero.
    port: u16,
    /// How many seconds pass in a second.
    speed: i32,
}

impl Arguments {
    fn parse(arguments: impl IntoIterator<Item = String>) -> anyhow::Result<Self> {
        let mut parsed = Self { port: 0, speed: 1 };
        let mut arguments = arguments.into_iter();
        while let Some(name) = arguments.next() {
            let value = arguments.next().with_context(|| format!("`{name}` without a value"))?;
            match name.as_str() {
                "--port" => {
                    let port = value.parse();
                    parsed.port = port.with_context(|| format!("`{value}` is not a port"))?;
                }
                "--speed" => {
                    let speed = value.parse().ok().filter(|&speed| speed > 0);
                    parsed.speed = speed.with_context(|| format!("`{value}` is not a speed"))?;
                }
                _ => bail!("usage: cargo local [--port <number>] [--speed <factor>]"),
            }
        }
        Ok(parsed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_arguments() {
        let read = |arguments: &[&str]| {
            Arguments::parse(arguments.iter().map(|&argument| argument.to_owned()))
        };
        assert_eq!(read(&[]).unwrap(), Arguments { port: 0, speed: 1 });
        let both = read(&["--speed", "60", "--port", "4566"]).unwrap();
        assert_eq!(both, Arguments { port: 4_566, speed: 60 });
        for wrong in [&["--port"][..], &["--port", "x"], &["4566"], &["--speed", "0"], &["-v", "1"]]
        {
            assert!(read(wrong).is_err(), "{wrong:?}");
        }
    }
}
