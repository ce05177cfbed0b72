//! Letting patients go: never with something unacknowledged, longest unvisited first, and back again whole.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{Replica, replica};
use holdfast_core::id::{Entity, Scope};
use holdfast_core::message::{Position, Request, Response};
use holdfast_core::search::{Clause, Match};
use holdfast_store::author::Base;

const ANY_AGE: u64 = u64::MAX >> 1;
const DAY_MS: u64 = 86_400_000;

fn evictable(node: &Replica, hub: &Replica) -> Vec<String> {
    node.records.note_visits().unwrap();
    let scopes = node.records.evictable(hub.records.actor(), ANY_AGE, 9).unwrap();
    scopes.into_iter().map(|scope| scope.0).collect()
}

fn let_go(node: &Replica, hub: &Replica, id: &str) -> bool {
    let release = Request::Release { actor: node.records.actor(), scopes: vec![Scope::patient(id)] };
    assert!(matches!(hub.records.respond(&node.peer, &release), Response::Done { .. }));
    node.records.purge(&Scope::patient(id)).unwrap()
}

fn chart(node: &Replica, id: &str) {
    node.put("Patient", id, &format!(r#""name":"{id}""#), &Base::Blind);
    node.put("Allergy", &format!("a-{id}"), &format!(r#""subject":"{id}","name":"nuts""#), &Base::Blind);
}

fn found(node: &Replica, kind: &str, name: &str) -> usize {
    let clause = Clause::Param { param: 1, any: vec![Match::Exact(name.into())] };
    node.records.read(|view| view.search(kind, std::slice::from_ref(&clause), 0, 9)).unwrap().resources.len()
}

#[test]
fn one_unacknowledged_save_keeps_its_patient_and_no_other() {
    let (hub, node) = (replica("hub"), replica("node"));
    chart(&node, "p1");
    chart(&node, "p2");
    assert_eq!(evictable(&node, &hub), [""; 0], "nothing is acknowledged");
    node.sync(&hub);
    assert_eq!(evictable(&node, &hub), ["patient/p1", "patient/p2"]);
    node.put("Allergy", "a-p1", r#""subject":"p1","name":"eggs""#, &Base::Blind);
    assert_eq!(evictable(&node, &hub), ["patient/p2"]);
    assert!(!node.records.purge(&Scope::patient("p1")).unwrap(), "not even when asked to");
    assert!(node.json("Allergy", "a-p1").contains("eggs"));
    let other = replica("other hub");
    assert_eq!(evictable(&node, &other), [""; 0], "another hub has acknowledged nothing");
}

#[test]
fn who_is_let_go_is_gone_with_everything_and_comes_back_whole() {
    let (hub, node) = (replica("hub"), replica("node"));
    chart(&node, "p1");
    chart(&node, "p2");
    node.put("Allergy", "shared", r#""subject":"p1","name":"dust""#, &Base::Blind);
    node.sync(&hub);
    assert!(let_go(&node, &hub, "p1"));
    let is_here =
        |kind: &str, id: &str| node.records.read(|view| view.get(&Entity::new(kind, id))).unwrap().is_some();
    assert!(!is_here("Patient", "p1") && !is_here("Allergy", "a-p1") && is_here("Patient", "p2"));
    assert_eq!((found(&node, "Patient", "p1"), found(&node, "Allergy", "nuts")), (0, 1));
    hub.put("Patient", "p1", r#""name":"renamed""#, &Base::Blind);
    node.sync(&hub);
    assert!(!is_here("Patient", "p1"), "its news does not come any more");
    let scopes = vec![Position { scope: Scope::patient("p1"), at: 0 }];
    hub.records.respond(&node.peer, &Request::Hold { actor: node.records.actor(), scopes, urgent: true });
    node.sync(&hub);
    for (kind, id) in [("Patient", "p1"), ("Allergy", "a-p1"), ("Allergy", "shared")] {
        assert_eq!(node.json(kind, id), hub.json(kind, id));
    }
    assert_eq!(found(&node, "Patient", "renamed"), 1);
    assert!(holdfast_store::scrub::scrub(&node.records, &node.db, &mut |_, _| {}).unwrap().count() == 0);
}

#[test]
fn longest_unvisited_go_first_and_visits_and_news_count() {
    let (hub, node) = (replica("hub"), replica("node"));
    for id in ["p1", "p2", "p3"] {
        chart(&node, id);
    }
    node.sync(&hub);
    node.records.note_visits().unwrap();
    node.now.fetch_add(DAY_MS / 2, std::sync::atomic::Ordering::Relaxed);
    node.records.visited(Scope::patient("p1"));
    node.records.note_visits().unwrap();
    node.now.fetch_add(DAY_MS / 2, std::sync::atomic::Ordering::Relaxed);
    hub.put("Patient", "p2", r#""name":"renamed""#, &Base::Blind);
    node.sync(&hub);
    assert_eq!(evictable(&node, &hub), ["patient/p3", "patient/p1", "patient/p2"]);
}

#[test]
fn clock_that_jumps_makes_nobody_look_forgotten() {
    let (hub, node) = (replica("hub"), replica("node"));
    chart(&node, "p1");
    node.sync(&hub);
    let before = node.records.note_visits().unwrap();
    node.now.fetch_add(3_650 * DAY_MS, std::sync::atomic::Ordering::Relaxed);
    let after = node.records.note_visits().unwrap();
    assert!(after - before <= DAY_MS, "ten years count as a day: {}", after - before);
    assert_eq!(
        node.records.evictable(hub.records.actor(), after.saturating_sub(30 * DAY_MS), 9).unwrap(),
        []
    );
    node.now.store(5, std::sync::atomic::Ordering::Relaxed);
    assert!(node.records.note_visits().unwrap() >= after, "and 1970 turns nothing back");
}

/// The positions that the next session of a reopened node holds again.
fn reheld_after_reopening(node: Replica, hub: &Replica) -> (Replica, Vec<String>) {
    let (name, db, sidecar) = (node.peer.replica.clone(), node.db.clone(), node.sidecar.clone());
    drop(node);
    let again = common::open(&name, db, sidecar);
    let held = again.records.positions_to_rehold(hub.records.actor()).unwrap();
    (again, held.into_iter().map(|position| position.scope.0).collect())
}

#[test]
fn release_whose_answer_was_lost_is_undone_with_the_next_session() {
    let (hub, node) = (replica("hub"), replica("node"));
    chart(&node, "p1");
    hub.put("Device", "pump", r#""name":"pump""#, &Base::Blind);
    node.sync(&hub);
    let scopes = [Scope::patient("p1")];
    node.records.begin_release(&scopes).unwrap();
    let release = Request::Release { actor: node.records.actor(), scopes: scopes.to_vec() };
    assert!(matches!(hub.records.respond(&node.peer, &release), Response::Done { .. }));
    // The answer is lost, and the power goes.
    let (node, held) = reheld_after_reopening(node, &hub);
    assert_eq!(held, ["patient/p1"]);
    hub.put("Patient", "p1", r#""name":"renamed""#, &Base::Blind);
    node.sync(&hub);
    assert!(node.json("Patient", "p1").contains("renamed"), "its news comes again");
    assert_eq!(node.records.unfinished_releases(hub.records.actor()).unwrap(), []);
}

#[test]
fn release_that_was_refused_or_went_through_leaves_nothing_to_undo() {
    let (hub, node) = (replica("hub"), replica("node"));
    for id in ["p1", "p2"] {
        chart(&node, id);
    }
    hub.put("Device", "pump", r#""name":"pump""#, &Base::Blind);
    node.sync(&hub);
    node.records.begin_release(&[Scope::patient("p1"), Scope::patient("p2")]).unwrap();
    assert!(let_go(&node, &hub, "p1"));
    let left = node.records.unfinished_releases(hub.records.actor()).unwrap();
    assert_eq!(left.iter().map(|position| &*position.scope.0).collect::<Vec<_>>(), ["patient/p2"]);
    node.records.keep(&[Scope::patient("p2")]).unwrap();
    let (_node, held) = reheld_after_reopening(node, &hub);
    assert_eq!(held, [""; 0]);
}
