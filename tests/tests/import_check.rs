//! A share of the import check that CI can afford: real bundles, a real node; `make import-check` is the long one.
//!
//! It needs `holdfast-node` beside it, as `cargo nextest run --workspace` builds it.

use holdfast_tests::import_check::{Options, run};
use std::process::Command;

#[test]
fn a_sample_of_real_bundles_comes_back_element_by_element() {
    assert!(run(&Options { sample: true, ..Options::default() }).unwrap());
}

#[test]
fn a_check_without_its_data_says_what_it_skipped() {
    let nowhere = tempfile::tempdir().unwrap().path().join("data");
    let check = Command::new(env!("CARGO_BIN_EXE_import-check"))
        .arg("--sample")
        .env("HOLDFAST_DATA", nowhere)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&check.stderr);
    assert!(check.status.success() && said.contains("SKIPPED: import-check"), "{said}");
}
