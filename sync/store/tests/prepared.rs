//! A push is worked out ahead of its transaction; what has changed in between is worked out anew.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{Replica, replica};
use holdfast_core::id::Lane;
use holdfast_core::message::Response;
use holdfast_store::author::Base;
use holdfast_store::downstream::Outgoing;
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
