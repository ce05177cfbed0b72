//! One visit, as a state machine on a virtual clock: [`Visit::handle`] takes what happened and gives what is to be done.
//!
//! ```text
//! Entered ─▶ here ─knock─▶ waiting ─admit─▶ in ─leave, remove, 60 s without socket and media─▶ left, away ─hello─▶ here
//! ```
//!
//! The shell does the outputs of one call in their order, one call after another, and calls again with [`Input::Timer`] when the
//! last [`Output::Timer`] is due. [`Output::Save`] comes first: what is told to anybody is in the [`Snapshot`] by then, so a node that
//! is restarted takes everybody back, and no answer is lost or given twice.

mod bridge;
mod chat;
mod clinician;
mod commands;
mod enter;
mod input;
mod kept;
mod lead;
mod live;
mod media;
mod output;
mod people;
mod place;
mod rate;
mod relay;
#[cfg(feature = "sabotage")]
pub mod sabotage;
mod settle;
mod visit;

pub use input::{Clinician, Input, Order, RelayAnswer, RelayEvent, SlotsOf};
pub use kept::{BadSnapshot, Facts, Finished, Snapshot};
pub use live::Ice;
pub use output::{Fact, LeftWhy, Output, Request, What};
pub use visit::Visit;
