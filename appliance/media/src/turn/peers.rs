//! Whom packets may be relayed to: exact addresses, and no others.

use std::net::{IpAddr, SocketAddr};

use super::disguise::{Disguise, unmask};

/// The most peers that a server has: every shard of an SFU in both families, and some.
pub const MAX_PEERS: usize = 64;

/// How packets reach a peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeerKind {
    /// It is in this process.
    Sfu,
    /// Through a socket that the shell has lent.
    Outside,
}

/// Why an address is no peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Barred {
    /// It is not on the list.
    Unlisted,
    /// It is another address than it shows, and is not asked which.
    Disguised,
}

/// A list of peers that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeersError {
    /// An address that leads elsewhere than it shows.
    #[error("{shown} cannot be a peer: it stands for {hidden}; name that address")]
    Disguised {
        /// What was named.
        shown: SocketAddr,
        /// What it stands for.
        hidden: IpAddr,
        /// In which way.
        disguise: Disguise,
    },
    /// More than a server has.
    #[error("{0} peers are more than the {MAX_PEERS} that a relay has; name the SFU's own ports alone")]
    TooMany(usize),
}

/// The list.
#[derive(Clone, Debug, Default)]
pub struct Peers {
    listed: Vec<(SocketAddr, PeerKind)>,
    #[cfg(feature = "sabotage")]
    is_anybody: bool,
}

impl Peers {
    /// A list of these peers.
    ///
    /// # Errors
    /// [`PeersError`] by what cannot be on it.
    pub fn new(listed: impl IntoIterator<Item = (SocketAddr, PeerKind)>) -> Result<Self, PeersError> {
        let peers = Self { listed: listed.into_iter().collect(), ..Self::default() };
        if peers.listed.len() > MAX_PEERS {
            return Err(PeersError::TooMany(peers.listed.len()));
        }
        for (shown, _) in peers.listed.iter().copied() {
            if let Some((disguise, hidden)) = unmask(shown.ip()) {
                return Err(PeersError::Disguised { shown, hidden, disguise });
            }
        }
        Ok(peers)
    }

    /// Puts everybody on the list: a drill has to notice it.
    #[cfg(feature = "sabotage")]
    pub(crate) fn list_anybody(&mut self) {
        self.is_anybody = true;
    }

    /// Whether there is a peer with this address and any port, as permissions are for addresses (RFC 8656 §9).
    pub(crate) fn check_ip(&self, ip: IpAddr) -> Result<(), Barred> {
        #[cfg(feature = "sabotage")]
        if self.is_anybody {
            return Ok(());
        }
        if unmask(ip).is_some() {
            return Err(Barred::Disguised);
        }
        if self.listed.iter().any(|(peer, _)| peer.ip() == ip) { Ok(()) } else { Err(Barred::Unlisted) }
    }

    /// How the peer is reached that has exactly this address and port.
    pub(crate) fn check(&self, address: SocketAddr) -> Result<PeerKind, Barred> {
        #[cfg(feature = "sabotage")]
        if self.is_anybody {
            let listed = self.listed.iter().find(|(peer, _)| same(*peer, address));
            return Ok(listed.map_or(PeerKind::Outside, |(_, kind)| *kind));
        }
        if unmask(address.ip()).is_some() {
            return Err(Barred::Disguised);
        }
        let found = self.listed.iter().find(|(peer, _)| same(*peer, address));
        found.map(|(_, kind)| *kind).ok_or(Barred::Unlisted)
    }

    /// Whether any of them is reached through a socket.
    pub(crate) fn has_outside(&self) -> bool {
        self.listed.iter().any(|(_, kind)| *kind == PeerKind::Outside)
    }
}

/// Whether two addresses are one, whatever else an IPv6 socket address holds.
fn same(one: SocketAddr, other: SocketAddr) -> bool {
    one.ip() == other.ip() && one.port() == other.port()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::turn::disguise::disguises_of;

    fn at(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    fn peers() -> Peers {
        Peers::new([(at("192.0.2.1:5000"), PeerKind::Sfu), (at("[2001:db8::5]:5000"), PeerKind::Outside)])
            .unwrap()
    }

    #[test]
    fn only_exact_addresses_are_peers() {
        let cases = [
            ("192.0.2.1:5000", Ok(PeerKind::Sfu)),
            ("[2001:db8::5]:5000", Ok(PeerKind::Outside)),
            ("192.0.2.1:5001", Err(Barred::Unlisted)),
            ("192.0.2.2:5000", Err(Barred::Unlisted)),
            ("127.0.0.1:5000", Err(Barred::Unlisted)),
            ("[::1]:5000", Err(Barred::Unlisted)),
            ("0.0.0.0:5000", Err(Barred::Disguised)),
            ("[::ffff:192.0.2.1]:5000", Err(Barred::Disguised)),
        ];
        for (address, expected) in cases {
            assert_eq!(peers().check(at(address)), expected, "{address}");
        }
    }

    #[test]
    fn no_disguise_of_a_peer_is_a_peer_nor_can_be_listed() {
        for masked in disguises_of([192, 0, 2, 1].into()) {
            assert_eq!(peers().check_ip(masked.into()), Err(Barred::Disguised), "{masked}");
            let listed = Peers::new([(SocketAddr::new(masked.into(), 5000), PeerKind::Sfu)]);
            assert!(matches!(listed, Err(PeersError::Disguised { .. })), "{masked}");
        }
    }

    #[test]
    fn a_list_is_bounded() {
        let many =
            (0..=MAX_PEERS as u16).map(|port| (SocketAddr::from(([192, 0, 2, 1], port)), PeerKind::Sfu));
        assert_eq!(Peers::new(many).err(), Some(PeersError::TooMany(MAX_PEERS + 1)));
    }
}
