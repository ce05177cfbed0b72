//! The server: takes what clients and peers send, and says what is to be sent.

use std::collections::VecDeque;
use std::net::SocketAddr;

use ring::hmac;

use super::config::{Config, ConfigError};
use super::counters::Counters;
use super::five_tuple::FiveTuple;
use super::nonce::Nonces;
use super::output::{Output, Reply};
use super::peers::{Barred, PeerKind};
use super::refusal::Refusal;
use super::relayed::Relayed;
use super::sieve::Sieve;
use super::table::Table;
use crate::stun::{Class, Message, Method};

/// Bytes before a payload that [`Server::from_peer`] writes a header into: a Data indication from an IPv6 peer takes 48.
pub const HEADROOM: usize = 48;
/// Bytes after a payload, for padding.
pub const TAILROOM: usize = 3;
/// How often allocations are looked through for those that are over. They serve nobody from the moment on that they are.
const SWEEP_MS: u64 = 1000;

/// The time, by two clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Milliseconds since any moment, by a clock that never goes back.
    pub ms: u64,
    /// Seconds since 1970: what credentials are made by.
    pub unix_s: u64,
}

/// A TURN server without sockets. Cost of a packet: two look-ups, and no allocation of memory.
pub struct Server {
    pub(super) config: Config,
    pub(super) nonces: Nonces,
    pub(super) relayed: Relayed,
    pub(super) sieve: Sieve,
    pub(super) table: Table,
    pub(super) counters: Counters,
    pub(super) released: VecDeque<(FiveTuple, SocketAddr)>,
    sweep_ms: u64,
    #[cfg(feature = "sabotage")]
    pub(super) sabotage: Option<Sabotage>,
    #[cfg(feature = "sabotage")]
    pub(super) remembered: Vec<FiveTuple>,
}

/// Ways to break a server, for drills that have to notice.
#[cfg(feature = "sabotage")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sabotage {
    /// The check of peers is off.
    RelaysToAnybody,
    /// Whatever password is right.
    TakesAnyPassword,
    /// Strangers are kept in memory.
    RemembersStrangers,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("allocations", &self.table.len()).finish_non_exhaustive()
    }
}

