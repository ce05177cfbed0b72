//! References that cannot name anything, and contained resources that are not as they must be.

use super::super::case::Case;
use super::{refused_both_ways, resource};

/// Of `Observation.subject.reference`.
const UNREADABLE: &[&str] = &[
    "Patient",
    "Patient/",
    "/Patient/seed",
    "Pateint/seed",
    "patient/seed",
    "Patient/a b",
    "Patient/seed/name",
    "Patient/seed/_history",
    "Patient/seed/_history/",
    "Patient/a/b/c",
    "Patient/é",
    "#nobody",
    "urn:uuid:nothing",
    "urn:uuid:",
    "urn:oid:x",
    "Patient?identifier=twice",
    "Patient?",
    "Patient/../Patient/seed",
    " Patient/seed",
    "Patient/seed ",
    "?",
    "",
];

const CONTAINED: &[(&str, &str)] = &[
    (
        r##""contained":[{"resourceType":"Patient"}],"managingOrganization":{"reference":"#a"}"##,
        "Patient.contained[0].id",
    ),
    (r##""contained":[{"resourceType":"Organization","id":"a"}]"##, "Patient.contained[0]"),
    (
        r##""contained":[{"resourceType":"Organization","id":"a"},{"resourceType":"Organization","id":"a"}],"managingOrganization":{"reference":"#a"}"##,
        "Patient.contained[1].id",
    ),
    (
        r##""contained":[{"resourceType":"Organization","id":"a","contained":[{"resourceType":"Patient","id":"b"}]}],"managingOrganization":{"reference":"#a"}"##,
        "Patient.contained[0].contained",
    ),
    (
        r##""contained":[{"resourceType":"Organization","id":"a","naem":"x"}],"managingOrganization":{"reference":"#a"}"##,
        "Patient.contained[0].naem",
    ),
    (r##""contained":[{"id":"a"}],"managingOrganization":{"reference":"#a"}"##, "Patient.contained[0]"),
    (r##""managingOrganization":{"reference":"#a"}"##, "Patient.managingOrganization"),
];

/// Lawful: one that is not here yet, an absolute one, one by identifier or display alone, one to the resource's container.
const LAWFUL: &[&str] = &[
    r#"{"reference":"Patient/not-here-yet"}"#,
    r#"{"reference":"https://example.org/fhir/Patient/x"}"#,
    r#"{"reference":"Patient/seed/_history/1"}"#,
    r#"{"reference":"urn:uuid:0d5b2f5c-6a52-4b0c-8f5d-3f7c5a1b2c3d"}"#,
    r#"{"identifier":{"system":"urn:x","value":"1"}}"#,
    r#"{"display":"somebody"}"#,
];

pub(super) fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    for text in UNREADABLE {
        let members = format!("\"subject\":{{\"reference\":\"{text}\"}}");
        let json = resource("Observation", &members);
        all.push(Case::post("bad reference", "/fhir/Observation", &json).refused(&["Observation.subject"]));
        // A transaction may hold a search; whether it finds one resource is another case.
        if !text.contains('?') {
            // In a transaction a urn stands for an entry; the refusal quotes it.
            let says = if text.starts_with("urn:") { text } else { "Observation.subject" };
            let [_, inside] = refused_both_ways("bad reference", "Observation", &members, says);
            all.push(inside);
        }
    }
    for (members, says) in CONTAINED {
        all.extend(refused_both_ways("bad contained", "Patient", members, says));
    }
    for subject in LAWFUL {
        let json = resource("Observation", &format!("\"subject\":{subject}"));
        all.push(Case::post("lawful reference", "/fhir/Observation", &json).stored());
    }
    all
}
