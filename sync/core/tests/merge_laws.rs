//! The laws of merging: whatever order ops come in, by ops or by states, once or twice, replicas become equal.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says aloud what it skipped"
)]

mod common;

use common::{Played, REPLICAS, TestRules, empty, play, steps};
use holdfast_core::op::DELETED;
use holdfast_core::state::{Applied, Conflict, EntityState};
use holdfast_core::view;
use proptest::prelude::*;

fn bytes(state: &EntityState) -> (String, Vec<u8>) {
    (view::render(state, &TestRules), view::encode(state))
}

fn lengths() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(0usize..20, REPLICAS)
}

fn both(a: &[usize], b: &[usize]) -> Vec<usize> {
    a.iter().zip(b).map(|(a, b)| *a.max(b)).collect()
}

fn join_equals_union(played: &Played, a: &[usize], b: &[usize], order: u64) -> Result<(), TestCaseError> {
    let joined = played.prefix(a, order).join(&played.prefix(b, !order));
    let union = played.prefix(&both(a, b), order ^ 7);
    prop_assert_eq!(bytes(&joined), bytes(&union));
    prop_assert_eq!(joined, union);
    Ok(())
}

proptest! {
    #![proptest_config(common::cases(1500))]

    #[test]
    fn ops_in_any_order_give_the_same_bytes(steps in steps(40), one in any::<u64>(), other in any::<u64>()) {
        let played = play(&steps);
        prop_assert_eq!(bytes(&played.whole(one)), bytes(&played.whole(other)));
    }

    #[test]
    fn an_op_that_comes_twice_changes_nothing(steps in steps(30), order in any::<u64>()) {
        let played = play(&steps);
        let mut state = played.whole(order);
        let before = bytes(&state);
        for op in played.logs.iter().flatten() {
            prop_assert_eq!(state.apply(op), Applied::Duplicate);
        }
        prop_assert_eq!(bytes(&state), before);
    }

    #[test]
    fn joining_states_equals_taking_all_ops(
        steps in steps(40), a in lengths(), b in lengths(), order in any::<u64>()
    ) {
        join_equals_union(&play(&steps), &a, &b, order)?;
    }

    #[test]
    fn join_is_commutative_associative_and_idempotent(
        steps in steps(40), a in lengths(), b in lengths(), c in lengths(), order in any::<u64>()
    ) {
        let played = play(&steps);
        let [a, b, c] = [a, b, c].map(|n| played.prefix(&n, order));
        prop_assert_eq!(a.join(&b), b.join(&a));
        prop_assert_eq!(a.join(&b).join(&c), a.join(&b.join(&c)));
        prop_assert_eq!(a.join(&a), a.clone());
        prop_assert_eq!(a.join(&empty()), a);
    }

    #[test]
    fn ops_after_a_join_equal_ops_alone(
        steps in steps(40), a in lengths(), b in lengths(), order in any::<u64>()
    ) {
        let played = play(&steps);
        let mut state = played.prefix(&a, order).join(&played.prefix(&b, order));
        for op in played.logs.iter().flatten() {
            state.apply(op);
        }
        prop_assert_eq!(bytes(&state), bytes(&played.whole(order)));
    }

    #[test]
    fn every_replica_of_a_history_is_a_prefix_of_it(steps in steps(40)) {
        let played = play(&steps);
        for site in &played.sites {
            let lengths: Vec<usize> = (0..REPLICAS)
                .map(|at| played.logs[at].iter().filter(|op| op.dot.seq <= site.state.vv.get(&op.dot.actor)).count())
                .collect();
            prop_assert_eq!(bytes(&site.state), bytes(&played.prefix(&lengths, 1)));
        }
    }

    #[test]
    fn a_value_goes_away_only_when_an_op_names_it_as_seen(steps in steps(40), order in any::<u64>()) {
        let played = play(&steps);
        let state = played.whole(order);
        let all = || played.logs.iter().flatten();
        for op in all() {
            for change in &op.changes {
                let replaced = all().flat_map(|o| &o.changes)
                    .any(|c| c.key == change.key && c.pred.contains(&op.entity_dot()));
                let stands = state.registers[&change.key].dots().contains(&op.entity_dot());
                prop_assert_eq!(stands, !replaced);
            }
        }
    }

    #[test]
    fn an_edit_beside_a_deletion_keeps_the_resource_and_shows(steps in steps(40), order in any::<u64>()) {
        let state = play(&steps).whole(order);
        let stands = state.registers.get(DELETED).is_some_and(|r| r.is_present());
        let conflict = state.conflicts(&TestRules).contains(&Conflict::DeletedBesideEdit);
        prop_assert_eq!(stands, state.is_deleted() || conflict);
        prop_assert!(!(state.is_deleted() && conflict));
    }

    #[test]
    fn rendered_and_encoded_state_decodes_to_itself(
        steps in steps(40), n in lengths(), order in any::<u64>()
    ) {
        let state = play(&steps).prefix(&n, order);
        let (json, encoded) = bytes(&state);
        let decoded = view::decode(state.entity.clone(), &json, &encoded).unwrap();
        prop_assert_eq!(bytes(&decoded), (json, encoded));
        prop_assert_eq!(decoded, state);
    }

    #[test]
    fn a_damaged_state_is_an_error_or_another_state_but_no_panic(
        steps in steps(20), at in any::<prop::sample::Index>(), bit in 0u8..8, cut in any::<prop::sample::Index>()
    ) {
        let state = play(&steps).whole(1);
        let (json, mut encoded) = bytes(&state);
        let at = at.index(encoded.len());
        encoded[at] ^= 1 << bit;
        let _ = view::decode(state.entity.clone(), &json, &encoded);
        encoded.truncate(cut.index(encoded.len()));
        let _ = view::decode(state.entity.clone(), &json, &encoded);
    }
}
