//! What a replica holds for an upstream that was restored from a backup.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::sync::Arc;

use common::{Replica, open, replica};
use holdfast_core::id::{Entity, Lane};
use holdfast_core::message::Reach;
use holdfast_store::author::Base;
use holdfast_store::sql::Database;

/// A node that holds two patients, and the hub as its backup has it, without what it wrote on both since.
fn restored() -> (Replica, Replica) {
    let (hub, node) = (replica("hub"), replica("node"));
    for id in ["p1", "p2"] {
        node.put("Patient", id, r#""name":"Ann""#, &Base::Blind);
    }
    node.sync(&hub);
    let backup = Arc::new(hub.db.duplicate_in_memory().unwrap());
    for id in ["p1", "p2"] {
        hub.put("Patient", id, r#""name":"Anna""#, &Base::Blind);
    }
    node.sync(&hub);
    (node, open("hub", backup, Arc::default()))
}

fn set_state(node: &Replica, id: &str, state: &[u8]) {
    let text = "UPDATE resource SET state = $1 WHERE id = $2";
    node.db.write(&mut |sql| sql.execute(text, &[state.to_vec().into(), id.into()]).map(|_| ())).unwrap();
}

/// One damaged row is passed by, and the upstream does not count as served until it reads again.
#[test]
fn a_damaged_resource_holds_up_no_other() {
    let (node, hub) = restored();
    let whole = node.records.read(|view| view.state(&Entity::new("Patient", "p1"))).unwrap();
    set_state(&node, "p1", &[255]);
    let actor = *whole.vv.dots.keys().find(|actor| **actor != node.records.actor()).unwrap();
    let lost = Reach { actor, lane: Lane::CHART, seq: 0, hash: [0; 32] };
    let found = node.records.offers(&[lost], 0).unwrap().unwrap();
    let ids: Vec<&str> = found.states.iter().map(|item| item.entity.id.as_str()).collect();
    assert_eq!((ids, found.damaged), (vec!["p2"], 1));
    assert!(node.records.offers(&[lost], found.last).unwrap().is_none());
    set_state(&node, "p1", &holdfast_core::view::encode(&whole));
    node.sync(&hub);
    for id in ["p1", "p2"] {
        assert_eq!(hub.json("Patient", id), node.json("Patient", id));
    }
    assert!(!node.records.may_have_to_give_back(hub.records.actor()).unwrap());
}

#[test]
fn nobody_is_let_go_before_a_restored_upstream_has_been_given_back_what_it_lacks() {
    let (node, hub) = restored();
    node.records.note_visits().unwrap();
    let evictable = || node.records.evictable(hub.records.actor(), u64::MAX >> 1, 9).unwrap();
    let actor = hub.records.actor();
    for lane in Lane::ALL {
        // What the node wrote itself is there again; what the hub wrote is not.
        node.records.acknowledge("up", actor, node.records.actor(), lane, 99).unwrap();
    }
    assert_eq!(evictable(), []);
    node.records.gave_back(actor).unwrap();
    assert_eq!(evictable().len(), 2);
}
