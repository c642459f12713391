//! How much memory a process has used at most. Reads `/proc`, so it knows nothing outside Linux.

use std::fs;

/// The largest resident size of the process so far, or nothing where the system does not say or
/// the process has ended.
///
/// Lambda limits the memory of the whole micro virtual machine; the resident size of the one
/// process in it is the nearest that can be had without privileges. A limit on address space
/// (`ulimit -v`) would count what the allocator only reserves.
pub(super) fn peak_bytes(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    high_water_mark(&status)
}

fn high_water_mark(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_high_water_mark() {
        let status = "Name:\tbare\nVmPeak:\t  9999 kB\nVmHWM:\t    3400 kB\nVmRSS:\t 1 kB\n";
        assert_eq!(high_water_mark(status), Some(3_481_600));
    }

    #[test]
    fn a_process_that_has_ended_has_none() {
        assert_eq!(high_water_mark("Name:\tbare\nState:\tZ (zombie)\n"), None);
    }
}
