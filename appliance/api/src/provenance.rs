//! Writing down who decided what, and why (<https://hl7.org/fhir/R4/provenance.html>).

use holdfast_core::id::Entity;
use holdfast_store::author::Base;
use holdfast_store::{StoreError, Tx};
use serde_json::{Value, json};

use crate::fhir::date::instant;

const LIFECYCLE: &str = "http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle";
const PARTICIPANT: &str = "http://terminology.hl7.org/CodeSystem/provenance-participant-type";

/// A decision about records.
#[derive(Clone, Debug)]
pub(crate) struct Decided<'a> {
    /// The Provenance's id, made by the caller, so that a transaction that is repeated writes one.
    pub(crate) id: &'a str,
    pub(crate) targets: &'a [&'a Entity],
    /// Of ISO 21089, as R4's `Provenance.activity` has it.
    pub(crate) activity: &'a str,
    pub(crate) reason: &'a str,
    /// When, in Unix milliseconds.
    pub(crate) at_ms: u64,
    /// Who decided.
    pub(crate) by: &'a str,
    /// Who had written what was decided about, if that is somebody else's.
    pub(crate) author: Option<&'a str>,
}

/// Writes it down, whatever who decided may write otherwise.
///
/// # Errors
/// The store.
pub(crate) fn write_down(tx: &mut Tx<'_>, decided: &Decided<'_>) -> Result<(), StoreError> {
    let targets: Vec<Value> =
        decided.targets.iter().map(|target| json!({ "reference": target.to_string() })).collect();
    let mut agents = vec![json!({ "who": who(decided.by) })];
    if let Some(author) = decided.author {
        agents[0]["type"] = participant("verifier");
        agents.push(json!({ "type": participant("author"), "who": who(author) }));
    }
    let provenance = json!({
        "resourceType": "Provenance",
        "id": decided.id,
        "target": targets,
        "recorded": instant(decided.at_ms),
        "activity": { "coding": [{ "system": LIFECYCLE, "code": decided.activity }] },
        "reason": [{ "text": decided.reason }],
        "agent": agents,
    });
    let entity = Entity::new("Provenance", decided.id);
    tx.beyond_sight(|tx| tx.put(&entity, &provenance.to_string(), &Base::Absent, decided.by))?;
    Ok(())
}

fn participant(code: &str) -> Value {
    json!({ "coding": [{ "system": PARTICIPANT, "code": code }] })
}

/// Those who are nobody's resource are named by their text.
fn who(author: &str) -> Value {
    match holdfast_clinical::reference::local(author) {
        Some(_) => json!({ "reference": author }),
        None => json!({ "display": author }),
    }
}
