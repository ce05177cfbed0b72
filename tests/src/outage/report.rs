//! What the drill came to.

use crate::figure;
use std::time::Duration;

/// What the drill came to. All is well if nothing is lost, hidden, decided or different.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Edits at each node while the links were cut.
    pub edits_a_side: u64,
    /// Acknowledged writes in the ledger.
    pub acked: u64,
    /// Saves acknowledged while the reconcile ran and processes were killed; they are in `acked`.
    pub acked_while_healing: u64,
    /// Resources compared.
    pub resources: u64,
    /// Conflicts made.
    pub conflicts_expected: u64,
    /// Conflicts that the hub lists.
    pub conflicts_found: u64,
    /// Processes killed while records moved.
    pub kills: u64,
    /// From the end of the cut until all was sent and fetched.
    pub healing: Duration,
    /// How the first writes were lost, and how many in all, counted at each replica.
    pub lost: Vec<String>,
    /// Resources that are missing or other at one of the replicas.
    pub differing: Vec<String>,
    /// Conflicts not shown in full, or made by nobody, counted at each replica.
    pub hidden: Vec<String>,
    /// Values that lost without a conflict, counted at each replica.
    pub decided: Vec<String>,
}

/// Findings told at length; the rest is a number.
const TOLD: usize = 10;

impl Report {
    /// Whether nothing was lost, hidden, decided or different.
    #[must_use]
    pub fn is_good(&self) -> bool {
        [&self.lost, &self.differing, &self.hidden, &self.decided].into_iter().all(Vec::is_empty)
    }

    /// Prints the figures, and the first findings of each kind on stderr. Returns [`Report::is_good`].
    pub fn print(&self) -> bool {
        figure::machine();
        figure::print("outage_edits_a_side", self.edits_a_side, "edits");
        figure::print("outage_acked_writes", self.acked, "writes");
        figure::print("outage_acked_while_healing", self.acked_while_healing, "writes");
        figure::print("outage_processes_killed", self.kills, "processes");
        figure::print("outage_heal_seconds", format!("{:.1}", self.healing.as_secs_f64()), "s");
        figure::print("outage_resources_compared", self.resources, "resources");
        figure::print("outage_conflicts_expected", self.conflicts_expected, "conflicts");
        figure::print("outage_conflicts_found", self.conflicts_found, "conflicts");
        for (name, found, unit) in [
            ("outage_acked_lost", &self.lost, "writes"),
            ("outage_replicas_differ", &self.differing, "resources"),
            ("outage_conflicts_hidden", &self.hidden, "conflicts"),
            ("outage_decided_silently", &self.decided, "elements"),
        ] {
            figure::print(name, found.len(), unit);
            found.iter().take(TOLD).for_each(|one| eprintln!("  {one}"));
        }
        self.is_good()
    }
}
