//! Ops as columns. A batch of ops is written column by column, with tables for actors, UUIDs, names and
//! shapes (which registers an op assigns), and the values grouped by (resource type, register), so that like stands beside
//! like and zstd finds it. UUIDs are taken out of ids and values and kept as 16 raw bytes each, once per batch.

pub(crate) mod budget;
mod decode;
mod encode;
mod size;
mod uuids;

use crate::wire::WireError;

pub use budget::cost_of;
pub use decode::{decode_ops, inflate};
pub use encode::{deflate, encode_ops};
pub use size::{MAX_CHANGES, MAX_OP_BYTES, MAX_PREDECESSORS, OpSize};

/// Ops in one batch: bounds what a decoder allocates. Segments use at most 1,024.
pub const MAX_OPS: usize = 8192;
/// A batch inflates to at most this many bytes: three values as large as they come, beside each other in a conflict.
pub const MAX_INFLATED_BYTES: usize = 64 << 20;
/// The largest resource that may be written, as JSON: a scanned document fits, and a message holds several.
pub const MAX_RESOURCE_BYTES: usize = 16 << 20;
const _: () = assert!(3 * MAX_RESOURCE_BYTES < MAX_INFLATED_BYTES, "what may be written can be sent");
/// Entries of any table in a batch.
const MAX_TABLE: usize = 1 << 20;

/// Text of typical FHIR elements, so that a batch of one op is small too. Part of the format: schema 1.
static DICTIONARY: &[u8] = include_bytes!("dictionary.txt");

/// Separates values in a column; JSON has no raw control characters.
const VALUE_END: u8 = b'\n';
/// Stands for "removed".
const VALUE_REMOVED: u8 = 0x00;
/// Stands for the next UUID of the batch's UUID column.
const UUID_HERE: u8 = 0x01;

fn zstd_failed(_: std::io::Error) -> WireError {
    WireError::Invalid("a compressed block")
}
