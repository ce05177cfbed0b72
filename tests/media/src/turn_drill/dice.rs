//! Seeded dice.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// SplitMix64.
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ bits >> 31
    }

    /// A number below `n`.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.number() % n.max(1) as u64) as usize
    }

    pub(crate) fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    pub(crate) fn v4(&mut self) -> Ipv4Addr {
        Ipv4Addr::from_bits(self.number() as u32)
    }

    pub(crate) fn v6(&mut self) -> Ipv6Addr {
        Ipv6Addr::from_bits(u128::from(self.number()) << 64 | u128::from(self.number()))
    }

    /// An address of this machine that somebody else might have: any of 127.0.0.0/8.
    pub(crate) fn loopback(&mut self) -> IpAddr {
        let bits = self.number();
        Ipv4Addr::new(127, 1 + (bits % 250) as u8, (bits >> 8) as u8, 1 + (bits >> 16) as u8 % 250).into()
    }
}
