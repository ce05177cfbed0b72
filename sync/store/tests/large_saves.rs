//! Saves of very many parts, and resources that are too heavy to be sent: no lane is blocked, and no pull.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::sync::Arc;

use common::{Replica, SmallRules, open, replica};
use holdfast_core::codec::{MAX_CHANGES, MAX_RESOURCE_BYTES};
use holdfast_core::id::{Entity, Lane, Scope};
use holdfast_core::message::{Page, Position, Request, Response};
use holdfast_store::author::Base;
use holdfast_store::downstream::Taken;
use holdfast_store::quarantine::{self, Review};
use holdfast_store::sql::{Database, Value};
use holdfast_store::{Place, Surroundings};

/// A resource's body of so many elements.
fn elements(count: usize) -> String {
    (0..count).map(|n| format!("\"e{n}\":{}", n % 10)).collect::<Vec<_>>().join(",")
}

fn same(a: &Replica, b: &Replica, kind: &str, id: &str) {
    assert!(a.json(kind, id) == b.json(kind, id), "{kind}/{id} differs");
    assert_eq!(a.version(kind, id), b.version(kind, id), "{kind}/{id}");
}

fn count(replica: &Replica, text: &str) -> u64 {
    let mut found = 0;
    let params: [Value; 0] = [];
    replica
        .db
        .read(&mut |sql| {
            found = sql.query(text, &params)?[0].uint(0)?;
            Ok(())
        })
        .unwrap();
    found
}

fn notices(replica: &Replica, code: &str) -> u64 {
    count(replica, &format!("SELECT COUNT(*) FROM notice WHERE code = '{code}'"))
}

