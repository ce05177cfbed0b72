//! What a revoked replica sends: kept by clinic and name, up to a bound, and decided upon by a person.

use std::sync::Arc;

use holdfast_core::id::Entity;
use holdfast_core::message::{Request, Response};
use holdfast_store::author::Base;
use holdfast_store::quarantine::{self, Held, Review};
use holdfast_store::sql::Database;
use holdfast_store::{Place, Records, Result, Surroundings};

use crate::backend::{Backend, behaviours, write};
use crate::fleet::{Node, hub, json, put, put_over};
use crate::rules::SmallRules;

behaviours![
    accepted_segments_are_merged_in_order_and_reach_the_others,
    dropped_segment_is_not_kept_again,
    what_is_full_for_one_replica_is_not_for_its_namesake,
];

fn review(db: &Arc<dyn Database>) -> Review {
    let place = Place { clinic: String::new(), schema: 1 };
    Review::of(db.clone(), Arc::new(SmallRules), place, Surroundings::default())
}

fn accept(db: &Arc<dyn Database>, no: u64) -> Result<Held> {
    review(db).accept(no).map(|decided| decided.held)
}

fn held(db: &dyn Database) -> Vec<Held> {
    let mut out = Vec::new();
    quarantine::each(db, &mut |held| {
        out.push(held);
        Ok(())
    })
    .unwrap();
    out
}

fn code(node: &Node, hub: &Records, segment: &[u8]) -> String {
    match node.ask(hub, &Request::Push { segment: segment.to_vec() }) {
        Response::Ack { .. } => "taken".to_owned(),
        Response::Refused { code, .. } => code,
        other => panic!("{other:?}"),
    }
}

/// A node that is revoked with two segments unsent.
fn revoked(hub: &Records, name: &str) -> (Node, Vec<Vec<u8>>) {
    let node = Node::new(name);
    put(&node.records, "Patient", "p1", r#""name":"Ann","phone":"1""#).unwrap();
    node.sync(hub);
    let mut unsent = Vec::new();
    for phone in ["2", "3"] {
        put(&node.records, "Patient", "p1", &format!(r#""name":"Ann","phone":"{phone}""#)).unwrap();
        unsent = node.unsent(hub).into_iter().map(|segment| segment.bytes).collect();
    }
    hub.revoke_replica("north", name).unwrap();
    (node, unsent)
}

fn accepted_segments_are_merged_in_order_and_reach_the_others(backend: &Backend) {
    let (db, hub, other) = (backend.open(), hub(backend.open()), Node::new("other"));
    other.sync(&hub);
    let (node, segments) = revoked(&hub, "n1");
    other.sync(&hub);
    for segment in segments.iter().rev() {
        assert_eq!(code(&node, &hub, segment), "replica-revoked");
    }
    let waiting = held(&*db);
    assert_eq!(waiting.iter().map(|h| h.replica.as_str()).collect::<Vec<_>>(), ["north/n1"; 2]);
    let (second, first) = (waiting[0].no, waiting[1].no);
    assert_eq!(quarantine::get(&*db, first).unwrap().ops[0].changes[0].value.as_deref(), Some(r#""2""#));
    let refused = accept(&db, second).unwrap_err();
    assert_eq!(refused.code(), "quarantine-not-merged");
    assert!(refused.to_string().contains("accept what lies between first"), "{refused}");
    assert!(json(&hub, "Patient", "p1").contains(r#""phone":"1""#), "nothing is changed");
    assert_eq!(accept(&db, first).unwrap().ops.len(), 1);
    assert_eq!(accept(&db, second).unwrap().ops.len(), 1);
    assert_eq!(accept(&db, second).unwrap_err().code(), "quarantine-unknown");
    assert_eq!(quarantine::waiting(&*db).unwrap(), 0);
    assert_eq!(json(&hub, "Patient", "p1"), json(&node.records, "Patient", "p1"));
    other.sync(&hub);
    assert_eq!(json(&other.records, "Patient", "p1"), json(&node.records, "Patient", "p1"));
    assert_eq!(code(&node, &hub, &segments[0]), "replica-revoked");
    assert_eq!(quarantine::waiting(&*db).unwrap(), 0, "what was merged is not held again");
    put_over(&hub, "Patient", "p1", r#""name":"Ann","phone":"4""#, &Base::Blind).unwrap();
    assert_eq!(hub.read(|view| view.conflicted(0, 10)).unwrap().0, [] as [Entity; 0]);
}

fn dropped_segment_is_not_kept_again(backend: &Backend) {
    let (db, hub) = (backend.open(), hub(backend.open()));
    let (node, segments) = revoked(&hub, "n1");
    assert_eq!(code(&node, &hub, &segments[0]), "replica-revoked");
    let no = held(&*db)[0].no;
    review(&db).drop(no).unwrap();
    assert_eq!(review(&db).drop(no).unwrap_err().code(), "quarantine-unknown");
    assert_eq!(accept(&db, no).unwrap_err().code(), "quarantine-unknown");
    assert_eq!(code(&node, &hub, &segments[0]), "quarantine-dropped");
    assert_eq!((held(&*db).len(), quarantine::waiting(&*db).unwrap()), (0, 0));
    assert!(json(&hub, "Patient", "p1").contains(r#""phone":"1""#));
}

fn what_is_full_for_one_replica_is_not_for_its_namesake(backend: &Backend) {
    let (db, hub) = (backend.open(), hub(backend.open()));
    let (node, segments) = revoked(&hub, "n1");
    let fill = |replica: &str, from: u64| {
        let row = |no: u64| {
            let bytes = no.to_le_bytes().to_vec();
            vec![no.into(), 0u64.into(), replica.into(), "replica-revoked".into(), bytes.into()]
        };
        let rows = || (from..from + quarantine::MAX_KEPT).map(row).collect();
        write(&*db, |sql| sql.insert_new(&holdfast_store::schema::QUARANTINE, rows())).unwrap();
    };
    fill("south/n1", 1_000_000);
    assert_eq!(code(&node, &hub, &segments[0]), "replica-revoked", "there is room for north/n1");
    fill("north/n1", 2_000_000);
    assert_eq!(code(&node, &hub, &segments[0]), "replica-revoked", "this one is kept");
    assert_eq!(code(&node, &hub, &segments[1]), "quarantine-full");
    let kept = quarantine::MAX_KEPT * 2 + 1;
    assert_eq!(quarantine::waiting(&*db).unwrap(), kept, "what was refused is not here");
    accept(&db, 2_000_000).unwrap_err();
    write(&*db, |sql| sql.execute("DELETE FROM quarantine WHERE no >= 2000000", &[])).unwrap();
    assert_eq!(code(&node, &hub, &segments[1]), "replica-revoked", "room was made: now it is kept");
}
