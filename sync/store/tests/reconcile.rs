//! Replicas that wrote apart become equal, show every conflict and lose nothing.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says aloud what it skipped"
)]

mod common;

use std::sync::Arc;

use common::{open, replica};
use holdfast_core::id::Entity;
use holdfast_store::author::Base;
use holdfast_store::sqlite::Sqlite;

#[test]
fn what_one_node_saves_the_other_reads() {
    let (hub, a, b) = (replica("hub"), replica("a"), replica("b"));
    a.put("Patient", "p1", r#""name":"Ann","phone":"1""#, &Base::Blind);
    a.put("Obs", "o1", r#""subject":"p1","value":1.50"#, &Base::Blind);
    a.sync(&hub);
    assert_eq!(hub.json("Patient", "p1"), a.json("Patient", "p1"));
    b.sync(&hub);
    b.records.respond(&b.peer, &b.records.hello().unwrap());
    let hold = holdfast_core::message::Request::Hold {
        actor: b.records.actor(),
        scopes: vec![holdfast_core::message::Position {
            scope: holdfast_core::id::Scope::patient("p1"),
            at: 0,
        }],
        urgent: true,
    };
    hub.records.respond(&b.peer, &hold);
    b.sync(&hub);
    assert_eq!(b.json("Obs", "o1"), a.json("Obs", "o1"));
    assert!(b.json("Obs", "o1").contains("1.50"));
}

#[test]
fn concurrent_edits_of_one_element_are_both_kept_and_settled_once() {
    let (hub, a) = (replica("hub"), replica("a"));
    a.put("Patient", "p1", r#""name":"Ann","phone":"1""#, &Base::Blind);
    a.sync(&hub);
    a.put("Patient", "p1", r#""name":"Ann","phone":"2""#, &Base::Blind);
    hub.put("Patient", "p1", r#""name":"Anna","phone":"3""#, &Base::Blind);
    a.sync(&hub);
    assert_eq!(a.json("Patient", "p1"), hub.json("Patient", "p1"));
    assert!(a.json("Patient", "p1").contains("\"conflict\""));
    let entity = Entity::new("Patient", "p1");
    let open = a.records.read(|view| view.conflicts_of(&entity)).unwrap();
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].values.len(), 2);
    a.records.write(|tx| tx.resolve(&entity, "phone", Some("\"3\"".into()), "nurse")).unwrap();
    a.sync(&hub);
    assert!(!hub.json("Patient", "p1").contains("\"conflict\""));
    assert_eq!(a.json("Patient", "p1"), hub.json("Patient", "p1"));
}

#[test]
fn second_session_has_nothing_to_do() {
    let (hub, a) = (replica("hub"), replica("a"));
    for n in 0..50 {
        a.put("Patient", &format!("p{n}"), r#""name":"Ann""#, &Base::Blind);
    }
    a.sync(&hub);
    assert_eq!(a.sync(&hub), 0);
}

#[test]
fn restored_backup_takes_a_new_actor_and_gets_its_own_work_back() {
    let (hub, a) = (replica("hub"), replica("a"));
    a.put("Patient", "p1", r#""name":"Ann""#, &Base::Blind);
    a.sync(&hub);
    let backup = a.db.duplicate_in_memory().unwrap();
    a.put("Patient", "p1", r#""name":"Ann","phone":"2""#, &Base::Blind);
    a.put("Patient", "p2", r#""name":"Bob""#, &Base::Blind);
    a.sync(&hub);
    let before = a.records.actor();
    let sidecar = a.sidecar.clone();
    drop(a);
    let a = open("a", Arc::new(backup), sidecar);
    assert_ne!(a.records.actor(), before);
    a.put("Patient", "p3", r#""name":"Cid""#, &Base::Blind);
    a.sync(&hub);
    for id in ["p1", "p2", "p3"] {
        assert_eq!(a.json("Patient", id), hub.json("Patient", id), "{id}");
    }
    assert!(a.json("Patient", "p1").contains("phone"));
}

#[test]
fn cloned_disk_is_noticed_and_neither_side_loses() {
    let (hub, a) = (replica("hub"), replica("a"));
    a.put("Patient", "p1", r#""name":"Ann""#, &Base::Blind);
    a.sync(&hub);
    let db: Sqlite = a.db.duplicate_in_memory().unwrap();
    let twin = open("a", Arc::new(db), Arc::new(a.sidecar.duplicate()));
    twin.put("Patient", "p1", r#""name":"Ann","phone":"twin""#, &Base::Blind);
    a.put("Patient", "p1", r#""name":"Ann","phone":"first""#, &Base::Blind);
    twin.sync(&hub);
    let refused = a.try_sync(&hub).unwrap_err();
    assert_eq!(refused, "replica-copied");
    a.records.fork_away().unwrap();
    a.sync(&hub);
    let open = hub.records.read(|view| view.conflicts_of(&Entity::new("Patient", "p1"))).unwrap();
    assert_eq!(open[0].values.len(), 2, "both values stand");
}

#[test]
fn a_new_actor_says_again_what_was_unsent_and_changes_no_resource() {
    let (hub, a) = (replica("hub"), replica("a"));
    let save = |round: usize, ids: std::ops::Range<usize>| {
        for n in ids {
            a.put("Patient", &format!("p{n}"), &format!(r#""name":"Ann","phone":"{round}""#), &Base::Blind);
        }
    };
    save(1, 0..20);
    a.sync(&hub);
    save(2, 10..30);
    let backup = a.db.duplicate_in_memory().unwrap();
    let contents = |replica: &common::Replica| -> Vec<serde_json::Value> {
        let ids = (0..30).map(|n| format!("p{n}"));
        ids.map(|id| {
            let mut json: serde_json::Value = serde_json::from_str(&replica.json("Patient", &id)).unwrap();
            json.as_object_mut().unwrap().remove("meta");
            json
        })
        .collect()
    };
    let (before, actor, sidecar) = (contents(&a), a.records.actor(), a.sidecar.clone());
    // One more save moves the sidecar past the backup.
    save(3, 0..1);
    drop(a);
    let a = open("a", Arc::new(backup), sidecar);
    assert_ne!(a.records.actor(), actor);
    assert_eq!(contents(&a), before);
    a.sync(&hub);
    assert_eq!(contents(&hub), before);
    assert_eq!(contents(&a), before);
}

#[test]
fn stale_save_stands_beside_what_it_never_saw() {
    let a = replica("a");
    let first = a.put("Patient", "p1", r#""name":"Ann","phone":"1""#, &Base::Blind);
    a.put("Patient", "p1", r#""name":"Ann","phone":"2""#, &Base::Exactly(first.version.clone()));
    a.put("Patient", "p1", r#""name":"Ann","phone":"3""#, &Base::Seen(first.version));
    let open = a.records.read(|view| view.conflicts_of(&Entity::new("Patient", "p1"))).unwrap();
    assert_eq!(open[0].values.len(), 2);
}

#[test]
fn a_page_says_what_waits_after_it_and_not_what_waits_to_be_confirmed() {
    use holdfast_core::message::{Page, Position, Request, Response};
    let (hub, a) = (replica("hub"), replica("a"));
    for id in ["p1", "p2"] {
        a.put("Patient", id, r#""name":"Ann""#, &Base::Blind);
    }
    a.sync(&hub);
    for id in ["p1", "p2"] {
        hub.put("Patient", id, r#""name":"Anna""#, &Base::Blind);
    }
    let pull = |pending: Vec<Position>| -> Page {
        let request = Request::Pull {
            actor: a.records.actor(),
            acked: vec![],
            pending,
            max_bytes: 1 << 20,
            wait_ms: 0,
        };
        match hub.records.respond(&a.peer, &request) {
            Response::Page(page) => page,
            other => panic!("{other:?}"),
        }
    };
    let first = pull(vec![]);
    assert_eq!((first.visits.len(), first.waiting), (2, 0), "both come at once");
    let received: Vec<Position> =
        first.visits.iter().map(|visit| Position { scope: visit.scope.clone(), at: visit.to }).collect();
    let next = pull(received.clone());
    assert_eq!((next.visits.len(), next.waiting), (0, 0), "both are at hand, though not confirmed");
    hub.put("Patient", "p1", r#""name":"Anne""#, &Base::Blind);
    let only_second: Vec<Position> = received.into_iter().skip(1).collect();
    assert_eq!(pull(only_second).waiting, 0);
}
