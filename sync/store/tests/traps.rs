//! What bit others when they reconciled (traps.md), shown not to happen here.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says aloud what it skipped"
)]

mod common;

use std::sync::Arc;

use common::{Replica, open, replica};
use holdfast_core::id::{ActorId, Entity, Lane, Scope};
use holdfast_core::message::{Page, Position, Request, Response};
use holdfast_store::author::Base;
use holdfast_store::downstream::Outgoing;
use holdfast_store::history::Wanted;
use holdfast_store::identity::Sidecar;
use holdfast_store::scrub::scrub;
use holdfast_store::sidecar::{FileSidecar, MemorySidecar};
use holdfast_store::sql::Database;
use holdfast_store::upstream::Peer;

const TEN_YEARS_MS: u64 = 315_576_000_000;

fn greet(node: &Replica, hub: &Replica) -> Response {
    hub.records.respond(&node.peer, &node.records.hello().unwrap())
}

fn code(response: Response) -> String {
    match response {
        Response::Refused { code, .. } => code,
        other => panic!("not refused: {other:?}"),
    }
}

fn push(node: &Replica, hub: &Replica, out: &Outgoing) -> Response {
    hub.records.respond(&node.peer, &Request::Push { segment: out.bytes.clone() })
}

/// Two saves sealed into two segments.
fn two_segments(node: &Replica) -> Vec<Outgoing> {
    node.put("Patient", "p1", r#""name":"Ann""#, &Base::Blind);
    node.records.outgoing(Lane::CHART, 0, 9).unwrap();
    node.put("Patient", "p2", r#""name":"Bob""#, &Base::Blind);
    node.records.outgoing(Lane::CHART, 0, 9).unwrap()
}

#[test]
fn restored_node_never_reuses_sequence_numbers() {
    for sidecar_survives in [true, false] {
        let (hub, node) = (replica("hub"), replica("node"));
        node.put("Patient", "p1", r#""name":"Ann""#, &Base::Blind);
        node.sync(&hub);
        let backup = node.db.duplicate_in_memory().unwrap();
        node.put("Patient", "p2", r#""name":"Bob""#, &Base::Blind);
        node.sync(&hub);
        let sidecar = if sidecar_survives { node.sidecar.clone() } else { Arc::default() };
        let again = open("node", Arc::new(backup), sidecar);
        assert_ne!(again.records.actor(), node.records.actor());
        again.put("Patient", "p3", r#""name":"Cid""#, &Base::Blind);
        assert!(again.sync(&hub) > 0, "there was something to do");
        for id in ["p1", "p2", "p3"] {
            assert_eq!(again.json("Patient", id), hub.json("Patient", id));
        }
    }
}

#[test]
fn hub_never_counts_what_it_has_not_received() {
    let (hub, node) = (replica("hub"), replica("node"));
    greet(&node, &hub);
    let segments = two_segments(&node);
    assert_eq!(code(push(&node, &hub, &segments[1])), "log-gap");
    let Response::Welcome { known, .. } = greet(&node, &hub) else { panic!() };
    assert!(known.is_empty(), "nothing was received, nothing is known");
    assert_eq!(node.records.continuity().unwrap().lanes[1].unsent, 2);
    push(&node, &hub, &segments[0]);
    assert_eq!(push(&node, &hub, &segments[1]), push(&node, &hub, &segments[1]), "repeating is harmless");
    assert_eq!(hub.json("Patient", "p2"), node.json("Patient", "p2"));
}

#[test]
fn nothing_reads_as_sent_before_the_hub_has_it() {
    let (hub, node) = (replica("hub"), replica("node"));
    node.put("Patient", "p1", r#""name":"Ann""#, &Base::Blind);
    let lane = |node: &Replica| node.records.continuity().unwrap().lanes[1].clone();
    assert_eq!(lane(&node).unsent, 1);
    assert!(lane(&node).unsent_since_ms.is_some());
    node.sync(&hub);
    assert_eq!((lane(&node).unsent, lane(&node).unsent_since_ms), (0, None));
}

#[test]
fn concurrent_submits_lose_nothing() {
    let node = replica("node");
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let node = &node;
            scope.spawn(move || {
                for n in 0..50 {
                    node.put("Patient", &format!("p{thread}-{n}"), r#""name":"Ann""#, &Base::Absent);
                }
            });
        }
    });
    assert_eq!(node.records.read(|view| view.counts()).unwrap().0, 200);
    let hub = replica("hub");
    node.sync(&hub);
    assert_eq!(hub.records.read(|view| view.counts()).unwrap().0, 200);
}

#[test]
fn one_flipped_byte_is_reported_not_truncated() {
    let (hub, node) = (replica("hub"), replica("node"));
    greet(&node, &hub);
    let mut out = two_segments(&node).remove(0);
    let middle = out.bytes.len() - 9;
    out.bytes[middle] ^= 4;
    let refused = code(push(&node, &hub, &out));
    assert!(["segment-damaged", "segment-root"].contains(&refused.as_str()), "{refused}");
    node.db
        .write(&mut |sql| {
            let params = [out.bytes.as_slice().into(), 1i64.into()];
            sql.execute("UPDATE segment SET bytes = $1 WHERE first = $2", &params).map(|_| ())
        })
        .unwrap();
    let found = scrub(&node.records, &node.db, &mut |_, _| {}).unwrap();
    assert_eq!(found.segments.len(), 1, "{found:?}");
    assert_eq!(found.resources, [], "what is read is whole");
    assert!(node.json("Patient", "p1").contains("Ann") && node.json("Patient", "p2").contains("Bob"));
}

#[test]
fn empty_sidecar_after_power_cut_opens() {
    let folder = tempfile::tempdir().unwrap();
    let db = Arc::new(holdfast_store::sqlite::Sqlite::in_memory().unwrap());
    let start =
        || common::open_beside("node", db.clone(), Arc::new(FileSidecar::open(folder.path()).unwrap()));
    let first = start();
    common::put_into(&first, "Patient", "p1", r#""name":"Ann""#);
    let actor = first.actor();
    drop(first);
    std::fs::write(folder.path().join("replica.seq"), b"").unwrap();
    let second = start();
    assert_eq!(second.actor(), actor, "a progress note that is gone is harmless");
    drop(second);
    std::fs::write(folder.path().join("replica.id"), b"").unwrap();
    let third = start();
    assert_ne!(third.actor(), actor, "who cannot say who it is takes a new actor");
    assert!(third.read(|view| view.read(&Entity::new("Patient", "p1"))).unwrap().json.contains("Ann"));
}

#[test]
fn keys_are_readable_by_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let db = Arc::new(holdfast_store::sqlite::Sqlite::in_memory().unwrap());
    drop(common::open_beside("node", db, Arc::new(FileSidecar::open(folder.path()).unwrap())));
    let path = folder.path().join("replica.id");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let refused = FileSidecar::open(folder.path()).unwrap().load().unwrap_err().to_string();
    assert!(refused.contains("chmod 600"), "{refused}");
}

#[test]
fn certificate_of_another_clinic_reads_nothing() {
    let (hub, node) = (replica("hub"), replica("node"));
    node.put("Patient", "p1", r#""name":"Ann""#, &Base::Blind);
    node.sync(&hub);
    let mut stranger = replica("stranger");
    stranger.peer = Peer { replica: "node".into(), clinic: "south".into(), kind: "node".into() };
    greet(&stranger, &hub);
    let actor = stranger.records.actor();
    let ask = |request: Request| hub.records.respond(&stranger.peer, &request);
    let scopes = vec![Position { scope: Scope::patient("p1"), at: 0 }];
    assert_eq!(code(ask(Request::Hold { actor, scopes, urgent: true })), "scope-denied");
    let scopes = vec![Position { scope: Scope::clinic("north"), at: 0 }];
    assert_eq!(code(ask(Request::Hold { actor, scopes, urgent: true })), "scope-denied");
    assert_eq!(
        ask(Request::Fetch { entities: vec![Entity::new("Patient", "p1")] }),
        Response::States(vec![])
    );
    let of_node = node.records.actor();
    assert_eq!(code(ask(Request::Log { actor: of_node, lane: Lane::CHART, from: 0 })), "actor-unknown");
    let pull =
        |actor: ActorId| Request::Pull { actor, acked: vec![], pending: vec![], max_bytes: 1, wait_ms: 0 };
    assert_eq!(code(ask(pull(of_node))), "actor-unknown");
    assert!(
        matches!(ask(pull(actor)), Response::Page(Page { ops, states, .. }) if ops.is_empty() && states.is_empty())
    );
    let segment = node.records.outgoing(Lane::CHART, 0, 1).unwrap().remove(0).bytes;
    assert_eq!(code(ask(Request::Push { segment })), "actor-unknown");
    let hello = node.records.hello().unwrap();
    assert_eq!(code(ask(hello)), "actor-taken", "nobody can be greeted under another's actor");
}

#[test]
fn clock_in_2099_does_not_infect() {
    let (hub, ahead, node) = (replica("hub"), replica("ahead"), replica("node"));
    ahead.now.fetch_add(7 * TEN_YEARS_MS, std::sync::atomic::Ordering::Relaxed);
    ahead.put("Code", "c1", r#""name":"later""#, &Base::Blind);
    ahead.sync(&hub);
    node.sync(&hub);
    assert_eq!(node.json("Code", "c1"), ahead.json("Code", "c1"), "what it wrote is kept");
    for other in [&hub, &node] {
        other.put("Patient", "p1", r#""name":"now""#, &Base::Blind);
        let json = other.json("Patient", "p1");
        assert!(json.contains("\"lastUpdated\":\"2026-"), "{json}");
    }
}

#[test]
fn clock_in_1970_deletes_nothing() {
    let (hub, node) = (replica("hub"), replica("node"));
    node.put("Patient", "p1", r#""name":"Ann""#, &Base::Blind);
    node.sync(&hub);
    node.now.store(5, std::sync::atomic::Ordering::Relaxed);
    node.put("Patient", "p1", r#""name":"Anna""#, &Base::Blind);
    node.sync(&hub);
    assert!(
        hub.json("Patient", "p1").contains("Anna"),
        "the later save is shown, whatever the wall clock says"
    );
    let upstream = hub.records.actor();
    assert_eq!(node.records.evictable(upstream, 10, 9).unwrap(), [], "nothing is old in 1970");
}

#[test]
fn one_bad_segment_does_not_block_other_replicas() {
    let (hub, bad, good) = (replica("hub"), replica("bad"), replica("good"));
    greet(&bad, &hub);
    let segments = two_segments(&bad);
    let mut damaged = segments[0].clone();
    *damaged.bytes.last_mut().unwrap() ^= 1;
    for _ in 0..3 {
        assert!(matches!(push(&bad, &hub, &damaged), Response::Refused { .. }));
    }
    good.put("Patient", "p9", r#""name":"Zoe""#, &Base::Blind);
    good.sync(&hub);
    assert_eq!(hub.json("Patient", "p9"), good.json("Patient", "p9"));
    bad.put("Allergy", "a1", r#""subject":"p1","name":"nuts""#, &Base::Blind);
    let urgent = bad.records.outgoing(Lane::SAFETY, 0, 1).unwrap().remove(0);
    assert!(matches!(push(&bad, &hub, &urgent), Response::Ack { .. }), "its other lanes go on too");
    bad.sync(&hub);
    assert_eq!(hub.json("Patient", "p2"), bad.json("Patient", "p2"));
}

#[test]
fn empty_change_set_moves_nothing() {
    let (hub, node) = (replica("hub"), replica("node"));
    node.put("Patient", "p1", r#""name":"Ann""#, &Base::Blind);
    node.sync(&hub);
    let before = node.json("Patient", "p1");
    node.records.take_page(hub.records.actor(), &Page::default()).unwrap();
    assert_eq!(node.json("Patient", "p1"), before);
    hub.put("Patient", "p1", r#""name":"Anna""#, &Base::Blind);
    node.sync(&hub);
    assert!(node.json("Patient", "p1").contains("Anna"));
}

#[test]
fn settled_conflict_keeps_what_it_replaced() {
    let node = replica("node");
    let first = node.put("Patient", "p1", r#""name":"Ann""#, &Base::Blind);
    node.put("Patient", "p1", r#""name":"Anna""#, &Base::Seen(first.version.clone()));
    node.put("Patient", "p1", r#""name":"Anne""#, &Base::Seen(first.version));
    let entity = Entity::new("Patient", "p1");
    node.records.write(|tx| tx.resolve(&entity, "name", Some("\"Anna\"".into()), "nurse")).unwrap();
    let history =
        node.records.read(|view| view.history(&entity, &Wanted::ALL).map(|all| all.versions)).unwrap();
    assert!(history.iter().any(|version| version.json.contains("Anne")), "it can be had back");
    node.put("Patient", "p1", r#""name":"Anne""#, &Base::Blind);
    assert!(node.json("Patient", "p1").contains("Anne"));
}

#[test]
fn memory_sidecar_of_a_copied_disk_vouches_for_one_of_them() {
    let (hub, node) = (replica("hub"), replica("node"));
    node.sync(&hub);
    let twin_disk = Arc::new(node.db.duplicate_in_memory().unwrap());
    let twin_sidecar: Arc<MemorySidecar> = Arc::new(node.sidecar.duplicate());
    let twin = open("node", twin_disk, twin_sidecar);
    assert_eq!(
        twin.records.actor(),
        node.records.actor(),
        "nothing can be noticed before somebody else is met"
    );
    twin.sync(&hub);
    assert_eq!(node.try_sync(&hub).unwrap_err(), "replica-copied");
}
