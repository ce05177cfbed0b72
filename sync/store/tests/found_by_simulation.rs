//! Defects that the simulation found, each as the shortest history that showed it.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says aloud what it skipped"
)]

mod common;

use std::sync::Arc;

use common::{Replica, open, replica};
use holdfast_core::hlc::Hlc;
use holdfast_core::id::{ActorId, Dot, Entity, Lane, Scope};
use holdfast_core::message::{Page, Position, Request, Response, Visit};
use holdfast_core::op::{Change, Op};
use holdfast_store::author::Base;
use holdfast_store::downstream::Taken;

fn state(node: &Replica, kind: &str, id: &str) -> (String, Vec<u8>) {
    let state = node.records.read(|view| view.state(&Entity::new(kind, id))).unwrap();
    (node.json(kind, id), holdfast_core::view::encode(&state))
}

fn hold(node: &Replica, hub: &Replica, scope: Scope) {
    let actor = node.records.actor();
    let scopes = vec![Position { scope, at: 0 }];
    let answer = hub.records.respond(&node.peer, &Request::Hold { actor, scopes, urgent: true });
    assert_eq!(answer, Response::Done { count: 1 });
}

fn give_up(node: &Replica, hub: &Replica, scope: Scope) {
    let actor = node.records.actor();
    let answer = hub.records.respond(&node.peer, &Request::Release { actor, scopes: vec![scope] });
    assert_eq!(answer, Response::Done { count: 1 });
}

