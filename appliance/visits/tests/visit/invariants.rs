//! Whatever happens, the invariants hold; and a broken rule is caught.

use crate::play::{play, steps};
use holdfast_visits::session::sabotage::Sabotage;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestError, TestRunner};

/// Runs so many histories from one seed.
fn histories(count: u32, broken: Option<Sabotage>) -> Result<(), String> {
    let config = Config { cases: count, max_shrink_iters: 0, failure_persistence: None, ..Config::default() };
    let rng = proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let outcome = runner.run(&steps(), |steps| play(broken, &steps).map_err(TestCaseError::fail));
    outcome.map_err(|error| match error {
        TestError::Fail(reason, _) => reason.message().to_owned(),
        TestError::Abort(reason) => format!("aborted: {reason}"),
    })
}

#[test]
fn a_broken_rule_is_caught_and_called_by_its_name() {
    for way in Sabotage::ALL {
        let rule = match way {
            Sabotage::AdmitsAll => "nobody is in who was not admitted",
            Sabotage::TellsAll => "who was not let in hears of nobody",
            Sabotage::ForgetsIds => "the same id changes nothing twice",
            Sabotage::KeepsRooms => "a member has one live socket a part",
            Sabotage::ForgetsEnd => "what is ended stays ended",
            Sabotage::ForgetsToSave => "what changed is saved before it is told",
        };
        let caught = histories(2_000, Some(way)).expect_err("a broken rule is caught");
        assert!(caught.contains(rule) || is_kin(way, &caught), "{way:?} was caught as: {caught}");
    }
}

/// A command that is done again may first be seen by its answer.
fn is_kin(way: Sabotage, caught: &str) -> bool {
    way == Sabotage::ForgetsIds && caught.contains("the same id gives the same answer")
}

proptest! {
    #![proptest_config(Config { cases: 1_000, ..Config::default() })]

    #[test]
    fn whatever_happens_the_invariants_hold(steps in steps()) {
        if let Err(rule) = play(None, &steps) {
            prop_assert!(false, "{}", rule);
        }
    }
}
