//! A `Hold` from an earlier position on, and pulls that were sent before it and are heard after it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{Replica, replica};
use holdfast_core::id::{Entity, Scope};
use holdfast_core::message::{Page, Position, Request, Response};
use holdfast_store::author::Base;
use holdfast_store::downstream::Taken;
use holdfast_store::sql::Database;

fn ask(node: &Replica, hub: &Replica, request: &Request) -> Response {
    hub.records.respond(&node.peer, request)
}

fn pull(node: &Replica, hub: &Replica, acked: &[Position], pending: &[Position]) -> Page {
    let (actor, acked, pending) = (node.records.actor(), acked.to_vec(), pending.to_vec());
    match ask(node, hub, &Request::Pull { actor, acked, pending, max_bytes: 1 << 14, wait_ms: 0 }) {
        Response::Page(page) => page,
        other => panic!("{other:?}"),
    }
}

/// Takes in whatever comes.
fn pull_all(node: &Replica, hub: &Replica) {
    let mut acked = Vec::new();
    loop {
        let page = pull(node, hub, &acked, &[]);
        if page.visits.is_empty() {
            return;
        }
        match node.records.take_page(hub.records.actor(), &page).unwrap() {
            Taken::Durable(positions) => acked = positions,
            Taken::Rewind(scopes) => panic!("a gap before {scopes:?}"),
        }
    }
}

fn rewound(hub: &Replica) -> u64 {
    let mut found = 0;
    hub.db
        .read(&mut |sql| {
            found = sql.query("SELECT COUNT(*) FROM rewound", &[])?[0].uint(0)?;
            Ok(())
        })
        .unwrap();
    found
}

fn has(node: &Replica, kind: &str, id: &str) -> bool {
    node.records.read(|view| view.get(&Entity::new(kind, id))).unwrap().is_some()
}

/// A node that had the patient, let go and asked for them again; and the position that it had reached before.
fn asked_again() -> (Replica, Replica, Position) {
    let (hub, node) = (replica("hub"), replica("node"));
    hub.put("Patient", "p1", r#""name":"Ann""#, &Base::Blind);
    let text = "x".repeat(10_000);
    for id in 0..6 {
        hub.put("Note", &format!("n{id}"), &format!(r#""subject":"p1","text":"{text}""#), &Base::Blind);
    }
    let scope = Scope::patient("p1");
    hub.records.share(&scope, "north").unwrap();
    node.sync(&hub);
    assert!(has(&node, "Patient", "p1") && has(&node, "Note", "n5"));
    let reached = Position { scope: scope.clone(), at: 7 };
    let actor = node.records.actor();
    assert!(matches!(
        ask(&node, &hub, &Request::Release { actor, scopes: vec![scope.clone()] }),
        Response::Done { .. }
    ));
    assert!(node.records.purge(&scope).unwrap());
    let scopes = vec![Position { scope, at: 0 }];
    assert!(matches!(
        ask(&node, &hub, &Request::Hold { actor, scopes, urgent: true }),
        Response::Done { .. }
    ));
    (hub, node, reached)
}

#[test]
fn confirmation_that_a_hold_overtook_does_not_undo_it() {
    let (hub, node, reached) = asked_again();
    let late = pull(&node, &hub, std::slice::from_ref(&reached), &[]);
    assert_eq!(
        late.visits.first().map(|visit| (visit.from, visit.more)),
        Some((0, true)),
        "from the beginning"
    );
    // Part of it has been sent again, and a still older pull confirms less than that was once, and more than is here.
    pull(&node, &hub, &[reached], &[]);
    pull_all(&node, &hub);
    assert!(has(&node, "Patient", "p1") && has(&node, "Note", "n5"));
    assert_eq!(rewound(&hub), 0, "the note goes with the first confirmation of what was sent since");
}

#[test]
fn receipt_that_a_hold_overtook_leaves_nothing_out() {
    let (hub, node, reached) = asked_again();
    let late = pull(&node, &hub, &[], &[reached]);
    assert_eq!(late.visits.first().map(|visit| visit.from), Some(0));
    pull_all(&node, &hub);
    assert!(has(&node, "Patient", "p1") && has(&node, "Note", "n5"));
}

#[test]
fn scope_held_again_and_again_is_sent_from_where_it_was_asked_for_last() {
    let (hub, node, _) = asked_again();
    let first = pull(&node, &hub, &[], &[]);
    let reached = Position { scope: first.visits[0].scope.clone(), at: first.visits[0].to };
    let scopes = vec![Position { scope: reached.scope.clone(), at: 0 }];
    let again = Request::Hold { actor: node.records.actor(), scopes, urgent: false };
    assert!(matches!(ask(&node, &hub, &again), Response::Done { .. }));
    // The page was sent before the second hold: its confirmation does not count for what comes after it.
    assert_eq!(pull(&node, &hub, &[reached], &[]).visits[0].from, 0);
    pull_all(&node, &hub);
    assert!(has(&node, "Patient", "p1") && has(&node, "Note", "n5"));
    assert_eq!(rewound(&hub), 0);
}

/// As when a copy of the replica, which is further on, holds it after the replica has held it again from the beginning.
#[test]
fn scope_held_again_from_its_end_goes_on_from_there() {
    let (hub, node, reached) = asked_again();
    let actor = node.records.actor();
    let from_the_end = Request::Hold { actor, scopes: vec![reached], urgent: false };
    assert!(matches!(ask(&node, &hub, &from_the_end), Response::Done { .. }));
    assert_eq!(rewound(&hub), 0, "nothing that was taken back is waited for any more");
    hub.put("Note", "n6", r#""subject":"p1","text":"new""#, &Base::Blind);
    let page = pull(&node, &hub, &[], &[]);
    assert_eq!((page.visits[0].from, page.visits[0].to), (7, 8));
    let positions = page.visits.iter().map(|visit| Position { scope: visit.scope.clone(), at: visit.to });
    assert!(pull(&node, &hub, &positions.collect::<Vec<_>>(), &[]).visits.is_empty(), "sent once");
}

#[test]
fn scope_that_is_named_twice_is_held_from_the_earlier_position() {
    let (hub, node, reached) = asked_again();
    pull_all(&node, &hub);
    let twice = vec![reached.clone(), Position { at: 0, ..reached }];
    let hold = Request::Hold { actor: node.records.actor(), scopes: twice, urgent: true };
    assert!(matches!(ask(&node, &hub, &hold), Response::Done { .. }));
    assert_eq!(pull(&node, &hub, &[], &[]).visits[0].from, 0);
}
