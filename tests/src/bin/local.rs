//! Serves the account of the demo until Ctrl-C, on the machine's clock, and prints what to type in
//! other terminals. Of what AWS does by itself it does rotations; it runs no function.

use std::io::{self, Write as _};

use ::tests::{
    aws::{clock::Clock, dice::Dice},
    demo,
    local::{Functions, drive, instructions},
    stage::{Deployed, Stage},
};
use anyhow::{Context as _, bail};
use tokio::signal::unix::{SignalKind, signal};

fn main() -> anyhow::Result<()> {
    let Arguments { port, speed, functions } = Arguments::parse(std::env::args().skip(1))?;
    let clock = if speed == 1 { Clock::real() } else { Clock::fast(speed) };
    let deployed = demo::deploy(Stage::on(clock).port(port))?;
    deployed.aws.with(|world| world.dice = Dice::random());
    // Ends with us.
    let server = demo::populate(&deployed)?;
    let Deployed { aws, stack } = deployed;
    print(&instructions(&aws.endpoint(), &stack, server.as_ref()));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        // However we end, the database must not stay behind: it takes a hang-up for something else.
        let listen = |kind| signal(kind).context("cannot wait for the end");
        let mut terminated = listen(SignalKind::terminate())?;
        let mut hung_up = listen(SignalKind::hangup())?;
        tokio::select! {
            () = drive(&aws, &functions, |line| print(&format!("# {line}\n"))) => Ok(()),
            interrupted = tokio::signal::ctrl_c() => interrupted.context("cannot wait for Ctrl-C"),
            _ = terminated.recv() => Ok(()),
            _ = hung_up.recv() => Ok(()),
        }
    })
}

/// Seen at once. Nobody reads us any more if this fails, so there is nobody to tell.
fn print(text: &str) {
    let mut out = io::stdout();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
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
