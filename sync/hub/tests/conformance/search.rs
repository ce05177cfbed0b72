//! FHIR's search language on the database: every kind of condition, and orders.

use std::sync::Arc;

use holdfast_clinical::FhirRules;
use holdfast_clinical::search::query::parse_query_at;
use holdfast_core::id::Entity;
use holdfast_store::Records;
use holdfast_store::author::Base;
use holdfast_store::search::Place;
use holdfast_store::sidecar::MemorySidecar;

use crate::backend::{Backend, behaviours};
use crate::fleet::records_by;

behaviours![
    conditions_find_what_they_say,
    orders_go_on_where_a_page_ended,
    many_are_put_in_order_along_the_index,
    edits_move_what_is_found,
];

const NOW_MS: u64 = 1_800_000_000_000;

fn open(backend: &Backend) -> Records {
    records_by(Arc::new(FhirRules), backend.open(), "", Arc::<MemorySidecar>::default())
}

fn put(hub: &Records, kind: &str, id: &str, body: &str) {
    let json = format!("{{\"resourceType\":\"{kind}\",\"id\":\"{id}\",{body}}}");
    hub.write(|tx| tx.put(&Entity::new(kind, id), &json, &Base::Blind, "nurse")).unwrap();
}

/// Ids in the order found.
fn ids(hub: &Records, query: &str) -> String {
    let (kind, pairs) = query.split_once('?').unwrap_or((query, ""));
    let pairs: Vec<(&str, &str)> = pairs.split('&').filter_map(|pair| pair.split_once('=')).collect();
    let query = parse_query_at(kind, &pairs, NOW_MS).unwrap();
    let found = hub.read(|view| match query.sort.is_empty() {
        true => Ok(view.search(kind, &query.clauses, 0, 100)?.resources),
        false => Ok(view.search_sorted(kind, &query.clauses, &query.sort, None, 100)?.resources),
    });
    found.unwrap().into_iter().map(|stored| stored.entity.id).collect::<Vec<_>>().join(" ")
}

