//! Serves the local AWS until Ctrl-C and prints the variables that point clients at it. Decides
//! nothing; what is in it at the start is `seed`'s.

use std::io::Write as _;

use ::tests::{
    aws::{
        LocalAws, Options,
        clock::Clock,
        identity::{LOCAL_KEY, SECRET_KEY},
        world::World,
    },
    template::{Deployment, Stack, Template},
};
use anyhow::{Context as _, bail};

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let Arguments { port, speed } = Arguments::parse(std::env::args().skip(1))?;
    let stack = Template::of_workspace()?.deploy(&Deployment::default())?;
    let clock = if speed == 1 { Clock::real() } else { Clock::fast(speed) };
    let mut world = World::default();
    seed(&mut world, &stack, &clock);
    let aws = LocalAws::start(Options { port, clock: Some(clock), world, ..Options::default() })?;
    let mut out = std::io::stdout().lock();
    write!(out, "{}", exports(&aws.endpoint(), &stack))?;
    out.flush()?;
    tokio::signal::ctrl_c().await.context("cannot wait for Ctrl-C")?;
    Ok(())
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
                    parsed.port =
                        value.parse().with_context(|| format!("`{value}` is not a port"))?
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

/// What an account has after `sam deploy` of the template.
fn seed(world: &mut World, stack: &Stack, clock: &Clock) {
    stack.install(world, clock.now());
}

/// Lines for a shell: where AWS is, and the variables that each function has when deployed.
fn exports(endpoint: &str, stack: &Stack) -> String {
    let mut lines = vec![
        "# The local AWS runs until Ctrl-C. Paste this into the shell of its clients:".to_owned(),
        export("AWS_ENDPOINT_URL", endpoint),
        export("AWS_ACCESS_KEY_ID", LOCAL_KEY),
        export("AWS_SECRET_ACCESS_KEY", SECRET_KEY),
        export("AWS_REGION", &stack.region),
        // What boto3 and the AWS CLI read.
        export("AWS_DEFAULT_REGION", &stack.region),
    ];
    for function in &stack.functions {
        lines.push(format!("# {}", function.name));
        lines.extend(function.variables.iter().map(|(name, value)| export(name, value)));
    }
    lines.push(String::new());
    lines.join("\n")
}

fn export(name: &str, value: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./:,@%+".contains(&byte);
    if !value.is_empty() && value.bytes().all(is_plain) {
        format!("export {name}={value}")
    } else {
        format!("export {name}='{}'", value.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_what_a_shell_would_read_otherwise() {
        assert_eq!(export("A", "http://127.0.0.1:1"), "export A=http://127.0.0.1:1");
        assert_eq!(export("A", ""), "export A=''");
        assert_eq!(export("A", "it's $x"), r"export A='it'\''s $x'");
    }

    #[test]
    fn reads_the_arguments() {
        let read =
            |arguments: &[&str]| Arguments::parse(arguments.iter().map(|&one| one.to_owned()));
        assert_eq!(read(&[]).unwrap(), Arguments { port: 0, speed: 1 });
        let both = read(&["--speed", "60", "--port", "4566"]).unwrap();
        assert_eq!(both, Arguments { port: 4_566, speed: 60 });
        for wrong in [&["--port"][..], &["--port", "x"], &["4566"], &["--speed", "0"], &["-v", "1"]]
        {
            assert!(read(wrong).is_err(), "{wrong:?}");
        }
    }
}
