//! A TURN server under a script: lawful clients, damaged and forged requests, peers, and time.

use std::net::SocketAddr;

use holdfast_media::stun::attribute::XOR_PEER_ADDRESS;
use holdfast_media::stun::{Class, Message, Method};
use holdfast_media::turn::client::{Answer, Client, channel_data, send_indication};
use holdfast_media::turn::credentials::{Credentials, SharedKey};
use holdfast_media::turn::{
    Config, FiveTuple, HEADROOM, Limits, Now, Output, PeerKind, Peers, Rate, Relay, Reply, Server, TAILROOM,
    Transport,
};

use crate::source::Source;

const KEY: &[u8] = b"key";
const CLIENTS: usize = 4;
const ALLOCATIONS: usize = 3;
const SFUS: [([u8; 4], u16); 2] = [([192, 0, 2, 1], 5000), ([192, 0, 2, 1], 5001)];

/// What a client knows to be its own.
struct Person {
    client: Client,
    from: FiveTuple,
    relayed: Option<SocketAddr>,
}

struct World {
    server: Server,
    people: Vec<Person>,
    now: Now,
}

pub(crate) fn run(data: &[u8]) {
    let mut source = Source::new(data);
    let mut world = World::new();
    while !source.is_empty() {
        world.step(&mut source);
    }
}

fn sfu(n: usize) -> SocketAddr {
    SFUS[n % SFUS.len()].into()
}

impl World {
    fn new() -> Self {
        let config = Config {
            realm: "r".into(),
            key: SharedKey::new(KEY),
            addresses: vec![[192, 0, 2, 1].into()],
            relay: Relay::InProcess { ports: 50_000..=50_019 },
            peers: Peers::new((0..SFUS.len()).map(|n| (sfu(n), PeerKind::Sfu))).expect("a list of peers"),
            limits: Limits {
                allocations: ALLOCATIONS,
                per_visit: 2,
                bytes: Rate { per_second: 2000, burst: 4000 },
                strangers: Rate { per_second: 100, burst: 100 },
                ..Limits::default()
            },
        };
        let now = Now { ms: 0, unix_s: 1000 };
        let person = |n: usize| {
            let credentials =
                SharedKey::new(KEY).credentials(now.unix_s, 300, &format!("v{}", n / 2), &format!("m{n}"));
            let transport = [Transport::Udp, Transport::Tcp][n % 2];
            let from = FiveTuple::new(
                transport,
                ([192, 0, 2, 1], 3478).into(),
                ([198, 51, 100, 1], 1000 + n as u16).into(),
            );
            Person { client: Client::new(credentials.expect("lawful ids"), n as u64), from, relayed: None }
        };
        let server = Server::new(config, &[1; 32]).expect("a configuration");
        Self { server, people: (0..CLIENTS).map(person).collect(), now }
    }

    fn step(&mut self, source: &mut Source<'_>) {
        let (what, who) = (source.byte(), source.below(CLIENTS));
        match what % 12 {
            0..3 => self.lawful(who, source),
            3 => self.damaged(who, source),
            4 => self.forged(who, source),
            5 => drop(self.give(who, source.chunk())),
            6 => self.packet(who, source),
            7 => self.peer_sends(source),
            8 => {
                let seconds = [0, 1, 30, 299, 300, 599, 600, 3600][source.below(8)];
                self.now.ms += seconds * 1000 + u64::from(source.byte());
                self.now.unix_s += seconds;
                self.server.sweep(self.now);
            }
            9 => self.server.closed(&self.people[who].from),
            10 => self.server.end_visit(&format!("v{}", who % 2)),
            _ => while self.server.released().is_some() {},
        }
        assert!(self.server.allocations() <= ALLOCATIONS);
    }

    /// A request as a client makes it.
    fn request(&mut self, who: usize, source: &mut Source<'_>) -> Vec<u8> {
        let client = &mut self.people[who].client;
        let peer = match source.byte() {
            n @ 0..8 => sfu(usize::from(n)),
            8..16 => SocketAddr::from((source.array::<4>(), u16::from_be_bytes(source.array()))),
            _ => SocketAddr::from((source.array::<16>(), 5000)),
        };
        let lifetime = u32::from(source.byte()) * 16;
        match source.below(6) {
            0 | 1 => client.allocate(),
            2 => client.refresh(lifetime),
            3 => client.create_permission(&[peer]),
            4 => client.channel_bind(0x4000 + u16::from(source.byte()), peer),
            _ => client.request(Method(u16::from(source.byte())), |writer| {
                writer
                    .xored_address(XOR_PEER_ADDRESS, peer)
                    .attribute(u16::from_be_bytes(source.array()), source.chunk());
            }),
        }
    }

