//! A hub restored from yesterday's backup is given back what it had said since, by replicas that may hold it, and takes
//! nothing under anybody else's numbers.

use std::sync::Arc;

use holdfast_core::hlc::Hlc;
use holdfast_core::id::{Entity, Scope};
use holdfast_core::message::{Reach, Request, Response, StateItem};
use holdfast_core::state::{EntityState, Sibling};
use holdfast_core::{op::EntityDot, view};
use holdfast_store::Records;
use holdfast_store::identity::Sidecar;
use holdfast_store::schema::TABLES;
use holdfast_store::sidecar::MemorySidecar;
use holdfast_store::sql::{Database, Row, Value};
use holdfast_store::sqlite::Sqlite;
use holdfast_store::{give_back, notice};

use crate::backend::{Backend, behaviours, read, write};
use crate::fleet::{Node, hub, json, put, records};

behaviours![
    what_the_hub_had_written_after_the_backup_comes_back,
    what_builds_on_others_waits_for_them,
    nothing_is_taken_under_other_numbers_nor_from_who_may_not_hold_it,
    what_the_hub_has_gives_way_only_to_what_it_had_written_itself,
    what_replaced_a_lost_save_does_not_conflict_with_what_that_had_replaced,
    a_malformed_resource_is_refused_and_holds_up_nothing,
    a_backup_from_before_the_first_replica_is_a_hubs,
    what_is_about_a_patient_waits_for_who_may_hold_them,
    who_made_a_patient_may_come_last,
    a_database_put_back_under_its_own_sidecar_is_noticed_by_what_it_had_taken_in,
    a_claim_to_know_more_hides_nothing_that_another_gives,
    a_number_of_another_resource_is_not_taken,
];

/// All rows of one database in another, fresh one: what a restore does.
fn restore(from: &dyn Database, to: &dyn Database) {
    for table in TABLES {
        let columns: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
        let text = format!("SELECT {} FROM {}", columns.join(", "), table.name);
        let rows: Vec<Vec<Value>> =
            read(from, |sql| sql.query(&text, &[])).unwrap().into_iter().map(|Row(cells)| cells).collect();
        write(to, |sql| sql.insert_new(table, rows.clone())).unwrap();
    }
}

struct World {
    old: Records,
    backup: Sqlite,
    a: Node,
    b: Node,
}

