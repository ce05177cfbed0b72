//! A seeded share of the booking histories, and every broken variant caught: `make drill-booking` plays the long one.

use holdfast_store::sabotage::Sabotage;
use holdfast_tests::booking::campaign::{catch, run};

/// Threads of one test: nextest runs others beside it.
const THREADS: usize = 2;

#[test]
fn no_history_sells_time_twice_or_breaks_its_word() {
    let found = run(1, 150, THREADS, None, &|_| {});
    for violation in &found.violations {
        eprintln!("seed {}: {}\n{}", violation.seed, violation.fault, violation.trace.join("\n"));
    }
    assert_eq!((found.histories, found.violations.len()), (150, 0));
    assert!(found.confirmed > 500 && found.refusals.len() > 4, "too little happens: {found:?}");
}

#[test]
fn same_seed_plays_the_same_history() {
    use holdfast_tests::booking::history::{Script, Told};
    use holdfast_tests::simulation::database::Pool;
    let told = || {
        let mut told = Told::default();
        Script::whole(7, None).play(&mut Pool::default(), true, &mut told).unwrap();
        told.trace
    };
    assert_eq!(told(), told());
}

#[test]
fn a_restored_database_that_sells_what_was_its_own_is_caught() {
    // The others need a rare order of events: `make drill-booking` looks for them.
    assert!(catch(1, 100, Sabotage::NoFence).is_some());
}
