//! The shell of a TURN server: its sockets, its clock and its random numbers.
//!
//! ```text
//! UDP ──recvmmsg──▶ ┐                ┌ replies, data ──sendmmsg──▶ UDP
//! TCP, TLS ─frames─▶ ├─▶ Server ──────┼ frames ──▶ TCP, TLS (bounded queues)
//! lent sockets ─────▶ │                ├ sendto ──▶ lent sockets
//! SFU (handover) ───▶ ┘                └ handover ──▶ SFU
//! ```
//!
//! One thread does it all, woken by epoll, so that nothing is locked and packets of one wake share system calls. More than one core is used
//! by more than one of them, each with ports of its own.
//!
//! Invariants: memory is bounded by constants (streams × their buffers, datagrams × their slots); a client that does not read loses its own
//! packets; a stream that does not sign in is closed; a packet that is relayed over UDP allocates nothing.

mod clock;
mod datagrams;
mod error;
pub mod handover;
mod poll;
mod relays;
mod shell;
mod status;
mod stream;
mod streams;
mod worker;

pub use error::ServeError;
pub use handover::Handover;
pub use shell::{Handle, Listen, Shell};
pub use status::Status;
pub use streams::StreamLimits;

/// The longest payload that is relayed, in bytes. WebRTC sends 1,200 to 1,500; what is longer is dropped, as a path would do with it.
pub const MAX_PAYLOAD_BYTES: usize = 2048;

#[cfg(test)]
mod tests;
