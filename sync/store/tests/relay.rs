//! A clinic's node hands on what its desktops have written, and gives them what the clinic holds.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{Replica, replica};
use holdfast_core::id::{Entity, Scope};
use holdfast_core::message::{Below, Position, Request, Response};
use holdfast_store::author::Base;
use holdfast_store::desktops::DesktopHold;
use holdfast_store::upstream::Peer;

/// A hub of all clinics, a node and a desktop of the clinic "north".
fn tiers(hold: DesktopHold) -> (holdfast_store::Records, Replica, Replica) {
    let db = std::sync::Arc::new(holdfast_store::sqlite::Sqlite::in_memory().unwrap());
    let (hub, node, mut desktop) = (common::open_on("hub", db), replica("node"), replica("desktop"));
    desktop.peer.kind = "desktop".into();
    node.records.give_desktops(hold).unwrap();
    (hub, node, desktop)
}

/// A whole session with an upstream, and what replicas below have written.
fn sync_up(node: &Replica, hub: &holdfast_store::Records) {
    common::sync_records(&node.records, hub, &node.peer);
    hand_on(&node.records, hub, &node.peer);
}

fn hand_on(node: &holdfast_store::Records, hub: &holdfast_store::Records, peer: &Peer) -> usize {
    let below = node.below().unwrap();
    let introduce = Request::Introduce { actor: node.actor(), below: below.clone() };
    let Response::Welcome { upstream, known, .. } = hub.respond(peer, &introduce) else {
        panic!("the node is not believed")
    };
    let mut sent = 0;
    for owed in node.owed_below(&below, &known).unwrap() {
        for (out, _) in node.outgoing_below(owed, 100).unwrap() {
            let Response::Ack { actor, lane, through } =
                hub.respond(peer, &Request::Push { segment: out.bytes })
            else {
                panic!("a desktop's segment is not taken")
            };
            node.acknowledge("up", upstream, actor, lane, through).unwrap();
            sent += 1;
        }
    }
    sent
}

fn json(records: &holdfast_store::Records, kind: &str, id: &str) -> String {
    let found = records.read(|view| view.get(&Entity::new(kind, id))).unwrap();
    found.map(|stored| stored.json).unwrap_or_default()
}

fn is_known(records: &holdfast_store::Records, id: &str) -> bool {
    !json(records, "Patient", id).is_empty()
}

