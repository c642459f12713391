//! Collects what a process writes to standard output and standard error, in the order written.
//! Never blocks and never loses a line that was written before the process was heard of.

use std::{
    fs::File,
    io::{self, PipeWriter, Read},
    mem,
    os::fd::OwnedFd,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{net::unix::pipe::Receiver, task::JoinHandle};

/// The reading end of one pipe that serves as both streams.
#[derive(Debug)]
pub(super) struct Output {
    collected: Arc<Mutex<Collected>>,
    reader: JoinHandle<()>,
}

impl Output {
    /// A pipe: the reading end for us, the writing end for the process. One pipe for both streams
    /// keeps their lines in order.
    pub(super) fn pipe() -> io::Result<(Self, PipeWriter)> {
        let (reader, writer) = io::pipe()?;
        let reader = OwnedFd::from(reader);
        let pipe = File::from(reader.try_clone()?);
        // Makes the pipe non-blocking, and with it the second descriptor of the same pipe.
        let readiness = Receiver::from_owned_fd(reader)?;
        let collected = Arc::new(Mutex::new(Collected { pipe, bytes: Vec::new() }));
        let reader = tokio::spawn(read_while_open(readiness, Arc::clone(&collected)));
        Ok((Self { collected, reader }, writer))
    }

    /// The complete lines so far, taken away. What the process wrote before it answered is in the
    /// pipe when the answer arrives, so it is read from there at once.
    pub(super) fn take_lines(&self) -> Vec<String> {
        let mut collected = self.collected.lock().unwrap_or_else(PoisonError::into_inner);
        collected.drain();
        let end = collected.bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        let rest = collected.bytes.split_off(end);
        lines(&mem::replace(&mut collected.bytes, rest))
    }

    /// Everything that is left, whether or not the last line is complete: the process has ended.
    pub(super) fn take_rest(&self) -> Vec<String> {
        let mut collected = self.collected.lock().unwrap_or_else(PoisonError::into_inner);
        collected.drain();
        lines(&mem::take(&mut collected.bytes))
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

#[derive(Debug)]
struct Collected {
    pipe: File,
    bytes: Vec<u8>,
}

impl Collected {
    /// Reads what is there. An error is either an empty pipe or the end of it.
    fn drain(&mut self) {
        let Self { pipe, bytes } = self;
        let _empty_or_closed = pipe.read_to_end(bytes);
    }
}

/// Keeps the pipe from filling up, which would make the process wait for us.
async fn read_while_open(readiness: Receiver, collected: Arc<Mutex<Collected>>) {
    let mut buffer = [0; 8192];
    while readiness.readable().await.is_ok() {
        let mut collected = collected.lock().unwrap_or_else(PoisonError::into_inner);
        match readiness.try_read(&mut buffer) {
            Ok(0) => return,
            Ok(n_bytes) => collected.bytes.extend_from_slice(&buffer[..n_bytes]),
            Err(err) if err.kind() == io::ErrorKind::WouldBlock => (),
            Err(_) => return,
        }
    }
}

fn lines(bytes: &[u8]) -> Vec<String> {
    String::from_utf8_lossy(bytes).lines().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[tokio::test]
    async fn takes_only_complete_lines_until_the_end() {
        let (output, mut writer) = Output::pipe().unwrap();
        writer.write_all(b"one\ntwo\nthr").unwrap();
        assert_eq!(output.take_lines(), ["one", "two"]);
        writer.write_all(b"ee").unwrap();
        assert_eq!(output.take_lines(), [""; 0]);
        drop(writer);
        assert_eq!(output.take_rest(), ["three"]);
    }

    #[tokio::test]
    async fn a_pipe_never_fills_up() {
        let (output, mut writer) = Output::pipe().unwrap();
        let line = [b'x'; 1023].iter().chain(b"\n").copied().collect::<Vec<u8>>();
        let written = tokio::task::spawn_blocking(move || {
            (0..1000).try_for_each(|_| writer.write_all(&line))
        });
        written.await.unwrap().unwrap();
        assert_eq!(output.take_rest().len(), 1000);
    }
}
