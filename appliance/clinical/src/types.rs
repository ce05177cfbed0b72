//! The resource types of FHIR R4, and the types Holdfast keeps for itself.

/// Stretches of the bytes of a file of a patient's record ([`crate::files`]). Never served under `/fhir`.
pub const HOLDFAST_CHUNK: &str = "HoldfastChunk";
/// Files of a patient's record ([`crate::files`]). Never served under `/fhir`.
pub const HOLDFAST_FILE: &str = "HoldfastFile";
/// Booking rights (design: "Booking without coordination"). Never served under `/fhir`.
pub const HOLDFAST_RIGHT: &str = "HoldfastRight";
/// Withdrawn credentials and replicas. Never served under `/fhir`.
pub const HOLDFAST_REVOCATION: &str = "HoldfastRevocation";
/// Pages of the trail of who looked at what ([`crate::audit`]). Never served under `/fhir` but as AuditEvents.
pub const HOLDFAST_AUDIT: &str = "HoldfastAudit";
/// People who may sign in ([`crate::people`]). Never served under `/fhir`.
pub const HOLDFAST_USER: &str = "HoldfastUser";
/// What is unfinished on somebody's screen. Never served under `/fhir`.
pub const HOLDFAST_DRAFT: &str = "HoldfastDraft";
/// That somebody opened a record that is kept from them, and why. Never served under `/fhir`.
pub const HOLDFAST_BREAK_GLASS: &str = "HoldfastBreakGlass";
/// Blocks of record numbers that one database has granted to another. Never served under `/fhir`.
pub const HOLDFAST_NUMBERS: &str = "HoldfastNumbers";
/// Visits by video, and the links into them. Never served under `/fhir`.
pub const HOLDFAST_VISIT: &str = "HoldfastVisit";
/// What one person set up on the screen. Never served under `/fhir`.
pub const HOLDFAST_PREFERENCE: &str = "HoldfastPreference";

/// Every concrete R4 resource type, sorted. A type's place (from 1) is its number in
/// [`crate::search::table`]; R4 is frozen, and a later type is added with a number past the last.
///
/// Source: <https://hl7.org/fhir/R4/resourcelist.html>, whose 148 entries count the abstract
/// `Resource` and `DomainResource`, which no one can store.
pub const RESOURCE_TYPES: [&str; 146] = [
    "Account",
    "ActivityDefinition",
    "AdverseEvent",
    "AllergyIntolerance",
    "Appointment",
    "AppointmentResponse",
    "AuditEvent",
    "Basic",
    "Binary",
    "BiologicallyDerivedProduct",
    "BodyStructure",
    "Bundle",
    "CapabilityStatement",
    "CarePlan",
    "CareTeam",
    "CatalogEntry",
    "ChargeItem",
    "ChargeItemDefinition",
    "Claim",
    "ClaimResponse",
    "ClinicalImpression",
    "CodeSystem",
    "Communication",
    "CommunicationRequest",
    "CompartmentDefinition",
    "Composition",
    "ConceptMap",
    "Condition",
    "Consent",
    "Contract",
    "Coverage",
    "CoverageEligibilityRequest",
    "CoverageEligibilityResponse",
    "DetectedIssue",
    "Device",
    "DeviceDefinition",
    "DeviceMetric",
    "DeviceRequest",
    "DeviceUseStatement",
    "DiagnosticReport",
    "DocumentManifest",
    "DocumentReference",
    "EffectEvidenceSynthesis",
    "Encounter",
    "Endpoint",
    "EnrollmentRequest",
    "EnrollmentResponse",
    "EpisodeOfCare",
    "EventDefinition",
    "Evidence",
    "EvidenceVariable",
    "ExampleScenario",
    "ExplanationOfBenefit",
    "FamilyMemberHistory",
    "Flag",
    "Goal",
    "GraphDefinition",
    "Group",
    "GuidanceResponse",
    "HealthcareService",
    "ImagingStudy",
    "Immunization",
    "ImmunizationEvaluation",
    "ImmunizationRecommendation",
    "ImplementationGuide",
    "InsurancePlan",
    "Invoice",
    "Library",
    "Linkage",
    "List",
    "Location",
    "Measure",
    "MeasureReport",
    "Media",
    "Medication",
    "MedicationAdministration",
    "MedicationDispense",
    "MedicationKnowledge",
    "MedicationRequest",
    "MedicationStatement",
    "MedicinalProduct",
    "MedicinalProductAuthorization",
    "MedicinalProductContraindication",
    "MedicinalProductIndication",
    "MedicinalProductIngredient",
    "MedicinalProductInteraction",
    "MedicinalProductManufactured",
    "MedicinalProductPackaged",
    "MedicinalProductPharmaceutical",
    "MedicinalProductUndesirableEffect",
    "MessageDefinition",
    "MessageHeader",
    "MolecularSequence",
    "NamingSystem",
    "NutritionOrder",
    "Observation",
    "ObservationDefinition",
    "OperationDefinition",
    "OperationOutcome",
    "Organization",
    "OrganizationAffiliation",
    "Parameters",
    "Patient",
    "PaymentNotice",
    "PaymentReconciliation",
    "Person",
    "PlanDefinition",
    "Practitioner",
    "PractitionerRole",
    "Procedure",
    "Provenance",
    "Questionnaire",
    "QuestionnaireResponse",
    "RelatedPerson",
    "RequestGroup",
    "ResearchDefinition",
    "ResearchElementDefinition",
    "ResearchStudy",
    "ResearchSubject",
    "RiskAssessment",
    "RiskEvidenceSynthesis",
    "Schedule",
    "SearchParameter",
    "ServiceRequest",
    "Slot",
    "Specimen",
    "SpecimenDefinition",
    "StructureDefinition",
    "StructureMap",
    "Subscription",
    "Substance",
    "SubstanceNucleicAcid",
    "SubstancePolymer",
    "SubstanceProtein",
    "SubstanceReferenceInformation",
    "SubstanceSourceMaterial",
    "SubstanceSpecification",
    "SupplyDelivery",
    "SupplyRequest",
    "Task",
    "TerminologyCapabilities",
    "TestReport",
    "TestScript",
    "ValueSet",
    "VerificationResult",
    "VisionPrescription",
];

/// Whether this is a concrete R4 resource type: what a client may store. O(log n).
pub fn is_resource_type(kind: &str) -> bool {
    RESOURCE_TYPES.binary_search(&kind).is_ok()
}

/// Whether the text is a FHIR id: `[A-Za-z0-9\-\.]{1,64}`.
///
/// Source: <https://hl7.org/fhir/R4/datatypes.html#id>.
pub fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_sorted_and_distinct() {
        assert!(RESOURCE_TYPES.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn ids_follow_the_datatype() {
        for (text, expected) in [
            ("a", true),
            ("A-1.b", true),
            ("", false),
            ("a_b", false),
            ("a/b", false),
            ("ä", false),
            (&"x".repeat(64), true),
            (&"x".repeat(65), false),
        ] {
            assert_eq!(is_id(text), expected, "{text}");
        }
    }
}
