//! The shell: shard threads, each with one UDP port, and a `str0m` connection for each member of the visits pinned to it.
//!
//! ```text
//! recvmmsg ─▶ demux (address, or ufrag of a STUN request) ─▶ Peer (str0m) ─▶ Room ─▶ other Peers ─▶ sendmsg
//! ```
//!
//! One datagram at a time is fed to `str0m`, which is then drained until it asks for a time-out: fed several at once it
//! loses packets. What a packet leads to at its receivers is written to all of them first, and each receiver is drained
//! once for all the packets of a `recvmmsg`.

pub mod answer;
pub mod demux;
pub mod event;
mod guard;
pub mod offer;
mod peer;
mod peers;
mod shard;
mod socket;

pub use event::{Event, Gone};
pub use offer::{BadOffer, Shape};
#[doc(hidden)]
pub use peer::{Certificate, make_certificate, take_offer};
pub use shard::{
    Command, Load, Put, PutAnswer, Refused, Shard, ShardConfig, ShardHandle, StartError as ShardStartError,
};
pub use socket::SocketError;
