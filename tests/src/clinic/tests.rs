use std::collections::{BTreeMap, BTreeSet};

use holdfast_clinical::codes::{System, starter};
use holdfast_clinical::validate::validate;
use serde_json::Value;

use super::*;

fn clinic(patients: u64) -> Clinic {
    Clinic::new(20_261_122, Now::read("2026-11-27 10:40 +0100").unwrap(), patients)
}

fn everything(clinic: &Clinic) -> Vec<Resource> {
    let records = (0..clinic.patients()).flat_map(|at| clinic.patient(at));
    clinic.facilities().into_iter().chain(records).chain(clinic.today()).collect()
}

/// Calls with every object inside.
fn each(value: &Value, take: &mut dyn FnMut(&serde_json::Map<String, Value>)) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| each(item, take)),
        Value::Object(members) => {
            take(members);
            members.values().for_each(|item| each(item, take));
        }
        _ => {}
    }
}

#[test]
fn every_resource_is_accepted_by_the_products_validator_without_a_warning() {
    for resource in everything(&clinic(120)) {
        let issues = validate(&resource.json);
        assert!(issues.is_empty(), "{}: {issues:?}\n{}", resource.reference(), resource.json);
    }
}

#[test]
fn same_seed_gives_the_same_bytes_and_another_seed_others() {
    let (one, two) = (everything(&clinic(40)), everything(&clinic(40)));
    assert_eq!(one, two);
    let other = Clinic::new(7, Now::read("2026-11-27 10:40 +0100").unwrap(), 40);
    assert_ne!(one[..], everything(&other)[..]);
}

#[test]
fn ids_are_distinct_and_every_reference_resolves() {
    let all = everything(&clinic(120));
    let mut names = BTreeSet::new();
    let twice: Vec<String> =
        all.iter().map(Resource::reference).filter(|name| !names.insert(name.clone())).collect();
    assert_eq!(twice, [""; 0]);
    for resource in &all {
        let json: Value = serde_json::from_str(&resource.json).unwrap();
        each(&json, &mut |members| {
            for key in ["reference", "url"] {
                let Some(Value::String(text)) = members.get(key) else { continue };
                // Extensions are named by URLs or URNs, and their parts by plain words.
                if key == "url"
                    && (members.contains_key("extension")
                        || members.keys().any(|name| name.starts_with("value")))
                    || text.starts_with("http")
                {
                    continue;
                }
                assert!(names.contains(text), "{} names {text}", resource.reference());
            }
        });
    }
}

#[test]
fn every_code_of_the_four_systems_is_in_the_starter_lists_with_its_display() {
    let mut seen = 0;
    for resource in everything(&clinic(120)) {
        let json: Value = serde_json::from_str(&resource.json).unwrap();
        each(&json, &mut |members| {
            let text = |key: &str| members.get(key).and_then(Value::as_str);
            let Some((system, code)) = text("system").and_then(System::named).zip(text("code")) else {
                return;
            };
            assert_eq!(starter(system).display(code), text("display"), "{code} in {}", resource.reference());
            seen += 1;
        });
    }
    assert!(seen > 1_000);
}

#[test]
fn clinic_has_every_kind_of_record_and_three_of_twenty_years() {
    let clinic = clinic(400);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut long = 0;
    for at in 0..clinic.patients() {
        let record = clinic.patient(at);
        long += usize::from(record.len() > 2_000);
        for resource in &record {
            *counts.entry(resource.resource_type).or_default() += 1;
        }
    }
    for resource in clinic.facilities().iter().chain(&clinic.today()) {
        *counts.entry(resource.resource_type).or_default() += 1;
    }
    for kind in [
        "AllergyIntolerance",
        "Appointment",
        "Binary",
        "CarePlan",
        "Communication",
        "Composition",
        "Condition",
        "Consent",
        "Coverage",
        "DiagnosticReport",
        "DocumentReference",
        "Encounter",
        "FamilyMemberHistory",
        "HealthcareService",
        "Immunization",
        "Location",
        "MedicationRequest",
        "MedicationStatement",
        "Observation",
        "Organization",
        "Patient",
        "Practitioner",
        "PractitionerRole",
        "Procedure",
        "RelatedPerson",
        "Schedule",
        "Slot",
        "Task",
    ] {
        assert!(counts.get(kind).is_some_and(|count| *count > 0), "no {kind}: {counts:?}");
    }
    assert_eq!(counts["Patient"], 400);
    assert!(long >= 3, "{long} records with more than 2,000 resources; {counts:?}");
}

#[test]
fn people_have_names_of_every_script_and_share_homes_and_some_are_there_twice() {
    let people = clinic(400).people;
    let has = |from: char, to: char| {
        people.iter().any(|person| person.said().chars().any(|c| (from..=to).contains(&c)))
    };
    assert!(
        has('à', 'ÿ')
            && has('\u{600}', '\u{6ff}')
            && has('\u{400}', '\u{4ff}')
            && has('\u{4e00}', '\u{9fff}')
            && has('\u{900}', '\u{97f}')
    );
    assert!(people.iter().any(|person| person.name.family.is_none()));
    assert!(people.iter().any(|person| person.said().chars().count() > 80));
    let phones: BTreeSet<&str> = people.iter().map(|person| person.household.phone.as_str()).collect();
    assert!(phones.len() < people.len() * 2 / 3, "households share a telephone");
    let twice = people.iter().filter(|person| person.twice.is_some()).count();
    assert!((3..20).contains(&twice), "{twice}");
    let children = people.iter().filter(|person| person.age(20_784) < 18).count();
    let old = people.iter().filter(|person| person.age(20_784) >= 65).count();
    assert!((50..170).contains(&children) && (40..220).contains(&old), "{children} children, {old} old");
}

