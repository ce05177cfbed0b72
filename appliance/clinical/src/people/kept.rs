//! Records that are kept from most: those of patients who are labelled restricted or very restricted. They are open to who has a
//! part in them, and to whoever has broken the glass.
//!
//! Source: <https://terminology.hl7.org/CodeSystem-v3-Confidentiality.html>.

use std::collections::BTreeSet;

use holdfast_core::rules::IndexRow;
use holdfast_core::search::{Clause, Match};
use holdfast_core::sight::Reader;
use holdfast_core::state::EntityState;

use crate::compartment::owner_paths;
use crate::search::path::each_node;
use crate::search::table;
use crate::tree::Node;

/// Of a patient: that they are kept from most.
const KEPT: u32 = 900_004;
/// Whose record a resource is, of types that have no search parameter `patient`.
const OWNER: u32 = 900_005;

const CONFIDENTIALITY: &str = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";
/// Restricted, very restricted.
const CODES: [&str; 2] = ["R", "V"];
const LABELS: &str = "meta.security";

/// Who has a part in a patient's record: `(type, its parameter that leads to the patient, its parameter that names the person)`.
/// Who treats them, and who has written in it.
const PARTS: [(&str, &str, &str); 6] = [
    ("CareTeam", "patient", "participant"),
    ("Composition", "patient", "author"),
    ("Encounter", "patient", "participant"),
    ("EpisodeOfCare", "patient", "care-manager"),
    ("Observation", "patient", "performer"),
    ("Procedure", "patient", "performer"),
];

/// Whether rows of this module stand under the number.
pub(crate) fn is_row(param: u32) -> bool {
    matches!(param, KEPT | OWNER)
}

/// Whether a change of an element may change [`rows`].
pub(crate) fn is_touched(kind: &str, element: &str) -> bool {
    if kind == "Patient" {
        return element == LABELS;
    }
    !has_parameter(kind) && owner_paths(kind).iter().any(|path| path.split('.').next() == Some(element))
}

/// The rows by which it is told what is kept from whom, read off every value; sorted and distinct.
pub(crate) fn rows(state: &EntityState) -> Vec<IndexRow> {
    let kind = state.entity.kind.as_str();
    let mut out = BTreeSet::new();
    if kind == "Patient" {
        let labels = state.values(LABELS).chain(state.set_members(LABELS));
        for label in labels.filter_map(|json| Node::parse(json).ok()) {
            let code = label.member("code").and_then(Node::as_text).unwrap_or_default();
            let is_ours = label.member("system").and_then(Node::as_text) == Some(CONFIDENTIALITY);
            if is_ours && CODES.contains(&code) {
                out.insert(IndexRow { param: KEPT, value: code.to_owned() });
            }
        }
    } else if !has_parameter(kind) {
        for path in owner_paths(kind) {
            each_node(state, path, &mut |node| {
                let to = node.member("reference").and_then(Node::as_text).and_then(crate::reference::local);
                if let Some(patient) = to.filter(|to| to.kind == "Patient") {
                    out.insert(IndexRow { param: OWNER, value: format!("Patient/{}", patient.id) });
                }
            });
        }
    }
    out.into_iter().collect()
}

/// What finds the resources of `Patient/id`, of types that have no search parameter `patient`.
pub(crate) fn of_owner(patient: &str) -> Clause {
    Clause::Param { param: OWNER, any: vec![Match::Exact(patient.to_owned())] }
}

/// What finds the patients who are kept from most.
pub(crate) fn kept() -> Clause {
    is_kept()
}

/// What resources of a type must meet to be seen by a person; none: all are.
pub(crate) fn bound(kind: &str, reader: &Reader) -> Option<Clause> {
    if kind == "Patient" {
        let mut any = vec![Clause::Not(Box::new(is_kept()))];
        any.extend(has_part(reader));
        return Some(Clause::Any(any));
    }
    let leading: Vec<u32> = match table::find(kind, "patient") {
        Some(parameter) => parameter.slots.iter().map(|slot| slot.number).collect(),
        None if owner_paths(kind).is_empty() => return None,
        None => vec![OWNER],
    };
    let foreign = || vec![is_kept(), Clause::Not(Box::new(Clause::Any(has_part(reader))))];
    let refers = |param| Clause::Refers { param, kind: "Patient".to_owned(), to: foreign() };
    Some(Clause::Not(Box::new(Clause::Any(leading.into_iter().map(refers).collect()))))
}

fn is_kept() -> Clause {
    Clause::Param { param: KEPT, any: CODES.map(|code| Match::Exact(code.to_owned())).into() }
}

/// Of a patient: that the reader has a part in the record. Each holds by itself.
fn has_part(reader: &Reader) -> Vec<Clause> {
    let named = || vec![Match::Exact(reader.name.clone())];
    let names = |kind: &str, parameter: &str| {
        let slots = table::find(kind, parameter).into_iter().flat_map(|one| one.slots.iter());
        Clause::Any(slots.map(|slot| Clause::Param { param: slot.number, any: named() }).collect())
    };
    let mut out =
        vec![Clause::Id(reader.opened.iter().cloned().collect()), names("Patient", "general-practitioner")];
    for (kind, patient, person) in PARTS {
        let slots = table::find(kind, patient).into_iter().flat_map(|one| one.slots.iter());
        out.extend(slots.map(|slot| Clause::ReferredBy {
            kind: kind.to_owned(),
            param: slot.number,
            by: vec![names(kind, person)],
        }));
    }
    out.retain(|clause| !matches!(clause, Clause::Id(ids) if ids.is_empty()));
    out
}

fn has_parameter(kind: &str) -> bool {
    table::find(kind, "patient").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_found_by_parameters_that_there_are() {
        for (kind, patient, person) in PARTS {
            assert!(table::find(kind, patient).is_some() && table::find(kind, person).is_some(), "{kind}");
        }
        assert!(table::find("Patient", "general-practitioner").is_some());
    }

    #[test]
    fn a_label_keeps_a_patient_whatever_stands_beside_it() {
        let label = |code: &str| format!(r#"{{"system":"{CONFIDENTIALITY}","code":"{code}"}}"#);
        for (labels, expected) in [
            (label("R"), true),
            (label("V"), true),
            (label("N"), false),
            (format!("{},{}", label("N"), label("V")), true),
            (r#"{"system":"http://other","code":"R"}"#.to_owned(), false),
        ] {
            let json = format!(r#"{{"resourceType":"Patient","id":"p","meta":{{"security":[{labels}]}}}}"#);
            let state = crate::testing::state(&json);
            let reader = Reader { name: "Practitioner/x".into(), ..Reader::default() };
            let seen = bound("Patient", &reader).unwrap().holds(&crate::search::index(&state), "p", 0);
            assert_eq!(seen, !expected, "{labels}");
            let opened = Reader { opened: ["p".to_owned()].into(), ..reader };
            assert!(bound("Patient", &opened).unwrap().holds(&crate::search::prompt_index(&state), "p", 0));
        }
    }

    #[test]
    fn what_has_no_search_parameter_for_its_patient_has_a_row_of_its_own() {
        let json = r#"{"resourceType":"Binary","id":"b","contentType":"x","securityContext":{"reference":"Patient/p"}}"#;
        let rows = crate::search::index(&crate::testing::state(json));
        assert!(rows.contains(&IndexRow { param: OWNER, value: "Patient/p".into() }), "{rows:?}");
        assert_eq!(bound("Practitioner", &Reader::default()), None);
        assert!(crate::search::touches_index("Binary", "securityContext"));
    }
}
