//! Figures, one a line: `figure: NAME VALUE UNIT`, and the machine they were taken on.

use std::fmt::Display;
use std::io::Write;

/// Prints `figure: NAME VALUE UNIT` on stdout and flushes it.
///
/// `name` and `unit` hold no spaces (spaces become `_`), so that the line splits into exactly four words; a
/// dimensionless figure takes the unit `count` or `ratio`.
pub fn print(name: &str, value: impl Display, unit: &str) {
    say(&line(name, value, unit));
}

/// The line that [`print()`] writes, without the newline.
#[must_use]
pub fn line(name: &str, value: impl Display, unit: &str) -> String {
    let unit = if unit.is_empty() { "count" } else { unit };
    format!("figure: {} {} {}", name.replace(' ', "_"), value, unit.replace(' ', "_"))
}

/// A time in milliseconds as figures give it: to a hundredth, which a busy machine still repeats.
#[must_use]
pub fn ms(value: f64) -> String {
    format!("{value:.2}")
}

/// Prints one line `machine: cores=… load=… memory_mib=… available_mib=… kernel=…`; an unreadable part is `?`.
pub fn machine() {
    say(&machine_line());
}

/// The line that [`machine`] writes, without the newline. Memory in MiB; load is the 1, 5 and 15 minute average.
#[must_use]
pub fn machine_line() -> String {
    let cores = std::thread::available_parallelism().map_or_else(|_| "?".to_owned(), |n| n.to_string());
    let load = read("/proc/loadavg").split_whitespace().take(3).collect::<Vec<_>>().join(",");
    let memory = read("/proc/meminfo");
    format!(
        "machine: cores={cores} load={} memory_mib={} available_mib={} kernel={}",
        if load.is_empty() { "?" } else { &load },
        mebibytes(&memory, "MemTotal:"),
        mebibytes(&memory, "MemAvailable:"),
        read("/proc/sys/kernel/osrelease").trim(),
    )
}

fn read(path: &str) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|_| "?".to_owned())
}

fn mebibytes(meminfo: &str, key: &str) -> String {
    let kib = meminfo
        .lines()
        .find_map(|line| line.strip_prefix(key))
        .and_then(|rest| rest.trim().trim_end_matches("kB").trim().parse::<u64>().ok());
    kib.map_or_else(|| "?".to_owned(), |kib| (kib / 1024).to_string())
}

/// Writes a line to stdout; a closed stdout is no reason to end a drill.
pub fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}");
    let _ = out.flush();
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_figure_is_four_words() {
        assert_eq!(super::line("outage_acked_lost", 0, "writes"), "figure: outage_acked_lost 0 writes");
        assert_eq!(super::line("two words", 1.5, ""), "figure: two_words 1.5 count");
    }

    #[test]
    fn the_machine_line_names_what_a_reader_needs() {
        let line = super::machine_line();
        for part in ["machine: cores=", " load=", " memory_mib=", " kernel="] {
            assert!(line.contains(part), "{line}");
        }
        assert!(!line.contains('?') && !line.contains('\n'), "{line}");
    }
}
