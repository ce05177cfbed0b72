//! Addresses that name nothing, try to leave their folder, or say something else than the body.

use super::super::case::{Case, User};
use super::resource;

/// Ids that are none.
const IDS: &[&str] = &[
    "a%20b",
    "a_b",
    "%C3%A9",
    "a%00",
    "..%2fPatient",
    "%FF",
    "a%2Fb",
    "*",
    "a'b",
    "a%22b",
    "%3Cscript%3E",
    "$",
    "$nothing",
    "a;b",
    "a%0d%0ab",
];
/// No route, whatever they try to reach.
const NOWHERE: &[&str] = &[
    "/fhir/Patient/seed/name",
    "/fhir/Patient/seed/_history/1/2",
    "/fhir/../fhir/Patient",
    "/fhir/./Patient",
    "/fhir//Patient",
    "/fhir/Patient//",
    "/fhir/Patient/../../etc/passwd",
    "/fhir/%2e%2e/api/continuity",
    "/fhir/..%2f..%2fetc%2fpasswd",
    "/fhir/Pateint",
    "/fhir/Pateint/seed",
    "/fhir/patient/seed",
    "/fhir/HoldfastRight/a",
    "/fhir/Patient/seed/$nothing",
    "/fhir/Patient/$nothing",
    "/fhir/$export",
    "/fhir/Observation/seed/$everything",
    "/fhir/metadata/x",
    "/fhir/Patient/no-one",
    "/fhir/Patient/seed/_history/nothing",
    "/fhir/Patient/no-one/_history",
    "/fhir/Patient/no-one/$everything",
    "/fhir/Patient/no-one/$meta",
    "/fhir/Patient%20/seed",
    "/fhir/Patient\\seed",
    "/fhir/Patient/seed%00",
    "/fhir/Patient/seed;v=1",
];
/// Method and address that do not go together.
const METHODS: &[(&str, &str)] = &[
    ("POST", "/fhir/Patient/seed"),
    ("PUT", "/fhir"),
    ("DELETE", "/fhir"),
    ("PATCH", "/fhir"),
    ("PUT", "/fhir/metadata"),
    ("DELETE", "/fhir/metadata"),
    ("POST", "/fhir/Patient/seed/_history"),
    ("DELETE", "/fhir/Patient/seed/_history/1"),
    ("GET", "/fhir/Patient/_search"),
    ("PUT", "/fhir/Patient/_history"),
    ("TRACE", "/fhir/Patient/seed"),
    ("FOO", "/fhir/Patient/seed"),
    ("DELETE", "/fhir/Patient/seed/$everything"),
    ("get", "/fhir/Patient/seed"),
    ("PROPFIND", "/fhir/Patient"),
];
/// Parameters that an operation or history does not have, or not so.
const OPERATIONS: &[(&str, &str)] = &[
    ("/fhir/Patient/_history?_since=yesterday", "_since"),
    ("/fhir/Patient/_history?_count=x", "_count"),
    ("/fhir/Patient/_history?_count=-1", "_count"),
    ("/fhir/Patient/_history?colour=red", "colour"),
    ("/fhir/_history?_at=x", "_at"),
    ("/fhir/_history?_summary=count", "_summary"),
    ("/fhir/Patient/seed/_history?_since=x", "_since"),
    ("/fhir/Patient/seed/$everything?_type=Pateint", "_type"),
    ("/fhir/Patient/seed/$everything?_since=x", "_since"),
    ("/fhir/Patient/seed/$everything?start=x", "start"),
    ("/fhir/Patient/seed/$everything?colour=x", "colour"),
    ("/fhir/Patient/seed/$everything?_count=-1", "_count"),
    ("/fhir/Patient/seed?_summary=odd", "_summary"),
    ("/fhir/Patient/seed?_elements=", "_elements"),
    ("/fhir/Patient/seed?_summary=count", "_summary"),
];

