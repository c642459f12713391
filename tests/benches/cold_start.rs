//! Cold starts of every function against the smallest function there is, in the same run. Prints
//! ratios; asserts nothing, since a busy machine would make it lie.
//!
//! `cargo bench --workspace --bench cold_start`

mod measure;

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, bail};
use serde_json::{Value, json};
use tests::{
    aws::clock::Clock,
    lambda::{Function, Outcome, Spec},
    stage::Stage,
};

use crate::measure::{mebibytes, median, rounds};

/// One binary with one event, and what was measured in each round.
struct Subject {
    name: String,
    event: Value,
    /// The error that it answers with, if it does.
    refusal: Option<String>,
    spec: Spec,
    init: Vec<Duration>,
    first_answer: Vec<Duration>,
    peak_memory_bytes: Vec<u64>,
}

fn main() -> anyhow::Result<()> {
    let deployed = Stage::on(Clock::real()).deploy()?;
    let mut subjects = vec![Subject::new("bare", Spec::new("bare")?, json!({}))];
    for (function, event) in sample_events()? {
        let name = format!("{function}, {}", event.file_stem().unwrap_or_default().display());
        let event = serde_json::from_slice(&fs::read(&event)?)
            .with_context(|| format!("cannot parse `{}`", event.display()))?;
        // The key `local` may do everything: what a role may do is tested elsewhere.
        let spec = deployed.spec(&function)?.variable("AWS_ACCESS_KEY_ID", "local");
        subjects.push(Subject::new(&name, spec, event));
    }
    // Round by round, so that a change in the machine's mood hits all alike.
    for _ in 0..rounds(51) {
        for subject in &mut subjects {
            subject.measure()?;
        }
    }
    print(&mut subjects)?;
    Ok(())
}

impl Subject {
    fn new(name: &str, spec: Spec, event: Value) -> Self {
        Self {
            name: name.to_owned(),
            event,
            refusal: None,
            spec,
            init: Vec::new(),
            first_answer: Vec::new(),
            peak_memory_bytes: Vec::new(),
        }
    }

    fn measure(&mut self) -> anyhow::Result<()> {
        let invocation = Function::start(self.spec.clone())?.invoke(&self.event);
        match &invocation.outcome {
            Outcome::Answer(_) => (),
            // A sample may name what is not in an empty account: to be refused is an answer, too.
            Outcome::Error { error_type, .. } => self.refusal = Some(error_type.clone()),
            other => {
                bail!("`{}`: {other:?}:\n{}", self.name, invocation.logs.join("\n"));
            }
        }
        let init = invocation.init.context("a new function starts cold")?;
        self.init.push(init);
        self.first_answer.push(init + invocation.duration);
        self.peak_memory_bytes.extend(invocation.peak_memory_bytes);
        Ok(())
    }
}

/// Every function of the workspace with each of its sample events.
fn sample_events() -> anyhow::Result<Vec<(String, PathBuf)>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut events = Vec::new();
    for function in sorted(&root.join("functions"))? {
        let name = function.file_name().unwrap_or_default().to_string_lossy().into_owned();
        for event in sorted(&root.join("events").join(&name))? {
            events.push((name.clone(), event));
        }
    }
    Ok(events)
}

fn sorted(directory: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries =
        directory.read_dir().with_context(|| format!("cannot read `{}`", directory.display()))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<PathBuf>>>()?;
    paths.sort();
    Ok(paths)
}

fn print(subjects: &mut [Subject]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{:<40} {:>16} {:>18} {:>16}",
        "median of each", "to first /next", "to first answer", "peak memory"
    )?;
    let mut bare: Option<[f64; 3]> = None;
    for subject in subjects {
        let values = [
            median(&mut subject.init).as_secs_f64() * 1e3,
            median(&mut subject.first_answer).as_secs_f64() * 1e3,
            mebibytes(median(&mut subject.peak_memory_bytes)),
        ];
        let [next, answer, memory] = values;
        let [x_next, x_answer, x_memory] = ratios(values, *bare.get_or_insert(values));
        writeln!(
            out,
            "{:<40} {next:>7.1} ms {x_next:>4.1}x {answer:>9.1} ms {x_answer:>4.1}x \
             {memory:>6.1} MiB {x_memory:>4.1}x {}",
            subject.name,
            subject.refusal.as_deref().unwrap_or_default(),
        )?;
    }
    Ok(())
}

fn ratios(values: [f64; 3], bare: [f64; 3]) -> [f64; 3] {
    let [a, b, c] = values;
    [a / bare[0], b / bare[1], c / bare[2]]
}
