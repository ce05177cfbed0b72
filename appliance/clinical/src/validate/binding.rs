//! Required bindings (<https://hl7.org/fhir/R4/terminologies.html#required>): a code is one of the set's, a coding is
//! in it, a CodeableConcept has a coding that is, unless it says nothing but text or why there is none.

use crate::structure::CodeSet;
use crate::tree::Node;

/// Codes named in an issue; a longer set is named alone.
const CODES_SHOWN: usize = 12;
/// R4's extension that says why a value is not there.
const ABSENT: &str = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";

/// Whether a coding is in the set, or says why it is not.
pub(super) fn holds_coding(set: &CodeSet, coding: &Node<'_>) -> bool {
    let text = |name| coding.member(name).and_then(Node::as_text);
    let is_in = match (text("system"), text("code")) {
        (Some(system), Some(code)) => set.has(system, code),
        _ => false,
    };
    is_in || is_excused(coding)
}

/// Whether a CodeableConcept has a coding that is in the set, has none, or says why.
pub(super) fn holds_concept(set: &CodeSet, concept: &Node<'_>) -> bool {
    match concept.member("coding") {
        Some(Node::Array(codings)) if !codings.is_empty() => {
            codings.iter().any(|coding| holds_coding(set, coding)) || is_excused(concept)
        }
        _ => true,
    }
}

fn is_excused(node: &Node<'_>) -> bool {
    let Some(Node::Array(extensions)) = node.member("extension") else { return false };
    extensions.iter().any(|one| one.member("url").and_then(Node::as_text) == Some(ABSENT))
}

/// `one of a, b, c`, or the set's name if it is long.
pub(super) fn choice(set: &CodeSet) -> String {
    let codes: Vec<&str> = set.codes().take(CODES_SHOWN + 1).collect();
    if codes.len() > CODES_SHOWN {
        return format!("a code of R4's value set {}", set.name);
    }
    let systems: Vec<&str> = set.systems().collect();
    format!("one of {} (value set {}, {})", codes.join(", "), set.name, systems.join(", "))
}
