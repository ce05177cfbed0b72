//! The bad requests, a file for each sort; each table's row says which element or parameter the refusal must name.

mod address;
mod bundle;
mod deep;
mod header;
mod json;
mod large;
mod paging;
mod patch;
mod primitive;
mod reference;
mod search;
mod slow;
mod structure;

use super::case::Case;
use super::node::Node;
use anyhow::{Context, Result};
use serde_json::Value;

/// What cases need to know of the node that they are sent to.
pub(super) struct Place {
    /// The version of `Patient/seed`.
    version: String,
    /// Of `Patient?_count=2`, given to the same user.
    cursor: String,
    /// The same, given to somebody else.
    cursor_of_other: String,
    /// Of `Patient?_count=2&_sort=_id`.
    cursor_sorted: String,
    /// Of `/fhir/Patient/_history?_count=2`.
    cursor_of_history: String,
}

impl Place {
    /// # Errors
    /// The node gives no cursors.
    pub(super) fn of(node: &Node) -> Result<Self> {
        let cursor = |token: &str, target: &str| -> Result<String> {
            let page: Value = serde_json::from_str(&node.send_as(token, "GET", target, None)?.text())?;
            let mut links = page["link"].as_array().into_iter().flatten();
            let next = links.find(|link| link["relation"] == "next").context("there is one page only")?;
            let url = next["url"].as_str().unwrap_or_default();
            Ok(url.split_once("_cursor=").context("the link has no cursor")?.1.to_owned())
        };
        let seed: Value = serde_json::from_str(&node.send("GET", "/fhir/Patient/seed", None)?.text())?;
        Ok(Self {
            version: seed["meta"]["versionId"].as_str().context("Patient/seed has no version")?.to_owned(),
            cursor: cursor(&node.token, "/fhir/Patient?_count=2")?,
            cursor_of_other: cursor(&node.other_token, "/fhir/Patient?_count=2")?,
            cursor_sorted: cursor(&node.token, "/fhir/Patient?_count=2&_sort=_id")?,
            cursor_of_history: cursor(&node.token, "/fhir/Patient/_history?_count=2")?,
        })
    }

    /// For a server that gives none.
    pub(super) fn nowhere() -> Self {
        let text = || "AQAB".repeat(6);
        Self {
            version: "1".to_owned(),
            cursor: text(),
            cursor_of_other: text(),
            cursor_sorted: text(),
            cursor_of_history: text(),
        }
    }
}

/// Everything that is answered within milliseconds.
pub(super) fn quick(place: &Place) -> Vec<Case> {
    [
        json::cases(),
        deep::cases(),
        structure::cases(),
        primitive::cases(),
        reference::cases(),
        bundle::cases(),
        search::cases(),
        paging::cases(place),
        address::cases(),
        header::cases(place),
        patch::cases(place),
    ]
    .concat()
}

/// Bodies of many megabytes.
pub(super) fn large() -> Vec<Case> {
    [large::cases(), deep::deepest()].concat()
}

/// Clients that are slow or stop; sent all at once.
pub(super) fn slow() -> Vec<Case> {
    slow::cases()
}

/// A resource with what its type must have, unless `members` say it.
fn resource(kind: &str, members: &str) -> String {
    let required: &[(&str, &str)] = match kind {
        "Observation" => &[("status", r#""preliminary""#), ("code", r#"{"text":"x"}"#)],
        "Encounter" => &[("status", r#""planned""#), ("class", r#"{"code":"AMB"}"#)],
        "AllergyIntolerance" => &[("patient", r#"{"reference":"Patient/seed"}"#)],
        "Condition" | "DeviceUseStatement" => &[("subject", r#"{"reference":"Patient/seed"}"#)],
        "Appointment" => &[("status", r#""proposed""#), ("participant", r#"[{"status":"accepted"}]"#)],
        "MedicationRequest" => &[
            ("status", r#""draft""#),
            ("intent", r#""order""#),
            ("subject", r#"{"reference":"Patient/seed"}"#),
            ("medicationCodeableConcept", r#"{"text":"x"}"#),
        ],
        "Questionnaire" | "Library" => &[("status", r#""draft""#)],
        "Slot" => &[("status", r#""free""#), ("schedule", r#"{"reference":"Schedule/x"}"#)],
        "Binary" => &[("contentType", r#""text/plain""#)],
        _ => &[],
    };
    let own = required.iter().filter(|(name, _)| !members.contains(&format!("\"{name}\":")));
    let mut parts: Vec<String> = own.map(|(name, value)| format!("\"{name}\":{value}")).collect();
    if !members.is_empty() {
        parts.push(members.to_owned());
    }
    let parts: String = parts.iter().map(|part| format!(",{part}")).collect();
    format!("{{\"resourceType\":\"{kind}\"{parts}}}")
}

/// A resource that must be refused: created by itself, and in a transaction behind a good entry.
///
/// `says` is the element, from its type on, as in `Patient.name[0].family`.
fn refused_both_ways(kind: &'static str, resource_type: &str, members: &str, says: &str) -> [Case; 2] {
    let json = resource(resource_type, members);
    let alone = Case::post(kind, &format!("/fhir/{resource_type}"), &json).refused(&[says]);
    let inside = match says.strip_prefix(resource_type).and_then(|rest| rest.strip_prefix('.')) {
        // An entry's own id is looked at before its resource is.
        Some("id") => "id".to_owned(),
        Some(rest) => format!("Bundle.entry[1].resource.{rest}"),
        None => "entry[1]".to_owned(),
    };
    let beside = Case::post(kind, "/fhir", &transaction(&[&good_entry(), &entry(resource_type, &json)]));
    [alone, beside.refused(&[&inside])]
}

/// A Bundle of type transaction.
fn transaction(entries: &[&str]) -> String {
    format!(r#"{{"resourceType":"Bundle","type":"transaction","entry":[{}]}}"#, entries.join(","))
}

/// An entry that would be stored.
fn good_entry() -> String {
    entry("Patient", r#"{"resourceType":"Patient","name":[{"family":"Good"}]}"#)
}

/// An entry that creates.
fn entry(resource_type: &str, json: &str) -> String {
    format!(r#"{{"resource":{json},"request":{{"method":"POST","url":"{resource_type}"}}}}"#)
}

/// Percent-encodes what is not unreserved (RFC 3986 §2.3).
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |out, byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            out + &char::from(byte).to_string()
        }
        _ => out + &format!("%{byte:02X}"),
    })
}
