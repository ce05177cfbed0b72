//! The pure heart of Holdfast: what an op is, how ops merge, how a log is sealed and what two replicas
//! say to each other. It reads no clock, file, socket or random source: time and randomness arrive as arguments,
//! so that a run replays exactly.
//!
//! ```text
//! save ─▶ op ─▶ segment (sealed, signed) ─▶ session ─▶ upstream ─▶ page ─▶ other replicas
//!          └──▶ EntityState::apply ─▶ view::render ─▶ what a client reads
//! ```
//!
//! Invariants: a dot names one op for ever; an actor's seqs have no gaps; a value goes away only when an op
//! names it as seen; the same set of ops renders the same bytes everywhere.

pub mod codec;
pub mod hlc;
pub mod id;
pub mod json;
pub mod message;
mod names;
pub mod op;
pub mod rights;
pub mod rules;
pub mod search;
pub mod seen;
pub mod segment;
pub mod session;
pub mod sight;
pub mod state;
pub mod view;
pub mod wellformed;
pub mod wire;
