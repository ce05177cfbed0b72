//! Who may sell which time: ownership that is settled beforehand, so that nobody has to be asked while a patient waits.
//!
//! Every minute of a resource's time (a practitioner's, a room's, a device's) has one owner: one incarnation of one database. All of it
//! is the calendar's holder's, a clinic's node, but for what was granted away. What is told is told by records that are written once
//! ([`Record`]); who owns what follows from the set of them ([`Ledger`]), in whatever order they arrive and however often.
//!
//! ```text
//! Calendar ─▶ holder ──Grant──▶ taker ──Return──▶ holder        epochs: of two that name one minute, the higher counts
//!               │                  └╴╴╴silent╴╴╴TakeBack──▶ holder   after sell_until + gap, and a pull that began later
//!               └──gone: Ask ─▶ each hub writes Gone ─▶ successor
//! ```
//!
//! What is counted (places of a group session, refills) is owned in the same way: the numbers of a pool stand where minutes do
//! ([`counted`]).
//!
//! It does not: store, send, or read a clock; it does not know what an appointment is ([`Takes`] says what it takes).
//!
//! ```
//! use holdfast_core::id::ActorId;
//! use holdfast_core::rights::{Act, Ledger, Owner, Piece, Record, span::{Span, Spans}};
//!
//! let (node, hub) = (ActorId([1; 16]), ActorId([2; 16]));
//! let record = |id: &str, act| Record { id: id.into(), clinic: "north".into(), act };
//! let mut ledger = Ledger::default();
//! ledger.add(&record("a", Act::Calendar { holder: node, hubs: vec![hub] }));
//! let pieces = vec![Piece { resource: "Practitioner/7".into(), spans: vec![Span::new(600, 660)] }];
//! ledger.add(&record("b", Act::Grant { giver: node, taker: hub, epoch: 1, sell_until_ms: 9_000, after: 0, pieces }));
//! assert_eq!(ledger.owner("Practitioner/7", 600), Owner::Taker { taker: hub, sell_until_ms: 9_000 });
//! assert_eq!(ledger.owner("Practitioner/7", 660), Owner::Holder(node));
//! ```
//!
//! Invariants: the same records give the same owners, whatever their order; a minute that two records of one epoch give to different
//! owners is sold by nobody; an owner that is gone owns nothing that it can sell.

mod act;
pub mod counted;
mod gap;
mod ledger;
pub mod policy;
mod refusal;
pub mod rows;
pub mod span;
mod takes;

pub use act::{Act, BadRecord, KIND, MAX_ROWS, MAX_SPAN_MIN, Piece, Record, check_span};
pub use gap::{SKEW_BOUND_MS, TooEarly, may_take_back};
pub use ledger::{Granted, Holder, Ledger, Owner};
pub use refusal::Refusal;
pub use takes::Takes;

#[cfg(test)]
mod tests;
