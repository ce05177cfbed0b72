//! What each role may do with each resource type: the least that its work takes.
//!
//! | Role | Reads | Writes |
//! |---|---|---|
//! | clinician | charts | charts, prescriptions among them |
//! | nurse | charts | what is measured, given, noted, asked and planned; no prescription, no claim |
//! | pharmacist | charts | what is handed out and what was found about it |
//! | front desk | people's particulars, the schedule, who pays | the same |
//! | manager | the same, billing, the trail, reports | the schedule, patients' way through the clinic, and the directory |
//! | admin | the directory, devices, the trail | nothing of FHIR: people and replicas, by routes of their own |
//!
//! People, drafts and what else is Holdfast's own are nobody's by role: they have routes of their own.

use holdfast_core::sight::{Grants, May};

use super::policy::Role;

/// Who opened what: for those who look after it, not for those whom it is about.
const AUDIT: &str = "AuditEvent";

/// To read, add and change.
fn keep() -> May {
    May::LOOK | May::CREATE | May::UPDATE
}

/// What the front desk works with: people's particulars, the schedule, who pays.
const DESK: [&str; 13] = [
    "Account",
    "Appointment",
    "AppointmentResponse",
    "Communication",
    "CommunicationRequest",
    "Consent",
    "Coverage",
    "Encounter",
    "Patient",
    "RelatedPerson",
    "Schedule",
    "Slot",
    "Task",
];

/// The directory of people and places, which everybody may look up.
const DIRECTORY: [&str; 7] = [
    "Endpoint",
    "HealthcareService",
    "InsurancePlan",
    "Location",
    "Organization",
    "Practitioner",
    "PractitionerRole",
];

/// What is kept about a person's care.
const CHART: [&str; 46] = [
    "AdverseEvent",
    "AllergyIntolerance",
    "Basic",
    "Binary",
    "BodyStructure",
    "CarePlan",
    "CareTeam",
    "ClinicalImpression",
    "Composition",
    "Condition",
    "DetectedIssue",
    "Device",
    "DeviceRequest",
    "DeviceUseStatement",
    "DiagnosticReport",
    "DocumentManifest",
    "DocumentReference",
    "EpisodeOfCare",
    "FamilyMemberHistory",
    "Flag",
    "Goal",
    "Group",
    "GuidanceResponse",
    "ImagingStudy",
    "Immunization",
    "ImmunizationEvaluation",
    "ImmunizationRecommendation",
    "List",
    "Media",
    "Medication",
    "MedicationAdministration",
    "MedicationDispense",
    "MedicationKnowledge",
    "MedicationRequest",
    "MedicationStatement",
    "NutritionOrder",
    "Observation",
    "Procedure",
    "Provenance",
    "Questionnaire",
    "QuestionnaireResponse",
    "RequestGroup",
    "RiskAssessment",
    "ServiceRequest",
    "Specimen",
    "VisionPrescription",
];

/// What a nurse keeps: what is measured, given, noted, asked and planned. Not among them: what a prescriber decides.
const NURSE: [&str; 27] = [
    "AdverseEvent",
    "AllergyIntolerance",
    "Basic",
    "Binary",
    "BodyStructure",
    "CarePlan",
    "CareTeam",
    "Composition",
    "Condition",
    "DeviceUseStatement",
    "DocumentManifest",
    "DocumentReference",
    "FamilyMemberHistory",
    "Flag",
    "Goal",
    "Immunization",
    "List",
    "Media",
    "MedicationAdministration",
    "MedicationStatement",
    "NutritionOrder",
    "Observation",
    "Procedure",
    "Provenance",
    "QuestionnaireResponse",
    "RiskAssessment",
    "Specimen",
];

/// What a pharmacist keeps.
const PHARMACIST: [&str; 9] = [
    "AdverseEvent",
    "AllergyIntolerance",
    "Communication",
    "DetectedIssue",
    "Flag",
    "MedicationDispense",
    "MedicationStatement",
    "Provenance",
    "Task",
];

/// What a manager looks at beside the front desk's: what is billed, and what is counted.
const REPORTS: [&str; 11] = [
    "ChargeItem",
    "Claim",
    "ClaimResponse",
    "CoverageEligibilityRequest",
    "CoverageEligibilityResponse",
    "ExplanationOfBenefit",
    "Invoice",
    "Measure",
    "MeasureReport",
    "PaymentNotice",
    "PaymentReconciliation",
];

/// What a manager keeps beside the directory: the schedule, and a patient's way through the clinic, whose times are an encounter's.
const MANAGED: [&str; 6] = ["Appointment", "AppointmentResponse", "Encounter", "Schedule", "Slot", "Task"];

/// Machines and their places.
const DEVICES: [&str; 3] = ["Device", "DeviceDefinition", "DeviceMetric"];

/// What no role opens: it has routes of its own.
const OWN: [&str; 9] = [
    holdfast_clinical::types::HOLDFAST_AUDIT,
    holdfast_clinical::types::HOLDFAST_BREAK_GLASS,
    holdfast_clinical::types::HOLDFAST_CHUNK,
    holdfast_clinical::types::HOLDFAST_DRAFT,
    holdfast_clinical::types::HOLDFAST_FILE,
    holdfast_clinical::types::HOLDFAST_PREFERENCE,
    holdfast_clinical::types::HOLDFAST_REVOCATION,
    holdfast_clinical::types::HOLDFAST_RIGHT,
    holdfast_clinical::types::HOLDFAST_USER,
];

