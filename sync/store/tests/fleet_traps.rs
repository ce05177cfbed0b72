//! What bit others when many replicas reconciled for long (docs/traps.md), shown not to happen here.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says aloud what it skipped"
)]

mod common;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use common::{Replica, open, replica};
use ed25519_dalek::SigningKey;
use holdfast_core::id::{Entity, Lane, Scope};
use holdfast_core::message::{Page, Position, Request, Response, Visit};
use holdfast_core::segment::{read, seal};
use holdfast_store::author::Base;
use holdfast_store::identity::{Identity, Sidecar};
use holdfast_store::sidecar::MemorySidecar;
use holdfast_store::{Place, Records, Surroundings};

fn code(response: Response) -> String {
    match response {
        Response::Refused { code, .. } => code,
        other => panic!("not refused: {other:?}"),
    }
}

fn push(node: &Replica, hub: &Replica, segment: Vec<u8>) -> Response {
    hub.records.respond(&node.peer, &Request::Push { segment })
}

fn unsent(node: &Replica) -> u64 {
    node.records.continuity().unwrap().lanes.iter().map(|lane| lane.unsent).sum()
}

fn copy_of(of: &Replica, name: &str) -> Replica {
    open(name, Arc::new(of.db.duplicate_in_memory().unwrap()), Arc::default())
}

