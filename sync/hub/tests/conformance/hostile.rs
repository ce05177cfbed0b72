//! What a peer within its certificate may send: it blocks no lane, poisons no record, and gets nobody else's record.

use std::collections::BTreeMap;
use std::sync::Arc;

use ed25519_dalek::SigningKey;
use holdfast_clinical::FhirRules;
use holdfast_core::hlc::Hlc;
use holdfast_core::id::{ActorId, Dot, Entity, Lane, Scope};
use holdfast_core::message::{MAX_ACTORS, PROTOCOL, Request, Response};
use holdfast_core::op::{Change, EntityDot, Op};
use holdfast_core::search::{Clause, Match};
use holdfast_core::segment::{self, Hash};
use holdfast_store::author::Base;
use holdfast_store::quarantine::{self, Review};
use holdfast_store::sidecar::MemorySidecar;
use holdfast_store::sqlite::Sqlite;
use holdfast_store::upstream::Peer;
use holdfast_store::{Place, Records, Surroundings};

use crate::backend::{Backend, behaviours, read};
use crate::fleet::{Node, json, put, put_over, records_by};

behaviours![
    texts_that_only_one_database_takes_block_no_lane,
    malformed_op_is_refused_by_name_and_poisons_nothing,
    unknown_elements_and_types_are_carried,
    record_is_not_handed_to_a_clinic_that_writes_itself_into_it,
    what_may_not_be_merged_is_held_however_much_is,
    clinic_that_may_hold_a_record_moves_it_as_it_likes,
    patient_of_the_hub_is_not_taken_over_by_who_claims_to_have_seen_it,
    op_in_another_lane_than_its_resources_is_put_aside,
    actors_of_one_replica_are_bounded,
    replaced_values_that_never_came_are_bounded,
    full_register_blocks_nobody_elses_lane,
    clock_that_is_ahead_is_told_of_once_a_day,
];

const NOW_MS: u64 = 1_790_000_000_000;
/// `Patient?identifier=` of the FHIR rules.
fn identifier() -> u32 {
    holdfast_clinical::search::table::find("Patient", "identifier").unwrap().slots[0].number
}

fn numbered(n: usize) -> ActorId {
    ActorId((n as u128 + 1).to_be_bytes())
}

/// Resource type, id, and what is assigned.
type Saves<'a> = [(&'a str, &'a str, &'a [(&'a str, &'a str)])];

/// Speaks for a replica, and signs whatever it is told to.
struct Forger {
    peer: Peer,
    actor: ActorId,
    key: SigningKey,
    hlc: Hlc,
    /// Per lane the last seq and the hash of its segment.
    heads: BTreeMap<Lane, (u64, Hash)>,
}

impl Forger {
    fn new(hub: &Records, clinic: &str, name: &str) -> Self {
        let peer = Peer { replica: name.into(), clinic: clinic.into(), kind: "node".into() };
        let actor = ActorId(blake3::hash(name.as_bytes()).as_bytes()[..16].try_into().unwrap());
        let key = SigningKey::from_bytes(&[9; 32]);
        let forger = Self { peer, actor, key, hlc: Hlc::new(NOW_MS, 0), heads: BTreeMap::new() };
        assert!(matches!(forger.greet(hub, actor), Response::Welcome { .. }));
        forger
    }

    fn greet(&self, hub: &Records, actor: ActorId) -> Response {
        let actors = vec![(actor, self.key.verifying_key().to_bytes())];
        hub.respond(
            &self.peer,
            &Request::Hello { protocol: PROTOCOL, schema: 1, actors, opening: (1, [1; 16]) },
        )
    }

    /// One segment of one op each; `ack`, or the code of the refusal.
    fn push(&mut self, hub: &Records, lane: Lane, ops: &Saves<'_>) -> String {
        let changes = |list: &[(&str, &str)]| {
            let change = |(key, value): &(&str, &str)| Change {
                key: (*key).into(),
                pred: vec![],
                value: Some((*value).into()),
            };
            list.iter().map(change).collect::<Vec<_>>()
        };
        let ops = ops.iter().map(|(kind, id, list)| (Entity::new(*kind, *id), changes(list)));
        self.push_changes(hub, lane, ops.collect())
    }

