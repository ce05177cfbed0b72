//! What the drill came to.

use std::collections::BTreeMap;

use crate::figure;

/// What the drill came to. All is well if nothing was sold twice and every word was kept, and if something was put to the test at all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Bookings confirmed, cancelled ones among them.
    pub confirmed: u64,
    /// Refusals by code.
    pub refusals: BTreeMap<String, u64>,
    /// Stretches that were head office's while the link was cut, and that a desk asked for.
    pub granted_asked: u64,
    /// Processes killed while desks booked.
    pub kills: u64,
    /// Time that two have.
    pub double: Vec<String>,
    /// What was confirmed and is not so, at the node or at the hub.
    pub broken: Vec<String>,
}

/// Findings told at length; the rest is a number.
const TOLD: usize = 10;

impl Report {
    /// Prints the figures, and the first findings of each kind on stderr. Whether all was well.
    pub fn print(&self) -> bool {
        let told: Vec<String> = self.refusals.iter().map(|(code, times)| format!("{code} {times}")).collect();
        figure::say(&format!("on processes, refusals by code: {}", told.join(", ")));
        figure::print("booking_live_confirmations", self.confirmed, "count");
        figure::print("booking_live_granted_asked", self.granted_asked, "count");
        figure::print("booking_live_processes_killed", self.kills, "processes");
        for (name, found) in [
            ("booking_live_double_bookings", &self.double),
            ("booking_live_confirmations_broken", &self.broken),
        ] {
            figure::print(name, found.len(), "count");
            found.iter().take(TOLD).for_each(|one| eprintln!("  {one}"));
        }
        let is_tested =
            self.confirmed > 0 && self.granted_asked > 0 && self.refusals.contains_key("slot-taken");
        if !is_tested {
            eprintln!(
                "  nothing was put to the test: no confirmation, no time that was granted, or no time that was taken"
            );
        }
        is_tested && self.double.is_empty() && self.broken.is_empty()
    }
}
