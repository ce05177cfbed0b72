//! The store's benchmark at a size that CI can afford: what is counted, never how long it took; `make bench-store` is the
//! long one.
//!
//! It needs `holdfast-hub`, `holdfast-node` and PostgreSQL, as `cargo nextest run --workspace` has them.

use holdfast_tests::bench_store::{Options, run};
use std::time::Duration;

#[test]
fn reads_are_measured_idle_and_while_everything_leaves_and_arrives() {
    let folder = tempfile::tempdir().unwrap();
    let load = Duration::from_millis(200);
    let options = Options { ops: 2_000, patients: 1_500, load, connections: 8, arriving: 3_000 };
    let report = run(&options, folder.path()).unwrap();
    report.print();
    assert_eq!((report.commits.ops, report.held.records), (2_000, 1_500));
    let (leaving, arriving) = (&report.reconciling.leaving, &report.reconciling.arriving);
    assert_eq!((leaving.ops, arriving.ops), (1_500, 3_000));
    for measured in [&report.idle.many, &report.idle.names, &leaving.reads, &arriving.reads] {
        assert!(measured.answered > 8 && measured.failed == 0 && measured.bytes > 8_000, "{report:?}");
    }
    assert!(report.held.bytes_each > 1_000.0 && report.bare > 0.0 && report.rss_idle > 0, "{report:?}");
}