    fn push_changes(&mut self, hub: &Records, lane: Lane, ops: Vec<(Entity, Vec<Change>)>) -> String {
        let (last, prev) = self.heads.get(&lane).copied().unwrap_or_default();
        let op = |(seq, (entity, changes))| Op {
            dot: Dot { actor: self.actor, lane, seq },
            hlc: self.hlc,
            entity,
            author: "somebody".into(),
            changes,
        };
        let ops = (last + 1..).zip(ops).map(op).collect();
        let segment = segment::seal(ops, 1, prev, [3; 16], &self.key).unwrap();
        match hub.respond(&self.peer, &Request::Push { segment: segment.encode().unwrap() }) {
            Response::Ack { .. } => {
                self.heads.insert(lane, (segment.head.last(), segment.head.hash()));
                "ack".into()
            }
            Response::Refused { code, retryable, .. } => {
                assert!(!retryable, "{code}: the same again would not help");
                code
            }
            other => panic!("{other:?}"),
        }
    }
}

fn hub(backend: &Backend) -> Records {
    records_by(Arc::new(FhirRules), backend.open(), "", Arc::<MemorySidecar>::default())
}

fn review(backend: &Backend) -> Review {
    let place = Place { clinic: String::new(), schema: 1 };
    Review::of(backend.open(), Arc::new(FhirRules), place, Surroundings::default())
}

fn node(clinic: &str, name: &str) -> Node {
    let db = Arc::new(Sqlite::in_memory().unwrap());
    let records = records_by(Arc::new(FhirRules), db, clinic, Arc::<MemorySidecar>::default());
    Node { records, peer: Peer { replica: name.into(), clinic: clinic.into(), kind: "node".into() } }
}

fn found(records: &Records, any: Match) -> Vec<String> {
    let clause = Clause::Param { param: identifier(), any: vec![any] };
    let found = records.read(|view| view.search("Patient", std::slice::from_ref(&clause), 0, 9)).unwrap();
    found.resources.into_iter().map(|one| one.entity.id).collect()
}

fn count(backend: &Backend, text: &str) -> u64 {
    read(&*backend.open(), |sql| sql.query(text, &[])?[0].uint(0)).unwrap()
}

/// Text that does not compress: hex digits of a xorshift generator.
fn noise(bytes: usize) -> String {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut out = String::new();
    while out.len() < bytes {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        out.push_str(&format!("{state:016x}"));
    }
    out.truncate(bytes);
    out
}

fn texts_that_only_one_database_takes_block_no_lane(backend: &Backend) {
    let (hub, other) = (hub(backend), node("north", "n2"));
    other.sync(&hub);
    let mut forger = Forger::new(&hub, "north", "n1");
    let long = noise(9000);
    let names = r#"[{"family":"a\u0000b","given":["\u0000"]}]"#;
    let identifiers = format!(
        r#"[{{"value":"{long}"}},{{"value":"{long}x"}},{{"system":"{long}"}},{{"value":"n\u0000l","system":"s"}}]"#
    );
    let reference = r#"{"reference":"Patient/p\u0000"}"#;
    let ops: &Saves<'_> = &[
        ("Patient", "p1", &[("name", names), ("identifier", &identifiers)]),
        ("Observation", "o1", &[("subject", reference), ("valueString", "\"\\u0000\"")]),
    ];
    assert_eq!(forger.push(&hub, Lane::CHART, ops), "ack");
    other.pull(&hub);
    assert_eq!(json(&other.records, "Patient", "p1"), json(&hub, "Patient", "p1"));
    assert!(json(&hub, "Patient", "p1").contains(names), "kept as it came");
    for records in [&hub, &other.records] {
        assert_eq!(found(records, Match::Prefix(format!("{long}\u{1f}"))), ["p1"]);
        assert_eq!(found(records, Match::Exact(format!("{long}x\u{1f}"))), ["p1"]);
        assert_eq!(found(records, Match::Exact("n\0l\u{1f}s".into())), ["p1"]);
        assert_eq!(found(records, Match::Exact(noise(100))), [""; 0]);
        let by_id = Clause::Id(vec!["p\0".into()]);
        let none = records.read(|view| view.search("Patient", std::slice::from_ref(&by_id), 0, 9)).unwrap();
        assert_eq!(none.resources.len(), 0);
    }
    let shorter = r#"[{"value":"short"}]"#;
    assert_eq!(forger.push(&hub, Lane::CHART, &[("Patient", "p2", &[("identifier", shorter)])]), "ack");
    assert_eq!(found(&hub, Match::Prefix("short\u{1f}".into())), ["p2"]);
}

