//! A share of the outage drill that CI can afford: real processes, real PostgreSQL; `make drill-outage` is the long one.
//!
//! It needs `holdfast-hub` and `holdfast-node` beside it, as `cargo nextest run --workspace` builds them.

use holdfast_tests::outage::{Options, run};

/// Edits on each side: enough that every process is killed while records still move.
const EDITS: usize = 1_500;

#[test]
fn a_short_outage_loses_hides_and_decides_nothing() {
    let options =
        Options { edits: EDITS, concurrent: 40, patients: 60, clients: 4, rounds: 1, ..Options::default() };
    let report = run(&options).unwrap();
    assert!(report.print(), "{report:?}");
    assert_eq!((report.edits_a_side, report.kills), (EDITS, 4));
    assert_eq!((report.conflicts_expected, report.conflicts_found), (40, 40));
    assert!(report.acked >= 2 * EDITS as u64 && report.least_left > 0, "{report:?}");
}
