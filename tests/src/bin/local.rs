//! Serves the local AWS until Ctrl-C and prints the variables that point clients at it.

use std::io::Write as _;

use anyhow::{Context as _, bail};
use tests::aws::{LocalAws, Options};

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let port = port(std::env::args().skip(1))?;
    let aws = LocalAws::start(Options { port, ..Options::default() })?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "export AWS_ENDPOINT_URL={}", aws.endpoint())?;
    writeln!(
        out,
        "export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_REGION=eu-west-1"
    )?;
    out.flush()?;
    tokio::signal::ctrl_c().await.context("cannot wait for Ctrl-C")?;
    Ok(())
}

fn port(mut arguments: impl Iterator<Item = String>) -> anyhow::Result<u16> {
    match (arguments.next().as_deref(), arguments.next()) {
        (None, _) => Ok(0),
        (Some("--port"), Some(port)) => {
            port.parse().with_context(|| format!("`{port}` is not a port"))
        }
        _ => bail!("usage: cargo local [--port <number>]"),
    }
}
