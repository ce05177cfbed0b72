//! What was found, counted and shown.

use std::collections::BTreeMap;
use std::io::Write;

/// Faults shown of one kind, unless all are asked for.
const SHOWN_FAULTS: usize = 5;

/// The counts of the hand-made cases.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) cases: u64,
    /// Answers of 5xx.
    pub(super) server_errors: u64,
    /// Cases after which something was stored that should not be.
    pub(super) stored_in_part: u64,
    /// Answers that are not what they must be, 5xx included.
    pub(super) faults: u64,
    /// How many cases and faults a kind has.
    by_kind: BTreeMap<&'static str, (u64, Vec<String>)>,
}

impl Tally {
    pub(super) fn case(&mut self, kind: &'static str) {
        self.cases += 1;
        self.by_kind.entry(kind).or_default().0 += 1;
    }

    pub(super) fn fault(&mut self, kind: &'static str, text: String) {
        self.faults += 1;
        self.by_kind.entry(kind).or_default().1.push(text);
    }

    pub(super) fn is_clean(&self) -> bool {
        self.cases > 0 && self.faults == 0 && self.server_errors == 0 && self.stored_in_part == 0
    }

    /// One line a kind, and its faults below.
    pub(super) fn print(&self, all: bool) {
        for (kind, (cases, faults)) in &self.by_kind {
            say(&format!("{kind:<28} {cases:>5} cases {:>5} faults", faults.len()));
            let shown = if all { faults.len() } else { SHOWN_FAULTS };
            for fault in faults.iter().take(shown) {
                say(&format!("    {fault}"));
            }
            if faults.len() > shown {
                say(&format!("    … and {} more", faults.len() - shown));
            }
        }
    }
}

/// Prints one line; a closed stdout is no reason to end the check.
pub(super) fn say(line: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}
