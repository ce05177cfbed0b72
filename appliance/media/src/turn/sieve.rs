//! What those may ask who have not shown who they are: a fixed number of answers a second for each address, in a table of fixed size.
//!
//! Answers to strangers are larger than what they ask with, and the sender may be forged; so nobody can be made to get more than this.

use std::net::IpAddr;

use super::bucket::{Bucket, Rate};

/// Budgets in the table. Addresses that share one share its budget: a flood from everywhere is held to some budget too.
const BUDGETS: usize = 4096;

pub(crate) struct Sieve {
    budgets: Box<[Bucket]>,
    rate: Rate,
    seed: u64,
}

impl Sieve {
    pub(crate) fn new(rate: Rate, seed: u64) -> Self {
        Self { budgets: vec![Bucket::full(rate, 0); BUDGETS].into_boxed_slice(), rate, seed }
    }

    /// Whether one more answer may go to this address.
    pub(crate) fn passes(&mut self, now_ms: u64, ip: IpAddr) -> bool {
        // Of an IPv6 address the first half: one customer has all of the second.
        let bits = match ip {
            IpAddr::V4(ip) => u64::from(ip.to_bits()),
            IpAddr::V6(ip) => (ip.to_bits() >> 64) as u64,
        };
        let at = mix(bits ^ self.seed) as usize % BUDGETS;
        self.budgets[at].take(self.rate, now_ms, 1)
    }
}

/// Spreads numbers over all of their bits (SplitMix64's last steps); with a secret seed nobody can choose who shares a budget with whom.
pub(crate) fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ bits >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_gets_its_budget_and_others_theirs() {
        let mut sieve = Sieve::new(Rate { per_second: 10, burst: 20 }, 7);
        let mut passed =
            |now: u64, ip: &str| (0..100).filter(|_| sieve.passes(now, ip.parse().unwrap())).count();
        assert_eq!(passed(0, "192.0.2.1"), 20);
        assert_eq!(passed(0, "192.0.2.2"), 20);
        assert_eq!(passed(1000, "192.0.2.1"), 10);
        assert_eq!(passed(1000, "2001:db8::1"), 20);
        assert_eq!(passed(1000, "2001:db8::2"), 0, "the same network");
    }
}
