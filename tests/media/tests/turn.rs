//! The short share of `make drill-turn` that CI plays.

#![cfg(feature = "sabotage")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use holdfast_media_tests::turn_drill::{Options, run};

#[test]
fn turn_server_serves_coturns_clients_and_nobody_who_is_hostile() {
    let options = Options { hostile: 1500, flood: 60_000, clients: 2, messages: 20, ..Options::default() };
    let report = run(&options).unwrap();
    let is_good = report.print();
    assert_eq!(report.faults(), Vec::<&str>::new());
    assert!(is_good);
}
