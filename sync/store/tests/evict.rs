//! Letting patients go: never with something unacknowledged, longest unvisited first, and back again whole.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{Replica, replica};
use holdfast_core::id::{Entity, Scope};
use holdfast_core::message::{Page, Position, Request, Response};
use holdfast_core::search::{Clause, Match};
use holdfast_store::author::Base;
use holdfast_store::downstream::Taken;
use holdfast_store::sql::Database;

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

/// A hub, a node of it that has two patients, and a desktop below the node that holds `p1` and has news of it to fetch.
fn three_tiers() -> (Replica, Replica, Replica) {
    let (hub, node, mut desktop) = (replica("hub"), replica("node"), replica("desktop"));
    desktop.peer.kind = "desktop".into();
    for id in ["p1", "p2"] {
        chart(&node, id);
    }
    node.sync(&hub);
    desktop.sync(&node);
    node.records.share(&Scope::patient("p1"), "north").unwrap();
    assert!(matches!(hold(&desktop, &node, "p1"), Response::Done { .. }));
    desktop.sync(&node);
    hub.put("Patient", "p1", r#""name":"renamed""#, &Base::Blind);
    node.sync(&hub);
    (hub, node, desktop)
}

fn hold(down: &Replica, up: &Replica, id: &str) -> Response {
    let scopes = vec![Position { scope: Scope::patient(id), at: 0 }];
    up.records.respond(&down.peer, &Request::Hold { actor: down.records.actor(), scopes, urgent: true })
}

/// Rows of each table that name a scope by its number, and this number is no scope's.
fn rows_of_no_scope(replica: &Replica) -> Vec<(&'static str, u64)> {
    let mut out = Vec::new();
    for table in holdfast_store::schema::TABLES {
        if !table.columns.iter().any(|(name, _)| *name == "scope_no") {
            continue;
        }
        let text =
            format!("SELECT COUNT(*) FROM {} WHERE scope_no NOT IN (SELECT no FROM scope)", table.name);
        let count = |sql: &mut dyn holdfast_store::sql::Sql| {
            out.push((table.name, sql.query(&text, &[])?[0].uint(0)?));
            Ok(())
        };
        replica.db.read(&mut { count }).unwrap();
    }
    out
}

#[test]
fn patient_whom_a_replica_below_holds_stays_and_its_news_goes_on() {
    let (hub, node, desktop) = three_tiers();
    assert_eq!(evictable(&node, &hub), ["patient/p2"]);
    assert!(!let_go(&node, &hub, "p1"), "not even when asked to");
    assert!(matches!(hold(&node, &hub, "p1"), Response::Done { .. }));
    desktop.sync(&node);
    assert!(desktop.json("Patient", "p1").contains("renamed"), "what waited for it is not lost");
    hub.put("Patient", "p1", r#""name":"again""#, &Base::Blind);
    node.sync(&hub);
    desktop.sync(&node);
    assert!(desktop.json("Patient", "p1").contains("again"));
    let release = Request::Release { actor: desktop.records.actor(), scopes: vec![Scope::patient("p1")] };
    assert!(matches!(node.records.respond(&desktop.peer, &release), Response::Done { .. }));
    assert_eq!(evictable(&node, &hub), ["patient/p2", "patient/p1"], "once the desktop has let go of it too");
    assert!(let_go(&node, &hub, "p1"));
}

#[test]
fn revoked_replica_below_keeps_nobody_and_nothing_of_it_is_left_behind() {
    let (hub, node, desktop) = three_tiers();
    // It had begun to fetch the patient anew when it was revoked.
    assert!(matches!(hold(&desktop, &node, "p1"), Response::Done { .. }));
    node.db
        .write(&mut |sql| {
            let text = "INSERT INTO first_send (scope_no, replica_no, whole_to) SELECT scope_no, replica_no, 1 FROM rewound";
            assert_eq!(sql.execute(text, &[])?, 1);
            Ok(())
        })
        .unwrap();
    node.records.revoke_replica("north", "desktop").unwrap();
    assert_eq!(evictable(&node, &hub), ["patient/p1", "patient/p2"]);
    assert!(let_go(&node, &hub, "p1"));
    let tables = ["feed", "subscription", "first_send", "rewound", "dirty"];
    assert_eq!(rows_of_no_scope(&node), tables.map(|table| (table, 0)));
}

fn pull(node: &Replica, hub: &Replica) -> Page {
    let actor = node.records.actor();
    let pull = Request::Pull { actor, acked: vec![], pending: vec![], max_bytes: 1 << 20, wait_ms: 0 };
    match hub.records.respond(&node.peer, &pull) {
        Response::Page(page) => page,
        other => panic!("{other:?}"),
    }
}

/// What is here of the scope: a position, a feed, a resource.
fn traces(node: &Replica, id: &str) -> u64 {
    let mut found = 0;
    node.db
        .read(&mut |sql| {
            let text = "SELECT (SELECT COUNT(*) FROM held WHERE scope = $1) + (SELECT COUNT(*) FROM scope WHERE name = $1) \
                        + (SELECT COUNT(*) FROM resource WHERE id = $2)";
            found = sql.query(text, &[format!("patient/{id}").into(), id.into()])?[0].uint(0)?;
            Ok(())
        })
        .unwrap();
    found
}

#[test]
fn page_from_before_its_patient_was_let_go_does_not_bring_them_back_in_part() {
    let (hub, node) = (replica("hub"), replica("node"));
    // Made here, so that they begin where the upstream says first: no page of them has come yet.
    for id in ["p1", "p2"] {
        chart(&node, id);
    }
    node.sync(&hub);
    for id in ["p1", "p2"] {
        hub.put("Patient", id, r#""name":"renamed""#, &Base::Blind);
    }
    let late = pull(&node, &hub);
    assert_eq!(
        late.visits.iter().filter(|visit| visit.from > 0).count(),
        2,
        "news of both, and nothing else"
    );
    assert!(let_go(&node, &hub, "p1"));
    let again = vec![Position { scope: Scope::patient("p1"), at: 0 }];
    for _ in 0..2 {
        let taken = node.records.take_page(hub.records.actor(), &late).unwrap();
        assert_eq!(taken, Taken::Rewind(again.clone()), "who is not here is asked for whole, or not at all");
        assert_eq!(traces(&node, "p1"), 0);
    }
    assert!(!node.json("Patient", "p2").contains("renamed"), "nothing of the page is kept");
    let news = pull(&node, &hub);
    assert_eq!(news.visits.iter().map(|visit| &*visit.scope.0).collect::<Vec<_>>(), ["patient/p2"]);
    assert!(matches!(node.records.take_page(hub.records.actor(), &news).unwrap(), Taken::Durable(_)));
    assert!(matches!(hold(&node, &hub, "p1"), Response::Done { .. }));
    node.sync(&hub);
    for (kind, id) in [("Patient", "p1"), ("Allergy", "a-p1"), ("Patient", "p2")] {
        assert_eq!(node.json(kind, id), hub.json(kind, id));
    }
}

/// Who makes a patient anew under an id that was let go, and deletes them, has not seen what the upstream has.
#[test]
fn what_was_let_go_is_not_seen_by_a_deletion_of_what_was_made_anew() {
    let (hub, node) = (replica("hub"), replica("node"));
    node.put("Patient", "p1", r#""name":"Ann""#, &Base::Blind);
    node.sync(&hub);
    assert!(let_go(&node, &hub, "p1"));
    let entity = Entity::new("Patient", "p1");
    node.put("Patient", "p1", r#""name":"Bea""#, &Base::Absent);
    node.records.write(|tx| tx.delete(&entity, &Base::Blind, "clerk")).unwrap();
    let reads = |of: &Replica| {
        let stored = of.records.read(|view| view.get(&entity)).unwrap().unwrap();
        (stored.deleted, stored.conflicts)
    };
    assert_eq!(reads(&node), (true, 0), "all that is here was seen");
    node.sync(&hub);
    assert_eq!(reads(&hub), (false, 2), "two names, and deleted beside one that its author had not seen");
    let open = hub.records.read(|view| view.conflicts_of(&entity)).unwrap();
    let names = open.iter().find(|conflict| conflict.key == "name").unwrap();
    assert!(names.values.iter().any(|value| value.value.as_deref() == Some(r#""Ann""#)), "{names:?}");
    node.sync(&hub);
    assert_eq!(reads(&node), reads(&hub));
}
