//! Every kept input through its target, and a seeded share of mutations: what CI runs of the fuzzing.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::panic::catch_unwind;

use holdfast_fuzzing::memory::{Counting, peak_of};
use holdfast_fuzzing::mutate::{Dice, mutate};
use holdfast_fuzzing::{TARGETS, corpus, memory, run};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Mutated inputs of one target: a second or two of each.
const SHARE: usize = 4000;
/// Failures that are told at length.
const TOLD: usize = 2;

/// The inputs that make `target` panic, the first few with what it said.
fn failing(inputs: &[(String, Vec<u8>)], target: impl Fn(&[u8]) + std::panic::RefUnwindSafe) -> Vec<&str> {
    let mut failed = Vec::new();
    for (name, bytes) in inputs {
        if failed.len() == TOLD {
            std::panic::set_hook(Box::new(|_| {}));
        }
        if catch_unwind(|| target(bytes)).is_err() {
            failed.push(name.as_str());
        }
    }
    drop(std::panic::take_hook());
    failed
}

fn kept(target: &str) -> Vec<(String, Vec<u8>)> {
    let named = |(path, bytes): (std::path::PathBuf, Vec<u8>)| (path.display().to_string(), bytes);
    let inputs: Vec<_> = corpus::inputs(target).unwrap().into_iter().map(named).collect();
    assert!(!inputs.is_empty(), "the corpus of {target} is not there");
    inputs
}

fn replay(target: &str) {
    let mut inputs = kept(target);
    let of: Vec<Vec<u8>> = inputs.iter().map(|(_, bytes)| bytes.clone()).collect();
    let mut dice = Dice::new(1);
    inputs.extend((0..SHARE).map(|n| (format!("mutation {n}"), mutate(&of, &mut dice))));
    let failed = failing(&inputs, |bytes| run(target, bytes));
    assert!(
        failed.is_empty(),
        "{target} fails on {} inputs, first {:?}",
        failed.len(),
        &failed[..failed.len().min(9)]
    );
}

/// A target by the name of its test.
fn target_of(test: &str) -> String {
    test.replace('_', "-")
}

macro_rules! replays {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            replay(&target_of(stringify!($name)));
        })*

        #[test]
        fn every_target_is_replayed() {
            let here = [$(target_of(stringify!($name))),*];
            let all = TARGETS.iter().map(|target| target.name);
            assert!(all.eq(here));
        }
    };
}

replays! { segment frame session signature enrolment resource search bundle patch cursor finding headers calendar relay_entry relay_control stun turn visit }

#[test]
fn broken_property_is_noticed() {
    // A decoder that takes a whole page for nothing but its first byte: some input must show it.
    let inputs = kept("frame");
    let broken = |bytes: &[u8]| {
        let read = bytes.first().map(|first| first % 4);
        assert!(read != Some(1), "a deliberately broken property");
    };
    let failed = failing(&inputs, broken);
    assert!(!failed.is_empty() && failed.len() < inputs.len(), "{failed:?}");
}

#[test]
fn changed_op_that_verifies_would_be_noticed() {
    // The same comparison as the signature target's, against a check that does not look at the signature.
    use holdfast_core::segment::{open, read, seal};
    let key = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
    let op = |author: &str| holdfast_core::op::Op {
        dot: holdfast_core::id::Dot {
            actor: holdfast_core::id::ActorId([1; 16]),
            lane: holdfast_core::id::Lane::CHART,
            seq: 1,
        },
        hlc: holdfast_core::hlc::Hlc(1),
        entity: holdfast_core::id::Entity::new("Patient", "p"),
        author: author.into(),
        changes: vec![],
    };
    let other = ed25519_dalek::SigningKey::from_bytes(&[8; 32]);
    let forged = seal(vec![op("other")], 1, [0; 32], [5; 16], &other).unwrap().encode().unwrap();
    assert!(read(&forged).is_ok(), "without the signature a forgery reads well");
    assert!(open(&forged, &key.verifying_key()).is_err(), "with it, it does not");
}

#[test]
fn too_much_memory_is_noticed() {
    let waste = || drop(std::hint::black_box(vec![1u8; memory::limit(1) + 1]));
    assert!(peak_of(waste) > memory::limit(1));
    assert!(catch_unwind(|| memory::bounded(1, waste)).is_err());
    assert!(catch_unwind(|| memory::bounded(1, || drop(vec![1u8; 1000]))).is_ok());
}
