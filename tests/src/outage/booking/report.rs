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
    /// What patients have bought at the hub.
    pub sold: u64,
    /// Of these, while the hub and the node could not reach each other.
    pub sold_while_cut: u64,
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
        figure::print("booking_live_sold_by_hub", self.sold, "count");
        figure::print("booking_live_sold_while_cut", self.sold_while_cut, "count");
        figure::print("booking_live_processes_killed", self.kills, "processes");
        for (name, found) in [
            ("booking_live_double_bookings", &self.double),
            ("booking_live_confirmations_broken", &self.broken),
        ] {
            figure::print(name, found.len(), "count");
            found.iter().take(TOLD).for_each(|one| eprintln!("  {one}"));
        }
        let tested = [
            ("a confirmation", self.confirmed),
            ("a kill", self.kills),
            ("time that was granted", self.granted_asked),
            ("a time that was taken", self.refusals.get("slot-taken").copied().unwrap_or_default()),
            ("something sold by the hub while the link was cut", self.sold_while_cut),
        ];
        let is_tested = tested.iter().all(|(_, times)| *times > 0);
        for (what, _) in tested.iter().filter(|(_, times)| *times == 0) {
            eprintln!("  this was not put to the test: {what}");
        }
        is_tested && self.double.is_empty() && self.broken.is_empty()
    }
}