fn clinic(backend: &Backend) -> Records {
    let hub = open(backend);
    let ann = r#""name":[{"family":"O'Hara","given":["Ann","Zoë"]}],"gender":"female","birthDate":"1970-03-05",
        "identifier":[{"system":"http://mrn","value":"A1","type":{"coding":[{"system":"http://t","code":"MR"}]}}],
        "meta":{"tag":[{"system":"http://g","code":"vip"}],"profile":["http://p/one"]},
        "text":{"status":"generated","div":"<div>Allergic to <b>peanuts</b></div>"}"#;
    put(&hub, "Patient", "ann", ann);
    put(
        &hub,
        "Patient",
        "bob",
        r#""name":[{"family":"Özil"}],"gender":"male","birthDate":"1980","deceasedDateTime":"2020-01-01""#,
    );
    put(
        &hub,
        "Patient",
        "cyd",
        r#""name":[{"family":"50%_off\\"}],"generalPractitioner":[{"reference":"Practitioner/dr"}]"#,
    );
    put(&hub, "Practitioner", "dr", r#""name":[{"family":"House"}]"#);
    let observation = |id: &str, patient: &str, code: &str, when: &str, value: &str| {
        let body = format!(
            r#""status":"final","code":{{"coding":[{{"system":"http://loinc.org","code":"{code}","display":"Heart rate"}}]}},
            "subject":{{"reference":"Patient/{patient}"}},{when},"valueQuantity":{{"value":{value},"system":"http://u","code":"mg"}}"#
        );
        put(&hub, "Observation", id, &body);
    };
    observation("o1", "ann", "8867-4", r#""effectiveDateTime":"2020-03-10T10:00:00+02:00""#, "80");
    observation("o2", "ann", "8867-4", r#""effectiveDateTime":"2021""#, "90.5");
    observation("o3", "bob", "718-7", r#""effectivePeriod":{"start":"2020-01-01"}"#, "-5");
    hub
}

fn conditions_find_what_they_say(backend: &Backend) {
    let hub = clinic(backend);
    let entity = Entity::new("Patient", "gone");
    put(&hub, "Patient", "gone", r#""name":[{"family":"O'Hara"}]"#);
    hub.write(|tx| tx.delete(&entity, &Base::Blind, "nurse")).unwrap();
    for (query, expected) in [
        ("Patient", "ann bob cyd"),
        ("Patient?name=ohara", "ann"),
        ("Patient?name=ZOE", "ann"),
        ("Patient?given=zo", "ann"),
        ("Patient?family=oz,ohara", "ann bob"),
        ("Patient?family:exact=Özil", "bob"),
        ("Patient?family:exact=Ozil", ""),
        ("Patient?family:contains=har", "ann"),
        ("Patient?family:contains=50", "cyd"),
        ("Patient?family:contains=5_", "cyd"),
        ("Patient?gender=male", "bob"),
        ("Patient?gender:not=male", "ann cyd"),
        ("Patient?gender:missing=true", "cyd"),
        ("Patient?gender:missing=false", "ann bob"),
        ("Patient?deceased=true", "bob"),
        ("Patient?deceased=false", "ann cyd"),
        ("Patient?identifier=A1", "ann"),
        ("Patient?identifier=http://mrn|", "ann"),
        ("Patient?identifier=http://mrn|A1", "ann"),
        ("Patient?identifier=|A1", ""),
        ("Patient?identifier:of-type=http://t|MR|A1", "ann"),
        ("Patient?birthdate=1970-03", "ann"),
        ("Patient?birthdate=gt1970-03-05", "bob"),
        ("Patient?birthdate=1980-05", ""),
        ("Patient?birthdate=le1980", "ann bob"),
        ("Patient?_tag=http://g|vip", "ann"),
        ("Patient?_profile=http://p/one", "ann"),
        ("Patient?_text=peanut", "ann"),
        ("Patient?_text=div", ""),
        ("Patient?_id=ann,bob,gone", "ann bob"),
        ("Patient?_lastUpdated=gt2000", "ann bob cyd"),
        ("Patient?_lastUpdated=lt2000", ""),
        ("Patient?general-practitioner=Practitioner/dr", "cyd"),
        ("Patient?general-practitioner=dr", "cyd"),
        ("Patient?general-practitioner:Practitioner.name=hou", "cyd"),
        ("Patient?general-practitioner.name=nobody", ""),
        ("Patient?_has:Observation:patient:code=8867-4", "ann"),
        ("Patient?_has:Observation:subject:value-quantity=lt0", "bob"),
        ("Observation?patient=ann", "o1 o2"),
        ("Observation?patient.birthdate=1980", "o3"),
        ("Observation?patient.name=ann&code=8867-4", "o1 o2"),
        ("Observation?code=http://loinc.org|718-7", "o3"),
        ("Observation?combo-code=718-7", "o3"),
        ("Observation?code:text=heart ra", "o1 o2 o3"),
        ("Observation?date=2020-03-10", "o1"),
        ("Observation?date=ge2021", "o2 o3"),
        ("Observation?date=lt2020-03", "o3"),
        ("Observation?date=sa2020-06", "o2"),
        ("Observation?date=eb2020-06", "o1"),
        ("Observation?date=ne2021", "o1 o3"),
        ("Observation?value-quantity=90.5", "o2"),
        ("Observation?value-quantity=ge80||mg", "o1 o2"),
        ("Observation?value-quantity=lt0|http://u|mg", "o3"),
        ("Observation?value-quantity=lt0|http://u|g", ""),
        ("Patient?_sort=-birthdate", "bob ann cyd"),
        ("Patient?_sort=family", "cyd ann bob"),
        ("Patient?_sort=-_id", "cyd bob ann"),
        ("Patient?_sort=gender,-family", "ann bob cyd"),
        ("Patient?_sort=-_lastUpdated", "cyd bob ann"),
        ("Observation?_sort=-date", "o2 o1 o3"),
        ("Observation?_sort=value-quantity&patient=ann", "o1 o2"),
    ] {
        assert_eq!(ids(&hub, query), expected, "{query}");
    }
    let total = |query: &str| {
        let (kind, pairs) = query.split_once('?').unwrap();
        let pairs: Vec<(&str, &str)> = pairs.split('&').filter_map(|pair| pair.split_once('=')).collect();
        let query = parse_query_at(kind, &pairs, NOW_MS).unwrap();
        hub.read(|view| view.count_found(kind, &query.clauses)).unwrap()
    };
    assert_eq!((total("Observation?patient=ann"), total("Patient?_text=peanuts")), (Some(2), None));
}

/// Pages of an order, one resource each, with `between` done after the first.
fn pages(hub: &Records, query: &str, between: impl FnOnce()) -> String {
    let (kind, pairs) = query.split_once('?').unwrap();
    let pairs: Vec<(&str, &str)> = pairs.split('&').filter_map(|pair| pair.split_once('=')).collect();
    let query = parse_query_at(kind, &pairs, NOW_MS).unwrap();
    let (mut out, mut after, mut between) = (Vec::new(), None::<Place>, Some(between));
    loop {
        let page = hub
            .read(|view| view.search_sorted(kind, &query.clauses, &query.sort, after.as_ref(), 1))
            .unwrap();
        out.extend(page.resources.into_iter().map(|stored| stored.entity.id));
        let Some(next) = page.next else { return out.join(" ") };
        after = Some(next);
        between.take().into_iter().for_each(|between| between());
    }
}

fn orders_go_on_where_a_page_ended(backend: &Backend) {
    let hub = clinic(backend);
    let add = |id: &str, day: &str| put(&hub, "Patient", id, &format!("\"birthDate\":\"{day}\""));
    assert_eq!(pages(&hub, "Patient?_sort=birthdate", || add("new", "1975")), "ann new bob cyd");
    assert_eq!(pages(&hub, "Patient?_sort=birthdate", || add("old", "1950")), "ann new bob cyd");
    // One whom an edit moves on comes again, as what he is by then; nobody is passed over.
    assert_eq!(pages(&hub, "Patient?_sort=-birthdate", || add("bob", "1979")), "bob bob new ann old cyd");
    assert_eq!(pages(&hub, "Patient?_sort=_lastUpdated", || ()), "ann cyd new old bob");
}

fn many_are_put_in_order_along_the_index(backend: &Backend) {
    let hub = open(backend);
    hub.write(|tx| {
        for n in 0..4_200u32 {
            // Two names each: the first in the order counts.
            let key = n.wrapping_mul(2_654_435_761) % 100_003;
            let names = match n % 100 {
                0 => String::new(),
                _ => format!(",\"name\":[{{\"family\":\"n{key:06}\"}},{{\"family\":\"o{n:04} b\"}}]"),
            };
            let json = format!("{{\"resourceType\":\"Patient\",\"id\":\"p{n}\"{names}}}");
            tx.put(&Entity::new("Patient", format!("p{n}")), &json, &Base::Absent, "nurse")?;
        }
        Ok(())
    })
    .unwrap();
    while hub.index_step().unwrap().is_some() {}
    for (sort, first) in [("family", "n"), ("-family", "o")] {
        let query = parse_query_at("Patient", &[("_sort", sort)], NOW_MS).unwrap();
        let (mut seen, mut keys, mut after) = (std::collections::BTreeSet::new(), Vec::new(), None::<Place>);
        loop {
            let page = hub
                .read(|view| view.search_sorted("Patient", &[], &query.sort, after.as_ref(), 700))
                .unwrap();
            for stored in page.resources {
                let family = stored.json.split("\"family\":\"").find(|part| part.starts_with(first));
                keys.push(family.and_then(|part| part.split('"').next()).map(str::to_owned));
                assert!(seen.insert(stored.entity.id), "found twice");
            }
            let Some(next) = page.next else { break };
            after = Some(next);
        }
        assert_eq!(seen.len(), 4_200, "{sort}");
        let named: Vec<_> = keys.iter().take_while(|key| key.is_some()).flatten().collect();
        assert_eq!(named.len(), 4_158, "those without a name come last");
        let is_ordered =
            |pair: &[&String]| if sort == "family" { pair[0] <= pair[1] } else { pair[0] >= pair[1] };
        assert!(named.windows(2).all(is_ordered), "{sort}");
    }
    let query = parse_query_at("Patient", &[("_sort", "family,birthdate")], NOW_MS).unwrap();
    let refused = hub.read(|view| view.search_sorted("Patient", &[], &query.sort, None, 10));
    assert_eq!(refused.unwrap_err().code(), holdfast_store::search::TOO_MANY_TO_SORT);
}

fn edits_move_what_is_found(backend: &Backend) {
    let hub = clinic(backend);
    put(&hub, "Patient", "ann", r#""name":[{"family":"Stone"}],"gender":"other","birthDate":"1971""#);
    for (query, expected) in [
        ("Patient?name=ohara", ""),
        ("Patient?name=zoe", ""),
        ("Patient?family=stone&gender=other", "ann"),
        ("Patient?gender=female", ""),
        ("Patient?birthdate=1970", ""),
        ("Patient?birthdate=gt1970", "ann bob"),
        ("Patient?identifier=A1", ""),
        ("Patient?identifier:missing=true", "ann bob cyd"),
        ("Patient?_tag=vip", ""),
        ("Patient?_profile=http://p/one", ""),
        ("Patient?deceased=false", "ann cyd"),
    ] {
        assert_eq!(ids(&hub, query), expected, "{query}");
    }
}
