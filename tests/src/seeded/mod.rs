//! Seeded histories: what the simulation of the fleet and that of booking have in common.
//!
//! ```text
//! command (arguments, figures) ─▶ campaign (threads, shortening, broken variants) ─▶ Game ─▶ Script (a seed, its events)
//! ```
//! Invariants: a seed is the whole input of a history; a broken variant counts as caught only by a history that the unbroken store
//! passes.

pub mod campaign;
pub mod command;
mod fault;
mod script;

use anyhow::Result;
use holdfast_store::sabotage::Sabotage;

use crate::simulation::database::Pool;
use campaign::Findings;

pub(crate) use fault::broken;
pub use fault::{Fault, Promise};
pub use script::{Script, Told};

/// A kind of history.
pub struct Game {
    /// The program that plays it.
    pub program: &'static str,
    /// Events of a history: at least, and at most so many more.
    pub events: (usize, usize),
    /// Plays a script; the databases come back. An error is a violation: a [`Fault`], or the store's.
    pub play: fn(&Script, &mut Pool, &mut Told) -> Result<()>,
    /// Ways to break the store that must be caught.
    pub variants: &'static [Sabotage],
    /// Which promise a broken variant must break; `None`: any.
    pub caught_by: fn(Sabotage) -> Option<Promise>,
    /// Histories within which each must be caught.
    pub catch_within: u64,
    /// The figure of how many were not.
    pub missed_figure: &'static str,
    /// Prints what a campaign found; it took so many seconds.
    pub print: fn(&Findings, f64),
}
