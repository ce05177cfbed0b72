//! Rows from which a chart opens: what there is of a patient, by what it is shown under and when it was. With the
//! parameters of R4 alone, the fifty newest of twelve thousand results could not be told without reading them all.
//!
//! | Number | Value |
//! |---|---|
//! | type + [`SHELF`] | `patient ␟ shelf ␟ time`: the newest of a shelf stand at its end |
//! | type + [`CODED`] | `patient ␟ code ␟ system ␟ time`: the course of one measurement |
//!
//! What has no time stands before what has one. Every sibling counts: a medicine that one person stopped and another
//! changed stands on both shelves until that is settled.

use holdfast_core::rules::IndexRow;
use holdfast_core::state::EntityState;

use super::TOKEN_SEPARATOR;
use super::path::each_node;
use super::values::date::{EPOCH_MS, Span};
use super::values::order;
use crate::reference::local;
use crate::tree::Node;

/// Added to a type's first number: by shelf.
pub const SHELF: u32 = 700;
/// Added to a type's first number: by code.
pub const CODED: u32 = 701;

/// How one type comes to stand on shelves.
struct Layout {
    kind: &'static str,
    /// Where the patient is named.
    patient: &'static str,
    /// Where its time stands, the best first.
    times: &'static [&'static str],
    /// What decides on the shelf: an element of codes, of which each in the list is a shelf, and the rest [`REST`].
    by: &'static str,
    shelves: &'static [&'static str],
    /// Where nothing is said of it, it stands on this one.
    unsaid: &'static str,
    /// The elements of the codes that have a course.
    coded: &'static [&'static str],
}

/// The shelf of what is on no other.
pub const REST: &str = "-";

const LAYOUTS: [Layout; 14] = [
    layout("AllergyIntolerance", "patient", &["onsetDateTime", "recordedDate"], "", &[], REST),
    layout("Composition", "subject", &["date"], "", &[], REST),
    layout("ClinicalImpression", "subject", &["effectiveDateTime", "date"], "", &[], REST),
    layout(
        "Condition",
        "subject",
        &["onsetDateTime", "onsetPeriod", "recordedDate"],
        "clinicalStatus",
        &["active", "recurrence", "relapse"],
        "active",
    ),
    layout(
        "DiagnosticReport",
        "subject",
        &["effectiveDateTime", "effectivePeriod", "issued"],
        "category",
        &["LAB"],
        REST,
    ),
    layout("DocumentReference", "subject", &["date"], "category", &["clinical-note"], REST),
    layout("Encounter", "subject", &["period"], "", &[], REST),
    layout("FamilyMemberHistory", "patient", &["date"], "", &[], REST),
    layout("Flag", "subject", &["period"], "status", &["active"], REST),
    layout("Immunization", "patient", &["occurrenceDateTime", "recorded"], "", &[], REST),
    layout(
        "MedicationRequest",
        "subject",
        &["authoredOn"],
        "status",
        &["active", "on-hold", "draft", "unknown"],
        "active",
    ),
    layout(
        "MedicationStatement",
        "subject",
        &["effectiveDateTime", "effectivePeriod", "dateAsserted"],
        "status",
        &["active", "on-hold", "intended", "unknown"],
        "active",
    ),
    Layout {
        coded: &["code", "component.code"],
        ..layout(
            "Observation",
            "subject",
            &["effectiveDateTime", "effectivePeriod", "effectiveInstant", "issued"],
            "category",
            &["vital-signs", "laboratory", "social-history", "survey"],
            REST,
        )
    },
    layout("Procedure", "subject", &["performedDateTime", "performedPeriod"], "", &[], REST),
];

const fn layout(
    kind: &'static str,
    patient: &'static str,
    times: &'static [&'static str],
    by: &'static str,
    shelves: &'static [&'static str],
    unsaid: &'static str,
) -> Layout {
    Layout { kind, patient, times, by, shelves, unsaid, coded: &[] }
}

fn layout_of(kind: &str) -> Option<&'static Layout> {
    LAYOUTS.iter().find(|layout| layout.kind == kind)
}

/// The number under which rows of this type stand, beside `offset` ([`SHELF`] or [`CODED`]); `None` if it has none.
pub fn number(kind: &str, offset: u32) -> Option<u32> {
    let layout = layout_of(kind)?;
    let is_there = offset == SHELF || offset == CODED && !layout.coded.is_empty();
    let place = crate::types::RESOURCE_TYPES.binary_search(&kind).ok()? as u32 + 1;
    is_there.then_some(place * 1000 + offset)
}

