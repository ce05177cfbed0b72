//! Deterministic simulation of a clinic that books: who confirms which time, on real stores, whatever happens in between.
//!
//! A history is some dozens of events on the fleet of [`crate::simulation`]: two desks at the node and patients at two hubs book, move,
//! cancel, click twice, send again; grants go out and come back; links are cut, messages lost, repeated and reordered; processes die,
//! disks are restored and cloned, clocks are wrong by hours. Then everything is healed, and what people were told is held against what
//! the databases say.
//!
//! ```text
//! history (seed) ─▶ desks, handing over, disasters ─▶ World ─▶ Fleet of real stores, real sessions
//!                                 └── what people were told ─▶ Oracle ◀── finish: what is displayed, what can be sold
//! ```
//!
//! Invariants: the oracle knows what was asked and answered, and reads what is displayed; it asks nothing of the rights it judges. The
//! same seed plays the same history.
//!
//! What it takes for granted, as the clinic's runbook does: clocks are wrong by no more than the skew bound; a person who says that a
//! database is gone has switched off its copies; a disk is not rolled back together with the sidecar that tells its age.

mod desks;
mod disasters;
mod finish;
mod handing_over;
pub mod history;
mod oracle;
mod races;
mod slots;
mod world;
