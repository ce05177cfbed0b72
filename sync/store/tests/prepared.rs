//! A push or a page is worked out ahead of its transaction; what has changed in between is worked out anew.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{Replica, replica};
use holdfast_core::id::Entity;
use holdfast_core::id::Lane;
use holdfast_core::message::{Page, Request, Response};
use holdfast_store::author::Base;
use holdfast_store::downstream::{Outgoing, Taken};
use holdfast_store::sql::Database;
use holdfast_store::upstream::Pushed;

fn ahead(node: &Replica, hub: &Replica, out: &Outgoing) -> Pushed {
    hub.records.verify_push(&node.peer, &out.bytes).unwrap().unwrap()
}

fn take(node: &Replica, hub: &Replica, pushes: &[(&Pushed, &Outgoing)]) {
    hub.records
        .write(|tx| {
            for (pushed, out) in pushes {
                let response = tx.take_push(&node.peer, pushed, &out.bytes)?;
                assert!(matches!(response, Response::Ack { .. }), "{response:?}");
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn what_another_database_keeps_for_itself_is_put_aside() {
    let (hub, node) = (replica("hub"), replica("node"));
    let of = |replica: &Replica| Entity::new("Own", replica.records.actor().to_string());
    for entity in [of(&hub), of(&node)] {
        node.put("Own", &entity.id, r#""name":"x""#, &Base::Blind);
    }
    node.sync(&hub);
    let held = |entity| hub.records.read(|view| view.get(&entity)).unwrap().is_some();
    assert_eq!((held(of(&hub)), held(of(&node))), (false, true));
    let mut codes = Vec::new();
    let query = hub.db.read(&mut |sql| {
        codes = sql.query("SELECT code FROM quarantine", &[])?;
        Ok(())
    });
    query.unwrap();
    assert_eq!(codes.iter().map(|row| row.text(0).unwrap()).collect::<Vec<_>>(), ["another-writes-it"]);
}

/// A patient at the hub, and two segments that edit it one after the other.
fn two_edits() -> (Replica, Replica, Vec<Outgoing>) {
    let (hub, node) = (replica("hub"), replica("node"));
    node.put("Patient", "p1", r#""name":"Ann""#, &Base::Blind);
    node.sync(&hub);
    let from = node.records.continuity().unwrap().lanes[1].written;
    node.put("Patient", "p1", r#""name":"Ann","gender":"female""#, &Base::Blind);
    node.records.outgoing(Lane::CHART, from, 9).unwrap();
    node.put("Patient", "p1", r#""name":"Bea","gender":"female""#, &Base::Blind);
    node.put("Patient", "p2", r#""name":"Cid""#, &Base::Blind);
    let out = node.records.outgoing(Lane::CHART, from, 9).unwrap();
    assert_eq!(out.len(), 2);
    (hub, node, out)
}

fn assert_equal(hub: &Replica, node: &Replica) {
    for id in ["p1", "p2"] {
        assert_eq!(hub.json("Patient", id), node.json("Patient", id));
    }
    assert_eq!(hub.records.read(|view| view.counts()).unwrap(), (2, 0));
}

#[test]
fn pushes_worked_out_from_the_same_row_both_count() {
    let (hub, node, out) = two_edits();
    let pushed = [ahead(&node, &hub, &out[0]), ahead(&node, &hub, &out[1])];
    take(&node, &hub, &[(&pushed[0], &out[0])]);
    take(&node, &hub, &[(&pushed[1], &out[1])]);
    assert_equal(&hub, &node);
}

#[test]
fn pushes_of_one_transaction_both_count() {
    let (hub, node, out) = two_edits();
    let pushed = [ahead(&node, &hub, &out[0]), ahead(&node, &hub, &out[1])];
    take(&node, &hub, &[(&pushed[0], &out[0]), (&pushed[1], &out[1])]);
    assert_equal(&hub, &node);
}

#[test]
fn an_edit_made_here_in_between_stays_beside_the_pushed_one() {
    let (hub, node, out) = two_edits();
    let pushed = ahead(&node, &hub, &out[0]);
    hub.put("Patient", "p1", r#""name":"Ann","gender":"other""#, &Base::Blind);
    take(&node, &hub, &[(&pushed, &out[0])]);
    let json = hub.json("Patient", "p1");
    assert!(json.contains("conflict"), "{json}");
}

/// A hub with two patients, a node of theirs that has taken nothing yet, and its first page.
fn first_page() -> (Replica, Replica, Page) {
    let (hub, node) = (replica("hub"), replica("node"));
    hub.put("Patient", "p1", r#""name":"Ann""#, &Base::Blind);
    hub.put("Patient", "p2", r#""name":"Cid""#, &Base::Blind);
    for patient in ["p1", "p2"] {
        hub.records.share(&holdfast_core::id::Scope::patient(patient), "north").unwrap();
    }
    let hello = node.records.hello().unwrap();
    assert!(matches!(hub.records.respond(&node.peer, &hello), Response::Welcome { .. }));
    let actor = node.records.actor();
    let pull = Request::Pull { actor, acked: vec![], pending: vec![], max_bytes: 1 << 20, wait_ms: 0 };
    let Response::Page(page) = hub.records.respond(&node.peer, &pull) else { panic!("no page") };
    assert_eq!(page.states.len(), 2);
    (hub, node, page)
}

#[test]
fn page_that_was_worked_out_ahead_brings_what_it_would_have_brought() {
    let (hub, node, page) = first_page();
    let prepared = node.records.prepare_page(&page).unwrap();
    assert_eq!(format!("{prepared:?}"), "PreparedPage { resources: 2 }");
    let taken = node.records.take_prepared_page(hub.records.actor(), &page, prepared).unwrap();
    assert!(matches!(taken, Taken::Durable(_)));
    assert_equal(&hub, &node);
    let again = node.records.prepare_page(&page).unwrap();
    assert_eq!(format!("{again:?}"), "PreparedPage { resources: 0 }", "they are here now");
}

#[test]
fn resource_made_here_after_its_page_was_worked_out_is_merged_with_it() {
    let (hub, node, page) = first_page();
    let prepared = node.records.prepare_page(&page).unwrap();
    node.put("Patient", "p1", r#""name":"Ann","gender":"female""#, &Base::Blind);
    node.records.take_prepared_page(hub.records.actor(), &page, prepared).unwrap();
    node.sync(&hub);
    assert_equal(&hub, &node);
    assert!(hub.json("Patient", "p1").contains("female"));
}

#[test]
fn resource_of_which_a_page_says_more_than_one_thing_is_not_worked_out_ahead() {
    let (hub, node, mut page) = first_page();
    page.states.push(page.states[0].clone());
    let prepared = node.records.prepare_page(&page).unwrap();
    assert_eq!(format!("{prepared:?}"), "PreparedPage { resources: 1 }");
    node.records.take_prepared_page(hub.records.actor(), &page, prepared).unwrap();
    assert_equal(&hub, &node);
}

#[test]
fn state_that_cannot_be_taken_apart_is_left_to_the_transaction() {
    let (hub, node, mut page) = first_page();
    page.states[1].state = vec![0xff];
    let prepared = node.records.prepare_page(&page).unwrap();
    assert_eq!(format!("{prepared:?}"), "PreparedPage { resources: 1 }");
    node.records.take_prepared_page(hub.records.actor(), &page, prepared).unwrap();
    let entity = Entity::new("Patient", page.states[1].entity.id.as_str());
    assert!(node.records.read(|view| view.get(&entity)).unwrap().is_none(), "left out, with a notice");
}
