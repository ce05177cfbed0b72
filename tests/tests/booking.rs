//! A seeded share of the booking histories, and every broken variant caught: `make drill-booking` plays the long one.

use holdfast_store::sabotage::Sabotage;
use holdfast_tests::booking::history::{CONFIRMED, GAME};
use holdfast_tests::seeded::campaign::{catch, run};

/// Threads of one test: nextest runs others beside it.
const THREADS: usize = 2;

#[test]
fn no_history_sells_time_twice_or_breaks_its_word() {
    let found = run(&GAME, (1, 150), THREADS, None, &|_, _| {});
    for violation in &found.violations {
        eprintln!("seed {}: {}\n{}", violation.seed, violation.fault, violation.trace.join("\n"));
    }
    assert_eq!((found.histories, found.violations.len()), (150, 0));
    assert!(found.counts[CONFIRMED] > 500 && found.counts.len() > 5, "too little happens: {found:?}");
}

#[test]
fn same_seed_plays_the_same_history() {
    use holdfast_tests::seeded::{Script, Told};
    use holdfast_tests::simulation::database::Pool;
    let told = || {
        let mut told = Told { is_traced: true, ..Told::default() };
        (GAME.play)(&Script::whole(&GAME, 7, None), &mut Pool::default(), &mut told).unwrap();
        told.trace
    };
    assert_eq!(told(), told());
}

#[test]
fn every_broken_variant_is_caught() {
    for sabotage in Sabotage::RIGHTS {
        assert!(catch(&GAME, 1, 100, sabotage).is_some(), "{} was not caught", sabotage.name());
    }
}
