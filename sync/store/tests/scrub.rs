//! Damage of every kind is found, healed where the data is still somewhere, and said where it is not.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{Replica, replica};
use holdfast_core::id::{ActorId, Entity, Lane};
use holdfast_core::message::{Request, Response, StateItem};
use holdfast_core::search::{Clause, Match};
use holdfast_store::author::Base;
use holdfast_store::history::Wanted;
use holdfast_store::scrub::{Findings, Repair, Upstream, repair, scrub};
use holdfast_store::sql::Database;

/// The hub, asked by the node.
struct Asked<'a>(&'a Replica, &'a Replica);

impl Upstream for Asked<'_> {
    fn states(&self, entities: &[Entity]) -> Vec<StateItem> {
        let request = Request::Fetch { entities: entities.to_vec() };
        let Response::States(items) = self.0.records.respond(&self.1.peer, &request) else { panic!() };
        items
    }

    fn segments(&self, actor: ActorId, lane: Lane, from: u64) -> Vec<Vec<u8>> {
        match self.0.records.respond(&self.1.peer, &Request::Log { actor, lane, from }) {
            Response::Segments(segments) => segments,
            other => panic!("{other:?}"),
        }
    }
}

fn found(node: &Replica) -> Findings {
    scrub(&node.records, &node.db, &mut |_, _| {}).unwrap()
}

fn heal(node: &Replica, hub: Option<&Replica>) -> Repair {
    let findings = found(node);
    assert!(findings.summary().is_some(), "the damage is found");
    let asked = hub.map(|hub| Asked(hub, node));
    repair(&node.records, &node.db, &findings, asked.as_ref().map(|asked| asked as &dyn Upstream)).unwrap()
}

fn damage(node: &Replica, sql_text: &str) {
    node.db.write(&mut |sql| sql.execute(sql_text, &[]).map(|n| assert_eq!(n, 1))).unwrap();
}

fn names(node: &Replica, name: &str) -> usize {
    let clause = Clause::Param { param: 1, any: vec![Match::Exact(name.into())] };
    node.records
        .read(|view| view.search("Patient", std::slice::from_ref(&clause), 0, 9))
        .unwrap()
        .resources
        .len()
}

