//! What fuzzing asks of everything that reads bytes from outside: one function for each target, which panics when a
//! property does not hold.
//!
//! `tests/fuzz` drives the functions with coverage-guided input (`make fuzz`); the replay in this crate's tests puts
//! every corpus and crasher input, and a seeded share of mutations, through the same functions in CI.
//!
//! ```text
//! bytes ─▶ target ─▶ raw:    decode, encode, decode again: the same
//!                └─▶ built:  a valid frame or segment around the bytes, so that they get past zstd, root and signature
//! ```
//!
//! Invariants: a target reads no clock, file or random source; the same bytes do the same every time; no target takes
//! more memory than [`memory::limit`] allows for its input.

mod bundle;
mod calendar;
pub mod corpus;
mod cursor;
mod enrolment;
mod finding;
mod frame;
mod headers;
pub mod memory;
pub mod mutate;
mod ops;
mod parts;
mod patch;
mod relay;
mod resource;
mod search;
pub mod seeds;
mod segment;
mod session;
mod signature;
mod source;
mod stun;
mod turn;
mod visit;
mod world;

/// One thing that is fuzzed.
#[derive(Clone, Copy)]
pub struct Target {
    /// Its name: the fuzz target's, and the folder's of its corpus.
    pub name: &'static str,
    /// Puts one input through it; panics if a property does not hold.
    pub run: fn(&[u8]),
}

/// Every target.
pub const TARGETS: [Target; 18] = [
    Target { name: "segment", run: segment::run },
    Target { name: "frame", run: frame::run },
    Target { name: "session", run: session::run },
    Target { name: "signature", run: signature::run },
    Target { name: "enrolment", run: enrolment::run },
    Target { name: "resource", run: resource::run },
    Target { name: "search", run: search::run },
    Target { name: "bundle", run: bundle::run },
    Target { name: "patch", run: patch::run },
    Target { name: "cursor", run: cursor::run },
    Target { name: "finding", run: finding::run },
    Target { name: "headers", run: headers::run },
    Target { name: "calendar", run: calendar::run },
    Target { name: "relay-entry", run: relay::entry },
    Target { name: "relay-control", run: relay::control },
    Target { name: "stun", run: stun::run },
    Target { name: "turn", run: turn::run },
    Target { name: "visit", run: visit::run },
];

/// Runs the target of this name within its memory.
///
/// # Panics
/// If there is no such target, or the input breaks a property.
pub fn run(name: &str, data: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name).expect("a target of this name");
    memory::bounded(data.len(), || (target.run)(data));
}
