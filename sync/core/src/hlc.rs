//! Hybrid logical clock (Kulkarni et al. 2014): 48 bits of Unix milliseconds, 16 bits of counter.
//! It orders what is displayed; it never decides what is kept.

use serde::{Deserialize, Serialize};

/// A reading of the hybrid clock.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Hlc(pub u64);

const COUNTER_BITS: u32 = 16;
const MILLIS_MAX: u64 = (1 << 48) - 1;

impl Hlc {
    /// From Unix milliseconds (saturating at 48 bits) and a counter.
    pub fn new(unix_ms: u64, counter: u16) -> Self {
        Self(unix_ms.min(MILLIS_MAX) << COUNTER_BITS | u64::from(counter))
    }

    /// Unix milliseconds.
    pub fn unix_ms(self) -> u64 {
        self.0 >> COUNTER_BITS
    }
}

/// A remote reading further ahead of us than this is accepted but never merged into our clock,
/// so that one clock in 2099 cannot drag a fleet along. One minute covers any NTP-disciplined peer.
pub const SKEW_TOLERATED_MS: u64 = 60_000;

/// Whether a remote reading may be believed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Skew {
    /// Within tolerance; the local clock has advanced past it.
    Tolerated,
    /// Too far ahead; the local clock ignored it and the op is to be flagged.
    Future,
}

/// The local clock's memory: the last reading given out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct HybridClock {
    last: Hlc,
}

impl HybridClock {
    /// Starts from the highest reading this replica ever gave out.
    pub fn starting_at(last: Hlc) -> Self {
        Self { last }
    }

    /// The last reading given out or believed.
    pub fn last(&self) -> Hlc {
        self.last
    }

    /// A reading greater than every earlier one, even if the wall clock went back.
    pub fn tick(&mut self, now_ms: u64) -> Hlc {
        let wall = Hlc::new(now_ms, 0);
        self.last = if wall > self.last { wall } else { Hlc(self.last.0.saturating_add(1)) };
        self.last
    }

    /// Takes note of a remote reading, unless it is from too far in the future.
    pub fn observe(&mut self, remote: Hlc, now_ms: u64) -> Skew {
        if remote.unix_ms() > now_ms.saturating_add(SKEW_TOLERATED_MS) {
            return Skew::Future;
        }
        self.last = self.last.max(remote);
        Skew::Tolerated
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clock_set_back_still_moves_forward() {
        let mut clock = HybridClock::default();
        let first = clock.tick(1_000_000);
        assert!(clock.tick(5) > first);
    }

    #[test]
    fn clock_in_2099_does_not_infect_others() {
        let mut clock = HybridClock::default();
        clock.tick(1_000_000);
        assert_eq!(clock.observe(Hlc::new(4_102_444_800_000, 0), 1_000_000), Skew::Future);
        assert_eq!(clock.tick(1_000_001).unix_ms(), 1_000_001);
    }

    #[test]
    fn creeping_future_readings_cannot_walk_the_clock_away() {
        // Each reading is within tolerance of the last believed one, but the wall clock stands still.
        let mut clock = HybridClock::default();
        clock.tick(1_000_000);
        for step in 1..1000u64 {
            clock.observe(Hlc::new(1_000_000 + step * 59_000, 0), 1_000_000);
        }
        assert!(clock.last().unix_ms() <= 1_000_000 + SKEW_TOLERATED_MS);
    }
}
