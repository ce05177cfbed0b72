//! What `crdts` 7.3.2 and others' sessions get wrong (docs/traps.md), shown not to happen in the core.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says aloud what it skipped"
)]

mod common;

use common::{TestRules, actor, empty, entity};
use ed25519_dalek::SigningKey;
use holdfast_core::hlc::{Hlc, HybridClock};
use holdfast_core::id::{ActorId, Dot, Lane, Scope};
use holdfast_core::message::{Page, Position, Request, Response, Visit};
use holdfast_core::op::{Change, EntityDot, Op};
use holdfast_core::segment::{SegmentError, seal};
use holdfast_core::session::{Input, Output, Session, SessionConfig};
use holdfast_core::state::EntityState;
use holdfast_core::view;

fn op(at: usize, seq: u64, hlc: u64, pred: &[EntityDot], value: &str) -> Op {
    Op {
        dot: Dot { actor: actor(at), lane: Lane::CHART, seq },
        hlc: Hlc::new(hlc, 0),
        entity: entity(),
        author: "a".into(),
        changes: vec![Change { key: "name".into(), pred: pred.to_vec(), value: Some(value.into()) }],
    }
}

fn after(ops: &[&Op]) -> EntityState {
    let mut state = empty();
    ops.iter().for_each(|op| {
        state.apply(op);
    });
    state
}

/// `LWWReg` with an equal marker diverges.
#[test]
fn equal_clock_readings_show_the_same_value_everywhere() {
    let ops: Vec<Op> = (0..3).map(|at| op(at, 1, 1000, &[], &format!("\"v{at}\""))).collect();
    let shown = |order: [usize; 3]| view::render(&after(&order.map(|at| &ops[at])), &TestRules);
    let first = shown([0, 1, 2]);
    for order in [[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        assert_eq!(shown(order), first);
    }
    assert_eq!(after(&[&ops[2], &ops[0], &ops[1]]).values("name").count(), 3, "and none of them is lost");
}

/// `Orswot::deferred` grows without bound: what has not arrived is forgotten as soon as it has.
#[test]
fn what_was_awaited_is_forgotten_once_it_has_arrived() {
    let mut state = empty();
    let mut late = Vec::new();
    for seq in 1..=500 {
        let old = op(0, seq, 1, &[], "\"old\"");
        state.apply(&op(1, seq, 2, &[old.entity_dot()], "\"new\""));
        late.push(old);
    }
    let awaited = |state: &EntityState| state.registers["name"].unseen.len();
    assert_eq!(awaited(&state), 500);
    late.iter().for_each(|op| {
        state.apply(op);
    });
    assert_eq!(awaited(&state), 0);
    assert!(
        state.values("name").all(|value| value == "\"new\""),
        "what was replaced before it came stays replaced"
    );
}

/// A number after `u64::MAX` would be 0: the log ends long before, with a refusal.
#[test]
fn sequence_numbers_end_before_they_wrap() {
    let key = SigningKey::from_bytes(&[7; 32]);
    let sealed = |seq: u64| seal(vec![op(0, seq, 1, &[], "1")], 1, [0; 32], [5; 16], &key).map(|_| ());
    assert_eq!(sealed(u64::MAX / 2), Ok(()));
    for seq in [0, u64::MAX / 2 + 1, u64::MAX] {
        assert_eq!(sealed(seq), Err(SegmentError::Shape), "{seq}");
    }
    let mut clock = HybridClock::starting_at(Hlc(u64::MAX));
    assert_eq!(clock.tick(1), Hlc(u64::MAX), "nor does the clock wrap");
}

const UPSTREAM: ActorId = ActorId([9; 16]);

fn live(waiting: u64) -> (Session, u64) {
    let mut session = Session::new(SessionConfig {
        endpoints: 1,
        page_bytes: 1,
        largest_page_bytes: 1,
        idle_wait_ms: 1000,
        answer_within_ms: 1000,
        seed: 1,
    });
    let hello =
        Request::Hello { protocol: 1, schema: 1, actors: vec![(actor(0), [0; 32])], opening: (1, [0; 16]) };
    session.handle_input(0, Input::Start { hello, actor: actor(0) });
    session.handle_input(0, Input::Connected);
    let response = Response::Welcome { protocol: 1, upstream: UPSTREAM, known: vec![], waiting };
    session.handle_input(0, Input::Reply { id: 1, response });
    session.handle_input(0, Input::Compared { rehold: vec![] });
    for lane in Lane::ALL {
        session.handle_input(0, Input::Segments { lane, ready: vec![] });
    }
    let pull = std::iter::from_fn(|| session.poll_output()).find_map(|output| match output {
        Output::Send { id, request: Request::Pull { .. } } => Some(id),
        _ => None,
    });
    (session, pull.unwrap())
}

/// "Sync complete" while it was not: with anything unsent, unstored or waiting upstream, a session is not settled.
#[test]
fn session_is_settled_only_when_nothing_is_left_to_do() {
    let (session, _) = live(3);
    assert!(!session.is_settled(), "three scopes wait upstream");
    let (mut session, pull) = live(0);
    assert!(session.is_settled());
    let visits = vec![Visit { scope: Scope::directory(), from: 0, to: 1, more: false }];
    let page = Page { visits, waiting: 0, ..Page::default() };
    session.handle_input(0, Input::Reply { id: pull, response: Response::Page(page) });
    assert!(!session.is_settled(), "a page came and is not durable here");
    let positions = vec![Position { scope: Scope::directory(), at: 1 }];
    session.handle_input(0, Input::PageDurable { upstream: UPSTREAM, positions });
    assert!(session.is_settled());
    session.handle_input(0, Input::NewOps);
    assert!(!session.is_settled(), "something was written");
    session.handle_input(0, Input::Segments { lane: Lane::SAFETY, ready: vec![] });
    session.handle_input(0, Input::Disconnected { code: "cut".into(), message: "cut".into() });
    assert!(!session.is_settled(), "the link is down");
}
