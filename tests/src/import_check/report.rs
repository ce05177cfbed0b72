//! The table and the figures.

use super::control::Control;
use super::receipts::Refused;
use super::world::LineFate;
use crate::figure;
use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;

/// Findings shown of each kind, unless all are asked for.
const SHOWN: usize = 12;

/// One data set.
#[derive(Debug, Default, Clone)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) lines: u64,
    pub(super) fate: LineFate,
    pub(super) unexplained: u64,
    pub(super) lost: u64,
    pub(super) took: Duration,
}

impl Row {
    /// Counts one line.
    pub(super) fn add(&mut self, fate: &LineFate) {
        self.lines += 1;
        self.lost += fate.unaccounted.len() as u64;
        self.fate.carried += fate.carried;
        self.fate.stored += fate.stored;
        self.fate.superseded += fate.superseded;
        self.fate.left_out += fate.left_out;
        self.fate.refused += fate.refused;
    }
}

/// Everything that was found.
#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) rows: Vec<Row>,
    /// Why lines were refused, checked: explanation → how often, and one place.
    pub(super) explained: BTreeMap<String, (u64, String)>,
    pub(super) unexplained: Vec<String>,
    pub(super) lost: Vec<String>,
    /// Saves made by importing sets again that should change nothing.
    pub(super) again_changes: u64,
    pub(super) control: Control,
    pub(super) held: u64,
    pub(super) expected: u64,
}

impl Report {
    /// Counts one refusal, with why it is right if it is.
    pub(super) fn refused(
        &mut self,
        row: usize,
        place: &str,
        refused: &Refused,
        explanation: Option<String>,
    ) {
        if let Some(why) = explanation {
            self.explained.entry(why).or_insert((0, place.to_owned())).0 += 1;
            return;
        }
        self.rows[row].unexplained += 1;
        let entry = refused.entry.map(|entry| format!(" entry {entry}")).unwrap_or_default();
        self.unexplained.push(format!("{place}{entry}: {} ({})", refused.text, refused.code));
    }

    /// Prints everything; whether all is well.
    pub(super) fn print(&self, verbose: bool) -> bool {
        self.table();
        let shown = if verbose { usize::MAX } else { SHOWN };
        for (what, (count, place)) in self.explained.iter().take(shown) {
            say(&format!("refused, rightly ({count}): {what}; for example {place}"));
        }
        self.list("refused, unexplained", &self.unexplained, shown);
        self.list("lost or changed", &self.lost, shown);
        self.list("control", &self.control.missed, shown);
        say(&format!("the node holds {} resources; {} are accounted for", self.held, self.expected));
        let resources: u64 = self.rows.iter().map(|row| row.fate.stored).sum();
        let seconds: f64 = self.rows.iter().map(|row| row.took.as_secs_f64()).sum();
        figure::print("import_resources", resources, "resources");
        figure::print("import_resources_lost", self.lost.len(), "count");
        figure::print("import_bundles_refused_unexplained", self.unexplained.len(), "count");
        figure::print("import_again_changes", self.again_changes, "count");
        figure::print("import_control_damages", self.control.made, "count");
        figure::print("import_control_missed", self.control.missed.len(), "count");
        figure::print("import_rate", format!("{:.0}", resources as f64 / seconds.max(0.001)), "resources/s");
        let is_whole = self.lost.is_empty() && self.held == self.expected && self.again_changes == 0;
        let is_checked = self.control.made > 0 && self.control.missed.is_empty();
        is_whole && is_checked && self.unexplained.is_empty()
    }

    fn table(&self) {
        say(&format!(
            "{:<36} {:>6} {:>9} {:>9} {:>8} {:>7} {:>7} {:>5} {:>8} {:>7}",
            "data set",
            "lines",
            "resources",
            "stored",
            "repeated",
            "refused",
            "unexpl.",
            "lost",
            "seconds",
            "res/s"
        ));
        for row in &self.rows {
            let seconds = row.took.as_secs_f64();
            let fate = &row.fate;
            say(&format!(
                "{:<36} {:>6} {:>9} {:>9} {:>8} {:>7} {:>7} {:>5} {seconds:>8.1} {:>7.0}",
                row.name,
                row.lines,
                fate.carried,
                fate.stored,
                fate.superseded + fate.left_out,
                fate.refused,
                row.unexplained,
                row.lost,
                fate.stored as f64 / seconds.max(0.001),
            ));
        }
    }

    fn list(&self, what: &str, all: &[String], shown: usize) {
        all.iter().take(shown).for_each(|one| say(&format!("{what}: {one}")));
        if all.len() > shown {
            say(&format!("{what}: and {} more (--verbose shows all)", all.len() - shown));
        }
    }
}

pub(super) fn say(line: &str) {
    // A closed stdout is no reason to end a check.
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}
