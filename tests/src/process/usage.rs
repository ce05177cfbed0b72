//! What a process has used, from `/proc` (proc(5)).

use anyhow::{Context, Result};

/// CPU time and memory of one process, all its threads together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// User and system time since it started, in milliseconds (the kernel counts in ticks, 10 ms as a rule).
    pub cpu_ms: u64,
    /// Resident memory now, in bytes.
    pub rss_bytes: u64,
    /// The most resident memory it has had, in bytes.
    pub rss_peak_bytes: u64,
}

impl Usage {
    /// What `pid` has used so far.
    ///
    /// # Errors
    /// There is no such process, or it has ended.
    pub fn of(pid: u32) -> Result<Self> {
        let stat = read(pid, "stat")?;
        let status = read(pid, "status")?;
        let ticks = stat_field(&stat, 14).zip(stat_field(&stat, 15)).context("its stat line is short")?;
        let per_second = rustix::param::clock_ticks_per_second().max(1);
        Ok(Self {
            cpu_ms: (ticks.0 + ticks.1) * 1000 / per_second,
            rss_bytes: kibibytes(&status, "VmRSS:")? * 1024,
            rss_peak_bytes: kibibytes(&status, "VmHWM:")? * 1024,
        })
    }
}

/// The ids of the direct children of `pid`. Cost: one pass over the process table.
#[must_use]
pub fn children_of(pid: u32) -> Vec<u32> {
    let Ok(processes) = std::fs::read_dir("/proc") else { return Vec::new() };
    processes
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok())
        .filter(|child| {
            read(*child, "stat").ok().and_then(|stat| stat_field(&stat, 4)) == Some(u64::from(pid))
        })
        .collect()
}

fn read(pid: u32, file: &str) -> Result<String> {
    std::fs::read_to_string(format!("/proc/{pid}/{file}")).with_context(|| format!("process {pid} is gone"))
}

/// Field `number` (as proc(5) counts, from 1) of a stat line; the second one, the command, may hold spaces.
fn stat_field(stat: &str, number: usize) -> Option<u64> {
    let after_command = &stat[stat.rfind(')')? + 1..];
    after_command.split_whitespace().nth(number.checked_sub(3)?)?.parse().ok()
}

fn kibibytes(status: &str, key: &str) -> Result<u64> {
    let line =
        status.lines().find_map(|line| line.strip_prefix(key)).context("it has ended (no memory line)")?;
    line.trim().trim_end_matches("kB").trim().parse().context("its memory line is no number")
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_command_with_spaces_and_brackets_does_not_shift_the_fields() {
        let stat = "42 (a ) b) S 7 1 1 0 -1 0 0 0 0 0 11 12 0 0";
        assert_eq!(super::stat_field(stat, 4), Some(7));
        assert_eq!((super::stat_field(stat, 14), super::stat_field(stat, 15)), (Some(11), Some(12)));
    }
}
