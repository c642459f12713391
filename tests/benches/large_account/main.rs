//! An account of 100,000 instances under 100 schedules: how long the instance scheduler plans, how
//! long the local AWS lists, and what whole runs of the real binary cost. Each figure is also given
//! as a multiple of the same for a tenth of the account: 10x is linear. Asserts nothing about time.
//!
//! `cargo bench --workspace --bench large_account`

mod fleet;
mod listing;
#[path = "../measure/mod.rs"]
mod measure;
mod planning;
mod runs;

use crate::measure::is_bench;

fn main() -> anyhow::Result<()> {
    // As a test it only shows that it works.
    let n_instances = if is_bench() { 100_000 } else { 1_000 };
    planning::measure(n_instances)?;
    listing::measure(n_instances)?;
    runs::measure(n_instances)
}
