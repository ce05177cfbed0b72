//! A share of the bad-input check that CI can afford: every quick case made by hand, a sample of mutations before the
//! judges; `make check-bad-input` is the long one.
//!
//! It needs `holdfast-node` beside it, as `cargo nextest run --workspace` builds it.

use holdfast_tests::bad_input::{Options, run};
use std::process::Command;

#[test]
fn bad_requests_are_refused_with_element_and_reason() {
    assert!(run(&Options { sample: true, ..Options::default() }).unwrap());
}

#[test]
fn a_check_without_examples_says_what_it_skipped() {
    let nowhere = tempfile::tempdir().unwrap().path().join("data");
    let check = Command::new(env!("CARGO_BIN_EXE_check-bad-input"))
        .args(["--sample", "--only", "judges"])
        .env("HOLDFAST_DATA", nowhere)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&check.stderr);
    assert!(check.status.success() && said.contains("SKIPPED: the judges of check-bad-input"), "{said}");
}