/// Whether rows under this number are made here.
pub(super) fn has_param(param: u32) -> bool {
    let offset = param % 1000;
    let kind = super::table::resource_of(param).unwrap_or_default();
    matches!(offset, SHELF | CODED) && number(kind, offset) == Some(param)
}

/// What all rows of a patient's shelf begin with.
pub fn shelf(patient: &str, shelf: &str) -> String {
    format!("{patient}{TOKEN_SEPARATOR}{shelf}{TOKEN_SEPARATOR}")
}

/// What all rows of one code begin with, or, without a code, of all codes.
pub fn course(patient: &str, code: Option<(&str, &str)>) -> String {
    match code {
        None => format!("{patient}{TOKEN_SEPARATOR}"),
        Some((system, code)) => {
            format!("{patient}{TOKEN_SEPARATOR}{code}{TOKEN_SEPARATOR}{system}{TOKEN_SEPARATOR}")
        }
    }
}

/// The end of the rows of one code: at this time or later. `since` is a FHIR date or time.
pub fn since(since: &str) -> Option<String> {
    Span::read(since).map(|span| order::time(span.from))
}

/// Unix milliseconds of the time at the end of a row; `None` if it has none, or it was before 1970.
pub fn time_ms(time: &str) -> Option<u64> {
    order::read_time(time)?.checked_sub(EPOCH_MS)
}

/// Whether rows are read off this element of the type.
pub(super) fn is_read(kind: &str, element: &str) -> bool {
    layout_of(kind).is_some_and(|layout| {
        element == layout.patient
            || element == layout.by
            || layout.coded.iter().any(|path| path.split('.').next() == Some(element))
            || layout.times.contains(&element)
    })
}

/// The rows of a resource, read off every sibling; none if its type has none, or it names no patient.
pub(super) fn push(state: &EntityState, rows: &mut Vec<IndexRow>) {
    let kind = state.entity.kind.as_str();
    let Some(layout) = layout_of(kind) else { return };
    let patients = patients(state, layout.patient);
    if patients.is_empty() {
        return;
    }
    let (times, shelves) = (times(state, layout.times), shelves(state, layout));
    let mut add = |offset: u32, middle: &str| {
        let Some(param) = number(kind, offset) else { return };
        for patient in &patients {
            for time in &times {
                let value = format!("{patient}{TOKEN_SEPARATOR}{middle}{TOKEN_SEPARATOR}{time}");
                rows.push(IndexRow { param, value });
            }
        }
    };
    for shelf in shelves {
        add(SHELF, shelf);
    }
    for (code, system) in layout.coded.iter().flat_map(|path| codes(state, path)) {
        add(CODED, &format!("{code}{TOKEN_SEPARATOR}{system}"));
    }
}

fn patients(state: &EntityState, element: &str) -> Vec<String> {
    let mut out = Vec::new();
    each_node(state, element, &mut |node| {
        let named = node.member("reference").and_then(Node::as_text).and_then(local);
        out.extend(named.filter(|named| named.kind == "Patient").map(|named| named.id.to_owned()));
    });
    out
}

/// The times at which it was: of the first element that says one.
fn times(state: &EntityState, elements: &[&str]) -> Vec<String> {
    for element in elements {
        let mut out = Vec::new();
        each_node(state, element, &mut |node| out.extend(Span::of(node).map(|span| order::time(span.from))));
        if !out.is_empty() {
            return out;
        }
    }
    vec![String::new()]
}

fn shelves(state: &EntityState, layout: &Layout) -> Vec<&'static str> {
    let mut said: Vec<String> = codes(state, layout.by).into_iter().map(|(code, _)| code).collect();
    if said.is_empty() {
        return vec![if layout.unsaid == REST { REST } else { shelf_of(layout, layout.unsaid) }];
    }
    said.sort();
    let mut out: Vec<&'static str> = said.iter().map(|code| shelf_of(layout, code)).collect();
    // A second category beside a shelf's own says no more.
    if layout.by == "category" && out.iter().any(|shelf| *shelf != REST) {
        out.retain(|shelf| *shelf != REST);
    }
    out
}

/// Statuses that go on are one shelf, named by the first; a category is a shelf of its own.
fn shelf_of(layout: &Layout, code: &str) -> &'static str {
    let found = layout.shelves.iter().find(|shelf| **shelf == code);
    match found {
        None => REST,
        Some(shelf) if layout.by == "category" => shelf,
        Some(_) => layout.shelves[0],
    }
}

