//! Behaviour of the server as its clients and peers see it.

mod allocations;
mod authentication;
mod limits;
mod packets;
mod peers;

use std::net::SocketAddr;

use super::client::{Answer, Client};
use super::credentials::SharedKey;
use super::*;
use crate::stun::{Method, Writer};

const UNIX_S: u64 = 1_800_000_000;
const SERVER: &str = "192.0.2.1:3478";
const SFU: &str = "192.0.2.1:5000";
const KEY: &[u8] = b"a key of thirty-two random bytes";

fn at(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

fn config() -> Config {
    Config {
        realm: "clinic.example".into(),
        key: SharedKey::new(KEY),
        addresses: vec![at(SERVER).ip()],
        relay: Relay::InProcess { ports: 49152..=65535 },
        peers: Peers::new([(at(SFU), PeerKind::Sfu), (at("[2001:db8::1]:5000"), PeerKind::Sfu)]).unwrap(),
        limits: Limits::default(),
    }
}

/// A server, one client of it, and the time.
struct World {
    server: Server,
    client: Client,
    from: FiveTuple,
    now: Now,
}

impl World {
    fn new() -> Self {
        Self::with(config())
    }

    fn with(config: Config) -> Self {
        let server = Server::new(config, &[3; 32]).unwrap();
        let from = FiveTuple::new(Transport::Udp, at(SERVER), at("198.51.100.7:40000"));
        Self { server, client: person("v1", "m1"), from, now: Now { ms: 0, unix_s: UNIX_S } }
    }

    /// One whose client has an allocation.
    fn allocated() -> (Self, SocketAddr) {
        let mut world = Self::new();
        let relayed = world.must_allocate();
        (world, relayed)
    }

    fn later(&mut self, ms: u64) {
        self.now.ms += ms;
        self.now.unix_s += ms / 1000;
    }

    /// What the server wants done with these bytes, in words of its own.
    fn give(&mut self, bytes: &[u8]) -> Done {
        let mut reply = Reply::new();
        match self.server.handle(self.now, self.from, bytes, &mut reply) {
            Output::Nothing => Done::Nothing,
            Output::Reply(bytes) => Done::Reply(bytes.to_vec()),
            Output::ToSfu { relayed, peer, bytes } => Done::ToSfu(relayed, peer, bytes.to_vec()),
            Output::ToPeer { relayed, peer, bytes } => Done::ToPeer(relayed, peer, bytes.to_vec()),
        }
    }

    /// The answer to a request, as the client reads it.
    fn ask(&mut self, bytes: &[u8]) -> Answer {
        match self.give(bytes) {
            Done::Reply(bytes) => self.client.hear(&bytes),
            other => panic!("no answer but {other:?}"),
        }
    }

    /// Asks for an allocation, twice if challenged.
    fn allocate(&mut self) -> Answer {
        let first = self.client.allocate();
        match self.ask(&first) {
            Answer::Refused(401 | 438) => {
                let second = self.client.allocate();
                self.ask(&second)
            }
            other => other,
        }
    }

    fn must_allocate(&mut self) -> SocketAddr {
        match self.allocate() {
            Answer::Done { relayed: Some(relayed), .. } => relayed,
            other => panic!("{other:?}"),
        }
    }

    /// Asks for an allocation with these attributes; the client has been challenged before.
    fn allocate_with(&mut self, fill: impl FnOnce(&mut Writer<'_>)) -> Answer {
        let request = self.client.request(Method::ALLOCATE, fill);
        self.ask(&request)
    }

    fn challenge(&mut self) {
        let request = self.client.allocate();
        assert_eq!(self.ask(&request), Answer::Refused(401));
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Done {
    Nothing,
    Reply(Vec<u8>),
    ToSfu(SocketAddr, SocketAddr, Vec<u8>),
    ToPeer(SocketAddr, SocketAddr, Vec<u8>),
}

/// A client with credentials of this visit and member.
fn person(visit: &str, member: &str) -> Client {
    Client::new(SharedKey::new(KEY).credentials(UNIX_S, 300, visit, member).unwrap(), 1)
}

fn done() -> Answer {
    Answer::Done { relayed: None, lifetime_s: None }
}