/// Tamanu: whoever syncs last overwrites the row. Here neither order of syncing takes anything from anyone.
#[test]
fn last_to_sync_wins_nothing() {
    let mut seen = Vec::new();
    for first_syncs_first in [true, false] {
        let (hub, a) = (replica("hub"), replica("a"));
        a.put("Patient", "p1", r#""name":"Ann","phone":"1","city":"X""#, &Base::Blind);
        a.sync(&hub);
        hub.records.share(&Scope::patient("p1"), "north").unwrap();
        let b = replica("b");
        b.sync(&hub);
        let hold = Request::Hold {
            actor: b.records.actor(),
            scopes: vec![Position { scope: Scope::patient("p1"), at: 0 }],
            urgent: true,
        };
        hub.records.respond(&b.peer, &hold);
        b.sync(&hub);
        a.put("Patient", "p1", r#""name":"Ann","phone":"2","city":"X""#, &Base::Blind);
        b.put("Patient", "p1", r#""name":"Ann","phone":"1","city":"Y""#, &Base::Blind);
        let order = if first_syncs_first { [&a, &b] } else { [&b, &a] };
        for node in order.iter().chain(&order) {
            node.sync(&hub);
        }
        let json = hub.json("Patient", "p1");
        assert!(json.contains(r#""phone":"2""#) && json.contains(r#""city":"Y""#), "{json}");
        assert!(!json.contains("conflict"), "different elements are no conflict");
        assert_eq!((a.json("Patient", "p1"), b.json("Patient", "p1")), (json.clone(), json.clone()));
        seen.push(json.contains(r#""phone":"2""#));
    }
    assert_eq!(seen, [true, true]);
}

/// A number that names two ops is a hard reject that says so; nothing of it is merged.
#[test]
fn second_history_under_known_numbers_is_refused_by_name() {
    let (hub, node) = (replica("hub"), replica("node"));
    node.put("Patient", "p1", r#""name":"Ann""#, &Base::Blind);
    let twin =
        open("node", Arc::new(node.db.duplicate_in_memory().unwrap()), Arc::new(node.sidecar.duplicate()));
    assert_eq!(twin.records.actor(), node.records.actor(), "the disk was copied with its sidecar");
    node.put("Patient", "p2", r#""name":"Bob""#, &Base::Blind);
    twin.put("Patient", "p2", r#""name":"Eve""#, &Base::Blind);
    node.sync(&hub);
    let other = twin.records.outgoing(Lane::CHART, 0, 9).unwrap().remove(0);
    assert_eq!(code(push(&twin, &hub, other.bytes)), "log-fork");
    assert!(hub.json("Patient", "p2").contains("Bob"));
}

/// A hub that is restored from yesterday's backup gets back what it had acknowledged since.
#[test]
fn restored_hub_gets_back_what_it_had_acknowledged() {
    let (hub, a) = (replica("hub"), replica("a"));
    a.put("Patient", "p1", r#""name":"Ann""#, &Base::Blind);
    a.sync(&hub);
    let backup = copy_of(&hub, "hub");
    a.put("Patient", "p2", r#""name":"Bob""#, &Base::Blind);
    a.put("Code", "c1", r#""name":"x""#, &Base::Blind);
    a.sync(&hub);
    assert_eq!(unsent(&a), 0);
    drop(hub);
    let hub = backup;
    a.sync(&hub);
    for (kind, id) in [("Patient", "p1"), ("Patient", "p2"), ("Code", "c1")] {
        assert_eq!(hub.json(kind, id), a.json(kind, id));
    }
    // And what the hub says from now on is not mistaken for what the old one had said.
    hub.put("Code", "c2", r#""name":"y""#, &Base::Blind);
    a.sync(&hub);
    assert_eq!(a.json("Code", "c2"), hub.json("Code", "c2"));
}

/// And what an earlier incarnation of a replica had sent, which only its own log has.
#[test]
fn restored_hub_gets_back_what_an_earlier_incarnation_of_a_replica_had_sent() {
    let (hub, a) = (replica("hub"), replica("a"));
    a.put("Code", "c1", r#""name":"one""#, &Base::Blind);
    a.sync(&hub);
    let backup = copy_of(&hub, "hub");
    a.put("Code", "c2", r#""name":"two""#, &Base::Blind);
    a.sync(&hub);
    let again = copy_of(&a, "a");
    assert_ne!(again.records.actor(), a.records.actor());
    drop((hub, a));
    again.put("Code", "c3", r#""name":"three""#, &Base::Blind);
    again.sync(&backup);
    for id in ["c1", "c2", "c3"] {
        assert_eq!(
            (backup.json("Code", id), backup.version("Code", id)),
            (again.json("Code", id), again.version("Code", id))
        );
    }
    assert_eq!(again.sync(&backup), 0, "once");
}

/// OpenMRS: only the person who wrote a change can send it. Here the replica sends whatever anybody wrote on it.
#[test]
fn replica_sends_what_anybody_wrote_on_it() {
    let (hub, node) = (replica("hub"), replica("node"));
    for (id, author) in [("p1", "nurse"), ("p2", "doctor"), ("p3", "import")] {
        let json = format!(r#"{{"resourceType":"Patient","id":"{id}","name":"N"}}"#);
        let entity = Entity::new("Patient", id);
        node.records.write(|tx| tx.put(&entity, &json, &Base::Blind, author)).unwrap();
    }
    node.sync(&hub);
    assert_eq!(unsent(&node), 0);
    for (id, author) in [("p1", "nurse"), ("p2", "doctor"), ("p3", "import")] {
        let state = hub.records.read(|view| view.state(&Entity::new("Patient", id))).unwrap();
        assert_eq!(state.registers["name"].siblings[0].author, author, "and who wrote it is kept");
    }
}

/// The machine is gone, its backup is opened on another: what was never sent is sent from there.
#[test]
fn unsent_work_of_a_lost_machine_is_sent_from_its_backup() {
    let (hub, node) = (replica("hub"), replica("node"));
    node.sync(&hub);
    node.put("Patient", "p1", r#""name":"Ann""#, &Base::Blind);
    let backup = copy_of(&node, "node");
    drop(node);
    assert!(unsent(&backup) > 0, "nothing pretends to have been sent");
    backup.sync(&hub);
    assert_eq!(hub.json("Patient", "p1"), backup.json("Patient", "p1"));
    assert_eq!(unsent(&backup), 0);
}

/// ZamSync: compaction destroys what was not sent. Nothing is let go while anything of ours is unacknowledged.
#[test]
fn nothing_is_let_go_before_it_was_acknowledged() {
    let (hub, node) = (replica("hub"), replica("node"));
    node.put("Patient", "p1", r#""name":"Ann""#, &Base::Blind);
    node.sync(&hub);
    node.put("Obs", "o1", r#""subject":"p1","value":1"#, &Base::Blind);
    let far = 4_000_000_000_000;
    assert_eq!(node.records.evictable(hub.records.actor(), far, 9).unwrap(), []);
    assert!(!node.records.purge(&Scope::patient("p1")).unwrap(), "a purge that comes too soon does nothing");
    assert!(node.json("Obs", "o1").contains("p1") && node.json("Patient", "p1").contains("Ann"));
    node.sync(&hub);
    assert!(node.records.purge(&Scope::patient("p1")).unwrap());
    assert!(hub.json("Obs", "o1").contains("p1"));
}

/// One op that the hub refuses: the client goes on counting it as unsent.
#[test]
fn refused_work_still_counts_as_unsent() {
    let (hub, node) = (replica("hub"), replica("node"));
    hub.records.respond(&node.peer, &node.records.hello().unwrap());
    node.put("Patient", "p1", r#""name":"Ann""#, &Base::Blind);
    let segment = node.records.outgoing(Lane::CHART, 0, 9).unwrap().remove(0).bytes;
    let forged =
        seal(read(&segment).unwrap().ops, 1, [0; 32], [5; 16], &SigningKey::from_bytes(&[8; 32])).unwrap();
    assert_eq!(code(push(&node, &hub, forged.encode().unwrap())), "segment-signature");
    assert_eq!(unsent(&node), 1);
    node.sync(&hub);
    assert_eq!((unsent(&node), hub.json("Patient", "p1")), (0, node.json("Patient", "p1")));
}

/// A cursor that is a time skips what is written while the clock is set back. Positions here are counted.
#[test]
fn nothing_is_skipped_while_the_hubs_clock_goes_back() {
    let (hub, node) = (replica("hub"), replica("node"));
    hub.put("Code", "c1", r#""name":"one""#, &Base::Blind);
    node.sync(&hub);
    for (n, now) in [1_500_000_000_000, 5, 4_102_444_800_000, 1_400_000_000_000].into_iter().enumerate() {
        hub.now.store(now, Ordering::Relaxed);
        let id = format!("d{n}");
        hub.put("Code", &id, r#""name":"more""#, &Base::Blind);
        assert!(node.sync(&hub) > 0);
        assert_eq!(node.json("Code", &id), hub.json("Code", &id));
    }
}

/// A row that leaves a filter: the replica is told once, keeps what it may still need, and can let go of it.
#[test]
fn resource_that_leaves_a_scope_leaves_its_holders_view_of_it() {
    let (hub, node) = (replica("hub"), replica("node"));
    hub.put("Obs", "o1", r#""subject":"p1","name":"one""#, &Base::Blind);
    hub.records.share(&Scope::patient("p1"), "north").unwrap();
    node.sync(&hub);
    hub.put("Obs", "o1", r#""subject":"p2","name":"one""#, &Base::Blind);
    node.sync(&hub);
    let json = node.json("Obs", "o1");
    assert!(
        json.contains(r#""subject":"p2""#) && !json.contains("p1"),
        "no stale member of p1's chart: {json}"
    );
    assert!(node.records.purge(&Scope::patient("p1")).unwrap());
}

/// A migration that gave every row a new null column sent a whole fleet's data again. A new schema writes nothing.
#[test]
fn newer_schema_emits_no_ops() {
    let (hub, node) = (replica("hub"), replica("node"));
    node.put("Patient", "p1", r#""name":"Ann""#, &Base::Blind);
    node.sync(&hub);
    let version = node.version("Patient", "p1");
    let (db, sidecar, peer, now) =
        (node.db.clone(), node.sidecar.clone(), node.peer.clone(), node.now.clone());
    drop(node);
    let clock = now.clone();
    let surroundings = Surroundings {
        now_ms: Box::new(move || clock.fetch_add(1, Ordering::Relaxed)),
        ..Surroundings::default()
    };
    let place = Place { clinic: "north".into(), schema: 2 };
    let identity = Identity::beside(sidecar.clone());
    let records =
        Records::open(db.clone(), Arc::new(common::SmallRules), identity, place, surroundings).unwrap();
    let newer = Replica { records, db, sidecar, peer, now };
    assert_eq!(newer.version("Patient", "p1"), version);
    assert_eq!((unsent(&newer), newer.sync(&hub)), (0, 0));
}

/// Two patients under one record number: neither is renamed, neither is lost.
#[test]
fn equal_record_numbers_change_neither_patient() {
    let (hub, a, b) = (replica("hub"), replica("a"), replica("b"));
    a.put("Patient", "p1", r#""identifier":"MRN-7","name":"Ann""#, &Base::Absent);
    b.put("Patient", "p2", r#""identifier":"MRN-7","name":"Bob""#, &Base::Absent);
    let (ann, bob) = (a.json("Patient", "p1"), b.json("Patient", "p2"));
    a.sync(&hub);
    b.sync(&hub);
    assert_eq!((hub.json("Patient", "p1"), hub.json("Patient", "p2")), (ann, bob));
}

/// A counter of refills would read −1 after two dispenses apart. They are two records, both kept and both shown.
#[test]
fn two_dispenses_of_one_refill_both_stand() {
    let (hub, a, b) = (replica("hub"), replica("a"), replica("b"));
    a.put("Dispense", "d1", r#""request":"r1","quantity":1"#, &Base::Absent);
    b.put("Dispense", "d2", r#""request":"r1","quantity":1"#, &Base::Absent);
    a.sync(&hub);
    b.sync(&hub);
    a.sync(&hub);
    for id in ["d1", "d2"] {
        assert_eq!(a.json("Dispense", id), hub.json("Dispense", id));
    }
}

/// A page with a hole before it is not taken, so that no later state can spread what was missed as a removal.
#[test]
fn page_behind_a_hole_is_asked_for_again() {
    use holdfast_store::downstream::Taken;
    let (hub, node) = (replica("hub"), replica("node"));
    hub.put("Code", "c1", r#""name":"one""#, &Base::Blind);
    node.sync(&hub);
    let scope = Scope::directory();
    let visits = vec![Visit { scope: scope.clone(), from: 90, to: 91, more: false }];
    let taken = node.records.take_page(hub.records.actor(), &Page { visits, ..Page::default() }).unwrap();
    assert!(matches!(taken, Taken::Rewind(again) if again[0].scope == scope && again[0].at < 90));
    hub.put("Code", "c1", r#""name":"two""#, &Base::Blind);
    node.sync(&hub);
    assert_eq!(node.json("Code", "c1"), hub.json("Code", "c1"));
}

/// What a copy of a database wrote under the same numbers, a deletion of the original has not seen.
#[test]
fn edit_of_a_copy_stands_beside_a_deletion_under_the_same_number() {
    let (hub, node, reader) = (replica("hub"), replica("node"), replica("reader"));
    node.put("Patient", "p1", r#""name":"Ann""#, &Base::Blind);
    for one in [&node, &reader] {
        one.sync(&hub);
    }
    // The whole disk is copied, what tells copies apart as well.
    let sidecar: Arc<MemorySidecar> = Arc::default();
    sidecar.save(&node.sidecar.load().unwrap().unwrap()).unwrap();
    sidecar.note(node.sidecar.progress());
    let copy = open("node", Arc::new(node.db.duplicate_in_memory().unwrap()), sidecar);
    assert_eq!(copy.records.actor(), node.records.actor());
    node.put("Patient", "p1", r#""name":"Anna""#, &Base::Blind);
    node.sync(&hub);
    let entity = Entity::new("Patient", "p1");
    copy.records.write(|tx| tx.delete(&entity, &Base::Blind, "clerk")).unwrap();
    copy.records.fork_away().unwrap();
    for one in [&copy, &node, &reader, &copy] {
        one.sync(&hub);
    }
    for one in [&hub, &node, &reader, &copy] {
        let stored = one.records.read(|view| view.get(&entity)).unwrap().unwrap();
        assert_eq!((stored.deleted, stored.conflicts), (false, 1), "deleted beside an edit");
    }
}
