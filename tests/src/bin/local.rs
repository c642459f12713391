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
    let port = port(std::env::args().skip(1))?;
    let stack = Template::of_workspace()?.deploy(&Deployment::default())?;
    let clock = Clock::real();
    let mut world = World::default();
    seed(&mut world, &stack, &clock);
    let aws = LocalAws::start(Options { port, clock: Some(clock), world, ..Options::default() })?;
    let mut out = std::io::stdout().lock();
    write!(out, "{}", exports(&aws.endpoint(), &stack))?;
    out.flush()?;
    tokio::signal::ctrl_c().await.context("cannot wait for Ctrl-C")?;
    Ok(())
}

fn port(mut arguments: impl Iterator<Item = String>) -> anyhow::Result<u16> {
    match (arguments.next().as_deref(), arguments.next(), arguments.next()) {
        (None, ..) => Ok(0),
        (Some("--port"), Some(port), None) => {
            port.parse().with_context(|| format!("`{port}` is not a port"))
        }
        _ => bail!("usage: cargo local [--port <number>]"),
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
    fn reads_the_port() {
        let read = |arguments: &[&str]| port(arguments.iter().map(|&one| one.to_owned()));
        assert_eq!(read(&[]).unwrap(), 0);
        assert_eq!(read(&["--port", "4566"]).unwrap(), 4_566);
        for wrong in [&["--port"][..], &["--port", "x"], &["4566"], &["--port", "1", "2"]] {
            assert!(read(wrong).is_err(), "{wrong:?}");
        }
    }
}
