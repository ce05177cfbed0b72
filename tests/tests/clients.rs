//! Every FHIR client, every control, and a few examples of schemathesis; `make clients` is the long one.
//!
//! It needs `holdfast-node` beside it, as `cargo nextest run --workspace` builds it, and installs the clients if
//! `make setup` has not.

use holdfast_tests::clients::{Options, run};

#[test]
fn clients_of_others_just_work() {
    assert!(run(&Options::sample()).unwrap());
}
