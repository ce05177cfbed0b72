//! The share of `make drill-signin` that CI can afford.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use holdfast_tests::sign_in_drill::{Options, run};

#[test]
fn nothing_leaks_to_any_role_by_any_route() {
    assert!(run(&Options { sample: true, verbose: false }).unwrap());
}
