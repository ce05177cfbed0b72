//! What a TURN client sends, for drills, fuzzing and tests: lawful requests, and whatever else is made of them.

use std::net::SocketAddr;

use super::credentials::Credentials;
use crate::stun::attribute::{
    CHANNEL_NUMBER, DATA, ERROR_CODE, LIFETIME, NONCE, PASSWORD_ALGORITHM, PASSWORD_ALGORITHMS, REALM,
    REQUESTED_TRANSPORT, USERNAME, XOR_PEER_ADDRESS, XOR_RELAYED_ADDRESS, u32_of,
};
use crate::stun::integrity::PasswordAlgorithm;
use crate::stun::{Class, Integrity, Key, Message, Method, TransactionId, Writer};

/// The longest message that a client makes here.
const MAX_BYTES: usize = 2048;

/// What a server answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It was done.
    Done {
        /// XOR-RELAYED-ADDRESS, of an Allocate.
        relayed: Option<SocketAddr>,
        /// LIFETIME, in seconds.
        lifetime_s: Option<u32>,
    },
    /// It was not, with this code.
    Refused(u16),
    /// No answer to this client's last request, or not made with its key.
    Strange,
}

/// A client that knows what a server has challenged it with.
#[derive(Clone, Debug)]
pub struct Client {
    /// What it signs in with.
    pub credentials: Credentials,
    /// How it signs.
    pub integrity: Integrity,
    /// REALM of the last challenge.
    pub realm: Vec<u8>,
    /// NONCE of the last challenge; empty before the first.
    pub nonce: Vec<u8>,
    /// PASSWORD-ALGORITHMS of the last challenge; a client that signs with SHA-256 uses the first of them.
    pub algorithms: Vec<u8>,
    /// The transaction of the last request.
    pub transaction: TransactionId,
    pub(super) random: u64,
}

impl Client {
    /// A client that has not asked yet. Its transactions follow from `seed`.
    #[must_use]
    pub fn new(credentials: Credentials, seed: u64) -> Self {
        Self {
            credentials,
            integrity: Integrity::Sha1,
            realm: Vec::new(),
            nonce: Vec::new(),
            algorithms: Vec::new(),
            transaction: TransactionId([0; 12]),
            random: seed,
        }
    }

    /// A request with what `fill` adds, signed if there was a challenge.
    pub fn request(&mut self, method: Method, fill: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.transaction.0[..8].copy_from_slice(&super::sieve::mix(self.random).to_be_bytes());
        self.again(method, fill)
    }

    /// A request with the transaction of the last one.
    pub fn again(&self, method: Method, fill: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
        let mut out = vec![0; MAX_BYTES];
        let mut writer = Writer::new(&mut out, Class::Request, method, self.transaction);
        fill(&mut writer);
        if !self.nonce.is_empty() {
            writer.attribute(USERNAME, self.credentials.username.as_bytes());
            writer.attribute(REALM, &self.realm).attribute(NONCE, &self.nonce);
            if self.integrity == Integrity::Sha256 {
                let first = self.algorithms.get(..4).unwrap_or_default();
                writer.attribute(PASSWORD_ALGORITHM, first).attribute(PASSWORD_ALGORITHMS, &self.algorithms);
            }
            writer.integrity(self.integrity, &self.key());
        }
        let length = writer.finish().unwrap_or(0);
        out.truncate(length);
        out
    }

    /// The key that it signs with.
    #[must_use]
    pub fn key(&self) -> Key {
        let is_sha256 = self.integrity == Integrity::Sha256 && self.algorithms.get(1) == Some(&2);
        let algorithm = if is_sha256 { PasswordAlgorithm::Sha256 } else { PasswordAlgorithm::Md5 };
        let Credentials { username, password } = &self.credentials;
        Key::long_term(algorithm, username.as_bytes(), &self.realm, password.as_bytes())
    }

    /// Asks for an allocation.
    pub fn allocate(&mut self) -> Vec<u8> {
        self.request(Method::ALLOCATE, ask_for_udp)
    }

    /// Asks for so many seconds more.
    pub fn refresh(&mut self, lifetime_s: u32) -> Vec<u8> {
        self.request(Method::REFRESH, |writer| {
            writer.attribute(LIFETIME, &lifetime_s.to_be_bytes());
        })
    }

    /// Asks that these peers may send.
    pub fn create_permission(&mut self, peers: &[SocketAddr]) -> Vec<u8> {
        self.request(Method::CREATE_PERMISSION, |writer| {
            for peer in peers {
                writer.xored_address(XOR_PEER_ADDRESS, *peer);
            }
        })
    }

    /// Asks for a channel.
    pub fn channel_bind(&mut self, number: u16, peer: SocketAddr) -> Vec<u8> {
        self.request(Method::CHANNEL_BIND, |writer| {
            let [high, low] = number.to_be_bytes();
            writer.attribute(CHANNEL_NUMBER, &[high, low, 0, 0]).xored_address(XOR_PEER_ADDRESS, peer);
        })
    }

    /// Reads an answer, and takes up a challenge.
    pub fn hear(&mut self, bytes: &[u8]) -> Answer {
        let Ok(message) = Message::parse(bytes) else { return Answer::Strange };
        if message.transaction() != self.transaction {
            return Answer::Strange;
        }
        match message.class() {
            Class::Success if message.is_made_with(&self.key()) => Answer::Done {
                relayed: message.xored_address(XOR_RELAYED_ADDRESS),
                lifetime_s: message.value(LIFETIME).and_then(u32_of),
            },
            Class::Error => {
                let take = |number| message.value(number).map(<[u8]>::to_vec);
                if let (Some(realm), Some(nonce)) = (take(REALM), take(NONCE)) {
                    (self.realm, self.nonce) = (realm, nonce);
                    self.algorithms = take(PASSWORD_ALGORITHMS).unwrap_or_default();
                }
                match message.value(ERROR_CODE) {
                    Some(&[_, _, class, number, ..]) => {
                        Answer::Refused(u16::from(class) * 100 + u16::from(number))
                    }
                    _ => Answer::Strange,
                }
            }
            _ => Answer::Strange,
        }
    }
}

/// Adds REQUESTED-TRANSPORT.
pub fn ask_for_udp(writer: &mut Writer<'_>) {
    writer.attribute(REQUESTED_TRANSPORT, &[17, 0, 0, 0]);
}

/// ChannelData with this payload, unpadded.
#[must_use]
pub fn channel_data(number: u16, payload: &[u8]) -> Vec<u8> {
    [&number.to_be_bytes(), &(payload.len() as u16).to_be_bytes(), payload].concat()
}

/// A Send indication.
#[must_use]
pub fn send_indication(peer: SocketAddr, payload: &[u8]) -> Vec<u8> {
    let mut out = vec![0; payload.len() + 64];
    let mut writer = Writer::new(&mut out, Class::Indication, Method::SEND, TransactionId([9; 12]));
    let length = writer.xored_address(XOR_PEER_ADDRESS, peer).attribute(DATA, payload).finish().unwrap_or(0);
    out.truncate(length);
    out
}