/// Codes with their systems; of a plain code without one.
fn codes(state: &EntityState, element: &str) -> Vec<(String, String)> {
    let mut out = Vec::new();
    if element.is_empty() {
        return out;
    }
    each_node(state, element, &mut |node| {
        out.extend(node.as_text().map(|code| (code.to_owned(), String::new())));
        node.walk(&["coding"], &mut |coding| {
            let text =
                |name: &str| coding.member(name).and_then(Node::as_text).unwrap_or_default().to_owned();
            let code = text("code");
            if !code.is_empty() {
                out.push((code, text("system")));
            }
        });
    });
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{state, state_with_siblings};

    fn rows(state: &EntityState) -> Vec<String> {
        let mut out = Vec::new();
        push(state, &mut out);
        let shown = |row: IndexRow| {
            let mut parts: Vec<&str> = row.value.split(TOKEN_SEPARATOR).collect();
            let time = if parts.pop() == Some("") { "" } else { "t" };
            format!("{} {}^{time}", row.param % 1000, parts.join("^"))
        };
        let mut out: Vec<String> = out.into_iter().map(shown).collect();
        out.sort();
        out.dedup();
        out
    }

    #[test]
    fn each_thing_stands_on_its_shelf() {
        for (json, expected) in [
            (
                r#"{"resourceType":"Observation","id":"o","subject":{"reference":"Patient/p"},"effectiveDateTime":"2020-01-01",
                    "category":[{"coding":[{"code":"vital-signs"}]},{"coding":[{"code":"other"}]}],
                    "code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]}}"#,
                &["700 p^vital-signs^t", "701 p^8480-6^http://loinc.org^t"][..],
            ),
            (
                r#"{"resourceType":"Observation","id":"o","subject":{"reference":"Patient/p"},"code":{"text":"x"},
                    "component":[{"code":{"coding":[{"code":"a"}]}},{"code":{"coding":[{"code":"b"}]}}]}"#,
                &["700 p^-^", "701 p^a^^", "701 p^b^^"],
            ),
            (
                r#"{"resourceType":"Observation","id":"o","subject":{"reference":"Group/g"},"code":{"text":"x"}}"#,
                &[],
            ),
            (
                r#"{"resourceType":"MedicationRequest","id":"m","subject":{"reference":"Patient/p"},"status":"on-hold","authoredOn":"2020"}"#,
                &["700 p^active^t"],
            ),
            (
                r#"{"resourceType":"MedicationRequest","id":"m","subject":{"reference":"Patient/p"},"status":"stopped"}"#,
                &["700 p^-^"],
            ),
            (
                r#"{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/p"}}"#,
                &["700 p^active^"],
            ),
            (
                r#"{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/p"},
                    "clinicalStatus":{"coding":[{"code":"resolved"}]},"onsetPeriod":{"start":"2001"}}"#,
                &["700 p^-^t"],
            ),
            (
                r#"{"resourceType":"AllergyIntolerance","id":"a","patient":{"reference":"Patient/p"}}"#,
                &["700 p^-^"],
            ),
            (r#"{"resourceType":"Slot","id":"s"}"#, &[]),
        ] {
            assert_eq!(rows(&state(json)), expected, "{json}");
        }
    }

    #[test]
    fn a_medicine_in_conflict_stands_on_both_shelves() {
        let mut both = state_with_siblings("MedicationRequest", "status", &["\"stopped\"", "\"active\""]);
        let subject =
            state(r#"{"resourceType":"MedicationRequest","id":"m","subject":{"reference":"Patient/p"}}"#);
        both.registers.extend(subject.registers);
        assert_eq!(rows(&both), ["700 p^-^", "700 p^active^"]);
    }

    #[test]
    fn numbers_are_told_from_those_of_slots() {
        for (kind, offset, is_there) in [
            ("Observation", SHELF, true),
            ("Observation", CODED, true),
            ("Condition", CODED, false),
            ("Slot", SHELF, false),
        ] {
            let found = number(kind, offset);
            assert_eq!(found.is_some(), is_there, "{kind}");
            assert!(found.is_none_or(|found| has_param(found) && super::super::table::slot(found).is_none()));
        }
        assert!(!has_param(103_700) && !has_param(700));
    }

    #[test]
    fn every_layout_reads_elements_that_the_type_has() {
        for layout in &LAYOUTS {
            assert!(crate::types::is_resource_type(layout.kind), "{}", layout.kind);
            for element in layout.times.iter().chain([&layout.patient]) {
                assert!(is_read(layout.kind, element), "{} {element}", layout.kind);
            }
        }
    }
}
