//! The program `local`: starts it, reads what it prints, and ends it as Ctrl-C does, so that its
//! database ends too.

use std::{
    fs,
    io::{BufRead as _, BufReader, Lines},
    process::{Child, ChildStdout, Command, Stdio},
};

use tests::lambda;

pub(super) struct Local {
    pub(super) endpoint: String,
    /// The authority of its database, if it has one.
    pub(super) ca_pem: Option<String>,
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Local {
    /// Returns when it has printed what to type.
    pub(super) fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(lambda::binary("local").unwrap());
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut local = Self { endpoint: String::new(), ca_pem: None, child, lines };
        loop {
            let line = local.line();
            if let Some((_, rest)) = line.split_once("AWS_ENDPOINT_URL=") {
                rest.split(' ').next().unwrap().clone_into(&mut local.endpoint);
            }
            if let Some((_, rest)) = line.split_once("SSL_CA_PEM=\"$(cat '") {
                let path = rest.split('\'').next().unwrap();
                local.ca_pem = Some(fs::read_to_string(path).unwrap());
            }
            if line.starts_with("# template.yaml grants that function is allowed") {
                return local;
            }
        }
    }

    /// The next lines, without the marks of comments and the time.
    pub(super) fn lines<const N: usize>(&mut self) -> [String; N] {
        std::array::from_fn(|_| {
            let line = self.line();
            let line = line.strip_prefix("# ").unwrap();
            let is_time = |text: &str| text.len() == 8 && text.split(':').count() == 3;
            match line.split_once("  ") {
                Some((time, rest)) if is_time(time) => rest.to_owned(),
                _ => line.to_owned(),
            }
        })
    }

    fn line(&mut self) -> String {
        self.lines.next().expect("the program goes on").unwrap()
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        let pid = self.child.id().to_string();
        let _gone = Command::new("sh").args(["-c", "kill -s INT \"$0\"", &pid]).status();
        let _ended = self.child.wait();
    }
}
