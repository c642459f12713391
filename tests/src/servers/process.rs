//! The process of a server and its children: starts them, sends them signals, waits for their end.
//! Knows no engine.

use std::{fs::File, io, path::Path, process::Stdio, time::Duration};

use anyhow::{Context as _, bail};
use tokio::{
    process::{Child, Command},
    time::timeout,
};

use super::place::Place;

/// How long a server may take to end when it was told to.
const END: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    pid: u32,
}

/// A command that runs as the owner of the place, without our environment.
pub(super) fn command(program: &Path, place: &Place) -> Command {
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("LC_ALL", "C")
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("TZ", "UTC")
        .current_dir(place.path())
        .stdin(Stdio::null());
    if let Some(owner) = place.owner {
        command.uid(owner).gid(owner);
    }
    command
}

/// Runs a command to its end.
pub(super) async fn run(mut command: Command) -> anyhow::Result<()> {
    let output = command.output().await?;
    if !output.status.success() {
        let told = [output.stdout, output.stderr].concat();
        bail!("{:?} failed:\n{}", command.as_std(), String::from_utf8_lossy(&told));
    }
    Ok(())
}

impl Process {
    /// Starts a server that writes to this log. It stays in our process group, so that who ends
    /// that (a terminal, the time limit of a test) ends the server too.
    pub(super) fn start(mut command: Command, log: File) -> io::Result<Self> {
        let child = command.stdout(log.try_clone()?).stderr(log).kill_on_drop(true).spawn()?;
        let pid = child.id().ok_or(io::ErrorKind::NotFound)?;
        Ok(Self { child, pid })
    }

    pub(super) fn pid(&self) -> u32 {
        self.pid
    }

    pub(super) fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Asks the server to end and waits for it.
    pub(super) async fn end(mut self, signal: &str) -> anyhow::Result<()> {
        send(signal, &[self.pid]).await?;
        match timeout(END, self.child.wait()).await {
            Ok(ended) => ended.map(drop).context("cannot wait for the server"),
            Err(_) => bail!("the server did not end in {} s", END.as_secs()),
        }
    }

    /// Stops the server and, since one process of several would go on, its children; first itself,
    /// so that it starts no more of them.
    pub(super) async fn pause(&self) -> anyhow::Result<()> {
        send("STOP", &[self.pid]).await?;
        self.signal_children("STOP").await
    }

    pub(super) async fn resume(&self) -> anyhow::Result<()> {
        self.signal_children("CONT").await?;
        send("CONT", &[self.pid]).await
    }

    async fn signal_children(&self, signal: &str) -> anyhow::Result<()> {
        let children = children(self.pid).await?;
        if !children.is_empty() {
            // One may have ended since; the others hear it nevertheless.
            let _gone = send(signal, &children).await;
        }
        Ok(())
    }
}

/// The workspace forbids unsafe code, and with it the system call; every shell has it.
async fn send(signal: &str, pids: &[u32]) -> anyhow::Result<()> {
    let mut shell = Command::new("sh");
    shell.args(["-c", r#"kill -s "$0" "$@""#, signal]).args(pids.iter().map(u32::to_string));
    run(shell).await
}

async fn children(pid: u32) -> anyhow::Result<Vec<u32>> {
    let output = Command::new("ps").args(["-A", "-o", "pid=", "-o", "ppid="]).output().await;
    let output = output.context("cannot list processes with `ps`")?;
    Ok(children_in(&String::from_utf8_lossy(&output.stdout), pid))
}

fn children_in(list: &str, parent: u32) -> Vec<u32> {
    let pairs = list.lines().filter_map(|line| {
        let (pid, of) = line.trim().split_once(' ')?;
        Some((pid.parse::<u32>().ok()?, of.trim().parse::<u32>().ok()?))
    });
    pairs.filter(|&(_, of)| of == parent).map(|(pid, _)| pid).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_are_found_by_their_parent() {
        let list = "    1     0\n  20     1\n  21    20\n 300    20\n 200   300\n";
        assert_eq!(children_in(list, 20), [21, 300]);
        assert_eq!(children_in(list, 2), [0; 0]);
    }
}
