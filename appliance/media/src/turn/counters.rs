//! What a server has done, for metrics. No addresses and no names.

use super::refusal::Refusal;

/// Counters since the server began; they only grow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Allocations made.
    pub allocated: u64,
    /// Allocations that ended, for whatever reason.
    pub ended: u64,
    /// Packets from clients to peers.
    pub packets_up: u64,
    /// Their payload in bytes.
    pub bytes_up: u64,
    /// Packets from peers to clients.
    pub packets_down: u64,
    /// Their payload in bytes.
    pub bytes_down: u64,
    /// Answers to Binding requests.
    pub bindings: u64,
    /// Bytes from clients that were no STUN and no ChannelData of ours.
    pub malformed: u64,
    /// Packets dropped because an allocation had used up its bytes.
    pub over_rate: u64,
    /// Requests of strangers that got no answer because there had been too many.
    pub sifted: u64,
    /// Packets without a permission or a channel, either way.
    pub unpermitted: u64,
    /// Attempts at a peer in disguise.
    pub disguised: u64,
    refusals: [u64; Refusal::ALL.len()],
}

impl Counters {
    /// How often this refusal was given.
    #[must_use]
    pub fn refused(&self, refusal: Refusal) -> u64 {
        self.refusals[refusal as usize]
    }

    pub(crate) fn count(&mut self, refusal: Refusal) {
        self.refusals[refusal as usize] += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_has_a_counter_of_its_own() {
        let mut counters = Counters::default();
        for (times, refusal) in Refusal::ALL.into_iter().enumerate() {
            (0..times).for_each(|_| counters.count(refusal));
        }
        let counted: Vec<u64> = Refusal::ALL.iter().map(|one| counters.refused(*one)).collect();
        assert_eq!(counted, (0..Refusal::ALL.len() as u64).collect::<Vec<_>>());
    }
}
