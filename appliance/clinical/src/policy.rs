//! Which element merges how. One table; the default is a multi-value register, so that nothing clinical
//! is ever chosen silently.

use holdfast_core::op::DELETED;
use holdfast_core::rules::Policy;

use crate::types::{
    HOLDFAST_AUDIT, HOLDFAST_CHUNK, HOLDFAST_DRAFT, HOLDFAST_FILE, HOLDFAST_NUMBERS, HOLDFAST_PREFERENCE,
    HOLDFAST_RIGHT,
};

/// Matches every resource type, or every element.
const ANY: &str = "*";

/// `(resource type, element, policy)`; the first row that fits decides, [`Policy::Register`] if none does.
///
/// * What tells who did what is written once as a whole: its labels and its deletion are immutable too ([`DELETED`]).
/// * `meta.tag` and `meta.security` are labels that systems put on a resource.
/// * Last writer wins for nothing that FHIR defines: UI preferences and drafts live in types of our own.
const TABLE: &[(&str, &str, Policy)] = &[
    ("AuditEvent", ANY, Policy::Immutable),
    (HOLDFAST_AUDIT, ANY, Policy::Immutable),
    (HOLDFAST_CHUNK, ANY, Policy::Immutable),
    (HOLDFAST_FILE, "chunks", Policy::Set),
    // An upload that was given up is taken away; of what a file is, nothing changes.
    (HOLDFAST_FILE, DELETED, Policy::Register),
    (HOLDFAST_FILE, ANY, Policy::Immutable),
    (HOLDFAST_NUMBERS, ANY, Policy::Immutable),
    (HOLDFAST_RIGHT, ANY, Policy::Immutable),
    ("Provenance", ANY, Policy::Immutable),
    (ANY, "meta.tag", Policy::Set),
    (ANY, "meta.security", Policy::Set),
    ("Appointment", "status", Policy::Lifecycle),
    ("Composition", "status", Policy::Lifecycle),
    ("Encounter", "status", Policy::Lifecycle),
    ("Task", "status", Policy::Lifecycle),
    ("Group", "member", Policy::Set),
    (HOLDFAST_PREFERENCE, ANY, Policy::LastWriter),
    (HOLDFAST_DRAFT, ANY, Policy::LastWriter),
];

/// How concurrent values of this element come together.
pub fn policy(kind: &str, element: &str) -> Policy {
    let fits = |name: &str, pattern: &str| pattern == ANY || pattern == name;
    TABLE
        .iter()
        .find(|(row_kind, row_element, _)| fits(kind, row_kind) && fits(element, row_element))
        .map_or(Policy::Register, |(_, _, policy)| *policy)
}

/// Elements that are said again with a change of this one: whoever gives an appointment another time, or others, says that it stands. A
/// cancellation made at the same time, of the old time, is then a conflict and not the end of what somebody was promised (decision 33).
pub fn said_with(kind: &str, element: &str) -> &'static [&'static str] {
    match (kind, element) {
        ("Appointment", "start" | "end" | "participant") => &["status"],
        _ => &[],
    }
}

/// Whether resources of this type are written once and kept: neither changed nor deleted.
pub fn is_immutable(kind: &str) -> bool {
    policy(kind, DELETED) == Policy::Immutable
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_once_is_not_deleted() {
        assert!(is_immutable("Provenance") && is_immutable("AuditEvent"));
        assert!(!is_immutable("Patient") && !is_immutable("Appointment"));
    }

    #[test]
    fn each_element_has_its_policy() {
        for (kind, element, expected) in [
            ("Patient", "name", Policy::Register),
            ("Patient", "meta", Policy::Register),
            ("Patient", "meta.tag", Policy::Set),
            ("AuditEvent", "meta.security", Policy::Immutable),
            ("AuditEvent", DELETED, Policy::Immutable),
            ("Provenance", DELETED, Policy::Immutable),
            ("Provenance", "meta.tag", Policy::Immutable),
            ("AuditEvent", "action", Policy::Immutable),
            ("Provenance", "target", Policy::Immutable),
            ("Appointment", "status", Policy::Lifecycle),
            ("Appointment", "_status", Policy::Register),
            ("Appointment", "participant", Policy::Register),
            ("Composition", "status", Policy::Lifecycle),
            ("Composition", "section", Policy::Register),
            ("Encounter", "status", Policy::Lifecycle),
            ("Task", "status", Policy::Lifecycle),
            ("MedicationRequest", "status", Policy::Register),
            ("Group", "member", Policy::Set),
            ("Group", "name", Policy::Register),
            ("HoldfastPreference", "theme", Policy::LastWriter),
            ("HoldfastDraft", "body", Policy::LastWriter),
            ("HoldfastUser", "roles", Policy::Register),
            ("HoldfastFile", "chunks", Policy::Set),
            ("HoldfastFile", "size", Policy::Immutable),
            ("HoldfastFile", DELETED, Policy::Register),
            ("HoldfastChunk", DELETED, Policy::Immutable),
            ("SomethingNew", "x", Policy::Register),
        ] {
            assert_eq!(policy(kind, element), expected, "{kind}.{element}");
        }
    }
}
