//! What is counted rather than timed: places of a group session, refills of a prescription. A pool of `n` is the numbers 0 to `n − 1`,
//! and whoever owns a number sells it once. A place is booked as one minute is; no counter has to be kept in step.

use super::span::{Span, Spans};

/// Between a pool's owner and what is counted; no FHIR reference has it.
const MARK: char = '#';

/// The name of a pool: of what, such as `Appointment/s`, and what is counted, such as `place`.
pub fn pool(of: &str, what: &str) -> String {
    format!("{of}{MARK}{what}")
}

/// Whether a resource's name is a pool's: its spans are numbers, not minutes.
pub fn is_pool(resource: &str) -> bool {
    resource.contains(MARK)
}

/// Of what a pool is: `Appointment/s`.
pub fn of_pool(pool: &str) -> Option<&str> {
    pool.split_once(MARK).map(|(of, _)| of)
}

/// One number of a pool.
pub fn number(n: u32) -> Span {
    Span::of(i64::from(n), 1)
}

/// All numbers of a pool of `count`.
pub fn all(count: u32) -> Span {
    Span::new(0, i64::from(count))
}

/// The lowest number that is owned and not taken, of a pool of `count`. O(spans).
pub fn next(owned: &Spans, taken: &Spans, count: u32) -> Option<u32> {
    let free = owned.within(all(count)).minus(taken);
    free.iter().next().and_then(|span| u32::try_from(span.from).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_free_number_is_sold() {
        let owned = Spans::new([Span::new(2, 5)]);
        let taken = Spans::new([number(2), number(7)]);
        assert_eq!(next(&owned, &taken, 10), Some(3));
        assert_eq!(next(&owned, &taken, 3), None, "beyond the capacity nothing is sold");
        assert_eq!(next(&owned, &Spans::new([all(9)]), 10), None);
        assert!(is_pool(&pool("Appointment/s", "place")) && !is_pool("Appointment/s"));
    }
}