    fn lawful(&mut self, who: usize, source: &mut Source<'_>) {
        let request = self.request(who, source);
        let Some(bytes) = self.give(who, &request) else { return };
        let person = &mut self.people[who];
        if let Answer::Done { relayed: Some(relayed), .. } = person.client.hear(&bytes) {
            person.relayed = Some(relayed);
        }
    }

    /// One bit of a lawful request is changed: it makes, prolongs and ends nothing.
    fn damaged(&mut self, who: usize, source: &mut Source<'_>) {
        let mut request = self.request(who, source);
        let at = usize::from(u16::from_be_bytes(source.array())) % request.len();
        request[at] ^= 1 << source.below(8);
        self.must_change_nothing(who, &request);
    }

    /// Somebody else's name, or no password.
    fn forged(&mut self, who: usize, source: &mut Source<'_>) {
        let lawful = self.people[who].client.clone();
        let username = String::from_utf8_lossy(source.chunk()).into_owned();
        let names = [lawful.credentials.username.clone(), username];
        let username = names[source.below(2)].clone();
        self.people[who].client.credentials = Credentials { username, password: "guessed".into() };
        let request = self.request(who, source);
        self.people[who].client = lawful;
        self.must_change_nothing(who, &request);
    }

    fn must_change_nothing(&mut self, who: usize, request: &[u8]) {
        let before = (self.server.allocations(), self.server.counters().clone());
        let answer = self.give(who, request);
        let after = self.server.counters();
        assert_eq!(
            (self.server.allocations(), before.1.allocated, before.1.ended),
            (before.0, after.allocated, after.ended)
        );
        let message = answer.as_deref().map(|bytes| Message::parse(bytes).expect("an answer is a message"));
        let is_granted =
            message.is_some_and(|one| one.class() == Class::Success && one.method() != Method::BINDING);
        assert!(!is_granted, "it was granted");
    }

    /// Gives the server bytes of a client; says what it answers.
    fn give(&mut self, who: usize, bytes: &[u8]) -> Option<Vec<u8>> {
        let (from, relayed_of) = (self.people[who].from, self.people[who].relayed);
        let mut reply = Reply::new();
        match self.server.handle(self.now, from, bytes, &mut reply) {
            Output::Nothing => None,
            Output::Reply(answer) => {
                assert!(Message::parse(answer).is_ok(), "an answer is a message");
                Some(answer.to_vec())
            }
            Output::ToSfu { relayed, peer, bytes: payload } => {
                assert!((0..SFUS.len()).any(|n| sfu(n) == peer), "{peer} is not listed");
                assert_eq!(Some(relayed), relayed_of, "it is the client's own");
                assert!(payload.len() < bytes.len() || payload.is_empty());
                None
            }
            Output::ToPeer { .. } => panic!("there are no sockets"),
        }
    }

    fn packet(&mut self, who: usize, source: &mut Source<'_>) {
        let packet = match source.byte() {
            n @ 0..32 => send_indication(sfu(usize::from(n)), source.chunk()),
            n @ 32..64 => channel_data(0x4000 + u16::from(n - 32), source.chunk()),
            n => send_indication(SocketAddr::from((source.array::<4>(), u16::from(n))), source.chunk()),
        };
        assert_eq!(self.give(who, &packet), None, "packets are not answered");
    }

    fn peer_sends(&mut self, source: &mut Source<'_>) {
        let relayed = match source.byte() {
            n @ 0..128 => self.people[usize::from(n) % CLIENTS].relayed.unwrap_or(sfu(0)),
            n => SocketAddr::from(([192, 0, 2, 1], 50_000 + u16::from(n) % 20)),
        };
        let peer = if source.byte() < 128 {
            sfu(source.below(2))
        } else {
            SocketAddr::from((source.array::<4>(), 5000))
        };
        let payload = source.chunk();
        let mut buffer = [&[0; HEADROOM][..], payload, &[0; TAILROOM]].concat();
        let Some(sent) = self.server.from_peer(self.now, relayed, peer, &mut buffer, payload.len()) else {
            return;
        };
        assert_eq!(peer.ip(), sfu(0).ip(), "only who is permitted");
        let person = self.people.iter().find(|person| person.from == sent.client).expect("a client of ours");
        assert_eq!(person.relayed, Some(relayed), "it reaches who holds the address");
        let bytes = &buffer[sent.part];
        let is_whole = bytes.windows(payload.len().max(1)).any(|part| part == payload) || payload.is_empty();
        assert!(is_whole && (sent.client.transport == Transport::Udp || bytes.len() % 4 == 0));
    }
}
