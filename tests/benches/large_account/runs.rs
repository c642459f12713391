//! Whole runs of the real binary: from the event to the answer, with the peak memory of its process.

use std::{
    io::{self, Write as _},
    time::Duration,
};

use anyhow::{bail, ensure};
use serde_json::{Value, json};
use tests::{
    aws::world::HOME_ACCOUNT,
    lambda::{Function, Outcome},
};

use crate::{
    fleet::{self, NOW, State},
    measure::mebibytes,
};

/// What a run of the real binary costs.
struct Cost {
    duration: Duration,
    peak_memory_bytes: u64,
    /// What the design allows: half of the function's memory.
    budget_mib: f64,
    n_calls: usize,
}

pub(crate) fn measure(n_instances: usize) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "one run over {n_instances} instances, cold process, peak memory")?;
    for (name, state, event, counted) in [
        ("all in step", State::InStep, scheduled(), "managed"),
        ("all to start, dry run", State::Asleep, json!({"dry_run": true, "now": NOW}), "started"),
        ("all to start", State::Asleep, scheduled(), "started"),
    ] {
        let tenth = run(n_instances / 10, state, &event, counted)?;
        let whole = run(n_instances, state, &event, counted)?;
        let mib = mebibytes(whole.peak_memory_bytes);
        writeln!(
            out,
            "  {name:<22} {:>8.0} ms {:>6.1}x a tenth {mib:>6.1} MiB {:>5.2}x the {:.0} MiB \
             allowed {:>6} calls",
            whole.duration.as_secs_f64() * 1e3,
            whole.duration.as_secs_f64() / tenth.duration.as_secs_f64(),
            mib / whole.budget_mib,
            whole.budget_mib,
            whole.n_calls,
        )?;
    }
    Ok(())
}

fn run(n_instances: usize, state: State, event: &Value, counted: &str) -> anyhow::Result<Cost> {
    let deployed = fleet::account(n_instances, state)?;
    // The key `local` may do everything: what a role may do is tested elsewhere.
    let spec = deployed.spec("instance-scheduler")?.variable("AWS_ACCESS_KEY_ID", "local");
    let budget_mib = f64::from(spec.memory_mib) / 2.0;
    let invocation = Function::start(spec)?.invoke(event);
    let Outcome::Answer(report) = &invocation.outcome else {
        bail!("no answer but {:?}:\n{}", invocation.outcome, invocation.logs.join("\n"));
    };
    ensure!(report["counts"][counted] == json!(n_instances), "the run is right: {report:.300}");
    Ok(Cost {
        duration: invocation.duration,
        peak_memory_bytes: invocation.peak_memory_bytes.unwrap_or_default(),
        budget_mib,
        n_calls: deployed.aws.log().operations().len(),
    })
}

fn scheduled() -> Value {
    json!({
        "version": "0",
        "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": HOME_ACCOUNT,
        "time": NOW,
        "region": fleet::REGION,
        "resources": ["arn:aws:events:eu-west-1:111111111111:rule/tick"],
        "detail": {},
    })
}
