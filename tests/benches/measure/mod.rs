//! What the benchmarks have in common: how often, which of the results, in which unit.

use std::env;

/// Enough for a median that two runs agree on; an odd number has a middle. Without `--bench` cargo
/// is testing, and wants to know only that the program works.
pub(crate) fn rounds(n: usize) -> usize {
    if is_bench() { n } else { 1 }
}

pub(crate) fn is_bench() -> bool {
    env::args().any(|argument| argument == "--bench")
}

/// Zero where nothing was measured, as memory outside Linux.
pub(crate) fn median<T: Ord + Copy + Default>(values: &mut [T]) -> T {
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}

#[expect(clippy::cast_precision_loss, reason = "exact up to 2^53 bytes")]
pub(crate) fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / (1024.0 * 1024.0)
}