/// A node with two patients that the hub has, and one that it has not.
fn pair() -> (Replica, Replica) {
    let (hub, node) = (replica("hub"), replica("node"));
    node.put("Patient", "p1", r#""name":"Ann""#, &Base::Blind);
    node.put("Patient", "p2", r#""name":"Bob""#, &Base::Blind);
    node.sync(&hub);
    node.put("Patient", "p3", r#""name":"Cid""#, &Base::Blind);
    (hub, node)
}

#[test]
fn damaged_resource_is_healed_whatever_of_it_is_damaged() {
    for what in [
        "json = replace(json, 'Ann', 'Amn')",
        "state = zeroblob(20)",
        "kind = 'Pbtient'",
        "id = 'p9'",
        "version = 'x'",
        "deleted = 1",
    ] {
        let (hub, node) = pair();
        let before = node.json("Patient", "p1");
        damage(&node, &format!("UPDATE resource SET {what} WHERE no = 1"));
        let done = heal(&node, Some(&hub));
        assert_eq!(done.healed, [Entity::new("Patient", "p1")], "{what}");
        assert!(done.is_whole() && found(&node).summary().is_none(), "{what}: {:?}", found(&node));
        assert_eq!(node.json("Patient", "p1"), before, "{what}");
        assert_eq!((names(&node, "Ann"), names(&node, "Bob"), names(&node, "Cid")), (1, 1, 1), "{what}");
    }
}

#[test]
fn resource_that_came_whole_is_healed_by_the_hub_and_reported_without_it() {
    let (hub, node) = (replica("hub"), replica("node"));
    node.sync(&hub);
    hub.put("Code", "c1", r#""name":"Ann""#, &Base::Blind);
    let late = replica("late");
    late.sync(&hub);
    let before = late.json("Code", "c1");
    damage(&late, "UPDATE resource SET json = replace(json, 'Ann', 'Amn') WHERE no = 1");
    let done = heal(&late, None);
    assert_eq!(done.lost, ["Code/c1"], "nobody could be asked");
    assert!(!done.is_whole());
    let done = heal(&late, Some(&hub));
    assert!(done.is_whole() && done.healed.len() == 1, "{done:?}");
    assert_eq!(late.json("Code", "c1"), before);
}

#[test]
fn damaged_sealed_segment_comes_again_from_the_hub() {
    let (hub, node) = pair();
    damage(&node, "UPDATE segment SET bytes = substr(bytes, 1, length(bytes) - 9) || zeroblob(9)");
    assert_eq!(heal(&node, None).lost.len(), 1);
    let done = heal(&node, Some(&hub));
    assert_eq!((done.segments, done.is_reborn), (1, false), "{done:?}");
    assert!(found(&node).summary().is_none());
    assert_eq!(
        node.records
            .read(|view| view.history(&Entity::new("Patient", "p1"), &Wanted::ALL).map(|all| all.versions))
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn unsent_saves_that_are_damaged_in_the_log_are_said_again_from_the_registers() {
    for sealed in [false, true] {
        let (hub, node) = pair();
        node.put("Patient", "p1", r#""name":"Anna""#, &Base::Blind);
        let actor = node.records.actor();
        if sealed {
            node.records.outgoing(Lane::CHART, 2, 9).unwrap();
            damage(&node, "UPDATE segment SET bytes = zeroblob(300) WHERE first = 3");
        } else {
            damage(&node, "UPDATE tail SET op = zeroblob(30) WHERE seq = 4");
        }
        let done = heal(&node, Some(&hub));
        assert!(done.is_reborn && done.is_whole(), "{done:?}");
        assert_ne!(node.records.actor(), actor, "no dot is used for two things");
        assert!(found(&node).summary().is_none(), "{:?}", found(&node));
        node.sync(&hub);
        for id in ["p1", "p2", "p3"] {
            assert_eq!(node.json("Patient", id), hub.json("Patient", id), "sealed: {sealed}");
        }
        assert!(hub.json("Patient", "p1").contains("Anna") && hub.json("Patient", "p3").contains("Cid"));
        assert_eq!(hub.records.read(|view| view.counts()).unwrap().1, 0, "and nothing is in conflict");
    }
}

#[test]
fn unsent_save_whose_damage_still_decodes_is_not_sent() {
    let (hub, node) = pair();
    let other = replica("other");
    other.put("Patient", "p3", r#""name":"Dan""#, &Base::Blind);
    // The tail now says something well formed that the registers do not: another save of the same shape.
    let mut op = Vec::new();
    other
        .db
        .read(&mut |sql| {
            op = sql.query("SELECT op FROM tail", &[])?[0].blob(0)?.to_vec();
            Ok(())
        })
        .unwrap();
    node.db
        .write(&mut |sql| sql.execute("UPDATE tail SET op = $1", &[op.as_slice().into()]).map(|_| ()))
        .unwrap();
    assert_eq!(found(&node).tail.len(), 1);
    assert!(heal(&node, Some(&hub)).is_reborn);
    node.sync(&hub);
    assert!(hub.json("Patient", "p3").contains("Cid"));
}

#[test]
fn search_entry_that_is_gone_or_altered_is_derived_again() {
    for what in
        ["DELETE FROM search WHERE value = 'Ann'", "UPDATE search SET value = 'Amn' WHERE value = 'Ann'"]
    {
        let (_, node) = pair();
        damage(&node, what);
        assert_eq!(names(&node, "Ann"), 0);
        assert!(heal(&node, None).reindexed);
        assert_eq!((names(&node, "Ann"), names(&node, "Amn"), names(&node, "Bob")), (1, 0, 1));
    }
}

#[test]
fn sound_database_has_no_findings() {
    let (hub, node) = pair();
    for replica in [&hub, &node] {
        assert_eq!(found(replica).summary(), None);
    }
    assert_eq!(found(&node).checked, 4, "three resources and a segment");
}