fn malformed_op_is_refused_by_name_and_poisons_nothing(backend: &Backend) {
    let hub = hub(backend);
    let mut forger = Forger::new(&hub, "north", "n1");
    let good: &[(&str, &str)] = &[("active", "true")];
    assert_eq!(forger.push(&hub, Lane::CHART, &[("Patient", "p1", good)]), "ack");
    let before = json(&hub, "Patient", "p1");
    for (key, value, code) in [
        ("id", "\"x\"", "op-key"),
        ("resourceType", "\"Other\"", "op-key"),
        ("a\",\"b", "1", "op-key"),
        ("a\u{0}", "1", "op-key"),
        ("@other", "1", "op-key"),
        ("meta.tag\u{1f}{", "0", "op-key"),
        ("gender", "\"a\" ", "op-value"),
        ("meta", "{\"versionId\":\"1\"}", "op-value"),
    ] {
        let mixed: &Saves<'_> =
            &[("Patient", "p1", &[("gender", "\"male\"")]), ("Patient", "p1", &[(key, value)])];
        assert_eq!(forger.push(&hub, Lane::CHART, mixed), code, "{key:?}");
    }
    assert_eq!(forger.push(&hub, Lane::CHART, &[("Patient", "p\0", good)]), "op-id");
    assert_eq!(forger.push(&hub, Lane::CHART, &[("Pat ient", "p1", good)]), "op-type");
    let twice: &[(&str, &str)] = &[("active", "true"), ("active", "false")];
    assert_eq!(forger.push(&hub, Lane::CHART, &[("Patient", "p1", twice)]), "op-key-repeated");
    assert_eq!(json(&hub, "Patient", "p1"), before, "nothing of a refused segment is kept");
    // Both forms of one set: a register as a whole, and one a member.
    let both: &[(&str, &str)] = &[
        ("meta", "{\"source\":\"s\"}"),
        ("participant", "[{\"a\":1}]"),
        ("participant\u{1f}{\"a\":2}", "0"),
    ];
    assert_eq!(forger.push(&hub, Lane::CHART, &[("Patient", "p1", both)]), "ack");
    assert_eq!(forger.push(&hub, Lane::CHART, &[("Patient", "p1", &[("gender", "\"male\"")])]), "ack");
    assert!(json(&hub, "Patient", "p1").contains("male"), "it still comes apart");
}

