//! Who may hold a new patient: the clinic that brings the `Patient`, and nobody who merely writes about them first.

use std::sync::Arc;

use holdfast_clinical::FhirRules;
use holdfast_core::id::{Entity, Scope};
use holdfast_core::message::{Request, Response};
use holdfast_store::quarantine::{self, Review};
use holdfast_store::sidecar::MemorySidecar;
use holdfast_store::sqlite::Sqlite;
use holdfast_store::upstream::Peer;
use holdfast_store::{Place, Records, Surroundings, notice};

use crate::backend::{Backend, behaviours, read};
use crate::fleet::{Node, json, put, records_by};

behaviours![
    who_writes_about_a_patient_first_does_not_get_the_chart,
    what_overtakes_its_patient_costs_nothing_and_is_held_with_it,
    a_patient_made_twice_is_put_aside_and_reported,
    a_patient_shared_ahead_is_not_handed_to_who_makes_it,
    an_edit_that_comes_ahead_of_the_making_makes_nobody_the_maker,
    a_clinics_own_notes_go_where_it_moves_them,
];

fn hub(backend: &Backend) -> Records {
    records_by(Arc::new(FhirRules), backend.open(), "", Arc::<MemorySidecar>::default())
}

fn node(clinic: &str, name: &str) -> Node {
    let db = Arc::new(Sqlite::in_memory().unwrap());
    let records = records_by(Arc::new(FhirRules), db, clinic, Arc::<MemorySidecar>::default());
    Node { records, peer: Peer { replica: name.into(), clinic: clinic.into(), kind: "node".into() } }
}

