//! One allocation, with its permissions and channels (RFC 8656 §6, §9, §12).

use std::net::{IpAddr, SocketAddr};

use super::bucket::Bucket;
use super::five_tuple::FiveTuple;
use super::peers::PeerKind;
use crate::stun::TransactionId;

/// How long an allocation lasts if nobody asks for more (RFC 8656 §3.2).
pub(crate) const DEFAULT_LIFETIME_S: u32 = 600;
/// How long it lasts at most without being refreshed (RFC 8656 §7.2).
pub(crate) const MAX_LIFETIME_S: u32 = 3600;
/// How long a permission lasts (RFC 8656 §9).
pub(crate) const PERMISSION_MS: u64 = 300_000;
/// How long a channel lasts (RFC 8656 §12).
pub(crate) const CHANNEL_MS: u64 = 600_000;
/// Permissions of one allocation: more than an SFU has addresses.
pub(crate) const MAX_PERMISSIONS: usize = 16;
/// Channels of one allocation: as many, each with a port or two.
pub(crate) const MAX_CHANNELS: usize = 16;

/// That a peer's address may send.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Permission {
    pub(crate) ip: IpAddr,
    until_ms: u64,
}

/// A number that stands for a peer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Channel {
    pub(crate) number: u16,
    pub(crate) peer: SocketAddr,
    pub(crate) kind: PeerKind,
    until_ms: u64,
}

/// Why a channel is not bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotBound {
    /// The number is another peer's, or the peer has another number.
    Other,
    /// There are as many as there may be.
    Full,
}

/// What a client holds.
#[derive(Debug)]
pub(crate) struct Allocation {
    pub(crate) client: FiveTuple,
    pub(crate) relayed: SocketAddr,
    /// The username that made it; only it may change it.
    pub(crate) username: Box<str>,
    /// Where the visit's id ends in `username`, and begins.
    pub(crate) visit: std::ops::Range<usize>,
    /// The request that made it, so that the same one again is answered as the first was.
    pub(crate) transaction: TransactionId,
    pub(crate) born_ms: u64,
    pub(crate) lifetime_s: u32,
    pub(crate) expires_ms: u64,
    pub(crate) up: Bucket,
    pub(crate) down: Bucket,
    permissions: Vec<Permission>,
    channels: Vec<Channel>,
}

/// What an allocation begins with.
pub(crate) struct Start {
    pub(crate) client: FiveTuple,
    pub(crate) relayed: SocketAddr,
    pub(crate) username: Box<str>,
    pub(crate) visit: std::ops::Range<usize>,
    pub(crate) transaction: TransactionId,
    pub(crate) now_ms: u64,
    pub(crate) bucket: Bucket,
}

impl Allocation {
    pub(crate) fn new(start: Start) -> Self {
        Self {
            client: start.client,
            relayed: start.relayed,
            username: start.username,
            visit: start.visit,
            transaction: start.transaction,
            born_ms: start.now_ms,
            lifetime_s: 0,
            expires_ms: start.now_ms,
            up: start.bucket,
            down: start.bucket,
            permissions: Vec::new(),
            channels: Vec::new(),
        }
    }

    /// The id of the visit that it belongs to.
    pub(crate) fn visit(&self) -> &str {
        self.username.get(self.visit.clone()).unwrap_or_default()
    }

    /// Lets it go on for as long as is asked within what is allowed, and says how long.
    pub(crate) fn prolong(&mut self, now_ms: u64, asked_s: Option<u32>, longest_ms: u64) -> u32 {
        let granted_s = asked_s.unwrap_or(DEFAULT_LIFETIME_S).clamp(DEFAULT_LIFETIME_S, MAX_LIFETIME_S);
        let left_ms = (self.born_ms + longest_ms).saturating_sub(now_ms);
        self.lifetime_s = granted_s.min(u32::try_from(left_ms / 1000).unwrap_or(u32::MAX));
        self.expires_ms = now_ms + u64::from(self.lifetime_s) * 1000;
        self.lifetime_s
    }

    pub(crate) fn is_over(&self, now_ms: u64) -> bool {
        now_ms >= self.expires_ms
    }

    pub(crate) fn permits(&self, now_ms: u64, ip: IpAddr) -> bool {
        self.permissions.iter().any(|one| one.ip == ip && one.until_ms > now_ms)
    }

    /// Permits these addresses, all or none of them. Says whether there was room.
    pub(crate) fn permit(&mut self, now_ms: u64, ips: impl Iterator<Item = IpAddr> + Clone) -> bool {
        self.permissions.retain(|one| one.until_ms > now_ms);
        let kept = self.permissions.len();
        for ip in ips.clone() {
            if !self.permissions.iter().any(|one| one.ip == ip) {
                self.permissions.push(Permission { ip, until_ms: now_ms });
            }
            if self.permissions.len() > MAX_PERMISSIONS {
                self.permissions.truncate(kept);
                return false;
            }
        }
        for one in &mut self.permissions {
            if ips.clone().any(|ip| ip == one.ip) {
                one.until_ms = now_ms + PERMISSION_MS;
            }
        }
        true
    }

