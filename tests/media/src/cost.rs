//! What a process has cost: CPU and memory, as the kernel counts them.

use anyhow::{Context as _, Result};
use std::time::Duration;

/// CPU of a process, in user and kernel, since its start (proc(5), fields 14 and 15).
pub fn cpu(pid: u32) -> Result<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name, in brackets, may have blanks in it.
    let fields: Vec<&str> = stat.rsplit(')').next().context("a stat line")?.split_whitespace().collect();
    let ticks = fields[11].parse::<u64>()? + fields[12].parse::<u64>()?;
    // Linux counts user-visible ticks of 10 ms, whatever its own are.
    Ok(Duration::from_millis(ticks * 10))
}

/// Memory that a process has to itself and shares, in KiB.
pub fn memory_kib(pid: u32) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("a VmRSS line")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse()?)
}
