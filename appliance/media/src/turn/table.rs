//! All allocations: found by client and by relayed address, counted by whose they are.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use super::allocation::Allocation;
use super::config::Limits;
use super::credentials::Claim;
use super::five_tuple::FiveTuple;
use super::refusal::Refusal;

/// Whose allocations are counted together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Holder {
    Visit(Box<str>),
    Member(Box<str>),
    Source(IpAddr),
}

#[derive(Default)]
pub(crate) struct Table {
    slots: Vec<Option<Allocation>>,
    free: Vec<usize>,
    by_client: HashMap<FiveTuple, usize>,
    by_relayed: HashMap<SocketAddr, usize>,
    held: HashMap<Holder, u32>,
}

impl Table {
    pub(crate) fn len(&self) -> usize {
        self.by_client.len()
    }

    pub(crate) fn of_client(&mut self, client: &FiveTuple) -> Option<&mut Allocation> {
        self.slots[*self.by_client.get(client)?].as_mut()
    }

    pub(crate) fn of_relayed(&mut self, relayed: SocketAddr) -> Option<&mut Allocation> {
        self.slots[*self.by_relayed.get(&relayed)?].as_mut()
    }

    pub(crate) fn is_taken(&self, relayed: SocketAddr) -> bool {
        self.by_relayed.contains_key(&relayed)
    }

    /// Whether there is room for one more of this visit, this member and this address.
    pub(crate) fn check(&self, limits: &Limits, claim: &Claim<'_>, source: IpAddr) -> Result<(), Refusal> {
        let [visit, member, source] = holders(claim, source);
        let held = |holder: &Holder| self.held.get(holder).copied().unwrap_or(0);
        let is_over = held(&visit) >= limits.per_visit
            || held(&member) >= limits.per_member
            || held(&source) >= limits.per_source;
        if is_over {
            return Err(Refusal::QuotaReached);
        }
        if self.len() >= limits.allocations { Err(Refusal::InsufficientCapacity) } else { Ok(()) }
    }

    pub(crate) fn insert(&mut self, claim: &Claim<'_>, allocation: Allocation) {
        for holder in holders(claim, allocation.client.client.ip()) {
            *self.held.entry(holder).or_insert(0) += 1;
        }
        let at = self.free.pop().unwrap_or(self.slots.len());
        self.by_client.insert(allocation.client, at);
        self.by_relayed.insert(allocation.relayed, at);
        if at == self.slots.len() {
            self.slots.push(Some(allocation));
        } else {
            self.slots[at] = Some(allocation);
        }
    }

    pub(crate) fn remove(&mut self, client: &FiveTuple) -> Option<Allocation> {
        let at = self.by_client.remove(client)?;
        let allocation = self.slots[at].take()?;
        self.free.push(at);
        self.by_relayed.remove(&allocation.relayed);
        if let Some(claim) = Claim::parse(&allocation.username) {
            for holder in holders(&claim, client.client.ip()) {
                let left = self.held.get(&holder).map_or(0, |held| held.saturating_sub(1));
                if left == 0 {
                    self.held.remove(&holder);
                } else {
                    self.held.insert(holder, left);
                }
            }
        }
        Some(allocation)
    }

    /// The clients of allocations that `is_meant` picks. Cost: all allocations.
    pub(crate) fn clients(&self, is_meant: impl Fn(&Allocation) -> bool) -> Vec<FiveTuple> {
        self.slots.iter().flatten().filter(|one| is_meant(one)).map(|one| one.client).collect()
    }
}

fn holders(claim: &Claim<'_>, source: IpAddr) -> [Holder; 3] {
    let network = match source {
        IpAddr::V4(_) => source,
        IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() >> 64 << 64).into(),
    };
    let member = [claim.visit, claim.member].join(":");
    [Holder::Visit(claim.visit.into()), Holder::Member(member.into()), Holder::Source(network)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stun::TransactionId;
    use crate::turn::Transport;
    use crate::turn::allocation::Start;
    use crate::turn::bucket::{Bucket, Rate};

    fn limits() -> Limits {
        Limits { allocations: 6, per_visit: 3, per_member: 2, per_source: 4, ..Limits::default() }
    }

    fn client(ip: &str, port: u16) -> FiveTuple {
        FiveTuple::new(
            Transport::Udp,
            "192.0.2.1:3478".parse().unwrap(),
            SocketAddr::new(ip.parse().unwrap(), port),
        )
    }

    fn add(table: &mut Table, username: &str, client: FiveTuple) -> Result<(), Refusal> {
        let claim = Claim::parse(username).unwrap();
        table.check(&limits(), &claim, client.client.ip())?;
        let start = Start {
            client,
            relayed: SocketAddr::new([192, 0, 2, 1].into(), client.client.port()),
            username: username.into(),
            visit: 2..3,
            transaction: TransactionId([0; 12]),
            now_ms: 0,
            bucket: Bucket::full(Rate { per_second: 1, burst: 1 }, 0),
        };
        table.insert(&claim, Allocation::new(start));
        Ok(())
    }

    #[test]
    fn quotas_are_by_member_visit_address_and_in_all() {
        let mut table = Table::default();
        let mut port = 0;
        let mut tried = |table: &mut Table, username: &str, ip: &str| {
            port += 1;
            add(table, username, client(ip, port)).err()
        };
        let full = Some(Refusal::QuotaReached);
        assert_eq!([0; 3].map(|_| tried(&mut table, "1:v:a", "192.0.2.9")), [None, None, full], "a member");
        assert_eq!(
            ["1:v:b", "2:v:c"].map(|name| tried(&mut table, name, "192.0.2.9")),
            [None, full],
            "a visit"
        );
        assert_eq!(
            ["1:w:a", "1:x:a"].map(|name| tried(&mut table, name, "192.0.2.9")),
            [None, full],
            "an address"
        );
        assert_eq!(["1:y:a", "1:z:a"].map(|name| tried(&mut table, name, "192.0.2.8")), [None, None]);
        assert_eq!(tried(&mut table, "1:q:a", "192.0.2.7"), Some(Refusal::InsufficientCapacity), "in all");
    }

    #[test]
    fn one_network_of_ipv6_counts_as_one_address() {
        let mut table = Table::default();
        let names = ["1:a:a", "1:b:a", "1:c:a", "1:d:a", "1:e:a"];
        let tried: Vec<_> = (1..)
            .zip(names)
            .map(|(n, name)| add(&mut table, name, client(&format!("2001:db8::{n}"), n)))
            .collect();
        assert_eq!(tried.iter().filter(|one| one.is_ok()).count(), 4);
    }

    #[test]
    fn what_is_removed_leaves_nothing_and_its_place_is_used_again() {
        let mut table = Table::default();
        for round in 0..10 {
            let one = client("192.0.2.9", round + 1);
            add(&mut table, "1:v:a", one).unwrap();
            assert!(
                table.of_client(&one).is_some()
                    && table.is_taken(SocketAddr::new([192, 0, 2, 1].into(), round + 1))
            );
            assert_eq!(table.remove(&one).unwrap().visit(), "v");
            assert!(table.remove(&one).is_none());
        }
        assert_eq!((table.len(), table.slots.len(), table.held.len(), table.by_relayed.len()), (0, 1, 0, 0));
    }
}
