//! The parameters that the oracle knows, by hand from R4's pages of the types.

use serde_json::Value;

/// How a parameter's values are compared.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Token,
    Text,
    Date,
    /// To any of these types.
    Reference(&'static [&'static str]),
}

use Kind::{Date, Reference, Text, Token};

/// Type, parameter, kind, where its values stand.
type Known = (&'static str, &'static str, Kind, &'static [&'static str]);

const KNOWN: [Known; 36] = [
    ("", "_tag", Token, &["meta.tag"]),
    ("Patient", "active", Token, &["active"]),
    ("Patient", "gender", Token, &["gender"]),
    ("Patient", "identifier", Token, &["identifier"]),
    ("Patient", "telecom", Token, &["telecom"]),
    ("Patient", "name", Text, &["name"]),
    ("Patient", "family", Text, &["name.family"]),
    ("Patient", "given", Text, &["name.given"]),
    ("Patient", "address", Text, &["address"]),
    ("Patient", "address-city", Text, &["address.city"]),
    ("Patient", "birthdate", Date, &["birthDate"]),
    ("Patient", "death-date", Date, &["deceasedDateTime"]),
    ("Observation", "status", Token, &["status"]),
    ("Observation", "category", Token, &["category"]),
    ("Observation", "code", Token, &["code"]),
    ("Observation", "component-code", Token, &["component.code"]),
    ("Observation", "combo-code", Token, &["code", "component.code"]),
    ("Observation", "value-string", Text, &["valueString"]),
    ("Observation", "date", Date, &["effectiveDateTime", "effectivePeriod", "effectiveInstant"]),
    ("Observation", "subject", Reference(&["Group", "Device", "Patient", "Location"]), &["subject"]),
    ("Observation", "patient", Reference(&["Patient"]), &["subject"]),
    ("Observation", "encounter", Reference(&["Encounter", "EpisodeOfCare"]), &["encounter"]),
    ("Encounter", "status", Token, &["status"]),
    ("Encounter", "class", Token, &["class"]),
    ("Encounter", "type", Token, &["type"]),
    ("Encounter", "date", Date, &["period"]),
    ("Encounter", "subject", Reference(&["Group", "Patient"]), &["subject"]),
    ("Encounter", "patient", Reference(&["Patient"]), &["subject"]),
    ("Encounter", "part-of", Reference(&["Encounter"]), &["partOf"]),
    ("Condition", "code", Token, &["code"]),
    ("Condition", "clinical-status", Token, &["clinicalStatus"]),
    ("Condition", "onset-date", Date, &["onsetDateTime"]),
    ("Condition", "patient", Reference(&["Patient"]), &["subject"]),
    ("Appointment", "status", Token, &["status"]),
    ("Practitioner", "family", Text, &["name.family"]),
    ("Practitioner", "identifier", Token, &["identifier"]),
];

/// What is known of a parameter of a type.
pub(super) fn known(kind: &str, name: &str) -> Option<(Kind, &'static [&'static str])> {
    let found = KNOWN.iter().find(|(of, known, ..)| (of.is_empty() || *of == kind) && *known == name)?;
    Some((found.2, found.3))
}

/// The nodes at a dotted path, going through arrays.
pub(super) fn nodes<'v>(resource: &'v Value, path: &str) -> Vec<&'v Value> {
    let mut at = vec![resource];
    for name in path.split('.') {
        at = at.into_iter().flat_map(flat).filter_map(|node| node.get(name)).collect();
    }
    at.into_iter().flat_map(flat).collect()
}

fn flat(node: &Value) -> Vec<&Value> {
    match node {
        Value::Array(items) => items.iter().flat_map(flat).collect(),
        one => vec![one],
    }
}
