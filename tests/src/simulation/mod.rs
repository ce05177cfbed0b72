//! Deterministic simulation of a whole fleet: real stores, real messages, everything else made of one seed.
//!
//! A history is some dozens of events (saves, sessions, crashes, restored and cloned disks, jumping clocks, scopes that
//! come and go) with messages lost, repeated, delayed and reordered in between. At its end everything is healed and the
//! promise is checked: replicas that hold a scope are byte-equal, nothing acknowledged is lost, no concurrent value is
//! hidden, no dot names two ops, index and feeds agree with the resources. In a quarter of the histories a clinic may hold
//! some patients only: its nodes must never be sent another, and must come to hold all of its own.
//!
//! ```text
//! history (seed) ──► saves ─────► records (real) ◄──► link (real session machine) ◄──► network ◄──► records.respond
//!                     │  disasters ┘                                                          (real)
//!                     └──► oracle: what people were shown and wrote; nothing of the product's merge
//! finish: heal, settle, compare      crate::seeded: threads, shortening, broken variants
//! ```
//!
//! Invariants: no clock, socket, file or random source but the seed's; the same seed plays the same history.

pub mod database;
pub mod dice;
mod disasters;
mod finish;
pub mod fleet;
pub mod giving_back;
pub mod history;
pub mod link;
pub mod network;
pub mod oracle;
pub mod replica;
pub mod rules;
mod saves;
pub mod shares;
pub mod shown;