fn about(patient: &str, text: &str) -> String {
    format!(r#""status":"final","subject":{{"reference":"Patient/{patient}"}},"valueString":"{text}""#)
}

fn allergy(patient: &str) -> String {
    format!(r#""patient":{{"reference":"Patient/{patient}"}},"code":{{"text":"nuts"}}"#)
}

fn has(records: &Records, kind: &str, id: &str) -> bool {
    records.read(|view| Ok(view.get(&Entity::new(kind, id))?.is_some())).unwrap()
}

/// Clinic by clinic whom each may hold.
fn grants(backend: &Backend) -> Vec<String> {
    let text = "SELECT clinic || ' ' || scope FROM scope_grant ORDER BY clinic, scope";
    read(&*backend.open(), |sql| sql.query(text, &[])?.iter_mut().map(|row| row.take_text(0)).collect())
        .unwrap()
}

fn notices(backend: &Backend, code: &str) -> u64 {
    notice::counts(&*backend.open()).unwrap().get(code).copied().unwrap_or_default()
}

/// Another clinic's letter about somebody may come to the hub before the clinic that has the chart does.
fn who_writes_about_a_patient_first_does_not_get_the_chart(backend: &Backend) {
    let hub = hub(backend);
    let (north, second, south) = (node("north", "n1"), node("north", "n2"), node("south", "s1"));
    second.sync(&hub);
    put(&south.records, "Observation", "letter", &about("ann", "a letter")).unwrap();
    put(&south.records, "AllergyIntolerance", "a1", &allergy("ann")).unwrap();
    south.sync(&hub);
    assert!(has(&hub, "Observation", "letter"), "it is taken in");
    assert_eq!(grants(backend), [""; 0]);
    put(&north.records, "Patient", "ann", r#""active":true"#).unwrap();
    put(&north.records, "Observation", "o1", &about("ann", "confidential")).unwrap();
    north.sync(&hub);
    for node in [&second, &south] {
        node.sync(&hub);
    }
    assert_eq!(grants(backend), ["north patient/ann"]);
    for held in [&north.records, &second.records] {
        for (kind, id) in [("Observation", "letter"), ("AllergyIntolerance", "a1"), ("Observation", "o1")] {
            assert_eq!(json(held, kind, id), json(&hub, kind, id));
        }
    }
    assert!(!has(&south.records, "Patient", "ann") && !has(&south.records, "Observation", "o1"));
    match south.hold(&hub, Scope::patient("ann")) {
        Response::Refused { code, .. } => assert_eq!(code, "scope-denied"),
        other => panic!("{other:?}"),
    }
    let entities = vec![Entity::new("Patient", "ann"), Entity::new("Observation", "o1")];
    let Response::States(given) = south.ask(&hub, &Request::Fetch { entities }) else { panic!("no states") };
    assert_eq!(given.len(), 0);
    let late = node("south", "s2");
    late.sync(&hub);
    assert!(!has(&late.records, "Observation", "letter"), "nor does a node of it that comes later");
}

/// Allergies travel in a lane of their own, ahead of the chart.
fn what_overtakes_its_patient_costs_nothing_and_is_held_with_it(backend: &Backend) {
    let hub = hub(backend);
    let (first, second) = (node("north", "n1"), node("north", "n2"));
    for node in [&first, &second] {
        node.sync(&hub);
    }
    put(&first.records, "AllergyIntolerance", "a1", &allergy("ann")).unwrap();
    first.push(&hub).unwrap();
    assert_eq!(grants(backend), [""; 0]);
    put(&first.records, "Patient", "ann", r#""active":true"#).unwrap();
    first.push(&hub).unwrap();
    assert_eq!(first.pull(&hub), 0, "its own work is not sent back to it");
    put(&second.records, "Observation", "o1", &about("ann", "by the other node")).unwrap();
    second.sync(&hub);
    assert!(has(&second.records, "AllergyIntolerance", "a1"));
    first.pull(&hub);
    assert!(has(&first.records, "Observation", "o1"));
    // What came ahead is by two nodes: then each is sent what it lacks.
    put(&first.records, "AllergyIntolerance", "a2", &allergy("bob")).unwrap();
    put(&second.records, "AllergyIntolerance", "a3", &allergy("bob")).unwrap();
    for node in [&first, &second] {
        node.push(&hub).unwrap();
    }
    put(&first.records, "Patient", "bob", r#""active":true"#).unwrap();
    for node in [&first, &second] {
        node.sync(&hub);
    }
    for held in [&first.records, &second.records] {
        for (kind, id) in [("Patient", "bob"), ("AllergyIntolerance", "a2"), ("AllergyIntolerance", "a3")] {
            assert!(has(held, kind, id), "{kind}/{id}");
        }
    }
    assert_eq!(grants(backend), ["north patient/ann", "north patient/bob"]);
}

fn a_patient_made_twice_is_put_aside_and_reported(backend: &Backend) {
    let hub = hub(backend);
    let (north, south) = (node("north", "n1"), node("south", "s1"));
    for node in [&north, &south] {
        node.sync(&hub);
    }
    put(&north.records, "Patient", "ann", r#""gender":"female""#).unwrap();
    north.sync(&hub);
    let before = json(&hub, "Patient", "ann");
    put(&south.records, "Patient", "ann", r#""gender":"male""#).unwrap();
    put(&south.records, "Patient", "carl", r#""gender":"male""#).unwrap();
    south.sync(&hub);
    put(&south.records, "Patient", "ann", r#""gender":"other","active":true"#).unwrap();
    south.sync(&hub);
    north.sync(&hub);
    assert_eq!(
        (json(&hub, "Patient", "ann"), json(&north.records, "Patient", "ann")),
        (before.clone(), before)
    );
    assert_eq!(grants(backend), ["north patient/ann", "south patient/carl"]);
    assert_eq!(notices(backend, "op-put-aside"), 2, "once a segment");
    let db = backend.open();
    let mut held = Vec::new();
    quarantine::each(&*db, &mut |one| {
        held.push((one.no, one.code, one.replica));
        Ok(())
    })
    .unwrap();
    let codes: Vec<_> = held.iter().map(|(_, code, who)| (code.as_str(), who.as_str())).collect();
    assert_eq!(codes, [("patient-made-twice", "south/s1"); 2]);
    // They are one person after all.
    let place = Place { clinic: String::new(), schema: 1 };
    let review = Review::of(db.clone(), Arc::new(FhirRules), place, Surroundings::default());
    let early = review.accept(held[1].0).unwrap_err().to_string();
    assert!(early.contains(&format!("waits under number {}", held[0].0)), "{early}");
    assert_eq!(review.accept(held[0].0).unwrap().followed, 1, "what builds on it follows");
    hub.share(&Scope::patient("ann"), "south").unwrap();
    for node in [&south, &north] {
        node.sync(&hub);
    }
    let now = json(&hub, "Patient", "ann");
    assert!(now.contains("urn:holdfast:tag") && now.contains(r#""active":true"#), "{now}");
    for node in [&south, &north] {
        assert_eq!(json(&node.records, "Patient", "ann"), now);
    }
    // Who may hold a patient edits them as it likes, whatever it has seen.
    put(&south.records, "Patient", "ann", r#""gender":"female","birthDate":"1970-01-01""#).unwrap();
    south.sync(&hub);
    assert_eq!(json(&south.records, "Patient", "ann"), json(&hub, "Patient", "ann"));
    assert_eq!(quarantine::waiting(&*db).unwrap(), 0);
}

fn a_patient_shared_ahead_is_not_handed_to_who_makes_it(backend: &Backend) {
    let hub = hub(backend);
    let (north, south) = (node("north", "n1"), node("south", "s1"));
    for node in [&north, &south] {
        node.sync(&hub);
    }
    hub.share(&Scope::patient("ann"), "north").unwrap();
    put(&south.records, "Patient", "ann", r#""active":true"#).unwrap();
    for node in [&south, &north] {
        node.sync(&hub);
    }
    assert_eq!(grants(backend), ["north patient/ann"]);
    assert_eq!(notices(backend, "patient-not-granted"), 1);
    assert_eq!(json(&north.records, "Patient", "ann"), json(&hub, "Patient", "ann"), "it is taken in");
    put(&north.records, "Observation", "o1", &about("ann", "confidential")).unwrap();
    north.sync(&hub);
    south.sync(&hub);
    assert!(!has(&south.records, "Observation", "o1"));
}

/// A clinic that a patient was shared with edits them, and comes to a restored hub before the clinic that made them.
fn an_edit_that_comes_ahead_of_the_making_makes_nobody_the_maker(backend: &Backend) {
    let lost = hub(&Backend::sqlite_memory());
    let (north, south) = (node("north", "n1"), node("south", "s1"));
    put(&north.records, "Patient", "ann", r#""gender":"female""#).unwrap();
    for node in [&north, &south] {
        node.sync(&lost);
    }
    lost.share(&Scope::patient("ann"), "south").unwrap();
    south.sync(&lost);
    put(&south.records, "Patient", "ann", r#""gender":"other""#).unwrap();
    let hub = hub(backend);
    south.push(&hub).unwrap();
    assert_eq!(grants(backend), [""; 0]);
    put(&north.records, "Observation", "o1", &about("ann", "confidential")).unwrap();
    north.sync(&hub);
    assert_eq!(grants(backend), ["north patient/ann"]);
    assert_eq!(json(&north.records, "Patient", "ann"), json(&hub, "Patient", "ann"));
    assert!(json(&hub, "Patient", "ann").contains("other"), "the edit stands");
    south.pull(&hub);
    assert!(!has(&south.records, "Observation", "o1"), "it needs to be shared again");
    assert_eq!(quarantine::waiting(&*backend.open()).unwrap(), 0);
}

/// What replicas of a clinic alone have written tells it nothing new, whoever the patient is.
fn a_clinics_own_notes_go_where_it_moves_them(backend: &Backend) {
    let hub = hub(backend);
    let (north, south, second) = (node("north", "n1"), node("south", "s1"), node("south", "s2"));
    for node in [&north, &south, &second] {
        node.sync(&hub);
    }
    put(&north.records, "Patient", "ann", r#""active":true"#).unwrap();
    north.sync(&hub);
    put(&south.records, "Patient", "bob", r#""active":true"#).unwrap();
    put(&south.records, "Observation", "o1", &about("ann", "meant for bob")).unwrap();
    south.sync(&hub);
    put(&south.records, "Observation", "o1", &about("bob", "meant for bob")).unwrap();
    for node in [&south, &second, &north] {
        node.sync(&hub);
    }
    let now = json(&hub, "Observation", "o1");
    assert!(now.contains("Patient/bob"), "{now}");
    for node in [&second, &north] {
        assert_eq!(json(&node.records, "Observation", "o1"), now);
    }
    assert_eq!(quarantine::waiting(&*backend.open()).unwrap(), 0);
}