#[test]
fn what_each_tier_writes_arrives_on_all_under_its_author() {
    let (hub, node, desktop) = tiers(DesktopHold::Clinic);
    desktop.put("Patient", "d1", r#""name":"Dora""#, &Base::Blind);
    node.put("Patient", "n1", r#""name":"Nick""#, &Base::Blind);
    desktop.sync(&node);
    sync_up(&node, &hub);
    common::put_into(&hub, "Patient", "n1", r#""name":"Nicholas""#);
    common::put_into(&hub, "Patient", "d1", r#""name":"Dorothea""#);
    sync_up(&node, &hub);
    desktop.sync(&node);
    for (id, name) in [("d1", "Dorothea"), ("n1", "Nicholas")] {
        for at in [&hub, &node.records, &desktop.records] {
            assert!(json(at, "Patient", id).contains(name), "{id}");
        }
    }
    let made_by = |at: &holdfast_store::Records| {
        at.read(|view| Ok(view.state(&Entity::new("Patient", "d1"))?.vv.get(&desktop.records.actor())))
            .unwrap()
    };
    assert_eq!(made_by(&hub), made_by(&desktop.records), "the op is the desktop's own, number and all");
}

#[test]
fn what_was_handed_on_is_not_sent_again_and_counts_as_sent() {
    let (hub, node, desktop) = tiers(DesktopHold::Clinic);
    sync_up(&node, &hub);
    desktop.put("Patient", "d1", r#""name":"Dora""#, &Base::Blind);
    desktop.sync(&node);
    let unsent = || node.records.continuity().unwrap().lanes.iter().map(|lane| lane.unsent).sum::<u64>();
    assert_eq!(unsent(), 1, "the node says that something waits");
    assert_eq!(hand_on(&node.records, &hub, &node.peer), 1);
    assert_eq!(unsent(), 0);
    assert_eq!(hand_on(&node.records, &hub, &node.peer), 0);
}

#[test]
fn only_a_node_hands_on_and_nobody_takes_anothers_log() {
    let (hub, node, desktop) = tiers(DesktopHold::Clinic);
    sync_up(&node, &hub);
    let code = |answer: Response| match answer {
        Response::Refused { code, .. } => code,
        other => format!("{other:?}"),
    };
    let other = replica("other");
    let south = Peer { clinic: "south".into(), ..other.peer.clone() };
    common::sync_records(&other.records, &hub, &south);
    // A desktop of the north that claims the other clinic's actor: its log stays theirs, and the node is served on.
    let (_, key) = other.records.own_actors().unwrap().remove(0);
    let claimed = Below { replica: "desktop".into(), actor: other.records.actor(), key };
    let introduce = Request::Introduce { actor: node.records.actor(), below: vec![claimed] };
    assert!(matches!(hub.respond(&node.peer, &introduce), Response::Welcome { .. }));
    other.put("Patient", "s1", r#""name":"Sue""#, &Base::Blind);
    let segment = other.records.outgoing(holdfast_core::id::Lane::CHART, 0, 1).unwrap().remove(0).bytes;
    let stolen = hub.respond(&node.peer, &Request::Push { segment: segment.clone() });
    assert_eq!(code(stolen), "actor-unknown");
    assert!(matches!(hub.respond(&south, &Request::Push { segment }), Response::Ack { .. }));
    let below = Peer { kind: "desktop".into(), replica: "pc".into(), clinic: "north".into() };
    hub.respond(&below, &desktop.records.hello().unwrap());
    let introduce = Request::Introduce { actor: desktop.records.actor(), below: vec![] };
    assert_eq!(code(hub.respond(&below, &introduce)), "not-a-relay");
}

#[test]
fn desktop_holds_the_clinic_and_whoever_comes_new() {
    let (hub, node, desktop) = tiers(DesktopHold::Clinic);
    common::put_into(&node.records, "Patient", "p1", r#""name":"Ann""#);
    desktop.sync(&node);
    assert!(is_known(&desktop.records, "p1"), "who was there before the desktop");
    common::put_into(&node.records, "Patient", "p2", r#""name":"Bob""#);
    sync_up(&node, &hub);
    let north = Scope::patient("h1");
    common::put_into(&hub, "Patient", "h1", r#""name":"Hal""#);
    hub.share(&north, "north").unwrap();
    sync_up(&node, &hub);
    let second = Replica { peer: Peer { replica: "second".into(), ..desktop.peer.clone() }, ..replica("x") };
    second.put("Patient", "p3", r#""name":"Cy""#, &Base::Blind);
    second.sync(&node);
    desktop.sync(&node);
    for id in ["p2", "h1", "p3"] {
        assert!(is_known(&desktop.records, id), "{id}");
    }
    common::put_into(&node.records, "Patient", "p3", r#""name":"Cyril""#);
    desktop.sync(&node);
    assert!(json(&desktop.records, "Patient", "p3").contains("Cyril"), "and their news");
}

#[test]
fn desktop_that_holds_the_day_gets_others_when_it_asks() {
    let (_hub, node, desktop) = tiers(DesktopHold::Today);
    common::put_into(&node.records, "Patient", "p1", r#""name":"Ann""#);
    desktop.sync(&node);
    assert!(!is_known(&desktop.records, "p1"));
    let scopes = vec![Position { scope: Scope::patient("p1"), at: 0 }];
    let hold = Request::Hold { actor: desktop.records.actor(), scopes, urgent: true };
    assert!(matches!(node.records.respond(&desktop.peer, &hold), Response::Done { .. }));
    desktop.sync(&node);
    assert!(is_known(&desktop.records, "p1"));
    node.records.give_desktops(DesktopHold::Clinic).unwrap();
    common::put_into(&node.records, "Patient", "p2", r#""name":"Bob""#);
    desktop.sync(&node);
    assert!(is_known(&desktop.records, "p2"), "a changed setting counts for the desktops that are there");
}

#[test]
fn revoked_desktop_is_given_nothing_and_what_it_wrote_before_goes_on() {
    let (hub, node, desktop) = tiers(DesktopHold::Clinic);
    desktop.put("Patient", "d1", r#""name":"Dora""#, &Base::Blind);
    desktop.sync(&node);
    node.records.revoke_replica("north", "desktop").unwrap();
    desktop.put("Patient", "d2", r#""name":"Dan""#, &Base::Blind);
    assert_eq!(desktop.try_sync(&node).unwrap_err(), "replica-revoked");
    common::put_into(&node.records, "Patient", "p9", r#""name":"Ann""#);
    sync_up(&node, &hub);
    assert!(is_known(&hub, "d1") && !is_known(&hub, "d2") && !is_known(&desktop.records, "p9"));
}
