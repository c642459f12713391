//! Serves the account of the demo until Ctrl-C, on the machine's clock, and prints what to type in
//! other terminals. Of what AWS does by itself it does rotations; it runs no function.

use std::{
    collections::BTreeMap,
    io::{self, Write as _},
};

use ::tests::{
    aws::{LocalAws, Options, clock::Clock, dice::Dice, world::World},
    demo,
    local::{Functions, drive},
    servers::Server,
    template::Stack,
};
use anyhow::{Context as _, bail};
use tokio::signal::unix::{SignalKind, signal};

fn main() -> anyhow::Result<()> {
    let Arguments { port, speed, functions } = Arguments::parse(std::env::args().skip(1))?;
    let stack = demo::deploy(&[])?;
    let clock = if speed == 1 { Clock::real() } else { Clock::fast(speed) };
    let mut world = World::default();
    world.dice = Dice::random();
    // Ends with us.
    let server = demo::populate(&mut world, &stack, clock.now())?;
    let options = Options { port, clock: Some(clock), world, ..Options::default() };
    let aws = LocalAws::start(options)?;
    print(&instructions(&aws.endpoint(), &stack, server.as_ref()));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut terminated = signal(SignalKind::terminate()).context("cannot wait for the end")?;
        tokio::select! {
            () = drive(&aws, &functions, |line| print(&format!("# {line}\n"))) => Ok(()),
            interrupted = tokio::signal::ctrl_c() => interrupted.context("cannot wait for Ctrl-C"),
            _ = terminated.recv() => Ok(()),
        }
    })
}

/// Seen at once. Nobody reads us any more if this fails, so there is nobody to tell.
fn print(text: &str) {
    let mut out = io::stdout();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Text for a shell: what is not a command is a comment.
fn instructions(endpoint: &str, stack: &Stack, server: Option<&Server>) -> String {
    let region = &stack.region;
    let mut variables: BTreeMap<&str, &str> = BTreeMap::new();
    for function in &stack.functions {
        let set = function.variables.iter().filter(|(_, value)| !value.is_empty());
        variables.extend(set.map(|(name, value)| (name.as_str(), value.as_str())));
    }
    let variables: Vec<String> =
        variables.iter().map(|(name, value)| format!("{name}='{value}'")).collect();
    let variables = variables.join(" \\\n    ");
    let (authority, database) = match server {
        Some(server) => (
            format!(
                "# Who signed the certificate of the database:\n\
                 export SSL_CA_PEM=\"$(cat '{}')\"\n",
                server.ca_file().display()
            ),
            format!(
                "aws secretsmanager rotate-secret --secret-id shop   # two users of a PostgreSQL, port {}\n",
                server.port()
            ),
        ),
        None => (
            String::new(),
            "# There is no PostgreSQL here: `tests/run servers` unpacks one, then there are secrets of its users.\n"
                .to_owned(),
        ),
    };
    format!(
        "# A local AWS with a fleet and secrets in it, until Ctrl-C. In every other terminal:\n\
         export AWS_ENDPOINT_URL={endpoint} AWS_REGION={region} AWS_DEFAULT_REGION={region}\n\
         export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local\n\
         # What template.yaml sets for the functions:\n\
         export {variables}\n\
         {authority}\n\
         # In a second terminal, which runs the functions:\n\
         cargo lambda watch\n\n\
         # In a third: first only what would be done, then do it, then look.\n\
         cargo lambda invoke instance-scheduler --data-file events/instance-scheduler/dry-run.json\n\
         cargo lambda invoke instance-scheduler --data-file events/instance-scheduler/scheduled.json\n\
         aws ec2 describe-instances\n\n\
         # What a rotation needs, and its four steps by hand; then whole ones, told here.\n\
         for event in doctor create set test finish; do\n    \
         cargo lambda invoke secret-rotation --data-file events/secret-rotation/$event.json\n\
         done\n\
         aws secretsmanager rotate-secret --secret-id api-key   # a random value\n\
         {database}\
         aws secretsmanager list-secrets\n\n\
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
    /// Where functions are invoked.
    functions: Functions,
}

impl Arguments {
    fn parse(arguments: impl IntoIterator<Item = String>) -> anyhow::Result<Self> {
        let functions = Functions::at(Functions::DEFAULT)?;
        let mut parsed = Self { port: 0, speed: 1, functions };
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
                "--functions" => parsed.functions = Functions::at(&value)?,
                _ => bail!(
                    "usage: cargo local [--port <number>] [--speed <factor>] [--functions <url>]"
                ),
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
        let functions = Functions::at("http://127.0.0.1:9000").unwrap();
        assert_eq!(read(&[]).unwrap(), Arguments { port: 0, speed: 1, functions });
        let url = "http://localhost:9001";
        let all = read(&["--speed", "60", "--port", "4566", "--functions", url]).unwrap();
        let functions = Functions::at(url).unwrap();
        assert_eq!(all, Arguments { port: 4_566, speed: 60, functions });
        for wrong in [
            &["--port"][..],
            &["--port", "x"],
            &["4566"],
            &["--speed", "0"],
            &["-v", "1"],
            &["--functions", "9000"],
        ] {
            assert!(read(wrong).is_err(), "{wrong:?}");
        }
    }
}
