//! Nesting without end.

use super::super::case::Case;

/// Levels: past any likely bound, and past most stacks.
const LEVELS: &[usize] = &[300, 10_000];
/// Bodies of several megabytes.
const DEEPEST: &[usize] = &[200_000];

pub(super) fn cases() -> Vec<Case> {
    nested_as(LEVELS)
}

pub(super) fn deepest() -> Vec<Case> {
    nested_as(DEEPEST)
}

fn nested_as(levels: &[usize]) -> Vec<Case> {
    let mut all = Vec::new();
    for levels in levels {
        for body in [
            format!("{}{}", "[".repeat(*levels), "]".repeat(*levels)),
            "[".repeat(*levels),
            format!("{}1{}", "{\"a\":".repeat(*levels), "}".repeat(*levels)),
            "{\"a\":".repeat(*levels),
            nested("Patient", "\"extension\":[{\"url\":\"urn:x\",", "\"valueString\":\"x\"", "}]", *levels),
            nested(
                "Patient",
                "\"contained\":[{\"resourceType\":\"Patient\",\"id\":\"a\",",
                "\"active\":true",
                "}]",
                *levels,
            ),
        ] {
            all.push(Case::post("deep nesting", "/fhir/Patient", &body).refused(&["cannot read"]));
            all.push(Case::post("deep nesting", "/fhir", &body).refused(&[]));
            all.push(
                Case::post("deep nesting", "/fhir/Patient/$validate", &body)
                    .expect(super::super::case::Expect::Answered),
            );
            all.push(
                Case::new("deep nesting", "PATCH", "/fhir/Patient/seed", Some(body.as_bytes()))
                    .header("content-type", "application/json-patch+json")
                    .refused(&["patch"]),
            );
        }
        let item = nested(
            "Questionnaire",
            "\"item\":[{\"linkId\":\"a\",\"type\":\"group\",",
            "\"text\":\"x\"",
            "}]",
            *levels,
        );
        let item = item.replacen("{", "{\"status\":\"draft\",", 1);
        all.push(Case::post("deep nesting", "/fhir/Questionnaire", &item).refused(&["cannot read"]));
        let bundles = nested(
            "Bundle",
            "\"type\":\"collection\",\"entry\":[{\"resource\":{\"resourceType\":\"Bundle\",",
            "\"type\":\"collection\"",
            "}}]",
            *levels,
        );
        all.push(Case::post("deep nesting", "/fhir/Bundle", &bundles).refused(&["cannot read"]));
        let value = format!(
            "[{{\"op\":\"add\",\"path\":\"/a\",\"value\":{}1{}}}]",
            "[".repeat(*levels),
            "]".repeat(*levels)
        );
        all.push(
            Case::new("deep nesting", "PATCH", "/fhir/Patient/seed", Some(value.as_bytes()))
                .header("content-type", "application/json-patch+json")
                .refused(&["patch"]),
        );
        let narrative = format!(
            "{{\"resourceType\":\"Patient\",\"text\":{{\"status\":\"generated\",\"div\":\"<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\">{}{}</div>\"}}}}",
            "<b>".repeat(*levels),
            "</b>".repeat(*levels)
        );
        all.push(Case::post("deep nesting", "/fhir/Patient", &narrative).refused(&["Patient.text.div"]));
        let chain = format!("/fhir/Observation?{}name=x", "subject.".repeat((*levels).min(5_000)));
        all.push(Case::get("deep nesting", &chain).refused(&["subject"]));
    }
    all
}

fn nested(kind: &str, open: &str, inmost: &str, close: &str, levels: usize) -> String {
    format!("{{\"resourceType\":\"{kind}\",{}{inmost}{}}}", open.repeat(levels), close.repeat(levels))
}
