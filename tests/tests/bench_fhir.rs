//! The FHIR benchmark at a size that CI can afford, without the peer: what is counted, never how long it took;
//! `make bench-fhir` is the long one.
//!
//! It needs `holdfast-node` beside it, as `cargo nextest run --workspace` builds it.

use holdfast_tests::bench_fhir::{Corpus, Options, run};
use std::process::Command;
use std::time::Duration;

#[test]
fn every_resource_is_imported_and_then_found() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = Corpus::generated(5, 80).unwrap();
    let options = Options { load: Duration::from_millis(200), connections: 8, peer: None };
    let report = run(&options, &corpus, folder.path()).unwrap();
    report.print();
    let ours = &report.ours;
    assert_eq!((corpus.resources(), ours.stored(), ours.refused()), (405, 405, 0));
    // Each patient's Observations, of which a page holds 50, and each family's patients.
    assert!(ours.found.len() > 5 && ours.found[..5].iter().all(|found| *found >= 20), "{:?}", ours.found);
    assert!(ours.found[5..].iter().all(|found| *found >= 1), "{:?}", ours.found);
    for loads in [&ours.reads, &ours.by_patient, &ours.by_name] {
        for measured in [&loads.one, &loads.many] {
            assert!(measured.answered > 8 && measured.failed == 0, "{measured:?}");
        }
    }
    assert!(ours.bytes > 405 * 200, "{} bytes", ours.bytes);
}

#[test]
fn a_benchmark_without_its_data_says_so_and_fails() {
    let nowhere = tempfile::tempdir().unwrap().path().join("data");
    let bench =
        Command::new(env!("CARGO_BIN_EXE_bench-fhir")).env("HOLDFAST_DATA", nowhere).output().unwrap();
    let said = String::from_utf8_lossy(&bench.stderr);
    assert!(!bench.status.success() && said.contains("SKIPPED: bench-fhir"), "{said}");
}
