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
//! ```
//! use holdfast_media::stun::{Class, Message, Method, TransactionId, Writer};
//! use holdfast_media::turn::credentials::SharedKey;
//! use holdfast_media::turn::{Config, FiveTuple, Limits, Now, Output, PeerKind, Peers, Relay, Reply, Server, Transport};
//!
//! let here = "192.0.2.1:3478".parse()?;
//! let config = Config {
//!     realm: "clinic.example".into(),
//!     key: SharedKey::new(b"thirty-two random bytes of a file"),
//!     addresses: vec!["192.0.2.1".parse()?],
//!     relay: Relay::InProcess { ports: 49152..=65535 },
//!     peers: Peers::new([("192.0.2.1:5000".parse()?, PeerKind::Sfu)])?,
//!     limits: Limits::default(),
//! };
//! let mut server = Server::new(config, &[7; 32])?;
//!
//! let (mut bytes, mut reply) = ([0; 20], Reply::new());
//! Writer::new(&mut bytes, Class::Request, Method::ALLOCATE, TransactionId([1; 12])).finish()?;
//! let client = FiveTuple::new(Transport::Udp, here, "198.51.100.7:40000".parse()?);
//! let Output::Reply(answer) = server.handle(Now { ms: 0, unix_s: 1_800_000_000 }, client, &bytes, &mut reply) else { panic!() };
//! assert_eq!(Message::parse(answer)?.class(), Class::Error, "a stranger is challenged");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
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