impl Server {
    /// A server with no allocations. `seed` is 32 random bytes that nobody else knows: nonces are made with it.
    ///
    /// # Errors
    /// [`ConfigError`], by what is wrong first.
    pub fn new(config: Config, seed: &[u8; 32]) -> Result<Self, ConfigError> {
        config.check()?;
        let derived = |what: &[u8]| {
            let sum = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, seed), what);
            sum.as_ref().iter().take(8).fold(0u64, |sum, byte| sum << 8 | u64::from(*byte))
        };
        Ok(Self {
            nonces: Nonces::new(seed),
            relayed: Relayed::new(config.relay.clone(), config.addresses.clone(), derived(b"ports")),
            sieve: Sieve::new(config.limits.strangers, derived(b"sieve")),
            table: Table::default(),
            counters: Counters::default(),
            released: VecDeque::new(),
            sweep_ms: 0,
            #[cfg(feature = "sabotage")]
            sabotage: None,
            #[cfg(feature = "sabotage")]
            remembered: Vec::new(),
            config,
        })
    }

    /// Breaks it.
    #[cfg(feature = "sabotage")]
    pub fn sabotage(&mut self, sabotage: Sabotage) {
        self.sabotage = Some(sabotage);
        if sabotage == Sabotage::RelaysToAnybody {
            self.config.peers.list_anybody();
        }
    }

    /// Whether it is broken in this way, which the product cannot be.
    #[cfg(feature = "sabotage")]
    pub(super) fn is_broken_by(&self, sabotage: Sabotage) -> bool {
        self.sabotage == Some(sabotage)
    }

    /// Whether bytes on a port that has other uses too are for a TURN server: ChannelData, TURN's methods, and Binding requests without a
    /// name, which nobody sends who checks a path (RFC 7983 §7, RFC 8445 §7.2.2). Looks at the first bytes, and for a Binding at attributes.
    #[must_use]
    pub fn is_meant(bytes: &[u8]) -> bool {
        match bytes.first() {
            Some(0x40..0x80) => true,
            Some(0x00..0x40) => Message::parse(bytes).is_ok_and(|message| match message.method() {
                Method::BINDING => {
                    message.class() == Class::Request
                        && message.value(crate::stun::attribute::USERNAME).is_none()
                }
                _ => true,
            }),
            _ => false,
        }
    }

    /// Takes a datagram of a client, or one message out of its stream. An answer is written into `reply`.
    pub fn handle<'a>(
        &mut self,
        now: Now,
        client: FiveTuple,
        bytes: &'a [u8],
        reply: &'a mut Reply,
    ) -> Output<'a> {
        self.sweep(now);
        if matches!(bytes.first(), Some(0x40..0x80)) {
            return self.channel_data(now, &client, bytes);
        }
        let Ok(message) = Message::parse(bytes) else {
            self.counters.malformed += 1;
            return Output::Nothing;
        };
        match (message.class(), message.method()) {
            (Class::Indication, Method::SEND) => self.send_indication(now, &client, &message),
            (Class::Request, _) => self.request(now, &client, &message, reply),
            // A Binding indication keeps a path open; all else is nothing that a client sends.
            _ => Output::Nothing,
        }
    }

    /// Ends what is over, if it is time to look. To be called every second or so while nothing arrives.
    pub fn sweep(&mut self, now: Now) {
        if now.ms < self.sweep_ms {
            return;
        }
        self.sweep_ms = now.ms + SWEEP_MS;
        if self.table.len() > 0 {
            self.end_all(|one| one.is_over(now.ms));
        }
    }

    /// A client's stream has ended, and its allocation with it.
    pub fn closed(&mut self, client: &FiveTuple) {
        self.end(client);
    }

    /// A visit has ended, and its allocations with it. Cost: all allocations.
    pub fn end_visit(&mut self, visit: &str) {
        self.end_all(|one| one.visit() == visit);
    }

    fn end_all(&mut self, is_meant: impl Fn(&super::allocation::Allocation) -> bool) {
        for client in self.table.clients(is_meant) {
            self.end(&client);
        }
    }

    pub(super) fn end(&mut self, client: &FiveTuple) {
        if let Some(allocation) = self.table.remove(client) {
            self.counters.ended += 1;
            self.released.push_back((*client, allocation.relayed));
        }
    }

    /// Whether this client has an allocation. One that is over may count until it is swept.
    pub fn has_allocation(&mut self, client: &FiveTuple) -> bool {
        self.table.of_client(client).is_some()
    }

    /// Allocations now.
    #[must_use]
    pub fn allocations(&self) -> usize {
        self.table.len()
    }

    /// What it has done.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Gives it a socket's address to allocate, where peers are reached through sockets.
    pub fn lend(&mut self, address: SocketAddr) {
        self.relayed.lend(address);
    }

    /// Addresses that it was lent and has not allocated.
    #[must_use]
    pub fn lent(&self) -> &[SocketAddr] {
        self.relayed.lent()
    }

    /// The next allocation that has ended: whose it was, and its relayed address, whose socket may be closed. To be drained after each call.
    pub fn released(&mut self) -> Option<(FiveTuple, SocketAddr)> {
        self.released.pop_front()
    }

    /// How a peer is reached; counts attempts in disguise.
    pub(super) fn peer(&mut self, peer: SocketAddr) -> Result<PeerKind, Refusal> {
        self.config.peers.check(peer).map_err(|barred| self.barred(barred))
    }

    pub(super) fn barred(&mut self, barred: Barred) -> Refusal {
        self.counters.disguised += u64::from(barred == Barred::Disguised);
        Refusal::Forbidden
    }
}
