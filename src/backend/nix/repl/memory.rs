//! How much memory an evaluator has, and how much it may have: it gives nothing back of what it ever evaluated.

use std::fs;

/// What it may always have, in bytes: a NixOS host takes some hundreds of megabytes, seldom more than four gigabytes.
const ALWAYS: u64 = 2 << 30;

/// A page, in bytes, as nearly every Linux has it; where one is larger, more is allowed.
const PAGE: u64 = 4096;

/// A third of the machine's memory. `None` where nothing tells of it (`man 5 proc_meminfo`): then there is no limit.
pub(super) fn limit() -> Option<u64> {
    of_total(&fs::read_to_string("/proc/meminfo").ok()?)
}

fn of_total(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kibibytes = line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?;
    Some((kibibytes * 1024 / 3).max(ALWAYS))
}

/// What a process has (`man 5 proc_pid_statm`).
pub(super) fn resident(process: u32) -> Option<u64> {
    let statm = fs::read_to_string(format!("/proc/{process}/statm")).ok()?;
    statm.split(' ').nth(1)?.parse::<u64>().ok().map(|pages| pages * PAGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_third_of_the_machine_is_enough() {
        assert_eq!(of_total("MemTotal:       30000000 kB\nMemFree: 1 kB\n"), Some(10_240_000_000));
        assert_eq!(of_total("MemTotal: 100 kB"), Some(ALWAYS), "one host has to fit");
        assert_eq!(of_total("nothing"), None);
        assert!(resident(std::process::id()).is_none_or(|bytes| bytes > 1 << 20));
    }
}
