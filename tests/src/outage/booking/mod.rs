//! `make drill-booking` on real processes: two desks book at a node, again and again the same times, and patients at the hub, while the
//! link between them is cut and healed and both are killed.
//!
//! ```text
//! desk 1 ─┐ twice, at once                     granted: the web's share
//!         ├─▶ holdfast-node ─▶ link ─▶ holdfast-hub ─▶ PostgreSQL       cut · book · kill -9 · heal · book · compare
//! desk 2 ─┘ again, until it is answered             ▲
//!                                          patients ┘ by code, from what was granted
//! ```
//!
//! What desks and patients were told is all that is known here; it is held against what the node and the hub have in the end. No rule of
//! the product's decides it.

mod check;
mod clinic;
mod desk;
mod report;
mod run;
mod web;

pub use report::Report;
pub use run::run;

/// What to drill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Bookings of each desk in each of the three phases: with the link, without, and after it is back.
    pub bookings: usize,
    /// Patients who book at the hub in each.
    pub patients: usize,
    /// How often node and hub are killed in each.
    pub kills: usize,
    /// The seed of what is wanted.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { bookings: 120, patients: 3, kills: 2, seed: 1 }
    }
}
