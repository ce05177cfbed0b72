//! Which address an allocation gets.

use std::net::{IpAddr, SocketAddr};

use super::config::Relay;
use super::sieve::mix;

/// How many random ports are tried before the next free one is taken.
const TRIES: usize = 16;

/// The addresses that there are to give.
pub(crate) struct Relayed {
    relay: Relay,
    addresses: Vec<IpAddr>,
    lent: Vec<SocketAddr>,
    random: u64,
}

impl Relayed {
    pub(crate) fn new(relay: Relay, addresses: Vec<IpAddr>, seed: u64) -> Self {
        Self { relay, addresses, lent: Vec::new(), random: seed }
    }

    /// Whether addresses of IPv4, or else of IPv6, are given.
    pub(crate) fn has_family(&self, is_v4: bool) -> bool {
        self.addresses.iter().any(|ip| ip.is_ipv4() == is_v4)
    }

    pub(crate) fn lend(&mut self, address: SocketAddr) {
        self.lent.push(address);
    }

    pub(crate) fn lent(&self) -> &[SocketAddr] {
        &self.lent
    }

    /// An address that nobody has, with an even port if one is asked for. [`None`] if there is none.
    pub(crate) fn choose(
        &mut self,
        is_v4: bool,
        is_even: bool,
        is_taken: impl Fn(SocketAddr) -> bool,
    ) -> Option<SocketAddr> {
        let Relay::InProcess { ports } = &self.relay else {
            let fits = |one: &SocketAddr| one.is_ipv4() == is_v4 && !(is_even && one.port() % 2 == 1);
            return self.lent.iter().position(fits).map(|at| self.lent.swap_remove(at));
        };
        let (first, last) = (u64::from(*ports.start()), u64::from(*ports.end()));
        let ip = *self.addresses.iter().find(|ip| ip.is_ipv4() == is_v4)?;
        let fitting = |offset: u64| {
            let port = (first + offset % (last - first + 1)) as u16;
            let address = SocketAddr::new(ip, port);
            let is_unfit = is_even && port % 2 == 1;
            (!is_unfit && !is_taken(address)).then_some(address)
        };
        let mut random = self.random;
        let found = (0..TRIES).find_map(|_| fitting(next(&mut random)));
        // Hardly ever: most ports are taken, or dice fell badly.
        let found = found.or_else(|| (0..=last - first).find_map(|step| fitting(random.wrapping_add(step))));
        self.random = random;
        found
    }

    /// A transaction for an indication, which nobody answers.
    pub(crate) fn transaction(&mut self) -> [u8; 12] {
        let mut id = [0; 12];
        id[..8].copy_from_slice(&next(&mut self.random).to_be_bytes());
        id[8..].copy_from_slice(&(self.random as u32).to_be_bytes());
        id
    }
}

/// SplitMix64: ports need to be hard to guess for those who see none, and no more: permissions guard them.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mix(*state)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_port_is_given_once_and_then_none() {
        let ip = IpAddr::from([192, 0, 2, 1]);
        let mut relayed = Relayed::new(Relay::InProcess { ports: 100..=119 }, vec![ip], 5);
        let mut given = BTreeSet::new();
        for n in 0..20 {
            let address = relayed.choose(true, n < 10, |one| given.contains(&one)).unwrap();
            assert!(n >= 10 || address.port().is_multiple_of(2), "{address}");
            assert!((100..120).contains(&address.port()) && given.insert(address), "{address}");
        }
        assert_eq!(relayed.choose(true, false, |one| given.contains(&one)), None);
        assert_eq!(relayed.choose(false, false, |_| false), None, "no IPv6");
    }

    #[test]
    fn lent_addresses_are_given_as_they_fit() {
        let [odd, even, v6] =
            ["192.0.2.1:3", "192.0.2.1:4", "[2001:db8::1]:6"].map(|text| text.parse().unwrap());
        let mut relayed = Relayed::new(Relay::Lent, vec![], 5);
        [odd, even, v6].into_iter().for_each(|address| relayed.lend(address));
        assert_eq!(relayed.choose(true, true, |_| false), Some(even));
        assert_eq!(relayed.choose(true, true, |_| false), None);
        assert_eq!(relayed.choose(true, false, |_| false), Some(odd));
        assert_eq!(relayed.choose(false, false, |_| false), Some(v6));
        assert!(relayed.lent().is_empty());
    }
}
