//! Who looked at what: reads, searches and refusals are noted as they happen, kept on pages in the log's last lane within
//! about a second, and shown as AuditEvents beside the saves that the log itself names.
//!
//! ```text
//! guard ─▶ Trail (in memory, bounded) ─▶ Keeper (once a second) ─▶ HoldfastAudit page ─▶ head office
//!                                                      op log ─▶ GET /fhir/AuditEvent ◀─┘
//! ```
//! A read never waits for this: a power cut loses the looks of the last second, and if the disk is full for long those past
//! the bound, of which the next page says how many they were.

mod keeper;
pub(crate) mod look;
pub(crate) mod show;
mod sieve;
mod trail;
mod verify;

pub use keeper::{flush, run};
pub(crate) use look::{Asker, Look, Looks};
pub(crate) use trail::Trail;
pub use verify::{Verified, describe, verify};
