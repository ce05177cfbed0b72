//! Join links as capability tokens: `base64url(payload).base64url(Ed25519 signature)` (RFC 4648 §5 without padding, RFC 8032).
//!
//! Whoever holds a clinic's public key for links verifies them: the node, and any region with the clinic gone. What is signed
//! are the bytes of the first half as they stand, so a field that a newer node adds is passed over here and breaks nothing.
//! Either half has one spelling alone, so one link has one text.

mod claims;
mod refusal;
mod verify;

#[cfg(test)]
mod tests;

pub use claims::{BadClaims, Bridge, CallFacts, Claims, Role};
pub use refusal::LinkRefusal;
pub use verify::{Keys, Token, authentic, in_force, read_token, sign, verify};

/// Longest token, in bytes. With eight endpoints and everybody's telephone it is about 1,200; it has to fit in an address.
pub const TOKEN_MAX: usize = 4_096;

/// The version of the payload.
pub const VERSION: u64 = 1;
