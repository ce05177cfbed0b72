//! How long answers took.

use std::time::Duration;

/// Times in microseconds; once sorted, their percentiles.
#[derive(Debug, Clone, Default)]
pub struct Times(Vec<u32>);

impl Times {
    /// One more; a time beyond an hour counts as one.
    pub fn push(&mut self, time: Duration) {
        self.0.push(u32::try_from(time.as_micros()).unwrap_or(u32::MAX));
    }

    /// All those of another.
    pub fn add(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Puts them in order, which [`Times::percentile_ms`] needs.
    pub fn sort(&mut self) {
        self.0.sort_unstable();
    }

    /// The time within which so many of a hundred came, in milliseconds (nearest rank); 0 if there are none.
    #[must_use]
    pub fn percentile_ms(&self, percent: f64) -> f64 {
        let rank = (percent / 100.0 * self.0.len() as f64).ceil() as usize;
        let at = self.0.get(rank.saturating_sub(1)).or(self.0.last());
        at.map_or(0.0, |us| f64::from(*us) / 1e3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_the_nearest_rank() {
        let mut times = Times::default();
        assert_eq!(times.percentile_ms(99.0), 0.0);
        (1..=200).rev().for_each(|ms| times.push(Duration::from_millis(ms)));
        times.sort();
        let of = |percent| times.percentile_ms(percent);
        assert_eq!((of(0.0), of(50.0), of(99.0), of(100.0)), (1.0, 100.0, 198.0, 200.0));
    }
}