    /// Binds a number to a peer, or does so again (RFC 8656 §12.2), and permits the peer.
    pub(crate) fn bind(
        &mut self,
        now_ms: u64,
        number: u16,
        peer: SocketAddr,
        kind: PeerKind,
    ) -> Result<(), NotBound> {
        self.channels.retain(|one| one.until_ms > now_ms);
        let until_ms = now_ms + CHANNEL_MS;
        let found = self.channels.iter().position(|one| one.number == number || one.peer == peer);
        let bound = found.map(|at| (at, self.channels[at]));
        match bound {
            Some((_, one)) if one.number != number || one.peer != peer => return Err(NotBound::Other),
            None if self.channels.len() >= MAX_CHANNELS => return Err(NotBound::Full),
            _ => {}
        }
        if !self.permit(now_ms, std::iter::once(peer.ip())) {
            return Err(NotBound::Full);
        }
        match bound {
            Some((at, _)) => self.channels[at].until_ms = until_ms,
            None => self.channels.push(Channel { number, peer, kind, until_ms }),
        }
        Ok(())
    }

    pub(crate) fn channel(&self, now_ms: u64, number: u16) -> Option<&Channel> {
        self.channels.iter().find(|one| one.number == number && one.until_ms > now_ms)
    }

    pub(crate) fn channel_of(&self, now_ms: u64, peer: SocketAddr) -> Option<u16> {
        self.channels.iter().find(|one| one.peer == peer && one.until_ms > now_ms).map(|one| one.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::turn::Transport;
    use crate::turn::bucket::Rate;

    const LONGEST_MS: u64 = 7_200_000;

    fn allocation() -> Allocation {
        let here = "192.0.2.1:3478".parse().unwrap();
        Allocation::new(Start {
            client: FiveTuple::new(Transport::Udp, here, "192.0.2.9:1".parse().unwrap()),
            relayed: "192.0.2.1:50000".parse().unwrap(),
            username: "1:v:m".into(),
            visit: 2..3,
            transaction: TransactionId([0; 12]),
            now_ms: 0,
            bucket: Bucket::full(Rate { per_second: 1, burst: 1 }, 0),
        })
    }

    fn peer(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    #[test]
    fn lifetimes_are_ten_minutes_to_an_hour_and_end_in_all() {
        let mut one = allocation();
        let mut granted = |now, asked| one.prolong(now, asked, LONGEST_MS);
        assert_eq!(
            [None, Some(1), Some(900), Some(9999)].map(|asked| granted(0, asked)),
            [600, 600, 900, 3600]
        );
        assert_eq!(granted(6_000_000, Some(3600)), 1200, "no longer than in all");
        assert_eq!(granted(8_000_000, None), 0);
        assert!(one.is_over(8_000_000));
    }

    #[test]
    fn permissions_last_five_minutes_and_channels_ten() {
        let mut one = allocation();
        let sfu = peer("192.0.2.1:5000");
        one.bind(0, 0x4000, sfu, PeerKind::Sfu).unwrap();
        assert!(one.permits(299_999, sfu.ip()) && !one.permits(300_000, sfu.ip()));
        assert!(one.channel(599_999, 0x4000).is_some() && one.channel(600_000, 0x4000).is_none());
        assert_eq!((one.channel_of(0, sfu), one.channel_of(0, peer("192.0.2.1:5001"))), (Some(0x4000), None));
        one.bind(500_000, 0x4000, sfu, PeerKind::Sfu).unwrap();
        assert!(one.permits(700_000, sfu.ip()) && one.channel(1_000_000, 0x4000).is_some());
    }

    #[test]
    fn a_number_has_one_peer_and_a_peer_one_number() {
        let mut one = allocation();
        let [first, second] = ["192.0.2.1:5000", "192.0.2.1:5001"].map(peer);
        one.bind(0, 0x4000, first, PeerKind::Sfu).unwrap();
        assert_eq!(one.bind(0, 0x4000, second, PeerKind::Sfu), Err(NotBound::Other));
        assert_eq!(one.bind(0, 0x4001, first, PeerKind::Sfu), Err(NotBound::Other));
        assert_eq!(one.bind(0, 0x4001, second, PeerKind::Sfu), Ok(()));
        assert_eq!(one.bind(600_000, 0x4000, second, PeerKind::Sfu), Ok(()), "both were over");
    }

    #[test]
    fn there_are_only_so_many_permissions_and_channels() {
        let mut one = allocation();
        let ips = |first: u8, count: u8| (first..first + count).map(|n| IpAddr::from([192, 0, 2, n]));
        assert!(one.permit(0, ips(0, MAX_PERMISSIONS as u8)));
        assert!(!one.permit(0, ips(8, 16)), "all or none");
        assert!(!one.permits(0, [192, 0, 2, 20].into()) && one.permits(0, [192, 0, 2, 3].into()));
        assert!(one.permit(PERMISSION_MS, ips(100, 16)), "the first are over");

        let mut one = allocation();
        let bound = (0..20).filter(|n| {
            one.bind(0, 0x4000 + n, SocketAddr::from(([192, 0, 2, 1], *n)), PeerKind::Sfu).is_ok()
        });
        assert_eq!(bound.count(), MAX_CHANNELS);
    }
}
