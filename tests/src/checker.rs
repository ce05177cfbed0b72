//! The independent ledger of acknowledged writes.
//!
//! A drill records each write that was acknowledged to it; the record is on disk (`fdatasync`) before it counts, so
//! the ledger survives whatever the drill kills, itself included. Afterwards [`verify`] asks every replica for each
//! write and counts those that are nowhere: not current, not a sibling of a conflict, not in the history. It knows
//! nothing of the product's merge rules, and its own test shows that a dropped write is counted.

mod ledger;
mod verdict;

pub use ledger::{Ledger, read};
pub use verdict::{Verdict, verify};

use serde::{Deserialize, Serialize};

/// One write that was acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Acked {
    /// The resource, as `Type/id`.
    pub entity: String,
    /// The top-level element that was written.
    pub element: String,
    /// Text that no other write of this element holds, such as a phone number; as JSON has it, without quotes.
    pub marker: String,
    /// The ETag that came with the acknowledgement.
    pub etag: String,
}

#[cfg(test)]
mod tests;