/// A resource that comes into a scope from elsewhere may bring what its mover never had.
#[test]
fn who_moves_a_resource_into_its_scope_gets_the_rest_of_it() {
    let (hub, node) = (replica("hub"), replica("node"));
    hub.put("Obs", "o1", r#""subject":"p1","name":"hub""#, &Base::Blind);
    node.put("Obs", "o1", r#""subject":"p2","name":"node""#, &Base::Blind);
    node.sync(&hub);
    assert_eq!(state(&node, "Obs", "o1"), state(&hub, "Obs", "o1"));
}

/// The lane is part of the state: a build that does not know the type must take it from the op.
#[test]
fn resource_of_an_unknown_type_keeps_its_lane() {
    let (hub, node) = (replica("hub"), replica("node"));
    let op = Op {
        dot: Dot { actor: ActorId([9; 16]), lane: Lane::SAFETY, seq: 1 },
        hlc: Hlc::new(1, 0),
        entity: Entity::new("NotKnownHere", "x"),
        author: "a".into(),
        changes: vec![Change { key: "name".into(), pred: vec![], value: Some("\"x\"".into()) }],
    };
    let visits = vec![Visit { scope: Scope::directory(), from: 0, to: 1, more: false }];
    let page = Page { visits, ops: vec![op], states: vec![], waiting: 0 };
    node.records.take_page(hub.records.actor(), &page).unwrap();
    let entity = Entity::new("NotKnownHere", "x");
    assert_eq!(node.records.read(|view| view.state(&entity)).unwrap().lane, Lane::SAFETY);
}

/// Another incarnation in between must not make an upstream forget which copy of a database was there last.
#[test]
fn older_copy_is_refused_even_after_another_incarnation() {
    let (hub, node) = (replica("hub"), replica("node"));
    node.sync(&hub);
    let copy = |of: &Replica| {
        open("node", Arc::new(of.db.duplicate_in_memory().unwrap()), Arc::new(of.sidecar.duplicate()))
    };
    let second = copy(&node);
    second.sync(&hub);
    let third = copy(&node);
    third.records.fork_away().unwrap();
    third.sync(&hub);
    assert_eq!(node.try_sync(&hub).unwrap_err(), "replica-copied");
}

/// What a copy has written under the number that comes next here must not be taken for one's own: the next save would be
/// taken for it, and lost.
#[test]
fn save_beside_a_copy_is_not_lost_to_what_that_wrote_under_its_number() {
    let (hub, node) = (replica("hub"), replica("node"));
    hub.put("Allergy", "a1", r#""subject":"p1","name":"hub""#, &Base::Blind);
    hub.records.share(&Scope::patient("p1"), "north").unwrap();
    node.sync(&hub);
    node.sync(&hub);
    let copy =
        open("node", Arc::new(node.db.duplicate_in_memory().unwrap()), Arc::new(node.sidecar.duplicate()));
    copy.put("Allergy", "a1", r#""subject":"p1","name":"copy""#, &Base::Blind);
    copy.sync(&hub);
    // The session of the first goes on meanwhile.
    let pull = Request::Pull {
        actor: node.records.actor(),
        acked: vec![],
        pending: vec![],
        max_bytes: 1 << 20,
        wait_ms: 0,
    };
    let Response::Page(page) = hub.records.respond(&node.peer, &pull) else { panic!() };
    let page = Page { ops: copied(&copy, &hub), ..page };
    assert_eq!(node.records.take_page(hub.records.actor(), &page).unwrap_err().code(), "page-of-a-copy");
    node.put("Allergy", "a1", r#""subject":"p1","name":"hub","phone":"7""#, &Base::Blind);
    assert_eq!(node.try_sync(&hub).unwrap_err(), "replica-copied");
    node.records.fork_away().unwrap();
    node.sync(&hub);
    node.sync(&hub);
    assert!(
        hub.json("Allergy", "a1").contains(r#""phone":"7""#) && hub.json("Allergy", "a1").contains("copy")
    );
    assert_eq!(state(&node, "Allergy", "a1"), state(&hub, "Allergy", "a1"));
}

/// The ops of a replica's safety lane, as its upstream sends them to those that held the scope before.
fn copied(copy: &Replica, hub: &Replica) -> Vec<Op> {
    let log = Request::Log { actor: copy.records.actor(), lane: Lane::SAFETY, from: 1 };
    let Response::Segments(segments) = hub.records.respond(&copy.peer, &log) else { panic!() };
    segments.iter().flat_map(|bytes| holdfast_core::segment::read(bytes).unwrap().ops).collect()
}

/// A whole disk put back, sidecar and all, that has written nothing since: only what it has read tells.
#[test]
fn rolled_back_disk_that_only_reads_is_noticed() {
    let (hub, node) = (replica("hub"), replica("node"));
    node.sync(&hub);
    let disk = Arc::new(node.db.duplicate_in_memory().unwrap());
    let sidecar = Arc::new(node.sidecar.duplicate());
    hub.put("Code", "c1", r#""name":"Ann""#, &Base::Blind);
    node.sync(&hub);
    let actor = node.records.actor();
    drop(node);
    let again = open("node", disk, sidecar);
    again.sync(&hub);
    assert_ne!(again.records.actor(), actor);
    assert_eq!(again.json("Code", "c1"), hub.json("Code", "c1"));
}

/// After an eviction the vector of a resource says less than its author's numbers do.
#[test]
fn resource_written_again_after_its_eviction_loses_nothing() {
    let (hub, node) = (replica("hub"), replica("node"));
    node.put("Patient", "p1", r#""name":"Ann","phone":"1""#, &Base::Blind);
    node.sync(&hub);
    node.sync(&hub);
    give_up(&node, &hub, Scope::patient("p1"));
    assert!(node.records.purge(&Scope::patient("p1")).unwrap());
    node.put("Patient", "p1", r#""name":"Anna""#, &Base::Blind);
    node.sync(&hub);
    assert!(hub.json("Patient", "p1").contains("phone"));
    assert_eq!(state(&node, "Patient", "p1"), state(&hub, "Patient", "p1"));
}

/// Somebody else had brought a resource into a scope that is held, and it went with another scope before that was known.
#[test]
fn news_of_a_resource_that_was_let_go_with_another_scope_brings_all_of_it() {
    let (hub, node) = (replica("hub"), replica("node"));
    for id in ["p2", "p3"] {
        hub.records.share(&Scope::patient(id), "north").unwrap();
    }
    hub.put("Patient", "p2", r#""name":"Ann""#, &Base::Blind);
    node.sync(&hub);
    hub.put("Obs", "o1", r#""subject":"p2","name":"hub""#, &Base::Blind);
    node.put("Obs", "o1", r#""subject":"p3","name":"node""#, &Base::Blind);
    for out in node.records.outgoing(Lane::CHART, 0, 9).unwrap() {
        let answer = hub.records.respond(&node.peer, &Request::Push { segment: out.bytes });
        let Response::Ack { actor, lane, through } = answer else { panic!("{answer:?}") };
        node.records.acknowledge("up", hub.records.actor(), actor, lane, through).unwrap();
    }
    give_up(&node, &hub, Scope::patient("p3"));
    assert!(node.records.purge(&Scope::patient("p3")).unwrap());
    node.sync(&hub);
    assert_eq!(state(&node, "Obs", "o1"), state(&hub, "Obs", "o1"));
    assert_eq!(node.sync(&hub), 0, "and once is enough");
}

/// The same when the upstream's state comes before the upstream has the new op.
#[test]
fn state_from_before_the_own_unsent_op_keeps_both() {
    let (hub, node) = (replica("hub"), replica("node"));
    node.put("Patient", "p1", r#""name":"Ann","phone":"1""#, &Base::Blind);
    node.sync(&hub);
    node.sync(&hub);
    give_up(&node, &hub, Scope::patient("p1"));
    assert!(node.records.purge(&Scope::patient("p1")).unwrap());
    node.put("Patient", "p1", r#""name":"Anna""#, &Base::Blind);
    hold(&node, &hub, Scope::patient("p1"));
    let actor = node.records.actor();
    let pull = Request::Pull { actor, acked: vec![], pending: vec![], max_bytes: 1, wait_ms: 0 };
    let Response::Page(page) = hub.records.respond(&node.peer, &pull) else { panic!() };
    node.records.take_page(hub.records.actor(), &page).unwrap();
    assert!(node.json("Patient", "p1").contains("phone"));
    node.sync(&hub);
    assert_eq!(state(&node, "Patient", "p1"), state(&hub, "Patient", "p1"));
}

/// A page of a scope never begun here, from its middle on, would make resources with half their elements.
#[test]
fn page_of_an_unknown_scope_must_start_at_its_beginning() {
    let (hub, node) = (replica("hub"), replica("node"));
    let scope = Scope::patient("p1");
    let page =
        Page { visits: vec![Visit { scope: scope.clone(), from: 3, to: 4, more: false }], ..Page::default() };
    let taken = node.records.take_page(hub.records.actor(), &page).unwrap();
    assert_eq!(taken, Taken::Rewind(vec![Position { scope, at: 0 }]));
}

/// A row that leaves a filter and comes back is whole again.
#[test]
fn resource_that_left_a_scope_and_came_back_is_whole() {
    let (hub, node) = (replica("hub"), replica("node"));
    hub.put("Obs", "o1", r#""subject":"p1","name":"one""#, &Base::Blind);
    hub.records.share(&Scope::patient("p1"), "north").unwrap();
    node.sync(&hub);
    hub.put("Obs", "o1", r#""subject":"p2","name":"one""#, &Base::Blind);
    node.sync(&hub);
    assert!(node.json("Obs", "o1").contains("p2"), "the holder is told that it left");
    hub.put("Obs", "o1", r#""subject":"p2","name":"two""#, &Base::Blind);
    hub.put("Obs", "o1", r#""subject":"p1","name":"two""#, &Base::Blind);
    node.sync(&hub);
    assert_eq!(state(&node, "Obs", "o1"), state(&hub, "Obs", "o1"));
}

/// A damaged row that first came as a whole is healed from the upstream, which may lack what is unsent here.
#[test]
fn healed_resource_keeps_what_was_not_sent() {
    use holdfast_store::scrub::{Findings, repair, scrub};
    use holdfast_store::sql::Database;
    let (hub, node) = (replica("hub"), replica("node"));
    hub.put("Code", "c1", r#""name":"Ann""#, &Base::Blind);
    node.sync(&hub);
    node.put("Code", "c1", r#""name":"Ann","phone":"unsent""#, &Base::Blind);
    let before = state(&node, "Code", "c1");
    node.db.write(&mut |sql| sql.execute("UPDATE resource SET checksum = 1", &[]).map(|_| ())).unwrap();
    let found: Findings = scrub(&node.records, &node.db, &mut |_, _| {}).unwrap();
    let entities = vec![Entity::new("Code", "c1")];
    let Response::States(fetched) = hub.records.respond(&node.peer, &Request::Fetch { entities }) else {
        panic!()
    };
    repair(&node.records, &node.db, &found, Some(&|_: &[Entity]| fetched.clone())).unwrap();
    assert_eq!(state(&node, "Code", "c1"), before);
}

/// A deletion tells what its author had seen by the names of ops; where those take new names, so must what it tells.
#[test]
fn record_edited_and_deleted_before_a_rebirth_stays_deleted() {
    let (hub, node) = (replica("hub"), replica("node"));
    node.put("Patient", "p1", r#""name":"Ann""#, &Base::Blind);
    node.sync(&hub);
    node.put("Patient", "p1", r#""name":"Bea""#, &Base::Blind);
    let entity = Entity::new("Patient", "p1");
    node.records.write(|tx| tx.delete(&entity, &Base::Blind, "clerk")).unwrap();
    node.records.fork_away().unwrap();
    let is_gone = |of: &Replica| {
        let stored = of.records.read(|view| view.get(&entity)).unwrap().unwrap();
        (stored.deleted, stored.conflicts)
    };
    assert_eq!(is_gone(&node), (true, 0));
    node.sync(&hub);
    assert_eq!(is_gone(&hub), (true, 0));
}

/// Two wrote different values, a third deleted having seen both: what of them is right may still be settled, and the
/// record stays deleted.
#[test]
fn settling_a_value_of_a_deleted_record_does_not_bring_it_back() {
    let (hub, node, other) = (replica("hub"), replica("node"), replica("other"));
    node.put("Patient", "p1", r#""name":"Ann""#, &Base::Blind);
    for one in [&node, &other] {
        one.sync(&hub);
    }
    let first = node.version("Patient", "p1");
    node.put("Patient", "p1", r#""name":"Anna""#, &Base::Blind);
    node.put("Patient", "p1", r#""name":"Anne""#, &Base::Seen(first));
    let entity = Entity::new("Patient", "p1");
    node.records.write(|tx| tx.delete(&entity, &Base::Blind, "clerk")).unwrap();
    let is_gone = |of: &Replica| {
        let stored = of.records.read(|view| view.get(&entity)).unwrap().unwrap();
        (stored.deleted, stored.conflicts)
    };
    assert_eq!(is_gone(&node), (true, 1));
    node.records.write(|tx| tx.resolve(&entity, "name", Some(r#""Anna""#.into()), "clerk")).unwrap();
    assert_eq!(is_gone(&node), (true, 0));
    node.records.fork_away().unwrap();
    for one in [&node, &other] {
        one.sync(&hub);
    }
    for one in [&node, &hub, &other] {
        assert_eq!(is_gone(one), (true, 0));
    }
    // Saving it again does.
    node.put("Patient", "p1", r#""name":"Anna""#, &Base::Blind);
    assert_eq!(is_gone(&node), (false, 0));
}

/// An op that was said again under another actor stands beside itself: who replaces the one has replaced the other, or a cancellation
/// would leave an appointment both cancelled and booked.
#[test]
fn what_is_said_twice_is_replaced_as_one() {
    let (hub, node) = (replica("hub"), replica("node"));
    let said = r#""subject":"p1","name":"same""#;
    hub.put("Obs", "o1", said, &Base::Blind);
    node.put("Obs", "o1", said, &Base::Blind);
    node.sync(&hub);
    let siblings = || {
        let state = hub.records.read(|view| view.state(&Entity::new("Obs", "o1"))).unwrap();
        state.registers["name"].siblings.len()
    };
    assert_eq!(siblings(), 2);
    hub.put("Obs", "o1", r#""subject":"p1","name":"other""#, &Base::Blind);
    assert_eq!(siblings(), 1);
}
