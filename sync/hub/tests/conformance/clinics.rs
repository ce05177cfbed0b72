//! What belongs to a clinic comes back to that clinic alone, by the FHIR rules.

use std::sync::Arc;

use holdfast_clinical::FhirRules;
use holdfast_core::id::Entity;
use holdfast_core::message::{Condition, Request, Response, Search, Text};
use holdfast_store::Records;
use holdfast_store::error::Result;
use holdfast_store::seek::{MAX_LOOKED_AT, MAX_SOUGHT};
use holdfast_store::sidecar::MemorySidecar;
use holdfast_store::sqlite::Sqlite;
use holdfast_store::upstream::Peer;

use crate::backend::{Backend, behaviours, read};
use crate::fleet::{Node, json, put, records_by};

behaviours![
    a_clinics_schedule_reaches_its_other_nodes_and_no_other_clinic,
    a_schedule_stays_its_clinics_whoever_edits_it,
    a_damaged_schedule_is_given_back_to_its_clinic_alone,
    a_search_finds_what_the_clinic_may_hold_and_few_at_a_time,
    a_search_that_is_cut_says_so_and_one_that_is_not_does_not,
];

fn hub(backend: &Backend) -> Records {
    records_by(Arc::new(FhirRules), backend.open(), "", Arc::<MemorySidecar>::default())
}

fn node(clinic: &str, name: &str) -> Node {
    let db = Arc::new(Sqlite::in_memory().unwrap());
    let records = records_by(Arc::new(FhirRules), db, clinic, Arc::<MemorySidecar>::default());
    Node { records, peer: Peer { replica: name.into(), clinic: clinic.into(), kind: "node".into() } }
}

fn has(node: &Node, kind: &str, id: &str) -> bool {
    node.records.read(|view| Ok(view.get(&Entity::new(kind, id))?.is_some())).unwrap()
}

