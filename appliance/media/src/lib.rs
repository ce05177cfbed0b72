//! The relay: what carries a visit's media.
//!
//! [`stun`] reads and writes STUN messages, [`turn`] is the TURN server. Cores take bytes and the time and give bytes; sockets, clocks and
//! random numbers are in the shells (`serve`) alone.

pub mod stun;
pub mod turn;
