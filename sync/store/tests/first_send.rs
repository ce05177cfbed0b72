//! A scope's first send: any number of pages, resumable on both sides, and never in anybody's way.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::collections::BTreeMap;

use common::{Replica, open, replica};
use holdfast_core::codec::MAX_RESOURCE_BYTES;
use holdfast_core::id::{Entity, Scope};
use holdfast_core::message::{Page, Position, Request, Response};
use holdfast_store::author::Base;
use holdfast_store::downstream::Taken;

/// The smallest page that an upstream makes.
const PAGE_BYTES: u32 = 16 << 10;
/// Two of these do not fit in a page.
const NOTE_BYTES: usize = 10_000;

fn note(replica: &Replica, id: u32, text: char) {
    let body = format!(r#""subject":"p1","mark":"{text}","text":"{}""#, text.to_string().repeat(NOTE_BYTES));
    replica.put("Note", &format!("n{id}"), &body, &Base::Blind);
}

fn ask(node: &Replica, hub: &Replica, request: &Request) -> Response {
    let bytes = hub.records.respond(&node.peer, request).encode().unwrap();
    Response::decode(&bytes).unwrap()
}

fn greet(node: &Replica, hub: &Replica) {
    assert!(matches!(ask(node, hub, &node.records.hello().unwrap()), Response::Welcome { .. }));
}

fn hold(node: &Replica, hub: &Replica, id: &str, urgent: bool) {
    let scopes = vec![Position { scope: Scope::patient(id), at: 0 }];
    let held = Request::Hold { actor: node.records.actor(), scopes, urgent };
    assert!(matches!(ask(node, hub, &held), Response::Done { .. }));
}

fn next(node: &Replica, hub: &Replica, acked: &[Position], pending: &[Position]) -> Page {
    let (acked, pending) = (acked.to_vec(), pending.to_vec());
    let pull =
        Request::Pull { actor: node.records.actor(), acked, pending, max_bytes: PAGE_BYTES, wait_ms: 0 };
    match ask(node, hub, &pull) {
        Response::Page(page) => page,
        other => panic!("{other:?}"),
    }
}

fn take(node: &Replica, hub: &Replica, page: &Page) -> Vec<Position> {
    match node.records.take_page(hub.records.actor(), page).unwrap() {
        Taken::Durable(positions) => positions,
        Taken::Rewind(scopes) => panic!("a gap before {scopes:?}"),
    }
}

fn weight(page: &Page) -> usize {
    page.states.iter().map(|item| item.json.len()).sum::<usize>()
        + page
            .ops
            .iter()
            .flat_map(|op| &op.changes)
            .filter_map(|c| c.value.as_ref())
            .map(String::len)
            .sum::<usize>()
}

/// The process died and is back.
fn killed(replica: Replica, name: &str) -> Replica {
    let Replica { records, db, sidecar, .. } = replica;
    drop(records);
    open(name, db, sidecar)
}

fn same(a: &Replica, b: &Replica, kind: &str, id: &str) {
    assert_eq!(
        (a.json(kind, id), a.version(kind, id)),
        (b.json(kind, id), b.version(kind, id)),
        "{kind}/{id}"
    );
}

#[test]
fn patient_of_many_pages_comes_whole_while_both_sides_are_killed_and_others_write() {
    let (mut hub, mut node) = (replica("hub"), replica("node"));
    hub.put("Patient", "p1", r#""name":"Ann""#, &Base::Blind);
    for id in 0..60 {
        note(&hub, id, 'a');
    }
    // Named by many rows: once whole, its history as ops.
    for n in 0..40 {
        hub.put("Patient", "p1", &format!(r#""name":"Ann {n}""#), &Base::Blind);
        note(&hub, n, 'b');
    }
    hub.records.share(&Scope::patient("p1"), "north").unwrap();
    let mut wholes: BTreeMap<Entity, u32> = BTreeMap::new();
    let mut reached = 0;
    let (mut pages, mut acked) = (0, Vec::new());
    greet(&node, &hub);
    loop {
        let page = next(&node, &hub, &acked, &[]);
        if page.visits.is_empty() {
            break;
        }
        assert!(weight(&page) <= PAGE_BYTES as usize, "page {pages} has {} bytes", weight(&page));
        // A page whose confirmation was lost comes again.
        if page.visits[0].from >= reached {
            page.states.iter().for_each(|item| *wholes.entry(item.entity.clone()).or_default() += 1);
        }
        reached = page.visits[0].to;
        acked = take(&node, &hub, &page);
        pages += 1;
        match pages % 7 {
            1 => note(&hub, pages, 'c'),
            3 => {
                // What was confirmed may be lost with the process.
                node = killed(node, "node");
                acked.clear();
                greet(&node, &hub);
            }
            5 => hub = killed(hub, "hub"),
            _ => {}
        }
    }
    assert!(pages > 60, "{pages}");
    assert!(wholes.values().all(|n| *n == 1), "{wholes:?}");
    same(&node, &hub, "Patient", "p1");
    (0..60).for_each(|id| same(&node, &hub, "Note", &format!("n{id}")));
}

#[test]
fn own_saves_of_a_patient_let_go_come_back_over_many_pages() {
    let (hub, mut node) = (replica("hub"), replica("node"));
    node.put("Patient", "p1", r#""name":"Ann""#, &Base::Blind);
    (0..12).for_each(|id| note(&node, id, 'a'));
    (0..12).for_each(|id| note(&node, id, 'b'));
    node.put("Patient", "p1", r#""name":"Anna""#, &Base::Blind);
    node.sync(&hub);
    let scope = Scope::patient("p1");
    let release = Request::Release { actor: node.records.actor(), scopes: vec![scope.clone()] };
    assert!(matches!(ask(&node, &hub, &release), Response::Done { .. }));
    assert!(node.records.purge(&scope).unwrap());
    hold(&node, &hub, "p1", true);
    let mut acked = Vec::new();
    for pages in 0.. {
        let page = next(&node, &hub, &acked, &[]);
        if page.visits.is_empty() {
            break;
        }
        acked = take(&node, &hub, &page);
        if pages == 4 {
            node = killed(node, "node");
            acked.clear();
            greet(&node, &hub);
            // And a save that the hub takes in while the rest is on its way.
            note(&node, 11, 'c');
            node.sync(&hub);
        }
    }
    same(&node, &hub, "Patient", "p1");
    (0..12).for_each(|id| same(&node, &hub, "Note", &format!("n{id}")));
    assert!(node.json("Note", "n11").contains(r#""mark":"c""#));
}

#[test]
fn news_between_the_first_page_and_its_confirmation_is_not_taken_for_sent() {
    let (hub, node) = (replica("hub"), replica("node"));
    (0..6).for_each(|id| note(&hub, id, 'a'));
    hub.records.share(&Scope::patient("p1"), "north").unwrap();
    greet(&node, &hub);
    let first = next(&node, &hub, &[], &[]);
    assert!(first.states.iter().any(|item| item.entity.id == "n0") && first.visits[0].more);
    note(&hub, 0, 'b');
    // The second is asked for while the first is being stored.
    let received = [Position { scope: first.visits[0].scope.clone(), at: first.visits[0].to }];
    let second = next(&node, &hub, &[], &received);
    let mut acked = take(&node, &hub, &first);
    acked.extend(take(&node, &hub, &second));
    loop {
        let page = next(&node, &hub, &acked, &[]);
        if page.visits.is_empty() {
            break;
        }
        acked = take(&node, &hub, &page);
    }
    (0..6).for_each(|id| same(&node, &hub, "Note", &format!("n{id}")));
}

#[test]
fn large_patient_keeps_neither_the_urgent_nor_the_small_waiting() {
    let (hub, node) = (replica("hub"), replica("node"));
    (0..30).for_each(|id| note(&hub, id, 'a'));
    for id in ["p2", "p3"] {
        hub.put("Patient", id, r#""name":"Bob""#, &Base::Blind);
        hub.records.share(&Scope::patient(id), "north").unwrap();
    }
    hub.records.share(&Scope::patient("p1"), "north").unwrap();
    greet(&node, &hub);
    let holds = |page: &Page, id: &str| page.states.iter().any(|item| item.entity.id == id);
    let first = next(&node, &hub, &[], &[]);
    assert!(holds(&first, "p2") && holds(&first, "p3") && holds(&first, "n0"), "the small ones first");
    let acked = take(&node, &hub, &first);
    hub.put("Patient", "p4", r#""name":"due today""#, &Base::Blind);
    hub.records.share(&Scope::patient("p4"), "north").unwrap();
    hold(&node, &hub, "p4", true);
    assert!(holds(&next(&node, &hub, &acked, &[]), "p4"), "what is urgent is in the next page");
}

#[test]
fn resource_larger_than_a_page_goes_alone_and_one_larger_than_a_message_is_not_written() {
    let (hub, node) = (replica("hub"), replica("node"));
    let scan = |bytes: usize| format!(r#""subject":"p1","scan":"{}""#, "x".repeat(bytes));
    hub.put("Note", "before", r#""subject":"p1""#, &Base::Blind);
    hub.put("Note", "large", &scan(MAX_RESOURCE_BYTES - 200), &Base::Blind);
    hub.put("Note", "after", r#""subject":"p1""#, &Base::Blind);
    hub.records.share(&Scope::patient("p1"), "north").unwrap();
    greet(&node, &hub);
    let mut acked = Vec::new();
    let mut pages: Vec<Vec<String>> = Vec::new();
    loop {
        let page = next(&node, &hub, &acked, &[]);
        if page.visits.is_empty() {
            break;
        }
        pages.push(page.states.iter().map(|item| item.entity.id.clone()).collect());
        acked = take(&node, &hub, &page);
    }
    assert_eq!(pages, [["before"], ["large"], ["after"]]);
    let json = format!(r#"{{"resourceType":"Note","id":"n",{}}}"#, scan(MAX_RESOURCE_BYTES));
    let too_large = hub.records.write(|tx| tx.put(&Entity::new("Note", "n"), &json, &Base::Blind, "nurse"));
    assert_eq!(too_large.unwrap_err().code(), "resource-too-large");
}

#[test]
fn patient_shared_with_a_clinic_comes_to_the_node_that_is_there() {
    let (hub, node) = (replica("hub"), replica("node"));
    node.sync(&hub);
    hub.put("Patient", "p1", r#""name":"Ann""#, &Base::Blind);
    hub.records.share(&Scope::patient("p1"), "north").unwrap();
    node.sync(&hub);
    same(&node, &hub, "Patient", "p1");
    hub.put("Patient", "p1", r#""name":"Anna""#, &Base::Blind);
    hub.records.share(&Scope::patient("p1"), "north").unwrap();
    assert!(node.sync(&hub) <= 1, "sharing again sends nothing again");
    same(&node, &hub, "Patient", "p1");
}
