//! What a server is told.

use std::net::IpAddr;
use std::ops::RangeInclusive;

use super::bucket::Rate;
use super::credentials::SharedKey;
use super::disguise::unmask;
use super::peers::Peers;

/// The longest realm, in bytes (RFC 8489 §14.9 has 127 characters).
const MAX_REALM_BYTES: usize = 127;

/// A server's configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// The realm, by convention the relay's name.
    pub realm: String,
    /// What credentials are made with.
    pub key: SharedKey,
    /// Where relayed addresses are: one address of each family that is relayed.
    pub addresses: Vec<IpAddr>,
    /// How peers are reached.
    pub relay: Relay,
    /// Who they are.
    pub peers: Peers,
    /// How much of everything.
    pub limits: Limits,
}

/// How peers are reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Relay {
    /// All peers are in this process. Relayed addresses have ports out of this range, and no sockets.
    InProcess {
        /// RFC 8656 §7.2 recommends 49152 to 65535.
        ports: RangeInclusive<u16>,
    },
    /// The shell lends a socket for each allocation: [`Server::lend`](super::Server::lend).
    Lent,
}

/// How much of everything there may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Allocations in all; a full relay answers 508.
    pub allocations: usize,
    /// Allocations of one visit; more are answered 486, as of the next two.
    pub per_visit: u32,
    /// Allocations of one member of a visit.
    pub per_member: u32,
    /// Allocations from one address (of IPv6, one /64): a clinic's patients may share one.
    pub per_source: u32,
    /// Bytes of payload of one allocation, in each direction; more is dropped.
    pub bytes: Rate,
    /// Answers a second to one address for those who have not shown who they are; more is dropped.
    pub strangers: Rate,
    /// How long an allocation may go on, however often it is refreshed.
    pub longest_ms: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // 60 visits of six, each with a transport more than it uses.
            allocations: 720,
            // Six members, each over UDP, TCP and TLS at once, and as many again while they change networks.
            per_visit: 36,
            per_member: 6,
            per_source: 400,
            // Five videos down at 2.5 Mbit/s, and a screen.
            bytes: Rate { per_second: 2_500_000, burst: 2_500_000 },
            strangers: Rate { per_second: 500, burst: 1000 },
            longest_ms: 12 * 60 * 60 * 1000,
        }
    }
}

/// A configuration that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// No realm, or one that is too long or holds what no header may.
    #[error(
        "the realm {0:?} cannot be: it takes 1 to {MAX_REALM_BYTES} printable ASCII characters without quotes"
    )]
    Realm(String),
    /// No address, two of a family, or one that nobody can be reached at.
    #[error(
        "{0:?} cannot be the relay's addresses: name one for each family that clients may be given, neither 0.0.0.0 nor ::"
    )]
    Addresses(Vec<IpAddr>),
    /// No ports.
    #[error("{0:?} has too few ports for the {1} allocations that are allowed")]
    Ports(RangeInclusive<u16>, usize),
    /// Peers that no socket leads to.
    #[error("there are peers outside of this process, and no sockets to reach them")]
    NoSockets,
    /// A limit that lets nothing through.
    #[error("the limit {0} is 0, which nobody can use")]
    Nothing(&'static str),
}

impl Config {
    /// Whether a server can be what this says.
    ///
    /// # Errors
    /// [`ConfigError`], by what is wrong first.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let is_printable =
            |byte: u8| (byte.is_ascii_graphic() || byte == b' ') && byte != b'"' && byte != b'\\';
        if !(1..=MAX_REALM_BYTES).contains(&self.realm.len()) || !self.realm.bytes().all(is_printable) {
            return Err(ConfigError::Realm(self.realm.clone()));
        }
        let of_family = |is_v4| self.addresses.iter().filter(|ip| ip.is_ipv4() == is_v4).count();
        let has_bad = self.addresses.iter().any(|ip| unmask(*ip).is_some());
        if self.addresses.is_empty() || of_family(true) > 1 || of_family(false) > 1 || has_bad {
            return Err(ConfigError::Addresses(self.addresses.clone()));
        }
        if let Relay::InProcess { ports } = &self.relay {
            // Twice as many as are used, so that one is found soon, and half of them even.
            if ports.len() < self.limits.allocations.saturating_mul(4) {
                return Err(ConfigError::Ports(ports.clone(), self.limits.allocations));
            }
            if self.peers.has_outside() {
                return Err(ConfigError::NoSockets);
            }
        }
        self.limits.check()
    }
}

impl Limits {
    fn check(&self) -> Result<(), ConfigError> {
        let told = [
            ("allocations", self.allocations as u64),
            ("per_visit", self.per_visit.into()),
            ("per_member", self.per_member.into()),
            ("per_source", self.per_source.into()),
            ("bytes.per_second", self.bytes.per_second.into()),
            ("bytes.burst", self.bytes.burst.into()),
            ("strangers.per_second", self.strangers.per_second.into()),
            ("strangers.burst", self.strangers.burst.into()),
            ("longest_ms", self.longest_ms),
        ];
        told.iter().find(|(_, value)| *value == 0).map_or(Ok(()), |(name, _)| Err(ConfigError::Nothing(name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::turn::PeerKind;

    fn config() -> Config {
        Config {
            realm: "clinic.example".into(),
            key: SharedKey::new(b"key"),
            addresses: vec![[192, 0, 2, 1].into()],
            relay: Relay::InProcess { ports: 49152..=65535 },
            peers: Peers::default(),
            limits: Limits::default(),
        }
    }

    fn refused(change: impl FnOnce(&mut Config)) -> Option<ConfigError> {
        let mut changed = config();
        change(&mut changed);
        changed.check().err()
    }

    #[test]
    fn what_cannot_be_is_said() {
        assert_eq!(refused(|_| {}), None);
        assert!(matches!(refused(|c| c.realm.clear()), Some(ConfigError::Realm(_))));
        assert!(matches!(refused(|c| c.realm = "a\"b".into()), Some(ConfigError::Realm(_))));
        assert!(matches!(refused(|c| c.addresses.clear()), Some(ConfigError::Addresses(_))));
        assert!(matches!(
            refused(|c| c.addresses.push([192, 0, 2, 2].into())),
            Some(ConfigError::Addresses(_))
        ));
        assert!(matches!(refused(|c| c.addresses = vec![[0; 4].into()]), Some(ConfigError::Addresses(_))));
        assert!(matches!(
            refused(|c| c.relay = Relay::InProcess { ports: 1..=9 }),
            Some(ConfigError::Ports(..))
        ));
        assert_eq!(refused(|c| c.limits.bytes.burst = 0), Some(ConfigError::Nothing("bytes.burst")));
        let outside = Peers::new([("192.0.2.3:1".parse().unwrap(), PeerKind::Outside)]).unwrap();
        assert_eq!(refused(|c| c.peers = outside.clone()), Some(ConfigError::NoSockets));
        let with_sockets = |c: &mut Config| (c.peers, c.relay) = (outside.clone(), Relay::Lent);
        assert_eq!(refused(with_sockets), None);
    }
}