fn unknown_elements_and_types_are_carried(backend: &Backend) {
    let (hub, other) = (hub(backend), node("north", "n2"));
    other.sync(&hub);
    let mut forger = Forger::new(&hub, "north", "n1");
    let new: &[(&str, &str)] = &[("brandNew", "{\"x\":[1.50]}"), ("someSet\u{1f}{\"a\":1}", "0")];
    assert_eq!(forger.push(&hub, Lane::CHART, &[("NewType9", "n1", new)]), "ack");
    other.pull(&hub);
    let text = json(&other.records, "NewType9", "n1");
    assert!(text.contains(r#""brandNew":{"x":[1.50]}"#) && text.contains(r#""someSet":[{"a":1}]"#), "{text}");
}

fn record_is_not_handed_to_a_clinic_that_writes_itself_into_it(backend: &Backend) {
    let (hub, north, second, south) =
        (hub(backend), node("north", "n1"), node("north", "n2"), node("south", "s2"));
    for node in [&north, &second, &south] {
        node.sync(&hub);
    }
    put(&north.records, "Patient", "ann", r#""active":true"#).unwrap();
    let note = r#""subject":{"reference":"Patient/ann"},"valueString":"hers alone""#;
    put(&north.records, "Observation", "o1", note).unwrap();
    put(&north.records, "Schedule", "room", r#""comment":"theirs""#).unwrap();
    north.sync(&hub);
    let mut forger = Forger::new(&hub, "south", "s1");
    let mallory = r#"{"reference":"Patient/mallory"}"#;
    let actor = format!("[{mallory}]");
    let attack: &Saves<'_> = &[
        ("Patient", "mallory", &[("active", "true")]),
        ("Observation", "o1", &[("subject", mallory)]),
        ("Observation", "o1", &[("status", "\"final\"")]),
        ("Observation", "o2", &[("subject", mallory)]),
    ];
    assert_eq!(forger.push(&hub, Lane::CHART, attack), "ack", "what else it says is taken");
    let moved = &[("Schedule", "room", &[("actor", actor.as_str())][..])];
    assert_eq!(forger.push(&hub, Lane::OPERATIONS, moved), "ack");
    for node in [&second, &south] {
        node.sync(&hub);
    }
    let names = |node: &Node, kind: &str, id: &str| {
        node.records.read(|view| Ok(view.get(&Entity::new(kind, id))?.is_some())).unwrap()
    };
    assert!(names(&south, "Patient", "mallory") && names(&south, "Observation", "o2"));
    assert!(!names(&south, "Observation", "o1") && !names(&south, "Schedule", "room"));
    let fetch = Request::Fetch { entities: vec![Entity::new("Observation", "o1")] };
    let Response::States(given) = hub.respond(&forger.peer, &fetch) else { panic!("no states") };
    assert_eq!(given.len(), 0);
    let now = json(&hub, "Observation", "o1");
    assert!(now.contains("Patient/ann") && !now.contains("mallory") && !now.contains("\"final\""), "{now}");
    let entries = "SELECT COUNT(*) FROM quarantine WHERE code = 'scope-entry' AND replica = 'south/s1'";
    assert_eq!(count(backend, entries), 2, "the observation and the schedule");
    assert!(count(backend, "SELECT COUNT(*) FROM notice WHERE code = 'op-put-aside'") >= 1);
    let follows = "SELECT COUNT(*) FROM quarantine WHERE code = 'follows-put-aside'";
    assert_eq!(count(backend, follows), 1, "what it writes there later waits with it");
    let first = count(backend, "SELECT MIN(no) FROM quarantine WHERE code = 'scope-entry'");
    assert_eq!(review(backend).drop(first).unwrap().followed, 1);
    assert_eq!(count(backend, follows), 0);
    for node in [&north, &second] {
        node.sync(&hub);
    }
    let now = json(&hub, "Observation", "o1");
    assert!(now.contains("Patient/ann") && !now.contains("mallory") && now.contains("\"final\""), "{now}");
    for node in [&north, &second] {
        assert_eq!(json(&node.records, "Observation", "o1"), now, "replicas agree");
    }
    assert_eq!(forger.push(&hub, Lane::CHART, &[("Observation", "o1", &[("issued", "\"2026\"")])]), "ack");
    assert!(json(&hub, "Observation", "o1").contains("2026"), "after the decision nothing waits");
    let log = Request::Log { actor: forger.actor, lane: Lane::CHART, from: 1 };
    let Response::Segments(segments) = hub.respond(&forger.peer, &log) else { panic!("no log") };
    assert_eq!(segments.len(), 2);
    let kept = segment::open(&segments[0], &forger.key.verifying_key()).unwrap();
    assert_eq!(kept.ops.len(), 4, "nothing is lost of the log");
}

/// However much waits for a person already, no lane is blocked, and what is neither merged nor held is not acknowledged.
fn what_may_not_be_merged_is_held_however_much_is(backend: &Backend) {
    let (hub, north) = (hub(backend), node("north", "n1"));
    north.sync(&hub);
    put(&north.records, "Patient", "ann", r#""active":true"#).unwrap();
    north.sync(&hub);
    let mut forger = Forger::new(&hub, "south", "s1");
    let saves = quarantine::MAX_KEPT as usize + 10;
    let change = || Change { key: "active".into(), pred: vec![], value: Some("false".into()) };
    let many = (0..saves).map(|_| (Entity::new("Patient", "ann"), vec![change()])).collect();
    assert_eq!(forger.push_changes(&hub, Lane::CHART, many), "ack");
    let bob: &Saves<'_> = &[("Patient", "bob", &[("active", "true")])];
    assert_eq!(forger.push(&hub, Lane::CHART, bob), "ack");
    assert!(json(&hub, "Patient", "bob").contains("true"));
    assert_eq!(count(backend, "SELECT COUNT(*) FROM quarantine"), saves as u64);
    let first = count(backend, "SELECT MIN(no) FROM quarantine");
    assert_eq!(
        review(backend).accept(first).unwrap().followed,
        0,
        "the next names nothing of what stands either"
    );
}

fn clinic_that_may_hold_a_record_moves_it_as_it_likes(backend: &Backend) {
    let (hub, north) = (hub(backend), node("north", "n1"));
    north.sync(&hub);
    put(&north.records, "Patient", "ann", r#""active":true"#).unwrap();
    let about = |id: &str| format!(r#""subject":{{"reference":"Patient/{id}"}},"status":"final""#);
    put(&north.records, "Observation", "o1", &about("ann")).unwrap();
    north.sync(&hub);
    hub.share(&Scope::patient("ann"), "south").unwrap();
    let south = node("south", "s1");
    south.sync(&hub);
    south.hold(&hub, Scope::patient("ann"));
    south.sync(&hub);
    put(&south.records, "Patient", "bob", r#""active":true"#).unwrap();
    put(&south.records, "Observation", "o1", &about("bob")).unwrap();
    put(&south.records, "Observation", "o2", &about("bob")).unwrap();
    put(&south.records, "Observation", "o2", &about("carl")).unwrap();
    south.sync(&hub);
    north.sync(&hub);
    for (kind, id) in [("Observation", "o1"), ("Observation", "o2")] {
        assert_eq!(json(&hub, kind, id), json(&south.records, kind, id));
    }
    assert!(json(&hub, "Observation", "o2").contains("Patient/carl"));
    assert_eq!(json(&north.records, "Observation", "o1"), json(&hub, "Observation", "o1"));
    assert_eq!(count(backend, "SELECT COUNT(*) FROM quarantine"), 0);
}

/// The hub's actor is known to everybody, and its numbers are easily guessed.
fn patient_of_the_hub_is_not_taken_over_by_who_claims_to_have_seen_it(backend: &Backend) {
    let hub = hub(backend);
    let mut forger = Forger::new(&hub, "south", "s1");
    put(&hub, "Patient", "ann", r#""active":true"#).unwrap();
    put(&hub, "Observation", "o1", r#""subject":{"reference":"Patient/ann"},"status":"final""#).unwrap();
    let ann = || Entity::new("Patient", "ann");
    let change =
        |key: &str, pred: Vec<EntityDot>| Change { key: key.into(), pred, value: Some("true".into()) };
    let of_hub = EntityDot { actor: hub.actor(), seq: 1 };
    let to_come = EntityDot { actor: numbered(7), seq: 9 };
    for pred in [vec![of_hub, to_come], vec![to_come], vec![]] {
        assert_eq!(
            forger.push_changes(&hub, Lane::CHART, vec![(ann(), vec![change("active", pred)])]),
            "ack"
        );
        assert_eq!(count(backend, "SELECT COUNT(*) FROM scope_grant"), 0);
    }
    let fetch = Request::Fetch { entities: vec![ann(), Entity::new("Observation", "o1")] };
    let Response::States(given) = hub.respond(&forger.peer, &fetch) else { panic!("no states") };
    assert_eq!(given.len(), 0);
}

fn op_in_another_lane_than_its_resources_is_put_aside(backend: &Backend) {
    let hub = hub(backend);
    let mut forger = Forger::new(&hub, "north", "n1");
    let first: &[(&str, &str)] = &[("active", "true")];
    assert_eq!(forger.push(&hub, Lane::CHART, &[("Patient", "p1", first)]), "ack");
    let other: &[(&str, &str)] = &[("active", "false")];
    assert_eq!(forger.push(&hub, Lane::AUDIT, &[("Patient", "p1", other), ("Patient", "p2", other)]), "ack");
    assert!(json(&hub, "Patient", "p1").contains("true"));
    assert!(json(&hub, "Patient", "p2").contains("false"), "the first op decides the lane");
    assert_eq!(count(backend, "SELECT COUNT(*) FROM quarantine WHERE code = 'lane-differs'"), 1);
}

fn actors_of_one_replica_are_bounded(backend: &Backend) {
    let hub = hub(backend);
    let forger = Forger::new(&hub, "north", "n1");
    let many = (1..MAX_ACTORS).map(|n| (numbered(n), forger.key.verifying_key().to_bytes())).collect();
    let hello = Request::Hello { protocol: PROTOCOL, schema: 1, actors: many, opening: (1, [1; 16]) };
    assert!(matches!(hub.respond(&forger.peer, &hello), Response::Welcome { .. }));
    match forger.greet(&hub, numbered(MAX_ACTORS)) {
        Response::Refused { code, retryable: false, .. } => assert_eq!(code, "too-many-actors"),
        other => panic!("{other:?}"),
    }
    assert!(matches!(forger.greet(&hub, forger.actor), Response::Welcome { .. }), "known ones go on");
}

fn replaced_values_that_never_came_are_bounded(backend: &Backend) {
    let hub = hub(backend);
    let mut forger = Forger::new(&hub, "north", "n1");
    let mut change = |from: u8| {
        let pred = (1..=1000).map(|seq| EntityDot { actor: ActorId([from; 16]), seq }).collect();
        let change = Change { key: "active".into(), pred, value: Some("true".into()) };
        forger.push_changes(&hub, Lane::CHART, vec![(Entity::new("Patient", "p1"), vec![change])])
    };
    assert_eq!((change(7), change(8)), ("ack".into(), "ack".into()));
    let aside = "SELECT COUNT(*) FROM quarantine WHERE code = 'values-never-came'";
    assert_eq!(count(backend, aside), 1, "the second is kept, and merged nowhere");
    let good: &[(&str, &str)] = &[("active", "false")];
    assert_eq!(forger.push(&hub, Lane::CHART, &[("Patient", "p1", good)]), "ack");
    assert!(!json(&hub, "Patient", "p1").contains(r#""active":false"#), "it waits with it");
    review(backend).drop(count(backend, "SELECT MIN(no) FROM quarantine")).unwrap();
    assert!(json(&hub, "Patient", "p1").contains(r#""active":false"#));
}

fn full_register_blocks_nobody_elses_lane(backend: &Backend) {
    let (hub, honest) = (hub(backend), node("north", "n2"));
    put(&honest.records, "Patient", "p1", r#""gender":"female""#).unwrap();
    honest.sync(&hub);
    let mut forger = Forger::new(&hub, "north", "n1");
    let pred = (1..=1024).map(|seq| EntityDot { actor: ActorId([7; 16]), seq }).collect();
    let change = Change { key: "gender".into(), pred, value: Some("\"male\"".into()) };
    let fill = vec![(Entity::new("Patient", "p1"), vec![change])];
    assert_eq!(forger.push_changes(&hub, Lane::CHART, fill), "ack");
    // What replaces values that are here is merged, full or not.
    honest.sync(&hub);
    let version = honest.records.read(|view| view.read(&Entity::new("Patient", "p1"))).unwrap().version;
    let seen = Base::Exactly(version);
    put_over(&honest.records, "Patient", "p1", r#""gender":"other""#, &seen).unwrap();
    honest.sync(&hub);
    assert_eq!(json(&hub, "Patient", "p1"), json(&honest.records, "Patient", "p1"));
    // What replaces one that has not come waits for a person, and the segment around it does not.
    let mut third = Forger::new(&hub, "north", "n3");
    let late = Change {
        key: "gender".into(),
        pred: vec![EntityDot { actor: ActorId([8; 16]), seq: 1 }],
        value: Some("\"unknown\"".into()),
    };
    let plain = Change { key: "active".into(), pred: vec![], value: Some("true".into()) };
    let ops = vec![(Entity::new("Patient", "p1"), vec![late]), (Entity::new("Patient", "p1"), vec![plain])];
    assert_eq!(third.push_changes(&hub, Lane::CHART, ops), "ack");
    let now = json(&hub, "Patient", "p1");
    assert!(!now.contains("active") && !now.contains("unknown"), "{now}");
    assert_eq!(count(backend, "SELECT COUNT(*) FROM quarantine WHERE code = 'values-never-came'"), 1);
    assert_eq!(count(backend, "SELECT COUNT(*) FROM quarantine WHERE code = 'follows-put-aside'"), 1);
    let first = count(backend, "SELECT MIN(no) FROM quarantine");
    assert_eq!(review(backend).accept(first + 1).unwrap_err().code(), "quarantine-not-merged");
    assert_eq!(review(backend).drop(first + 1).unwrap_err().code(), "quarantine-not-merged");
    assert_eq!(review(backend).accept(first).unwrap().followed, 1, "a person takes both");
    let now = json(&hub, "Patient", "p1");
    assert!(now.contains(r#""active":true"#) && now.contains("urn:holdfast:tag"), "{now}");
    honest.sync(&hub);
    assert_eq!(json(&honest.records, "Patient", "p1"), now);
}

fn clock_that_is_ahead_is_told_of_once_a_day(backend: &Backend) {
    let hub = hub(backend);
    let mut forger = Forger::new(&hub, "north", "n1");
    forger.hlc = Hlc::new(NOW_MS + 10 * 365 * 86_400_000, 0);
    for n in 0..5 {
        let id = format!("p{n}");
        assert_eq!(forger.push(&hub, Lane::CHART, &[("Patient", &id, &[("active", "true")])]), "ack");
    }
    assert_eq!(count(backend, "SELECT COUNT(*) FROM notice WHERE code = 'clock-future'"), 1);
}
