//! STUN messages (RFC 8489): read and written in place, without an allocation.
//!
//! ```text
//! bytes ─▶ Message::parse ─▶ fields, addresses, integrity, fingerprint
//! Writer::new ─▶ attributes ─▶ integrity ─▶ fingerprint ─▶ bytes
//! stream ─▶ stream::next ─▶ whole STUN messages and ChannelData
//! ```
//!
//! Invariants: reading is total (any bytes give a value or a [`Malformed`]); what [`Writer`] has written, [`Message`] reads.

pub mod address;
pub mod attribute;
mod fingerprint;
pub mod integrity;
mod message;
pub mod stream;
mod writer;

pub use attribute::Attribute;
pub use integrity::{Integrity, Key};
pub use message::{Class, Malformed, Message, Method, TransactionId};
pub use writer::{Full, Writer};

/// The fixed value in bytes 4 to 7 of every message (RFC 8489 §5).
pub const MAGIC_COOKIE: u32 = 0x2112_A442;
/// Length of a message's header in bytes (RFC 8489 §5).
pub const HEADER_BYTES: usize = 20;
