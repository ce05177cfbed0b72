//! How often something may be done.

/// A bucket that fills with time.
#[derive(Debug, Clone)]
pub(super) struct Bucket {
    most: u32,
    every_ms: u64,
    left: u32,
    filled_ms: u64,
}

impl Bucket {
    /// `most` at once, and one more each `every_ms` milliseconds.
    pub(super) fn new(most: u32, every_ms: u64, now_ms: u64) -> Self {
        Self { most, every_ms, left: most, filled_ms: now_ms }
    }

    /// Takes one.
    ///
    /// # Errors
    /// In how many milliseconds there is one again.
    pub(super) fn take(&mut self, now_ms: u64) -> Result<(), u64> {
        let new = now_ms.saturating_sub(self.filled_ms) / self.every_ms;
        self.filled_ms += new * self.every_ms;
        self.left = self.most.min(self.left.saturating_add(u32::try_from(new).unwrap_or(u32::MAX)));
        if self.left == self.most {
            self.filled_ms = self.filled_ms.max(now_ms);
        }
        if self.left == 0 {
            return Err((self.filled_ms + self.every_ms).saturating_sub(now_ms).max(1));
        }
        self.left -= 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_as_there_are_and_then_as_they_come() {
        let mut bucket = Bucket::new(2, 100, 1_000);
        assert_eq!([1_000, 1_000, 1_000].map(|at| bucket.take(at)), [Ok(()), Ok(()), Err(100)]);
        assert_eq!(bucket.take(1_099), Err(1));
        assert_eq!(bucket.take(1_100), Ok(()));
        assert_eq!(bucket.take(1_150), Err(50));
        assert_eq!(
            [9_000, 9_000, 9_000].map(|at| bucket.take(at).is_ok()),
            [true, true, false],
            "no more than two"
        );
        assert_eq!(bucket.take(0), Err(9_100), "a clock that goes back gives nothing");
    }
}
