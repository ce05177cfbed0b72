//! How long whoever has guessed wrong waits before the next try.

/// The first wait.
const FIRST_MS: u64 = 5_000;
/// The longest: 96 guesses a day.
const LONGEST_MS: u64 = 15 * 60_000;
/// After so long without a wrong guess they are forgotten: nobody is slowed today for yesterday.
const FORGOTTEN_MS: u64 = 12 * 3_600_000;

/// Whose wrong guesses are counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Counted {
    /// Those at one login name, wherever they were made.
    Person,
    /// Those on one device, at whatever name: many people share one at a front desk.
    Device,
}

impl Counted {
    /// Wrong guesses that cost nothing.
    pub fn free(self) -> u32 {
        match self {
            Self::Person => 3,
            Self::Device => 10,
        }
    }
}

/// Wrong guesses in a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tries {
    /// How many.
    pub wrong: u32,
    /// When the last one was, in Unix milliseconds.
    pub last_ms: u64,
}

impl Tries {
    /// Milliseconds until the next try is looked at; 0: at once.
    pub fn wait_ms(self, counted: Counted, now_ms: u64) -> u64 {
        let Some(beyond) = self.as_of(now_ms).wrong.checked_sub(counted.free()) else { return 0 };
        let wait = FIRST_MS.checked_shl(beyond.min(32)).unwrap_or(LONGEST_MS).min(LONGEST_MS);
        // A clock that was set back must not lengthen it.
        (self.last_ms.min(now_ms) + wait).saturating_sub(now_ms)
    }

    /// Tries that cost nothing yet.
    pub fn left(self, counted: Counted, now_ms: u64) -> u32 {
        counted.free().saturating_sub(self.as_of(now_ms).wrong)
    }

    /// With one more wrong guess.
    #[must_use]
    pub fn and_wrong(self, now_ms: u64) -> Self {
        Self { wrong: self.as_of(now_ms).wrong.saturating_add(1), last_ms: now_ms }
    }

    /// What is still remembered of them.
    fn as_of(self, now_ms: u64) -> Self {
        if now_ms.saturating_sub(self.last_ms) > FORGOTTEN_MS { Self::default() } else { self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(wrong: u32) -> Tries {
        Tries { wrong, last_ms: 1_000_000 }
    }

    #[test]
    fn three_are_free_and_then_each_costs_twice_the_last() {
        let waits: Vec<u64> =
            (0..14).map(|wrong| after(wrong).wait_ms(Counted::Person, 1_000_000) / 1000).collect();
        assert_eq!(waits, [0, 0, 0, 5, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900]);
        assert_eq!(after(u32::MAX).wait_ms(Counted::Person, 1_000_000), LONGEST_MS);
        assert_eq!((after(1).left(Counted::Person, 0), after(9).left(Counted::Person, 0)), (2, 0));
        assert_eq!(
            (after(9).wait_ms(Counted::Device, 0), after(10).wait_ms(Counted::Device, 1_000_000)),
            (0, FIRST_MS)
        );
    }

    #[test]
    fn waiting_ends_and_wrong_guesses_are_forgotten() {
        let tries = after(3);
        assert_eq!(tries.wait_ms(Counted::Person, 1_004_000), 1_000);
        assert_eq!(tries.wait_ms(Counted::Person, 1_005_000), 0);
        assert_eq!(tries.wait_ms(Counted::Person, 5), FIRST_MS, "a clock that was set back adds nothing");
        let later = 1_000_000 + FORGOTTEN_MS + 1;
        assert_eq!(tries.and_wrong(later), Tries { wrong: 1, last_ms: later });
        assert_eq!(tries.and_wrong(1_005_000).wrong, 4);
    }
}
