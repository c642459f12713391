//! Serves the account of the demo until Ctrl-C, on the machine's clock, and prints what to type in
//! other terminals. Invokes nothing itself.

use std::{
    collections::BTreeMap,
    io::{self, Write as _},
};

use anyhow::{Context as _, bail};
use tests::{
    aws::{LocalAws, Options, clock::Clock, world::World},
    demo,
    template::Stack,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let port = port(std::env::args().skip(1))?;
    let stack = demo::deploy(&[])?;
    let clock = Clock::real();
    let mut world = World::default();
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
         export AWS_ENDPOINT_URL={endpoint} AWS_REGION={region}\n\
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

fn port(mut arguments: impl Iterator<Item = String>) -> anyhow::Result<u16> {
    match (arguments.next().as_deref(), arguments.next(), arguments.next()) {
        (None, _, _) => Ok(0),
        (Some("--port"), Some(port), None) => {
            port.parse().with_context(|| format!("`{port}` is not a port"))
        }
        _ => bail!("usage: cargo local [--port <number>]"),
    }
}
