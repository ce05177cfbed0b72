//! Bytes of files come last: nothing clinical waits for a scan, however large it is.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{Replica, replica};
use holdfast_core::id::Scope;
use holdfast_core::message::{Page, Position, Request, Response};
use holdfast_store::author::Base;
use holdfast_store::downstream::Taken;

const PAGE_BYTES: u32 = 16 << 10;
const SCAN_BYTES: usize = 100 << 10;

fn scan(replica: &Replica, id: u32) {
    let body =
        format!(r#""subject":"p1","data":"{}""#, char::from(b'a' + id as u8).to_string().repeat(SCAN_BYTES));
    replica.put("Scan", &format!("s{id}"), &body, &Base::Blind);
}

fn note(replica: &Replica, id: &str, text: &str) {
    replica.put("Note", id, &format!(r#""subject":"p1","text":"{text}""#), &Base::Blind);
}

fn ask(node: &Replica, hub: &Replica, request: &Request) -> Response {
    let bytes = hub.records.respond(&node.peer, request).encode().unwrap();
    Response::decode(&bytes).unwrap()
}

fn next(node: &Replica, hub: &Replica, acked: &mut Vec<Position>) -> Option<Page> {
    let actor = node.records.actor();
    let pull =
        Request::Pull { actor, acked: acked.clone(), pending: Vec::new(), max_bytes: PAGE_BYTES, wait_ms: 0 };
    let Response::Page(page) = ask(node, hub, &pull) else { panic!("no page") };
    if page.visits.is_empty() {
        return None;
    }
    match node.records.take_page(hub.records.actor(), &page).unwrap() {
        Taken::Durable(positions) => *acked = positions,
        Taken::Rewind(scopes) => panic!("a gap before {scopes:?}"),
    }
    Some(page)
}

fn same(node: &Replica, hub: &Replica, kind: &str, id: &str) {
    let of = |replica: &Replica| (replica.json(kind, id), replica.version(kind, id));
    assert_eq!(of(node), of(hub), "{kind}/{id}");
}

#[test]
fn what_is_clinical_overtakes_scans_on_the_first_page_and_on_those_after() {
    let (hub, node) = (replica("hub"), replica("node"));
    hub.put("Patient", "p1", r#""name":"Ann""#, &Base::Blind);
    (0..4).for_each(|id| scan(&hub, id));
    note(&hub, "old", "allergic to penicillin");
    note(&hub, "old", "allergic to penicillin, and to nuts");
    hub.records.share(&Scope::patient("p1"), "north").unwrap();
    assert!(matches!(ask(&node, &hub, &node.records.hello().unwrap()), Response::Welcome { .. }));
    let scopes = vec![Position { scope: Scope::patient("p1"), at: 0 }];
    let held = Request::Hold { actor: node.records.actor(), scopes, urgent: false };
    assert!(matches!(ask(&node, &hub, &held), Response::Done { .. }));
    let mut acked = Vec::new();

    let first = next(&node, &hub, &mut acked).unwrap();
    assert!(first.visits[0].more, "the scans are still to come");
    same(&node, &hub, "Note", "old");
    while next(&node, &hub, &mut acked).is_some() {}
    (0..4).for_each(|id| same(&node, &hub, "Scan", &format!("s{id}")));

    // More scans are under way when something is noted, twice; the second note stands on the first.
    (4..8).for_each(|id| scan(&hub, id));
    note(&hub, "new", "faint");
    note(&hub, "new", "well again");
    let page = next(&node, &hub, &mut acked).unwrap();
    assert!(page.visits[0].more && page.ops.iter().filter(|op| op.entity.kind == "Scan").count() == 1);
    same(&node, &hub, "Note", "new");
    let mut pages = 1;
    while next(&node, &hub, &mut acked).is_some() {
        pages += 1;
    }
    assert!(pages >= 4, "{pages}");
    (4..8).for_each(|id| same(&node, &hub, "Scan", &format!("s{id}")));
    same(&node, &hub, "Note", "new");
    same(&node, &hub, "Patient", "p1");
}
