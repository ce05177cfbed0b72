use super::*;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

fn parsed(resource: &Resource) -> Value {
    serde_json::from_str(&resource.json).unwrap_or_else(|error| panic!("{error}: {}", resource.json))
}

#[test]
fn one_seed_makes_the_same_bytes_and_another_seed_others() {
    let (a, b, other) = (Generator::new(5), Generator::new(5), Generator::new(6));
    assert_eq!(a.chart(3, 50), b.chart(3, 50));
    assert_eq!(a.vital(9, "p"), b.vital(9, "p"));
    assert_ne!(a.patient(3).id, other.patient(3).id);
    let patient = a.patient(0).json;
    assert_eq!(a.edit(1, &patient), b.edit(1, &patient));
}

/// A golden line: whoever changes the generator sees that every figure taken before it is another data set.
#[test]
fn the_first_patient_of_seed_1_is_known() {
    let patient = Generator::new(1).patient(0);
    assert_eq!(patient.json, include_str!("golden-patient.json").trim_end());
}

#[test]
fn patients_are_whole_and_as_large_as_real_ones() {
    let made = Generator::new(1);
    let mut total = 0;
    for i in 0..500 {
        let patient = made.patient(i);
        let value = parsed(&patient);
        for element in ["identifier", "name", "telecom", "gender", "birthDate", "address", "contact"] {
            assert!(!value[element].is_null(), "{element} is missing: {}", patient.json);
        }
        assert_eq!(value["id"], patient.id.as_str());
        total += patient.json.len();
    }
    assert!((900..1800).contains(&(total / 500)), "a mean of {} bytes", total / 500);
}

#[test]
fn ids_look_like_version_4_uuids_and_never_repeat() {
    let made = Generator::new(2);
    let mut ids = BTreeSet::new();
    for i in 0..50 {
        for resource in made.chart(i, 40) {
            let id = &resource.id;
            assert_eq!((id.len(), &id[14..15]), (36, "4"), "{id}");
            assert!("89ab".contains(&id[19..20]), "{id}");
            assert!(ids.insert(id.clone()), "{id} came twice");
        }
    }
}

#[test]
fn a_chart_refers_only_to_itself_and_holds_every_kind() {
    let made = Generator::new(3);
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for i in 0..40 {
        let chart = made.chart(i, 30);
        assert_eq!(chart.len(), 31);
        let known: BTreeSet<String> = chart.iter().map(Resource::reference).collect();
        for resource in &chart {
            *kinds.entry(resource.resource_type).or_default() += 1;
            let value = parsed(resource);
            for element in ["subject", "patient", "encounter"] {
                if let Some(reference) = value[element]["reference"].as_str() {
                    assert!(known.contains(reference), "{reference} of {}", resource.json);
                }
            }
        }
    }
    assert_eq!(kinds.keys().count(), 6, "{kinds:?}");
}

#[test]
fn seven_vitals_in_a_row_are_those_of_one_encounter() {
    let made = Generator::new(4);
    let all: Vec<Value> = (0..14).map(|i| parsed(&made.vital(i, "some-patient"))).collect();
    let codes: BTreeSet<&str> =
        all[..7].iter().filter_map(|v| v["code"]["coding"][0]["code"].as_str()).collect();
    assert_eq!(codes.len(), 7);
    assert!(all[..7].iter().all(|vital| vital["encounter"] == all[0]["encounter"]));
    assert_ne!(all[7]["encounter"], all[0]["encounter"]);
    assert_eq!(all[0]["component"][1]["code"]["coding"][0]["code"], "8462-4");
    assert!(all[1]["valueQuantity"]["value"].is_number() && all[1]["status"] == "final");
}

#[test]
fn an_edit_changes_exactly_one_element() {
    let made = Generator::new(5);
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for i in 0..2000 {
        let before = made.patient(i % 50).json;
        let edit = made.edit(i, &before);
        let after = edit.applied_to(&before);
        let changed: Vec<String> = elements(&before)
            .unwrap()
            .into_iter()
            .zip(elements(&after).unwrap())
            .filter(|(old, new)| old != new)
            .map(|(_, new)| new.0)
            .collect();
        assert_eq!(changed, [edit.element], "{before}\n{after}");
        serde_json::from_str::<Value>(&after).unwrap();
        *seen.entry(edit.element).or_default() += 1;
    }
    assert_eq!(seen.len(), 7, "{seen:?}");
}

#[test]
fn an_edit_of_a_bare_patient_adds_the_element() {
    let made = Generator::new(5);
    for i in 0..100 {
        let edit = made.edit(i, "{\"resourceType\":\"Patient\"}");
        serde_json::from_str::<Value>(&edit.applied_to("{\"resourceType\":\"Patient\"}")).unwrap();
    }
}

#[test]
fn what_is_made_is_lawful() {
    let made = Generator::new(5);
    for i in 0..50 {
        let chart = made.chart(i, 20);
        let edited = made.edit(i, &chart[0].json).applied_to(&chart[0].json);
        for json in chart.iter().map(|resource| &resource.json).chain([&edited]) {
            assert_eq!(holdfast_clinical::validate::validate(json), [], "{json}");
        }
    }
}
