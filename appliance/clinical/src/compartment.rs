//! Which elements of a resource say whose record it is.
//!
//! The R4 Patient compartment (<https://hl7.org/fhir/R4/compartmentdefinition-patient.html>) also counts a
//! patient who performed, recorded, received or asserted something. For *scoping* only ownership counts: the
//! elements that say whom the resource is about. Otherwise a parent who answers for a child would draw the
//! child's record into the parent's scope. Departures from the page, each for that reason:
//! * `Group.member` is membership, not ownership: a group would carry its other members' names along;
//! * `AuditEvent` counts what was touched (`entity.what`), not who did it;
//! * `Observation.focus`, `Binary.securityContext`, `Task.for`, `Device.patient`, `Contract.subject` and
//!   `GuidanceResponse.subject` are ownership, although the page leaves them out.

use crate::types::{HOLDFAST_CHUNK, HOLDFAST_FILE};

/// `(resource type, paths of the owning references)`, sorted by type.
const OWNERS: &[(&str, &[&str])] = &[
    ("Account", &["subject"]),
    ("AdverseEvent", &["subject"]),
    ("AllergyIntolerance", &["patient"]),
    ("Appointment", &["participant.actor"]),
    ("AppointmentResponse", &["actor"]),
    ("AuditEvent", &["entity.what"]),
    ("Basic", &["subject"]),
    ("Binary", &["securityContext"]),
    ("BodyStructure", &["patient"]),
    ("CarePlan", &["subject"]),
    ("CareTeam", &["subject"]),
    ("ChargeItem", &["subject"]),
    ("Claim", &["patient"]),
    ("ClaimResponse", &["patient"]),
    ("ClinicalImpression", &["subject"]),
    ("Communication", &["subject"]),
    ("CommunicationRequest", &["subject"]),
    ("Composition", &["subject"]),
    ("Condition", &["subject"]),
    ("Consent", &["patient"]),
    ("Contract", &["subject"]),
    ("Coverage", &["beneficiary"]),
    ("CoverageEligibilityRequest", &["patient"]),
    ("CoverageEligibilityResponse", &["patient"]),
    ("DetectedIssue", &["patient"]),
    ("Device", &["patient"]),
    ("DeviceRequest", &["subject"]),
    ("DeviceUseStatement", &["subject"]),
    ("DiagnosticReport", &["subject"]),
    ("DocumentManifest", &["subject"]),
    ("DocumentReference", &["subject"]),
    ("Encounter", &["subject"]),
    ("EnrollmentRequest", &["candidate"]),
    ("EpisodeOfCare", &["patient"]),
    ("ExplanationOfBenefit", &["patient"]),
    ("FamilyMemberHistory", &["patient"]),
    ("Flag", &["subject"]),
    ("Goal", &["subject"]),
    ("GuidanceResponse", &["subject"]),
    (HOLDFAST_CHUNK, &["patient"]),
    (HOLDFAST_FILE, &["patient"]),
    ("ImagingStudy", &["subject"]),
    ("Immunization", &["patient"]),
    ("ImmunizationEvaluation", &["patient"]),
    ("ImmunizationRecommendation", &["patient"]),
    ("Invoice", &["subject"]),
    ("List", &["subject"]),
    ("MeasureReport", &["subject"]),
    ("Media", &["subject"]),
    ("MedicationAdministration", &["subject"]),
    ("MedicationDispense", &["subject"]),
    ("MedicationRequest", &["subject"]),
    ("MedicationStatement", &["subject"]),
    ("MolecularSequence", &["patient"]),
    ("NutritionOrder", &["patient"]),
    ("Observation", &["subject", "focus"]),
    ("Person", &["link.target"]),
    ("Procedure", &["subject"]),
    ("Provenance", &["target"]),
    ("QuestionnaireResponse", &["subject"]),
    ("RelatedPerson", &["patient"]),
    ("RequestGroup", &["subject"]),
    ("ResearchSubject", &["individual"]),
    ("RiskAssessment", &["subject"]),
    ("Schedule", &["actor"]),
    ("ServiceRequest", &["subject"]),
    ("Specimen", &["subject"]),
    ("SupplyDelivery", &["patient"]),
    ("SupplyRequest", &["deliverTo"]),
    ("Task", &["for"]),
    ("VisionPrescription", &["patient"]),
];

/// Dotted paths of the references that say whose record a resource of this type is; empty if it has none.
pub fn owner_paths(kind: &str) -> &'static [&'static str] {
    OWNERS.binary_search_by_key(&kind, |(row, _)| row).map_or(&[], |at| OWNERS[at].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sorted_and_known() {
        assert!(OWNERS.is_sorted_by(|a, b| a.0 < b.0));
        let is_known = |kind: &str| crate::types::is_resource_type(kind) || kind.starts_with("Holdfast");
        assert!(OWNERS.iter().all(|(kind, _)| is_known(kind)));
        assert_eq!(owner_paths("Coverage"), ["beneficiary"]);
        assert!(owner_paths("Practitioner").is_empty());
    }
}
