//! How much may pass in a time.

/// A budget that fills up steadily. Whole units, of bytes or of packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bucket {
    /// What is left, in thousandths of a unit.
    left: u64,
    at_ms: u64,
}

/// How fast a bucket fills, and how much it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Units that come each second.
    pub per_second: u32,
    /// Units that it holds when full.
    pub burst: u32,
}

impl Bucket {
    pub(crate) fn full(rate: Rate, now_ms: u64) -> Self {
        Self { left: u64::from(rate.burst) * 1000, at_ms: now_ms }
    }

    /// Takes `units` if they are there.
    pub(crate) fn take(&mut self, rate: Rate, now_ms: u64, units: u32) -> bool {
        let came = now_ms.saturating_sub(self.at_ms).saturating_mul(u64::from(rate.per_second));
        self.left = self.left.saturating_add(came).min(u64::from(rate.burst) * 1000);
        self.at_ms = self.at_ms.max(now_ms);
        let asked = u64::from(units) * 1000;
        let is_there = self.left >= asked;
        if is_there {
            self.left -= asked;
        }
        is_there
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { per_second: 10, burst: 5 };

    #[test]
    fn a_burst_passes_and_then_as_much_as_comes() {
        let mut bucket = Bucket::full(RATE, 1000);
        let mut passed = |now_ms: u64| (0..100).filter(|_| bucket.take(RATE, now_ms, 1)).count();
        assert_eq!([1000, 1050, 1100, 1300, 9000, 8000].map(&mut passed), [5, 0, 1, 2, 5, 0]);
    }

    #[test]
    fn what_is_larger_than_the_bucket_never_passes() {
        assert!(!Bucket::full(RATE, 0).take(RATE, u64::MAX, 6));
    }
}