#[test]
fn day_sheet_has_every_stage() {
    let statuses: BTreeSet<String> = clinic(400)
        .today()
        .iter()
        .filter(|resource| matches!(resource.resource_type, "Appointment" | "Encounter"))
        .map(|resource| {
            let json: Value = serde_json::from_str(&resource.json).unwrap();
            format!("{} {}", resource.resource_type, json["status"].as_str().unwrap())
        })
        .collect();
    for status in [
        "Appointment booked",
        "Appointment cancelled",
        "Appointment checked-in",
        "Appointment fulfilled",
        "Appointment noshow",
        "Encounter finished",
        "Encounter in-progress",
        "Encounter triaged",
    ] {
        assert!(statuses.contains(status), "no {status} in {statuses:?}");
    }
}

/// The value of an Observation with this code, by its date.
fn series(record: &[Resource], code: &str) -> Vec<(String, f64)> {
    let mut all: Vec<(String, f64)> = record
        .iter()
        .filter(|resource| resource.resource_type == "Observation")
        .map(|resource| serde_json::from_str::<Value>(&resource.json).unwrap())
        .filter(|json| json["code"]["coding"][0]["code"] == code)
        .map(|json| {
            (
                json["effectiveDateTime"].as_str().unwrap().to_owned(),
                json["valueQuantity"]["value"].as_f64().unwrap(),
            )
        })
        .collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

fn record_of(clinic: &Clinic, role: people::Role) -> Vec<Resource> {
    let at = clinic.people.iter().position(|person| person.role == role).unwrap();
    clinic.patient(at)
}

#[test]
fn histories_hang_together() {
    let clinic = clinic(400);
    let diabetes = record_of(&clinic, people::Role::LongDiabetes);
    let a1c = series(&diabetes, "4548-4");
    assert!(a1c.len() > 40 && a1c[0].1 > 8.0 && a1c.last().unwrap().1 < 8.6, "{a1c:?}");
    assert!(a1c[0].1 > a1c[8].1 + 1.0, "treatment lowers it: {a1c:?}");
    let text = |record: &[Resource]| record.iter().map(|resource| resource.json.clone()).collect::<String>();
    assert!(
        text(&diabetes).contains("metformin hydrochloride 1000 MG")
            && text(&diabetes).contains("Foot examination")
    );
    let child = record_of(&clinic, people::Role::AsthmaChild);
    let height = series(&child, "8302-2");
    assert!(
        height.len() > 8 && height.windows(2).all(|pair| pair[0].1 <= pair[1].1),
        "a child only grows: {height:?}"
    );
    assert!(child.iter().filter(|resource| resource.resource_type == "Immunization").count() >= 15);
    let allergic = text(&record_of(&clinic, people::Role::PenicillinAllergy));
    assert!(allergic.contains("Anaphylaxis") && allergic.contains("Auto-Injector"));
    let old = text(&record_of(&clinic, people::Role::Polypharmacy));
    assert!(old.contains("warfarin sodium 5 MG") && old.contains("ibuprofen 200 MG"));
    assert!(text(&record_of(&clinic, people::Role::Pregnant)).contains("Antenatal visit"));
    for at in 0..clinic.people.len() {
        let mut orders: Vec<String> = clinic
            .patient(at)
            .iter()
            .filter(|resource| resource.resource_type == "MedicationRequest")
            .map(|resource| serde_json::from_str::<Value>(&resource.json).unwrap())
            .filter(|order| order["status"] == "active" && order["reasonCode"] != Value::Null)
            .map(|order| order["medicationCodeableConcept"]["coding"][0]["code"].to_string())
            .collect();
        let all = orders.len();
        orders.sort();
        orders.dedup();
        assert_eq!(orders.len(), all, "person {at} is to take one medicine twice");
    }
}

#[test]
fn nobody_has_two_appointments_at_once_but_who_was_forced_in() {
    use holdfast_clinical::scheduling::booking::Booked;
    let read = |resource: &Resource| {
        let json: Value = serde_json::from_str(&resource.json).unwrap();
        Booked::read(&json).unwrap()
    };
    let today = clinic(400).today();
    let all: Vec<Booked> =
        today.iter().filter(|one| one.resource_type == "Appointment").filter_map(read).collect();
    assert!(all.iter().any(|one| one.is_overbooked) && all.iter().any(|one| one.capacity.is_some()));
    let mut taken: BTreeMap<&str, Vec<(i64, i64)>> = BTreeMap::new();
    for one in all.iter().filter(|one| one.takes_time() && !one.is_overbooked) {
        for key in &one.resources {
            taken.entry(key).or_default().push((one.taken.from, one.taken.to));
        }
    }
    for (key, spans) in &mut taken {
        spans.sort_unstable();
        let clash = spans.windows(2).find(|pair| pair[1].0 < pair[0].1);
        assert_eq!(clash, None, "{key}");
    }
}