#[test]
fn save_of_as_many_parts_as_one_may_change_reaches_the_others_and_one_of_more_is_refused_whole() {
    let (hub, node, other) = (replica("hub"), replica("node"), replica("other"));
    other.sync(&hub);
    node.put("Note", "many", &elements(MAX_CHANGES), &Base::Blind);
    let entity = Entity::new("Note", "more");
    let json = format!(r#"{{"resourceType":"Note","id":"more",{}}}"#, elements(MAX_CHANGES + 1));
    let refused = node.records.write(|tx| tx.put(&entity, &json, &Base::Blind, "nurse")).unwrap_err();
    assert_eq!((refused.code(), refused.is_retryable()), ("save-too-large", false));
    let text = refused.to_string();
    assert!(
        text.contains("would change 262145 parts") && text.contains("save a long list in several"),
        "{text}"
    );
    assert!(node.records.read(|view| view.get(&entity)).unwrap().is_none(), "nothing of it was stored");
    node.put("Note", "after", r#""text":"the lane goes on""#, &Base::Blind);
    node.sync(&hub);
    other.sync(&hub);
    for id in ["many", "after"] {
        same(&node, &hub, "Note", id);
        same(&node, &other, "Note", id);
    }
}

#[test]
fn removing_more_parts_than_were_once_allowed_reaches_the_others() {
    let (hub, node, other) = (replica("hub"), replica("node"), replica("other"));
    node.put("Note", "many", &elements(20_000), &Base::Blind);
    for replica in [&node, &other] {
        replica.sync(&hub);
    }
    node.put("Note", "many", r#""text":"emptied""#, &Base::Blind);
    for replica in [&node, &other] {
        replica.sync(&hub);
    }
    assert!(!hub.json("Note", "many").contains("\"e0\""));
    same(&node, &hub, "Note", "many");
    same(&node, &other, "Note", "many");
}

fn ask(node: &Replica, hub: &Replica, request: &Request) -> Response {
    let bytes = hub.records.respond(&node.peer, request).encode().unwrap();
    Response::decode(&bytes).unwrap()
}

fn pull(node: &Replica, hub: &Replica, acked: &[Position]) -> Page {
    let actor = node.records.actor();
    let pull =
        Request::Pull { actor, acked: acked.to_vec(), pending: vec![], max_bytes: 1 << 20, wait_ms: 0 };
    match ask(node, hub, &pull) {
        Response::Page(page) => page,
        other => panic!("{other:?}"),
    }
}

/// Takes in whatever comes; how many scopes wait after that.
fn pull_all(node: &Replica, hub: &Replica) -> u64 {
    let mut acked = Vec::new();
    loop {
        let page = pull(node, hub, &acked);
        if page.visits.is_empty() {
            return page.waiting;
        }
        match node.records.take_page(hub.records.actor(), &page).unwrap() {
            Taken::Durable(positions) => acked = positions,
            Taken::Rewind(scopes) => panic!("a gap before {scopes:?}"),
        }
    }
}

fn holds(replica: &Replica, kind: &str, id: &str) -> bool {
    replica.records.read(|view| view.get(&Entity::new(kind, id))).unwrap().is_some()
}

#[test]
fn resource_that_fits_in_no_message_holds_up_its_own_scope_alone_and_both_sides_say_why() {
    let (hub, node) = (replica("hub"), replica("node"));
    for id in ["p1", "p2", "p3"] {
        hub.put("Patient", id, r#""name":"Ann""#, &Base::Blind);
        hub.records.share(&Scope::patient(id), "north").unwrap();
    }
    assert!(matches!(ask(&node, &hub, &node.records.hello().unwrap()), Response::Welcome { .. }));
    assert_eq!(pull_all(&node, &hub), 0);
    // It comes into a scope that it was not in, so it has to go whole.
    hub.put("Note", "n", r#""subject":"p9","text":"a""#, &Base::Blind);
    hub.put("Note", "n", r#""subject":"p2","text":"a""#, &Base::Blind);
    hub.put("Patient", "p2", r#""name":"behind it""#, &Base::Blind);
    for id in ["p1", "p3"] {
        hub.put("Patient", id, r#""name":"beside it""#, &Base::Blind);
    }
    let grow =
        "UPDATE resource SET json = json || replace(hex(zeroblob(33554432)), '0', ' ') WHERE kind = 'Note'";
    let shrink = "UPDATE resource SET json = rtrim(json) WHERE kind = 'Note'";
    let change = |text: &str| hub.db.write(&mut |sql| sql.execute(text, &[]).map(|_| ())).unwrap();
    change(grow);
    assert_eq!(pull_all(&node, &hub), 1, "its scope waits");
    for id in ["p1", "p3"] {
        assert!(node.json("Patient", id).contains("beside it"));
    }
    assert!(!holds(&node, "Note", "n") && node.json("Patient", "p2").contains("Ann"));
    hub.put("Patient", "p1", r#""name":"later""#, &Base::Blind);
    assert_eq!(pull_all(&node, &hub), 1);
    assert!(node.json("Patient", "p1").contains("later"));
    assert_eq!(
        (notices(&hub, "resource-overgrown"), notices(&node, "resource-overgrown")),
        (1, 1),
        "once a day, whoever pulls how often"
    );
    let fetch = |names: &[(&str, &str)]| {
        let entities = names.iter().map(|(kind, id)| Entity::new(*kind, *id)).collect();
        match ask(&node, &hub, &Request::Fetch { entities }) {
            Response::States(states) => states.len().to_string(),
            Response::Refused { code, .. } => code,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(fetch(&[("Patient", "p2"), ("Note", "n")]), "1", "it stands in no other's way");
    assert_eq!(fetch(&[("Note", "n")]), "resource-overgrown");
    change(shrink);
    assert_eq!(pull_all(&node, &hub), 0);
    same(&node, &hub, "Note", "n");
    same(&node, &hub, "Patient", "p2");
}

/// A page of these bytes looks at 1,024 rows.
const SMALL_PAGE_BYTES: u32 = 16 << 10;

/// The scopes of the pages that come, page by page, of which the last is empty. A page that does not come fails the test:
/// nothing here takes long.
fn small_pages(node: &Arc<Replica>, hub: &Arc<Replica>) -> Vec<Vec<String>> {
    let (node, hub) = (node.clone(), hub.clone());
    let (tell, heard) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let (actor, mut acked, mut out) = (node.records.actor(), Vec::new(), Vec::new());
        while out.last().is_none_or(|page: &Vec<String>| !page.is_empty()) {
            let pull =
                Request::Pull { actor, acked, pending: vec![], max_bytes: SMALL_PAGE_BYTES, wait_ms: 0 };
            let Response::Page(page) = ask(&node, &hub, &pull) else { panic!("no page") };
            out.push(page.visits.iter().map(|visit| visit.scope.0.clone()).collect());
            acked = match node.records.take_page(hub.records.actor(), &page).unwrap() {
                Taken::Durable(positions) => positions,
                Taken::Rewind(scopes) => panic!("a gap before {scopes:?}"),
            };
        }
        tell.send(out).unwrap();
    });
    heard.recv_timeout(std::time::Duration::from_secs(60)).expect("a pull does not go round in circles")
}

#[test]
fn stuck_scope_of_more_rows_than_a_page_looks_at_keeps_nobody_waiting() {
    let (hub, node) = (Arc::new(replica("hub")), Arc::new(replica("node")));
    for id in ["stuck", "beside"] {
        hub.put("Patient", id, r#""name":"Ann""#, &Base::Blind);
        hub.records.share(&Scope::patient(id), "north").unwrap();
    }
    assert!(matches!(ask(&node, &hub, &node.records.hello().unwrap()), Response::Welcome { .. }));
    assert_eq!(pull_all(&node, &hub), 0);
    // First what has to go whole and cannot, then more rows than are looked at, all of it before the other's news.
    hub.put("Note", "n", r#""subject":"elsewhere","text":"a""#, &Base::Blind);
    hub.put("Note", "n", r#""subject":"stuck","text":"a""#, &Base::Blind);
    hub.records
        .write(|tx| {
            for n in 0..3_000 {
                let json = format!(r#"{{"resourceType":"Note","id":"m{n}","subject":"stuck"}}"#);
                tx.put(&Entity::new("Note", format!("m{n}")), &json, &Base::Blind, "nurse")?;
            }
            Ok(())
        })
        .unwrap();
    hub.put("Patient", "beside", r#""name":"beside it""#, &Base::Blind);
    let change = |text: &str| hub.db.write(&mut |sql| sql.execute(text, &[]).map(|_| ())).unwrap();
    change("UPDATE resource SET json = json || replace(hex(zeroblob(33554432)), '0', ' ') WHERE id = 'n'");
    change("UPDATE dirty SET rank = 0 WHERE scope_no = (SELECT no FROM scope WHERE name = 'patient/stuck')");
    assert_eq!(small_pages(&node, &hub), [vec!["patient/beside".to_owned()], vec![]]);
    assert!(node.json("Patient", "beside").contains("beside it") && !holds(&node, "Note", "m0"));
    // With nobody beside it there is nothing to send.
    assert_eq!(small_pages(&node, &hub), [[""; 0]]);
    change("UPDATE resource SET json = rtrim(json) WHERE id = 'n'");
    assert!(small_pages(&node, &hub).len() > 3, "and then all of it comes");
    same(&node, &hub, "Note", "n");
    same(&node, &hub, "Note", "m2999");
}

/// As after damage: the scope's end is known, and what leads there is gone.
#[test]
fn scope_whose_rows_are_gone_ends_a_pull_with_nothing() {
    let (hub, node) = (Arc::new(replica("hub")), Arc::new(replica("node")));
    hub.put("Patient", "p1", r#""name":"Ann""#, &Base::Blind);
    hub.records.share(&Scope::patient("p1"), "north").unwrap();
    assert!(matches!(ask(&node, &hub, &node.records.hello().unwrap()), Response::Welcome { .. }));
    hub.db.write(&mut |sql| sql.execute("DELETE FROM feed", &[]).map(|_| ())).unwrap();
    let pages = small_pages(&node, &hub);
    assert_eq!(pages.last(), Some(&vec![]));
    assert!(!holds(&node, "Patient", "p1"));
}

#[test]
fn value_too_many_beside_others_is_put_aside_and_taken_once_the_conflict_is_settled() {
    let hub = replica("hub");
    let names = ["a", "b", "c", "d"];
    let nodes = names.map(replica);
    let third = &nodes[2];
    third.put("Note", "n", r#""subject":"p1","scan":"none""#, &Base::Blind);
    let first_version = third.version("Note", "n");
    third.sync(&hub);
    nodes.iter().for_each(|node| assert!(node.sync(&hub) <= 1));
    let scan = |text: &str| format!(r#""subject":"p1","scan":"{}""#, text.repeat(MAX_RESOURCE_BYTES - 200));
    for (node, text) in nodes.iter().zip(names) {
        node.put("Note", "n", &scan(text), &Base::Blind);
        node.put("Note", text, r#""subject":"p1","text":"beside it""#, &Base::Blind);
    }
    for (node, text) in nodes.iter().zip(names) {
        node.sync(&hub);
        same(node, &hub, "Note", text);
        assert_eq!(node.records.continuity().unwrap().lanes[1].unsent, 0, "no lane is blocked");
    }
    assert_eq!(count(&hub, "SELECT COUNT(*) FROM quarantine WHERE code = 'resource-overgrown'"), 1);
    assert_eq!(notices(&hub, "op-put-aside"), 1);
    // A small one of the same author waits with it: one version has one content, wherever it is read.
    let author = &nodes[3];
    let version = author.version("Note", "n");
    author.put("Note", "n", &format!(r#"{},"seen":"read by the author""#, scan("d")), &Base::Seen(version));
    author.sync(&hub);
    assert_eq!(author.records.continuity().unwrap().lanes[1].unsent, 0, "no lane is blocked");
    assert_eq!(count(&hub, "SELECT COUNT(*) FROM quarantine WHERE code = 'follows-put-aside'"), 1);
    assert!(!hub.json("Note", "n").contains("read by the author"));
    assert_ne!(author.version("Note", "n"), hub.version("Note", "n"));
    // A database from before there were marks gets them as it is opened.
    hub.db
        .write(&mut |sql| {
            sql.execute("DELETE FROM aside", &[])?;
            sql.execute("DELETE FROM meta WHERE name = 'aside-marked'", &[]).map(|_| ())
        })
        .unwrap();
    let hub = open("hub", hub.db, hub.sidecar);
    assert_eq!(count(&hub, "SELECT COUNT(*) FROM aside"), 2);
    // With three beside each other it can still be sent whole, and a fourth is not saved beside them.
    let late = replica("late");
    late.sync(&hub);
    same(&late, &hub, "Note", "n");
    same(third, &hub, "Note", "n");
    let entity = Entity::new("Note", "n");
    let json = format!(r#"{{"resourceType":"Note","id":"n",{}}}"#, scan("e"));
    let seen = Base::Seen(first_version);
    let refused = third.records.write(|tx| tx.put(&entity, &json, &seen, "nurse")).unwrap_err();
    assert_eq!(refused.code(), "resource-overgrown");
    assert!(refused.to_string().contains("settle its conflicts first"), "{refused}");
    same(third, &hub, "Note", "n");
    let accept = || {
        let no = count(&hub, "SELECT MIN(no) FROM quarantine");
        let place = Place { clinic: String::new(), schema: 1 };
        Review::of(hub.db.clone(), Arc::new(SmallRules), place, Surroundings::default()).accept(no)
    };
    assert_eq!(accept().unwrap_err().code(), "quarantine-not-merged");
    hub.records.write(|tx| tx.resolve(&entity, "scan", Some("\"settled\"".into()), "nurse")).unwrap();
    let decided = accept().unwrap();
    assert_eq!((decided.held.ops.len(), decided.followed), (1, 1));
    assert_eq!(count(&hub, "SELECT COUNT(*) FROM quarantine") + count(&hub, "SELECT COUNT(*) FROM aside"), 0);
    let open = hub.records.read(|view| view.conflicts_of(&entity)).unwrap();
    assert_eq!(open[0].values.len(), 2, "what was settled, and what was put aside");
    author.sync(&hub);
    same(author, &hub, "Note", "n");
    assert!(author.json("Note", "n").contains("read by the author"));
}

#[test]
fn what_is_held_for_review_of_one_replica_is_bounded_in_bytes_too() {
    let (hub, node) = (replica("hub"), replica("node"));
    node.put("Patient", "p1", r#""name":"Ann""#, &Base::Blind);
    node.sync(&hub);
    node.put("Patient", "p1", r#""name":"Anna""#, &Base::Blind);
    let unsent = node.records.outgoing(Lane::CHART, 1, 1).unwrap().remove(0);
    hub.records.revoke_replica("north", "node").unwrap();
    let fill = |replica: &str, bytes: u64| {
        let row = format!(
            "INSERT INTO quarantine (no, at_ms, replica, code, bytes) \
             VALUES ((SELECT COALESCE(MAX(no), 900) + 1 FROM quarantine), 0, '{replica}', 'replica-revoked', zeroblob({bytes}))"
        );
        hub.db.write(&mut |sql| sql.execute(&row, &[]).map(|_| ())).unwrap();
    };
    let push = || match ask(&node, &hub, &Request::Push { segment: unsent.bytes.clone() }) {
        Response::Refused { code, .. } => code,
        other => panic!("{other:?}"),
    };
    fill("south/node", quarantine::MAX_KEPT_BYTES);
    fill("north/node", quarantine::MAX_KEPT_BYTES - 10);
    assert_eq!(push(), "quarantine-full");
    assert_eq!(push(), "quarantine-full");
    assert_eq!(notices(&hub, "quarantine-full"), 1);
    hub.db
        .write(&mut |sql| sql.execute("DELETE FROM quarantine WHERE replica = 'north/node'", &[]).map(|_| ()))
        .unwrap();
    assert_eq!(push(), "replica-revoked");
    assert_eq!(
        count(&hub, "SELECT COUNT(*) FROM quarantine WHERE replica = 'north/node'"),
        1,
        "room was made"
    );
}
