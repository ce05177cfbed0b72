//! Which resource type travels in which lane: urgent ones overtake the rest on a thin link.

use holdfast_core::id::Lane;

use crate::types::{
    HOLDFAST_AUDIT, HOLDFAST_CHUNK, HOLDFAST_NUMBERS, HOLDFAST_PREFERENCE, HOLDFAST_REVOCATION,
    HOLDFAST_RIGHT, HOLDFAST_USER,
};

/// Allergies, medicines and whatever must never arrive late. `Medication` is among them because a request
/// that points at one cannot be read without it.
const SAFETY: &[&str] = &[
    "AllergyIntolerance",
    "Consent",
    "Flag",
    HOLDFAST_REVOCATION,
    HOLDFAST_RIGHT,
    HOLDFAST_USER,
    "Immunization",
    "Medication",
    "MedicationAdministration",
    "MedicationDispense",
    "MedicationRequest",
    "MedicationStatement",
];

/// What may come last: the trail, and the bytes of files, so that no scan stands in front of what is clinical.
const AUDIT: &[&str] = &["AuditEvent", HOLDFAST_AUDIT, HOLDFAST_CHUNK, "Provenance"];

/// Scheduling and billing; the directory types of [`crate::scope`] travel here too.
const OPERATIONS: &[&str] = &[
    "Account",
    "Appointment",
    "AppointmentResponse",
    "ChargeItem",
    "Claim",
    "ClaimResponse",
    "Contract",
    "Coverage",
    "CoverageEligibilityRequest",
    "CoverageEligibilityResponse",
    "EnrollmentRequest",
    "EnrollmentResponse",
    "ExplanationOfBenefit",
    HOLDFAST_NUMBERS,
    HOLDFAST_PREFERENCE,
    "Invoice",
    "PaymentNotice",
    "PaymentReconciliation",
    "Schedule",
    "Slot",
    "Subscription",
    "Task",
];

/// The lane in which every op on this type travels; types nobody here knows travel with the chart.
pub fn lane(kind: &str) -> Lane {
    if SAFETY.contains(&kind) {
        Lane::SAFETY
    } else if AUDIT.contains(&kind) {
        Lane::AUDIT
    } else if OPERATIONS.contains(&kind) || crate::scope::is_directory(kind) {
        Lane::OPERATIONS
    } else {
        Lane::CHART
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_has_its_lane() {
        for (kind, expected) in [
            ("AllergyIntolerance", Lane::SAFETY),
            ("Medication", Lane::SAFETY),
            ("Consent", Lane::SAFETY),
            ("HoldfastRight", Lane::SAFETY),
            ("HoldfastRevocation", Lane::SAFETY),
            ("HoldfastUser", Lane::SAFETY),
            ("HoldfastDraft", Lane::CHART),
            ("HoldfastAudit", Lane::AUDIT),
            ("HoldfastChunk", Lane::AUDIT),
            ("HoldfastFile", Lane::CHART),
            ("Patient", Lane::CHART),
            ("Observation", Lane::CHART),
            ("SomethingNew", Lane::CHART),
            ("Appointment", Lane::OPERATIONS),
            ("Claim", Lane::OPERATIONS),
            ("Practitioner", Lane::OPERATIONS),
            ("PractitionerRole", Lane::OPERATIONS),
            ("Location", Lane::OPERATIONS),
            ("ValueSet", Lane::OPERATIONS),
            ("AuditEvent", Lane::AUDIT),
            ("Provenance", Lane::AUDIT),
        ] {
            assert_eq!(lane(kind), expected, "{kind}");
        }
    }
}
