//! Power-loss images of the store: what was acknowledged must be there, whatever of the rest reached the disk.
//!
//! ```text
//! workload (a real store) ──► vfs ──► log: every write, sync, name and acknowledgement, in order
//!        └── ledger: what was promised         │ cut anywhere
//!                 │                            ▼
//!                 │            disk: what is durable ──► survival: any subset of the rest, by sectors
//!                 ▼                                              │
//!              check ◄── the real store on the system's VFS ◄── image in a folder
//! ```
//!
//! The modelled disk keeps what was synced before the cut and, of what was not, any set of 512-byte sectors in any
//! order; a file's length may grow without its bytes; a name is durable once its folder was synced, and a new WAL's
//! first sync does that. A file half on its way may be found under either name. What it does not model: a disk that
//! damages sectors nobody writes, or that lies about a sync; the controls show that the checker sees the latter.
//!
//! Invariants: a finding names its seed, workload and cut; the judge uses the ledger for what must be there and the
//! store only to read it; every control must lose.

pub mod campaign;
pub mod check;
pub mod coverage;
pub mod disk;
pub mod folder;
pub mod ledger;
pub mod log;
pub mod rules;
pub mod sidecar;
pub mod survival;
pub mod vfs;
pub mod workload;

#[cfg(test)]
mod tests;
