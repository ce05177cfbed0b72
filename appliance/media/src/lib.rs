//! The relay: the process that carries a visit's sound and pictures (decisions 36 to 38), an SFU and a TURN server.
//!
//! It knows nothing of patients, appointments or links. The clinic role tells it, with every request, all that it has to
//! know; so a relay that was killed knows everybody again as soon as they ask anew, and nothing is kept on a disk.
//!
//! ```text
//! control (HTTP, loopback, token) ─▶ shard ─▶ room (pure: slots, layers, keyframes, degrading, on a virtual clock)
//!                                      │  ▲
//!                 one UDP port a shard │  │ which packet goes to whom, under which number
//!                                      ▼  │
//!                                    str0m (ICE-lite, DTLS, SRTP, RTCP), one a member
//! turn (allocations, permissions, channels; a core without sockets) ─▶ its shell (UDP, TCP, TLS)
//! ```
//!
//! Invariants: `room`, [`stun`] and the core of [`turn`] read no clock, socket or random source; a visit lives on one shard; a packet is
//! forwarded and never re-encoded; what a full relay refuses does not touch the visits that run.

pub mod control;
pub mod relay;
pub mod room;
pub mod sfu;
pub mod stun;
pub mod turn;

pub use relay::{Relay, RelayConfig, RelayError, TurnConfig};
