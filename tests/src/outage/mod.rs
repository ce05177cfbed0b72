//! `make drill-outage`: the WAN goes, both clinics go on writing, the WAN comes back, and every process is killed
//! while they reconcile.
//!
//! ```text
//! nurses ─▶ node north ─▶ link ─┐
//!                               ├─▶ holdfast-hub ─▶ PostgreSQL        cut · write · heal · kill -9 each · compare
//! nurses ─▶ node south ─▶ link ─┘
//! ```
//!
//! Real binaries, real TLS and enrolment, a real PostgreSQL. What was acknowledged is in the ledger, on disk, before it
//! counts. What is expected is worked out by the plan alone, with none of the product's merge rules: which value each
//! element must show, what must be gone, and which elements must show two values side by side, with their authors. It is
//! looked for at the hub and at both nodes, over HTTP, as a client would.

pub mod booking;
mod check;
mod fleet;
mod heal;
mod http;
mod hub;
mod node;
mod picture;
mod plan;
mod report;
mod run;
mod waiting;
mod ward;
mod write;

pub use report::Report;
pub use run::run;

/// What to drill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Edits at each node while the links are cut.
    pub edits: usize,
    /// How many of them change an element that the other node changes too.
    pub concurrent: usize,
    /// Patients that both nodes hold.
    pub patients: usize,
    /// Clients that write and read at a time, at each process.
    pub clients: usize,
    /// How often each process is killed while they reconcile.
    pub rounds: usize,
    /// The seed of all that is written.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { edits: 10_000, concurrent: 200, patients: 500, clients: 4, rounds: 3, seed: 1 }
    }
}

#[cfg(test)]
mod tests;
