//! The booking drill on real processes, at a size that CI can afford: two desks and patients at the hub, while the link is cut and healed
//! and node and hub are killed; `make drill-booking` is the long one.
//!
//! It needs `holdfast-hub`, `holdfast-node` and PostgreSQL, as `cargo nextest run --workspace` has them.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use holdfast_tests::outage::booking::{Options, run};

#[test]
fn desks_and_patients_book_through_a_cut_link_and_kills_and_every_word_is_kept() {
    let report = run(&Options { bookings: 25, patients: 2, kills: 1, seed: 3 }).unwrap();
    // Told as the long one tells it, and false where something was not put to the test at all.
    assert!(report.print(), "{report:?}");
    assert_eq!(report.kills, 6, "node and hub, in each of three phases");
    assert!(report.confirmed > 10, "{report:?}");
}
