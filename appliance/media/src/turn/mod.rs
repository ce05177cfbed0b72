//! A TURN server (RFC 8656) for visits: it relays between clients and our own SFU, and to nobody else.
//!
//! The core, [`Server`], has no sockets and no clock: it is given the time, the five-tuple and the bytes, and says what is to be sent where.
//! [`serve`] is the shell: UDP, TCP and TLS.
//!
//! ```text
//! client ─bytes─▶ Server::handle ─▶ Output::{Reply, ToSfu, ToPeer}
//! SFU or peer ─▶ Server::from_peer ─▶ ToClient
//! ```
//!
//! When the peer is our own SFU, packets are handed over in the process: the relayed address is the server's own address with a port that
//! no socket has. For other peers on the list the shell lends sockets ([`Server::lend`]).
//!
//! Invariants: before a request is authenticated nothing is kept of its sender but a counter in a table of fixed size; a packet leaves for a
//! peer only if its exact address is on the list ([`Peers`]); a packet that is relayed costs no allocation of memory.

mod allocation;
mod authenticate;
mod bucket;
#[cfg(any(test, feature = "client"))]
pub mod client;
mod config;
mod counters;
pub mod credentials;
mod data;
pub mod disguise;
mod five_tuple;
mod nonce;
mod output;
mod peers;
mod refusal;
mod relayed;
mod requests;
pub mod serve;
mod server;
mod sieve;
mod table;

pub use bucket::Rate;
pub use config::{Config, ConfigError, Limits, Relay};
pub use counters::Counters;
pub use five_tuple::{FiveTuple, Transport};
pub use output::{Output, Reply, ToClient};
pub use peers::{MAX_PEERS, PeerKind, Peers, PeersError};
pub use refusal::Refusal;
#[cfg(feature = "sabotage")]
pub use server::Sabotage;
pub use server::{HEADROOM, Now, Server, TAILROOM};

#[cfg(test)]
mod tests;
