//! What became of the lines.

use std::time::Duration;

use serde::Serialize;

use super::job::Spot;

/// Refusals that are shown in full.
const MAX_SHOWN: usize = 20;

/// Why a line, or an entry of a batch, was not stored.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub(super) struct Refusal {
    /// The entry of the bundle, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) entry: Option<usize>,
    /// HTTP status; 0 if it was never sent.
    pub(super) status: u16,
    pub(super) code: String,
    pub(super) text: String,
}

/// What became of one line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Outcome {
    pub(super) serial: u64,
    pub(super) spot: Spot,
    pub(super) is_bundle: bool,
    /// For each entry of the original: `Type/id` where it is now, if it is stored.
    pub(super) stored: Vec<Option<String>>,
    /// The bundle itself, if it is kept too.
    pub(super) whole: Option<String>,
    pub(super) refusals: Vec<Refusal>,
}

impl Outcome {
    /// Nothing of the line is stored.
    pub(super) fn refused(spot: Spot, count: usize, refusal: Refusal) -> Self {
        let stored = vec![None; count];
        Self { serial: spot.serial, spot, is_bundle: false, stored, whole: None, refusals: vec![refusal] }
    }

    /// Resources stored.
    pub(super) fn resources(&self) -> u64 {
        self.stored.iter().flatten().count() as u64 + u64::from(self.whole.is_some())
    }
}

/// The sums.
#[derive(Debug, Default)]
pub(super) struct Tally {
    bundles: u64,
    singles: u64,
    resources: u64,
    refused_lines: u64,
    shown: Vec<String>,
    refusals: u64,
}

impl Tally {
    pub(super) fn add(&mut self, outcome: Outcome) {
        self.resources += outcome.resources();
        if !outcome.refusals.is_empty() {
            self.refused_lines += 1;
        } else if outcome.is_bundle {
            self.bundles += 1;
        } else {
            self.singles += 1;
        }
        for refusal in &outcome.refusals {
            self.refusals += 1;
            if self.shown.len() < MAX_SHOWN {
                let entry = refusal.entry.map(|entry| format!(" entry {entry}")).unwrap_or_default();
                let Spot { file, line, .. } = &outcome.spot;
                self.shown.push(format!("  {file} line {line}{entry}: {} ({})", refusal.text, refusal.code));
            }
        }
    }

    /// Lines of which something was refused.
    pub(super) fn refused(&self) -> u64 {
        self.refused_lines
    }

    pub(super) fn summary(&self, elapsed: Duration) -> String {
        let mut lines = Vec::new();
        if self.refusals > 0 {
            lines.push(format!("refused ({} of {} shown):", self.shown.len(), self.refusals));
            lines.extend(self.shown.iter().cloned());
        }
        let seconds = elapsed.as_secs_f64().max(0.001);
        lines.push(format!(
            "imported {} resources from {} bundles and {} single resources in {seconds:.1} s ({:.0} resources/s), {} lines refused",
            self.resources,
            self.bundles,
            self.singles,
            self.resources as f64 / seconds,
            self.refused_lines
        ));
        lines.join("\n")
    }
}