fn a_clinics_schedule_reaches_its_other_nodes_and_no_other_clinic(backend: &Backend) {
    let hub = hub(backend);
    let (first, second, other) = (node("north", "n1"), node("north", "n2"), node("south", "s1"));
    for node in [&first, &second, &other] {
        node.sync(&hub);
    }
    put(&first.records, "Schedule", "room-1", r#""comment":"as made""#).unwrap();
    put(&first.records, "Group", "asthma", r#""type":"person","actual":true"#).unwrap();
    first.sync(&hub);
    put(&first.records, "Schedule", "room-1", r#""comment":"edited""#).unwrap();
    first.sync(&hub);
    for node in [&second, &other] {
        node.sync(&hub);
    }
    assert_eq!(json(&second.records, "Schedule", "room-1"), json(&first.records, "Schedule", "room-1"));
    assert!(has(&second, "Group", "asthma"));
    assert!(!has(&other, "Schedule", "room-1") && !has(&other, "Group", "asthma"));
    let late = node("north", "n3");
    late.sync(&hub);
    assert!(has(&late, "Schedule", "room-1"), "a node that comes later gets it too");
}

fn a_schedule_stays_its_clinics_whoever_edits_it(backend: &Backend) {
    let hub = hub(backend);
    let (north, south, second) = (node("north", "n1"), node("south", "s1"), node("north", "n2"));
    put(&north.records, "Patient", "ann", r#""active":true"#).unwrap();
    let visit =
        r#""status":"booked","participant":[{"actor":{"reference":"Patient/ann"},"status":"accepted"}]"#;
    put(&north.records, "Appointment", "visit", visit).unwrap();
    north.sync(&hub);
    hub.share(&holdfast_core::id::Scope::patient("ann"), "south").unwrap();
    south.sync(&hub);
    south.hold(&hub, holdfast_core::id::Scope::patient("ann"));
    south.sync(&hub);
    put(&south.records, "Appointment", "visit", &visit.replace("booked", "cancelled")).unwrap();
    south.sync(&hub);
    let third = node("south", "s2");
    for node in [&second, &third] {
        node.sync(&hub);
    }
    assert!(json(&second.records, "Appointment", "visit").contains("cancelled"));
    let scopes = read(&*backend.open(), |sql| {
        let text = "SELECT DISTINCT s.name FROM feed f JOIN scope s ON s.no = f.scope_no ORDER BY s.name";
        sql.query(text, &[])?.iter().map(|row| Ok(row.text(0)?.to_owned())).collect::<Result<Vec<_>>>()
    });
    assert_eq!(scopes.unwrap(), ["clinic/north", "patient/ann"]);
}

fn a_damaged_schedule_is_given_back_to_its_clinic_alone(backend: &Backend) {
    let hub = hub(backend);
    let (north, south) = (node("north", "n1"), node("south", "s1"));
    put(&north.records, "Schedule", "room-1", r#""comment":"x""#).unwrap();
    for node in [&north, &south] {
        node.sync(&hub);
    }
    let fetch = Request::Fetch { entities: vec![Entity::new("Schedule", "room-1")] };
    let given = |node: &Node| match node.ask(&hub, &fetch) {
        Response::States(items) => items.len(),
        other => panic!("{other:?}"),
    };
    assert_eq!((given(&north), given(&south)), (1, 0));
}

/// `Patient?name=` of the FHIR rules.
fn patient_name() -> u32 {
    holdfast_clinical::search::table::find("Patient", "name").unwrap().slots[0].number
}

fn by_name(begins: &str) -> Request {
    let any = vec![Text::Prefix(begins.into())];
    Request::Search(Search {
        kind: "Patient".into(),
        all: vec![Condition { param: patient_name(), any }],
        limit: 99,
    })
}

fn a_search_finds_what_the_clinic_may_hold_and_few_at_a_time(backend: &Backend) {
    let hub = hub(backend);
    let (north, south) = (node("north", "n1"), node("south", "s1"));
    let stranger = node("south", "s9");
    put(&north.records, "Patient", "ann", r#""name":[{"family":"Quimby"}]"#).unwrap();
    put(&north.records, "Patient", "bob", r#""name":[{"family":"Quimper"}]"#).unwrap();
    for n in 0..30 {
        put(&north.records, "Patient", &format!("many-{n}"), r#""name":[{"family":"Smith"}]"#).unwrap();
    }
    for node in [&north, &south] {
        node.sync(&hub);
    }
    let found = |node: &Node, begins: &str| match node.ask(&hub, &by_name(begins)) {
        Response::States(items) => {
            let mut ids: Vec<String> = items.into_iter().map(|item| item.entity.id).collect();
            ids.sort();
            ids
        }
        Response::Refused { code, .. } => vec![code],
        other => panic!("{other:?}"),
    };
    assert_eq!(found(&north, "quim"), ["ann", "bob"]);
    assert!(found(&south, "quim").is_empty(), "another clinic's patients are not found");
    hub.share(&holdfast_core::id::Scope::patient("bob"), "south").unwrap();
    assert_eq!(found(&south, "quim"), ["bob"], "one who is shared is");
    assert_eq!(found(&north, "smith").len(), MAX_SOUGHT as usize);
    assert_eq!(found(&north, "q"), ["search-too-wide"]);
    assert_eq!(found(&stranger, "quim"), ["actor-unknown"]);
}

fn a_search_that_is_cut_says_so_and_one_that_is_not_does_not(backend: &Backend) {
    let hub = hub(backend);
    let (north, south) = (node("north", "n1"), node("south", "s1"));
    let add = |from: usize, to: usize| {
        for n in from..to {
            put(&north.records, "Patient", &format!("many-{n:04}"), r#""name":[{"family":"Smith"}]"#)
                .unwrap();
        }
        north.sync(&hub);
    };
    add(0, MAX_LOOKED_AT);
    south.sync(&hub);
    assert_eq!(south.ask(&hub, &by_name("smith")), Response::States(vec![]), "all were looked at");
    add(MAX_LOOKED_AT, MAX_LOOKED_AT + 1);
    hub.share(&holdfast_core::id::Scope::patient("many-0007"), "south").unwrap();
    match south.ask(&hub, &by_name("smith")) {
        Response::Partly(items) => {
            assert_eq!(items.len(), 1, "whom it came upon, and that it did not see all")
        }
        other => panic!("{other:?}"),
    }
}
