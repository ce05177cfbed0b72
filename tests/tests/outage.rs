//! A share of the outage drill that CI can afford: real processes, real PostgreSQL; `make drill-outage` is the long one.
//!
//! It needs `holdfast-hub` and `holdfast-node` beside it, as `cargo nextest run --workspace` builds them.

use holdfast_tests::outage::{Options, run};

#[test]
fn a_short_outage_loses_hides_and_decides_nothing() {
    let options =
        Options { edits: 400, concurrent: 40, patients: 60, clients: 4, rounds: 1, ..Options::default() };
    let report = run(&options).unwrap();
    assert!(report.print(), "{report:?}");
    assert_eq!((report.edits_a_side, report.kills), (400, 4));
    assert_eq!((report.conflicts_expected, report.conflicts_found), (40, 40));
    assert!(report.acked >= 800 && report.least_left > 0, "{report:?}");
}