/// Two nodes hold p1 when the backup is made.
fn world() -> World {
    let db = Arc::new(Sqlite::in_memory().unwrap());
    let (old, a, b) = (hub(db.clone()), Node::new("a"), Node::new("b"));
    put(&old, "Patient", "p1", r#""name":"Ann","phone":"1""#).unwrap();
    for id in ["p1", "p2"] {
        old.share(&Scope::patient(id), "north").unwrap();
    }
    for node in [&a, &b] {
        node.sync(&old);
        node.hold(&old, Scope::patient("p1"));
        node.sync(&old);
    }
    let backup = db.duplicate_in_memory().unwrap();
    World { old, backup, a, b }
}

impl World {
    fn restored(&self, backend: &Backend) -> Records {
        let db = backend.open();
        restore(&self.backup, &*db);
        let restored = records(db, "", Arc::<MemorySidecar>::default());
        assert_ne!(restored.actor(), self.old.actor(), "it is another incarnation");
        restored
    }
}

fn ask(node: &Node, hub: &Records, states: Vec<StateItem>) -> (Vec<Reach>, u64) {
    match node.ask(hub, &Request::GiveBack { actor: node.records.actor(), states }) {
        Response::Lacking { former, later } => (former, later),
        other => panic!("{other:?}"),
    }
}

/// What a node's link does after its greeting; how many resources have to be given again.
pub(crate) fn gives_back(node: &Node, hub: &Records) -> u64 {
    node.push(hub).unwrap();
    assert!(node.records.may_have_to_give_back(hub.actor()).unwrap());
    let (former, mut waits) = ask(node, hub, vec![]);
    let mut after = 0;
    while let Some(found) = node.records.offers(&former, after).unwrap() {
        waits += ask(node, hub, found.states).1;
        after = found.last;
    }
    if waits == 0 {
        node.records.gave_back(hub.actor()).unwrap();
    }
    waits
}

fn item(state: &EntityState) -> StateItem {
    StateItem {
        entity: state.entity.clone(),
        json: view::render(state, &crate::rules::SmallRules),
        state: view::encode(state),
    }
}

pub(crate) fn same(hub: &Records, node: &Node, kind: &str, id: &str) {
    let get = |records: &Records| records.read(|view| view.read(&Entity::new(kind, id))).unwrap();
    let (here, there) = (get(hub), get(&node.records));
    assert_eq!((here.json, here.version), (there.json, there.version), "{kind}/{id}");
}

fn what_the_hub_had_written_after_the_backup_comes_back(backend: &Backend) {
    let world = world();
    put(&world.old, "Patient", "p1", r#""name":"Ann","phone":"2""#).unwrap();
    put(&world.old, "Patient", "p1", r#""name":"Ann","phone":"3""#).unwrap();
    put(&world.old, "Patient", "p2", r#""name":"Bob""#).unwrap();
    put(&world.old, "Device", "d1", r#""name":"pump""#).unwrap();
    world.a.hold(&world.old, Scope::patient("p2"));
    world.a.sync(&world.old);
    let hub = world.restored(backend);
    let db = backend.open();
    assert!(json(&hub, "Patient", "p1").contains(r#""phone":"1""#) && give_back::is_open(&*db).unwrap());
    assert_eq!(gives_back(&world.a, &hub), 0);
    for (kind, id) in [("Patient", "p1"), ("Patient", "p2"), ("Device", "d1")] {
        same(&hub, &world.a, kind, id);
    }
    assert_eq!(hub.read(|view| view.conflicted(0, 9)).unwrap().0, []);
    assert_eq!(notice::counts(&*db).unwrap().get("given-back"), Some(&1));
    assert!(!world.a.records.may_have_to_give_back(hub.actor()).unwrap(), "once is enough");
    assert_eq!(gives_back(&world.b, &hub), 0, "what another has given is known");
    world.b.hold(&hub, Scope::patient("p1"));
    world.b.sync(&hub);
    same(&hub, &world.b, "Patient", "p1");
    put(&hub, "Patient", "p1", r#""name":"Ann","phone":"4""#).unwrap();
    world.a.hold(&hub, Scope::patient("p1"));
    world.a.sync(&hub);
    same(&hub, &world.a, "Patient", "p1");
}

fn what_builds_on_others_waits_for_them(backend: &Backend) {
    let world = world();
    put(&world.a.records, "Patient", "p1", r#""name":"Ann","phone":"a""#).unwrap();
    world.a.sync(&world.old);
    put(&world.old, "Patient", "p1", r#""name":"Anna","phone":"a""#).unwrap();
    world.b.sync(&world.old);
    let hub = world.restored(backend);
    assert_eq!(gives_back(&world.b, &hub), 1, "a has not said its part again");
    assert!(json(&hub, "Patient", "p1").contains(r#""name":"Ann","phone":"1""#));
    world.a.push(&hub).unwrap();
    assert_eq!(gives_back(&world.b, &hub), 0);
    same(&hub, &world.b, "Patient", "p1");
    assert!(json(&hub, "Patient", "p1").contains(r#""name":"Anna","phone":"a""#));
}

fn nothing_is_taken_under_other_numbers_nor_from_who_may_not_hold_it(backend: &Backend) {
    let world = world();
    put(&world.old, "Patient", "p1", r#""name":"Anna","phone":"1""#).unwrap();
    world.a.sync(&world.old);
    let hub = world.restored(backend);
    let before = json(&hub, "Patient", "p1");
    let honest = world.a.records.read(|view| view.state(&Entity::new("Patient", "p1"))).unwrap();
    let b_actor = world.b.records.actor();
    let forge = |change: &dyn Fn(&mut EntityState)| {
        let mut state = honest.clone();
        change(&mut state);
        item(&state)
    };
    let forged = [
        // Under a number that another replica has not used yet: its own save under it would be taken for known.
        forge(&|state| {
            state.vv.dots.insert(b_actor, 9);
        }),
        forge(&|state| {
            let dot = EntityDot { actor: b_actor, seq: 9 };
            let value = Some("\"forged\"".to_owned());
            let sibling = Sibling { dot, hlc: Hlc(1), author: "b".into(), value };
            state.registers.get_mut("phone").unwrap().siblings = vec![sibling];
        }),
        forge(&|state| {
            state.registers.get_mut("phone").unwrap().unseen = vec![EntityDot { actor: b_actor, seq: 9 }]
        }),
    ];
    for state in forged {
        world.a.push(&hub).unwrap();
        assert_eq!(ask(&world.a, &hub, vec![state]).1, 1);
        assert_eq!(json(&hub, "Patient", "p1"), before);
    }
    let mut south = Node::new("s");
    south.peer.clinic = "south".into();
    south.push(&hub).unwrap();
    assert_eq!(ask(&south, &hub, vec![item(&honest)]).1, 0);
    assert_eq!(json(&hub, "Patient", "p1"), before, "its clinic may not hold p1");
    let db = backend.open();
    assert_eq!(notice::counts(&*db).unwrap().get("given-back-refused"), Some(&1));
    assert!(give_back::end(&*db, 0).unwrap() && !give_back::end(&*db, 0).unwrap());
    assert_eq!(ask(&world.a, &hub, vec![item(&honest)]), (vec![], 0));
    assert_eq!(json(&hub, "Patient", "p1"), before, "nothing is taken once the restore has been ended");
}

/// A lost save of the hub changed the name alone; the giver claims that the phone went with it, or everything.
fn what_the_hub_has_gives_way_only_to_what_it_had_written_itself(backend: &Backend) {
    let world = world();
    put(&world.old, "Patient", "p1", r#""name":"Anna","phone":"1""#).unwrap();
    world.a.sync(&world.old);
    let hub = world.restored(backend);
    let honest = world.a.records.read(|view| view.state(&Entity::new("Patient", "p1"))).unwrap();
    let (mut without_phone, mut empty) = (honest.clone(), honest.clone());
    without_phone.registers.remove("phone");
    empty.registers.clear();
    world.a.push(&hub).unwrap();
    assert_eq!(ask(&world.a, &hub, vec![item(&empty)]).1, 0);
    let after = json(&hub, "Patient", "p1");
    assert!(after.contains(r#""name":"Ann","phone":"1""#), "a vector alone removes nothing: {after}");

    let hub = world.restored(&Backend::sqlite_memory());
    world.a.push(&hub).unwrap();
    assert_eq!(ask(&world.a, &hub, vec![item(&without_phone)]).1, 0);
    let after = json(&hub, "Patient", "p1");
    assert!(after.contains(r#""name":"Anna""#) && after.contains(r#""phone":"1""#), "{after}");
    assert_eq!(hub.read(|view| view.conflicted(0, 9)).unwrap().0, []);
}

fn what_replaced_a_lost_save_does_not_conflict_with_what_that_had_replaced(backend: &Backend) {
    let world = world();
    put(&world.old, "Patient", "p1", r#""name":"Ann","phone":"2""#).unwrap();
    world.a.sync(&world.old);
    put(&world.a.records, "Patient", "p1", r#""name":"Ann","phone":"3""#).unwrap();
    let hub = world.restored(backend);
    assert_eq!(gives_back(&world.a, &hub), 0);
    same(&hub, &world.a, "Patient", "p1");
    assert_eq!(hub.read(|view| view.conflicted(0, 9)).unwrap().0, []);
}

fn a_malformed_resource_is_refused_and_holds_up_nothing(backend: &Backend) {
    let world = world();
    put(&world.old, "Patient", "p1", r#""name":"Anna","phone":"1""#).unwrap();
    put(&world.old, "Device", "d1", r#""name":"pump""#).unwrap();
    world.a.sync(&world.old);
    let hub = world.restored(backend);
    world.a.push(&hub).unwrap();
    let whole = |kind, id| world.a.records.read(|view| view.state(&Entity::new(kind, id))).unwrap();
    let mut forged = whole("Patient", "p1");
    let register = forged.registers.remove("name").unwrap();
    forged.registers.insert("id".into(), register);
    let mut torn = item(&whole("Patient", "p1"));
    torn.state.truncate(9);
    let given = vec![item(&forged), torn, item(&whole("Device", "d1"))];
    assert_eq!(ask(&world.a, &hub, given).1, 0);
    assert!(json(&hub, "Patient", "p1").contains(r#""name":"Ann""#), "nothing of the two is taken");
    same(&hub, &world.a, "Device", "d1");
    assert_eq!(notice::counts(&*backend.open()).unwrap().get("given-back-refused"), Some(&1));
}

/// A given-back resource opens no chart by naming its patient: the patient itself does, whose clinic it then is.
fn what_is_about_a_patient_waits_for_who_may_hold_them(backend: &Backend) {
    let world = world();
    put(&world.old, "Obs", "o2", r#""subject":"p2","name":"by the hub""#).unwrap();
    put(&world.old, "Patient", "p2", r#""name":"Bob""#).unwrap();
    world.a.hold(&world.old, Scope::patient("p2"));
    world.a.sync(&world.old);
    let whole = |kind, id| world.a.records.read(|view| view.state(&Entity::new(kind, id))).unwrap();
    let (note, patient) = (item(&whole("Obs", "o2")), item(&whole("Patient", "p2")));
    let granted = |db: &dyn Database, scope: &str| {
        let text = "SELECT clinic FROM scope_grant WHERE scope = $1 ORDER BY clinic";
        read(db, |sql| sql.query(text, &[scope.into()])).unwrap().len()
    };
    // As if p2 had been shared after the backup.
    world
        .backup
        .write(&mut |sql| sql.execute("DELETE FROM scope_grant WHERE scope = 'patient/p2'", &[]).map(|_| ()))
        .unwrap();
    let (hub, db) = (world.restored(backend), backend.open());
    let mut south = Node::new("s");
    south.peer.clinic = "south".into();
    for node in [&south, &world.a] {
        node.push(&hub).unwrap();
        assert_eq!(ask(node, &hub, vec![note.clone()]).1, 1);
        assert_eq!(granted(&*db, "patient/p2"), 0);
    }
    assert_eq!(ask(&world.a, &hub, vec![note.clone(), patient.clone()]).1, 0, "patients go first");
    assert_eq!(granted(&*db, "patient/p2"), 1);
    same(&hub, &world.a, "Obs", "o2");
    same(&hub, &world.a, "Patient", "p2");
    assert_eq!(ask(&south, &hub, vec![patient, note]).1, 0);
    assert_eq!(granted(&*db, "patient/p2"), 1, "who comes second gets nothing");
}

/// A clinic that a patient was shared with may be the first to say anything of them to a restored hub.
fn who_made_a_patient_may_come_last(backend: &Backend) {
    let world = world();
    let mut south = Node::new("s");
    south.peer.clinic = "south".into();
    put(&world.a.records, "Patient", "p3", r#""name":"Carl""#).unwrap();
    put(&south.records, "Patient", "p3", r#""phone":"3""#).unwrap();
    let (hub, db) = (world.restored(backend), backend.open());
    south.push(&hub).unwrap();
    world.a.push(&hub).unwrap();
    let now = json(&hub, "Patient", "p3");
    assert!(now.contains("Carl") && now.contains(r#""phone":"3""#), "nothing is put aside: {now}");
    assert_eq!(holdfast_store::quarantine::waiting(&*db).unwrap(), 0);
    assert_eq!(notice::counts(&*db).unwrap().get("patient-not-granted"), Some(&1));
    let text = "SELECT 1 FROM scope_grant WHERE scope = 'patient/p3'";
    assert_eq!(read(&*db, |sql| sql.query(text, &[])).unwrap().len(), 1, "it is shared by a person");
}

/// Nothing was written at the hub since the backup, nor was it opened: what replicas had sent tells.
fn a_database_put_back_under_its_own_sidecar_is_noticed_by_what_it_had_taken_in(backend: &Backend) {
    let (db, sidecar) = (Arc::new(Sqlite::in_memory().unwrap()), Arc::<MemorySidecar>::default());
    let old = records(db.clone(), "", sidecar.clone());
    let node = Node::new("a");
    put(&node.records, "Patient", "p1", r#""name":"Ann""#).unwrap();
    node.sync(&old);
    let backup = db.duplicate_in_memory().unwrap();
    put(&node.records, "Patient", "p1", r#""name":"Anna""#).unwrap();
    node.sync(&old);
    let actor = old.actor();
    drop(old);
    // As it stands when the process ends: any opening between would tell by its nonce.
    let its_own = Arc::new(sidecar.duplicate());
    let again = records(db.clone(), "", sidecar.clone());
    assert_eq!(again.actor(), actor, "what was not put back goes on");
    drop(again);
    sidecar.note(Default::default());
    assert_eq!(records(db, "", sidecar).actor(), actor, "a note that a power cut took is harmless");
    restore(&backup, &*backend.open());
    let hub = records(backend.open(), "", its_own.clone());
    assert_ne!(hub.actor(), actor);
    assert!(give_back::is_open(&*backend.open()).unwrap());
    let actor = hub.actor();
    node.sync(&hub);
    same(&hub, &node, "Patient", "p1");
    drop(hub);
    assert_eq!(records(backend.open(), "", its_own).actor(), actor, "and is taken for itself from then on");
}

/// Replicas have its saves under its old numbers: said again under new ones they would stand twice.
fn a_backup_from_before_the_first_replica_is_a_hubs(backend: &Backend) {
    let db = Arc::new(Sqlite::in_memory().unwrap());
    let (old, node) = (hub(db.clone()), Node::new("a"));
    put(&old, "Device", "d1", r#""name":"pump""#).unwrap();
    let backup = db.duplicate_in_memory().unwrap();
    put(&old, "Device", "d2", r#""name":"scales""#).unwrap();
    node.sync(&old);
    restore(&backup, &*backend.open());
    let hub = records(backend.open(), "", Arc::<MemorySidecar>::default());
    assert_eq!(gives_back(&node, &hub), 0);
    node.pull(&hub);
    for id in ["d1", "d2"] {
        same(&hub, &node, "Device", id);
    }
}

/// A replica that saw nothing of a lost save claims to know every save of the hub, so that what another gives of it looks
/// replaced: by the vector alone, or by a made-up value with a high number in an element that nobody minds.
fn a_claim_to_know_more_hides_nothing_that_another_gives(backend: &Backend) {
    let world = world();
    let (p1, lost_by) = (Entity::new("Patient", "p1"), world.old.actor());
    let old = world.b.records.read(|view| view.state(&p1)).unwrap();
    put(&world.old, "Patient", "p1", r#""name":"Anna","phone":"1""#).unwrap();
    world.a.sync(&world.old);
    let mut claim = old.clone();
    claim.vv.dots.insert(lost_by, 1 << 40);
    let mut made_up = claim.clone();
    let dot = EntityDot { actor: lost_by, seq: 1 << 40 };
    let sibling = Sibling { dot, hlc: Hlc(1), author: "b".into(), value: Some("\"x\"".to_owned()) };
    made_up.registers.entry("note".into()).or_default().siblings = vec![sibling];

    let control = world.restored(&Backend::sqlite_memory());
    assert_eq!(gives_back(&world.a, &control), 0);
    same(&control, &world.a, "Patient", "p1");

    let hub = world.restored(backend);
    world.b.push(&hub).unwrap();
    assert_eq!(ask(&world.b, &hub, vec![item(&claim)]).1, 0);
    assert_eq!(gives_back(&world.a, &hub), 0);
    same(&hub, &world.a, "Patient", "p1");

    let hub = world.restored(&Backend::sqlite_memory());
    world.b.push(&hub).unwrap();
    assert_eq!(ask(&world.b, &hub, vec![item(&made_up)]).1, 0);
    assert!(json(&hub, "Patient", "p1").contains(r#""note":"x""#), "it is there for everybody to see");
    assert_eq!(gives_back(&world.a, &hub), 0);
    assert!(json(&hub, "Patient", "p1").contains(r#""name":"Anna""#), "{}", json(&hub, "Patient", "p1"));
    assert_eq!(hub.read(|view| view.conflicted(0, 9)).unwrap().0, [], "what it replaced is gone");
}

/// The hub's own log says which resource each number that it reaches is of. A number beyond it is taken as a value only:
/// as one that was replaced, it would kill the value that another gives.
fn a_number_of_another_resource_is_not_taken(backend: &Backend) {
    let world = world();
    let (p1, lost_by) = (Entity::new("Patient", "p1"), world.old.actor());
    put(&world.old, "Patient", "p1", r#""name":"Anna","phone":"1""#).unwrap();
    put(&world.old, "Patient", "p1", r#""name":"Anna","phone":"2""#).unwrap();
    world.a.sync(&world.old);
    let hub = world.restored(backend);
    world.b.push(&hub).unwrap();
    let known = hub.read(|view| view.state(&p1)).unwrap();
    let (reach, mut later) = (known.vv.get(&lost_by), known.clone());
    later.vv.dots.insert(lost_by, reach + 2);
    let value = |seq| Sibling {
        dot: EntityDot { actor: lost_by, seq },
        hlc: Hlc(1),
        author: "b".into(),
        value: Some("\"x\"".to_owned()),
    };
    let mut dead = later.clone();
    dead.registers.entry("note".into()).or_default().siblings = vec![value(reach + 2)];
    dead.registers.get_mut("name").unwrap().unseen = vec![EntityDot { actor: lost_by, seq: reach + 1 }];
    let before = json(&hub, "Patient", "p1");
    assert_eq!(ask(&world.b, &hub, vec![item(&dead)]).1, 1);

    // `p2` was never written by that hub, and every number up to its reach is of `p1`.
    let mut elsewhere = EntityState::new(Entity::new("Patient", "p2"), later.lane);
    elsewhere.vv = later.vv.clone();
    elsewhere.registers.entry("name".into()).or_default().siblings = vec![value(reach), value(reach + 2)];
    assert_eq!(ask(&world.b, &hub, vec![item(&elsewhere)]).1, 1);
    assert_eq!(json(&hub, "Patient", "p1"), before);
    assert!(hub.read(|view| view.read(&Entity::new("Patient", "p2"))).is_err());
    assert_eq!(gives_back(&world.a, &hub), 0);
    same(&hub, &world.a, "Patient", "p1");
}
