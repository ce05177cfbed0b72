//! The little that a command tells the person at the console. A closed terminal is no reason to fail.

use std::io::Write;

/// A line on stdout.
pub fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    let _closed = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// A line on stderr.
pub fn note(line: &str) {
    let _closed = writeln!(std::io::stderr().lock(), "{line}");
}
