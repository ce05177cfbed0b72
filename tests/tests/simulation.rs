//! A seeded share of the simulation, and every broken variant caught: `make sim` plays the long one.

use holdfast_store::sabotage::Sabotage;
use holdfast_tests::seeded::campaign::{catch, run};
use holdfast_tests::simulation::history::GAME;

/// Threads of one test: nextest runs others beside it.
const THREADS: usize = 2;

#[test]
fn no_history_loses_hides_or_diverges() {
    let found = run(&GAME, (1, 400), THREADS, None, &|_, _| {});
    for violation in &found.violations {
        eprintln!("seed {}: {}\n{}", violation.seed, violation.fault, violation.trace.join("\n"));
    }
    assert_eq!((found.histories, found.violations.len()), (400, 0));
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
    // The quick ones here; those that need a rare order of events are caught by `make sim`.
    for sabotage in [
        Sabotage::NoPred,
        Sabotage::ReusedDots,
        Sabotage::GapAccepted,
        Sabotage::CursorBeforeDurable,
        Sabotage::LastWriterWins,
    ] {
        assert!(catch(&GAME, 1, 300, sabotage).is_some(), "{} was not caught", sabotage.name());
    }
}