pub(super) fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    let put =
        |target: &str, body: &str| Case::new("id or type mismatch", "PUT", target, Some(body.as_bytes()));
    for id in IDS {
        all.push(Case::get("bad id", &format!("/fhir/Patient/{id}")).refused(&[]));
        let body = resource("Patient", "");
        all.push(
            Case::new("bad id", "PUT", &format!("/fhir/Patient/{id}"), Some(body.as_bytes())).refused(&[]),
        );
        all.push(Case::new("bad id", "DELETE", &format!("/fhir/Patient/{id}"), None).refused(&[]));
    }
    let long = "a".repeat(65);
    let (patient, observation) =
        (resource("Patient", "\"id\":\"seed\""), resource("Observation", "\"id\":\"seed\""));
    all.push(
        put(&format!("/fhir/Patient/{long}"), &resource("Patient", &format!("\"id\":\"{long}\"")))
            .refused(&["id"]),
    );
    for target in NOWHERE {
        all.push(Case::get("no such address", target).refused(&[]));
        all.push(Case::get("no such address", target).by(User::Nobody).refused(&[]));
    }
    for (method, target) in METHODS {
        all.push(
            Case::new("wrong method", method, target, Some(patient.as_bytes()))
                .refused_with(&[400, 404, 405], &[]),
        );
    }
    for (target, says) in OPERATIONS {
        all.push(Case::get("bad parameter of an operation", target).refused_with(&[400], &[says]));
    }
    all.extend([
        put("/fhir/Patient/other", &patient).refused(&["id"]),
        put("/fhir/Patient/SEED", &patient).refused(&["id"]),
        put("/fhir/Patient/seed", &resource("Patient", "")).refused(&["id"]),
        put("/fhir/Patient/seed", &resource("Patient", "\"id\":7")).refused(&["id"]),
        put("/fhir/Patient/seed", &observation).refused(&["Observation", "Patient"]),
        put("/fhir/Observation/seed", &patient).refused(&["Observation", "Patient"]),
        Case::post("id or type mismatch", "/fhir/Observation", &patient).refused(&["Observation", "Patient"]),
        Case::post("id or type mismatch", "/fhir/Patient", r#"{"resourceType":"Bundle","type":"batch"}"#)
            .refused(&["Bundle"]),
        put("/fhir/Patient?identifier=urn:x|nobody&colour=red", &patient).refused(&["colour"]),
        put("/fhir/Patient?identifier=urn:x%7Ctwice", &patient).refused_with(&[412], &["more than one"]),
        put("/fhir/Patient", &patient).refused(&["condition"]),
        Case::new("id or type mismatch", "DELETE", "/fhir/Patient", None).refused(&["condition"]),
        Case::new("id or type mismatch", "DELETE", "/fhir/Patient?identifier=urn:x%7Ctwice", None)
            .refused_with(&[412], &["more than one"]),
        Case::new("id or type mismatch", "DELETE", "/fhir/Patient?colour=red", None).refused(&["colour"]),
    ]);
    for (method, target) in [
        ("GET", "/fhir/Patient/seed"),
        ("GET", "/fhir/Patient"),
        ("DELETE", "/fhir/Patient/seed"),
        ("GET", "/fhir/_history"),
    ] {
        for user in [User::Nobody, User::Stranger] {
            all.push(
                Case::new("nobody's request", method, target, None).by(user).refused_with(&[401], &["token"]),
            );
        }
    }
    for (method, target) in [
        ("POST", "/fhir"),
        ("POST", "/fhir/Patient"),
        ("PUT", "/fhir/Patient/seed"),
        ("PATCH", "/fhir/Patient/seed"),
    ] {
        for user in [User::Nobody, User::Stranger] {
            all.push(
                Case::new("nobody's request", method, target, Some(patient.as_bytes()))
                    .by(user)
                    .refused_with(&[401], &["token"]),
            );
        }
    }
    all
}
