//! The schedule's benchmark at a size that CI can afford: what is counted, never how long it took; `make bench-schedule` is the long one.
//!
//! It needs `holdfast-node` beside it, as `cargo nextest run --workspace` builds it. Chromium is left to the long one.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use std::time::Duration;

use holdfast_tests::bench_schedule::{Booked, Options, RIVAL, run};

/// One of so many asks for what another has just asked for.
const BOOKINGS: u32 = 200;

#[test]
fn a_year_is_imported_searched_and_booked_and_nothing_is_lost_or_sold_twice() {
    let folder = tempfile::tempdir().unwrap();
    // With five practitioners one has no time left, so that searches in vain are among them.
    let options = Options {
        practitioners: 5,
        searches: 15,
        bookings: BOOKINGS,
        within: Duration::from_secs(2),
        rounds: 0,
        data: None,
    };
    let counted = run(&options, folder.path()).unwrap();
    assert!(counted.imported > 10_000, "{counted:?}");
    let rivals = BOOKINGS as usize / RIVAL;
    let expected =
        Booked { confirmed: BOOKINGS as usize - rivals, refused: rivals, lost: 0, twice: 0, failed: 0 };
    assert_eq!(counted.booked, expected);
    assert!(counted.booked.is_good());
}