/// What a role may do with resources.
pub(super) fn grants(role: Role) -> Grants {
    let grants = match role {
        Role::Clinician => Grants::every(May::ALL).with(AUDIT, May::CREATE),
        Role::System => Grants::every(May::ALL),
        Role::Nurse => {
            let looks = [&CHART[..], &DIRECTORY].concat();
            with(with(with(Grants::default(), &looks, May::LOOK), &DESK, keep()), &NURSE, keep())
        }
        Role::Pharmacist => {
            let looks = [&CHART[..], &DIRECTORY, &DESK].concat();
            with(with(Grants::default(), &looks, May::LOOK), &PHARMACIST, keep())
        }
        Role::FrontDesk => with(with(Grants::default(), &DIRECTORY, May::LOOK), &DESK, keep()),
        Role::Manager => {
            let looks = [&DESK[..], &REPORTS, &[AUDIT]].concat();
            let kept = [&MANAGED[..], &DIRECTORY].concat();
            with(with(Grants::default(), &looks, May::LOOK), &kept, keep())
        }
        Role::Admin => {
            let looks = [&DIRECTORY[..], &DEVICES, &[AUDIT]].concat();
            with(Grants::default(), &looks, May::LOOK)
        }
    };
    with(grants, &OWN, May::NOTHING)
}

/// With these for some types, whatever was granted for them before.
fn with(grants: Grants, kinds: &[&str], may: May) -> Grants {
    kinds.iter().fold(grants, |grants, kind| grants.with(kind, may))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_reaches_what_its_work_takes() {
        let keep = keep();
        for (role, kind, expected) in [
            (Role::Clinician, "Observation", May::ALL),
            (Role::Clinician, "MedicationRequest", May::ALL),
            (Role::Clinician, "AuditEvent", May::CREATE),
            (Role::System, "AuditEvent", May::ALL),
            (Role::Nurse, "Observation", keep),
            (Role::Nurse, "MedicationAdministration", keep),
            (Role::Nurse, "MedicationStatement", keep),
            (Role::Nurse, "Composition", keep),
            (Role::Nurse, "MedicationRequest", May::LOOK),
            (Role::Nurse, "MedicationDispense", May::LOOK),
            (Role::Nurse, "ServiceRequest", May::LOOK),
            (Role::Nurse, "DiagnosticReport", May::LOOK),
            (Role::Nurse, "Appointment", keep),
            (Role::Nurse, "Claim", May::NOTHING),
            (Role::Nurse, "AuditEvent", May::NOTHING),
            (Role::Pharmacist, "MedicationDispense", keep),
            (Role::Pharmacist, "MedicationRequest", May::LOOK),
            (Role::Pharmacist, "Observation", May::LOOK),
            (Role::Pharmacist, "Patient", May::LOOK),
            (Role::Pharmacist, "AuditEvent", May::NOTHING),
            (Role::FrontDesk, "Patient", keep),
            (Role::FrontDesk, "Observation", May::NOTHING),
            (Role::FrontDesk, "MedicationRequest", May::NOTHING),
            (Role::FrontDesk, "Practitioner", May::LOOK),
            (Role::FrontDesk, "AuditEvent", May::NOTHING),
            (Role::Manager, "Schedule", keep),
            (Role::Manager, "Encounter", keep),
            (Role::Manager, "Practitioner", keep),
            (Role::Manager, "Patient", May::LOOK),
            (Role::Manager, "Invoice", May::LOOK),
            (Role::Manager, "Observation", May::NOTHING),
            (Role::Manager, "Condition", May::NOTHING),
            (Role::Manager, "AuditEvent", May::LOOK),
            (Role::Admin, "Patient", May::NOTHING),
            (Role::Admin, "Observation", May::NOTHING),
            (Role::Admin, "AuditEvent", May::LOOK),
            (Role::Admin, "Practitioner", May::LOOK),
            (Role::Admin, "Device", May::LOOK),
        ] {
            assert_eq!(grants(role).of(kind), expected, "{role:?} {kind}");
        }
    }

    #[test]
    fn people_and_what_else_is_our_own_are_opened_by_no_role() {
        for (_, role) in Role::NAMES {
            for kind in OWN {
                assert_eq!(grants(role).of(kind), May::NOTHING, "{role:?} {kind}");
            }
        }
    }

    #[test]
    fn no_role_but_the_prescriber_and_programs_deletes() {
        for (_, role) in Role::NAMES {
            let deletes = grants(role).has_any(May::DELETE);
            assert_eq!(deletes, matches!(role, Role::Clinician | Role::System), "{role:?}");
        }
    }

    #[test]
    fn every_name_is_a_resource_type() {
        let lists: [&[&str]; 8] =
            [&DESK, &DIRECTORY, &CHART, &NURSE, &PHARMACIST, &REPORTS, &MANAGED, &DEVICES];
        for kind in lists.concat().into_iter().chain([AUDIT]) {
            assert!(holdfast_clinical::types::is_resource_type(kind), "{kind}");
        }
        assert!(NURSE.iter().all(|kind| CHART.contains(kind)));
    }
}
