//! The search parameters and their numbers.
//!
//! A number is `1000 × place of the type in RESOURCE_TYPES + n`; n is 1 for `identifier`, 2 for `patient`, 3 for
//! `name`. From 10 on there is room for the type's other parameters; no R4 type has more than 60. A number
//! stands in every store's index: it is never changed and never used again for something else.
//!
//! Source: the R4 search-parameter definitions (<https://hl7.org/fhir/R4/searchparameter-registry.html>);
//! `patient` is offered for every type with an owner (see [`crate::compartment`]) for which R4 defines `patient`
//! or `subject`.

use super::Kind::{self, Reference, String, Token};

/// One search parameter of one resource type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Parameter {
    /// Stable number; see the module's text.
    pub number: u32,
    /// The resource type.
    pub resource: &'static str,
    /// Its name in a query.
    pub name: &'static str,
    /// Other names that R4 gives it.
    pub aliases: &'static [&'static str],
    /// How values are indexed and matched.
    pub kind: Kind,
    /// Dotted paths of the elements it is read off; the first segment is a top-level element.
    pub paths: &'static [&'static str],
}

/// The parameters of one resource type; empty for a type without any. O(log n).
pub fn parameters(resource: &str) -> &'static [Parameter] {
    let from = TABLE.partition_point(|row| row.resource < resource);
    let count = TABLE[from..].iter().take_while(|row| row.resource == resource).count();
    &TABLE[from..from + count]
}

const fn row(
    number: u32,
    resource: &'static str,
    name: &'static str,
    aliases: &'static [&'static str],
    kind: Kind,
    paths: &'static [&'static str],
) -> Parameter {
    Parameter { number, resource, name, aliases, kind, paths }
}

/// Sorted by type.
#[rustfmt::skip]
pub const TABLE: &[Parameter] = &[
    row(1001, "Account", "identifier", &[], Token, &["identifier"]),
    row(1002, "Account", "patient", &["subject"], Reference, &["subject"]),
    row(1003, "Account", "name", &[], String, &["name"]),
    row(2001, "ActivityDefinition", "identifier", &[], Token, &["identifier"]),
    row(2003, "ActivityDefinition", "name", &[], String, &["name"]),
    row(3001, "AdverseEvent", "identifier", &[], Token, &["identifier"]),
    row(3002, "AdverseEvent", "patient", &["subject"], Reference, &["subject"]),
    row(4001, "AllergyIntolerance", "identifier", &[], Token, &["identifier"]),
    row(4002, "AllergyIntolerance", "patient", &[], Reference, &["patient"]),
    row(5001, "Appointment", "identifier", &[], Token, &["identifier"]),
    row(5002, "Appointment", "patient", &[], Reference, &["participant.actor"]),
    row(6001, "AppointmentResponse", "identifier", &[], Token, &["identifier"]),
    row(6002, "AppointmentResponse", "patient", &[], Reference, &["actor"]),
    row(7002, "AuditEvent", "patient", &[], Reference, &["agent.who", "entity.what"]),
    row(8001, "Basic", "identifier", &[], Token, &["identifier"]),
    row(8002, "Basic", "patient", &["subject"], Reference, &["subject"]),
    row(10001, "BiologicallyDerivedProduct", "identifier", &[], Token, &["identifier"]),
    row(11001, "BodyStructure", "identifier", &[], Token, &["identifier"]),
    row(11002, "BodyStructure", "patient", &[], Reference, &["patient"]),
    row(12001, "Bundle", "identifier", &[], Token, &["identifier"]),
    row(13003, "CapabilityStatement", "name", &[], String, &["name"]),
    row(14001, "CarePlan", "identifier", &[], Token, &["identifier"]),
    row(14002, "CarePlan", "patient", &["subject"], Reference, &["subject"]),
    row(15001, "CareTeam", "identifier", &[], Token, &["identifier"]),
    row(15002, "CareTeam", "patient", &["subject"], Reference, &["subject"]),
    row(16001, "CatalogEntry", "identifier", &[], Token, &["identifier"]),
    row(17001, "ChargeItem", "identifier", &[], Token, &["identifier"]),
    row(17002, "ChargeItem", "patient", &["subject"], Reference, &["subject"]),
    row(18001, "ChargeItemDefinition", "identifier", &[], Token, &["identifier"]),
    row(19001, "Claim", "identifier", &[], Token, &["identifier"]),
    row(19002, "Claim", "patient", &[], Reference, &["patient"]),
    row(20001, "ClaimResponse", "identifier", &[], Token, &["identifier"]),
    row(20002, "ClaimResponse", "patient", &[], Reference, &["patient"]),
    row(21001, "ClinicalImpression", "identifier", &[], Token, &["identifier"]),
    row(21002, "ClinicalImpression", "patient", &["subject"], Reference, &["subject"]),
    row(22001, "CodeSystem", "identifier", &[], Token, &["identifier"]),
    row(22003, "CodeSystem", "name", &[], String, &["name"]),
    row(23001, "Communication", "identifier", &[], Token, &["identifier"]),
    row(23002, "Communication", "patient", &["subject"], Reference, &["subject"]),
    row(24001, "CommunicationRequest", "identifier", &[], Token, &["identifier"]),
    row(24002, "CommunicationRequest", "patient", &["subject"], Reference, &["subject"]),
    row(25003, "CompartmentDefinition", "name", &[], String, &["name"]),
    row(26001, "Composition", "identifier", &[], Token, &["identifier"]),
    row(26002, "Composition", "patient", &["subject"], Reference, &["subject"]),
    row(27001, "ConceptMap", "identifier", &[], Token, &["identifier"]),
    row(27003, "ConceptMap", "name", &[], String, &["name"]),
    row(28001, "Condition", "identifier", &[], Token, &["identifier"]),
    row(28002, "Condition", "patient", &["subject"], Reference, &["subject"]),
    row(29001, "Consent", "identifier", &[], Token, &["identifier"]),
    row(29002, "Consent", "patient", &[], Reference, &["patient"]),
    row(30001, "Contract", "identifier", &[], Token, &["identifier"]),
    row(30002, "Contract", "patient", &["subject"], Reference, &["subject"]),
    row(31001, "Coverage", "identifier", &[], Token, &["identifier"]),
    row(31002, "Coverage", "patient", &[], Reference, &["beneficiary"]),
    row(32001, "CoverageEligibilityRequest", "identifier", &[], Token, &["identifier"]),
    row(32002, "CoverageEligibilityRequest", "patient", &[], Reference, &["patient"]),
    row(33001, "CoverageEligibilityResponse", "identifier", &[], Token, &["identifier"]),
    row(33002, "CoverageEligibilityResponse", "patient", &[], Reference, &["patient"]),
    row(34001, "DetectedIssue", "identifier", &[], Token, &["identifier"]),
    row(34002, "DetectedIssue", "patient", &[], Reference, &["patient"]),
    row(35001, "Device", "identifier", &[], Token, &["identifier"]),
    row(35002, "Device", "patient", &[], Reference, &["patient"]),
    row(36001, "DeviceDefinition", "identifier", &[], Token, &["identifier"]),
    row(37001, "DeviceMetric", "identifier", &[], Token, &["identifier"]),
    row(38001, "DeviceRequest", "identifier", &[], Token, &["identifier"]),
    row(38002, "DeviceRequest", "patient", &["subject"], Reference, &["subject"]),
    row(39001, "DeviceUseStatement", "identifier", &[], Token, &["identifier"]),
    row(39002, "DeviceUseStatement", "patient", &["subject"], Reference, &["subject"]),
    row(40001, "DiagnosticReport", "identifier", &[], Token, &["identifier"]),
    row(40002, "DiagnosticReport", "patient", &["subject"], Reference, &["subject"]),
    row(41001, "DocumentManifest", "identifier", &[], Token, &["identifier", "masterIdentifier"]),
    row(41002, "DocumentManifest", "patient", &["subject"], Reference, &["subject"]),
    row(42001, "DocumentReference", "identifier", &[], Token, &["identifier", "masterIdentifier"]),
    row(42002, "DocumentReference", "patient", &["subject"], Reference, &["subject"]),
    row(43001, "EffectEvidenceSynthesis", "identifier", &[], Token, &["identifier"]),
    row(43003, "EffectEvidenceSynthesis", "name", &[], String, &["name"]),
    row(44001, "Encounter", "identifier", &[], Token, &["identifier"]),
    row(44002, "Encounter", "patient", &["subject"], Reference, &["subject"]),
    row(45001, "Endpoint", "identifier", &[], Token, &["identifier"]),
    row(45003, "Endpoint", "name", &[], String, &["name"]),
    row(46001, "EnrollmentRequest", "identifier", &[], Token, &["identifier"]),
    row(46002, "EnrollmentRequest", "patient", &["subject"], Reference, &["candidate"]),
    row(47001, "EnrollmentResponse", "identifier", &[], Token, &["identifier"]),
    row(48001, "EpisodeOfCare", "identifier", &[], Token, &["identifier"]),
    row(48002, "EpisodeOfCare", "patient", &[], Reference, &["patient"]),
    row(49001, "EventDefinition", "identifier", &[], Token, &["identifier"]),
    row(49003, "EventDefinition", "name", &[], String, &["name"]),
    row(50001, "Evidence", "identifier", &[], Token, &["identifier"]),
    row(50003, "Evidence", "name", &[], String, &["name"]),
    row(51001, "EvidenceVariable", "identifier", &[], Token, &["identifier"]),
    row(51003, "EvidenceVariable", "name", &[], String, &["name"]),
    row(52001, "ExampleScenario", "identifier", &[], Token, &["identifier"]),
    row(52003, "ExampleScenario", "name", &[], String, &["name"]),
    row(53001, "ExplanationOfBenefit", "identifier", &[], Token, &["identifier"]),
    row(53002, "ExplanationOfBenefit", "patient", &[], Reference, &["patient"]),
    row(54001, "FamilyMemberHistory", "identifier", &[], Token, &["identifier"]),
    row(54002, "FamilyMemberHistory", "patient", &[], Reference, &["patient"]),
    row(55001, "Flag", "identifier", &[], Token, &["identifier"]),
    row(55002, "Flag", "patient", &["subject"], Reference, &["subject"]),
    row(56001, "Goal", "identifier", &[], Token, &["identifier"]),
    row(56002, "Goal", "patient", &["subject"], Reference, &["subject"]),
    row(57003, "GraphDefinition", "name", &[], String, &["name"]),
    row(58001, "Group", "identifier", &[], Token, &["identifier"]),
    row(59001, "GuidanceResponse", "identifier", &[], Token, &["identifier"]),
    row(59002, "GuidanceResponse", "patient", &["subject"], Reference, &["subject"]),
    row(60001, "HealthcareService", "identifier", &[], Token, &["identifier"]),
    row(60003, "HealthcareService", "name", &[], String, &["name"]),
    row(61001, "ImagingStudy", "identifier", &[], Token, &["identifier"]),
    row(61002, "ImagingStudy", "patient", &["subject"], Reference, &["subject"]),
    row(62001, "Immunization", "identifier", &[], Token, &["identifier"]),
    row(62002, "Immunization", "patient", &[], Reference, &["patient"]),
    row(63001, "ImmunizationEvaluation", "identifier", &[], Token, &["identifier"]),
    row(63002, "ImmunizationEvaluation", "patient", &[], Reference, &["patient"]),
    row(64001, "ImmunizationRecommendation", "identifier", &[], Token, &["identifier"]),
    row(64002, "ImmunizationRecommendation", "patient", &[], Reference, &["patient"]),
    row(65003, "ImplementationGuide", "name", &[], String, &["name"]),
    row(66001, "InsurancePlan", "identifier", &[], Token, &["identifier"]),
    row(66003, "InsurancePlan", "name", &[], String, &["name", "alias"]),
    row(67001, "Invoice", "identifier", &[], Token, &["identifier"]),
    row(67002, "Invoice", "patient", &["subject"], Reference, &["subject"]),
    row(68001, "Library", "identifier", &[], Token, &["identifier"]),
    row(68003, "Library", "name", &[], String, &["name"]),
    row(70001, "List", "identifier", &[], Token, &["identifier"]),
    row(70002, "List", "patient", &["subject"], Reference, &["subject"]),
    row(71001, "Location", "identifier", &[], Token, &["identifier"]),
    row(71003, "Location", "name", &[], String, &["name", "alias"]),
    row(72001, "Measure", "identifier", &[], Token, &["identifier"]),
    row(72003, "Measure", "name", &[], String, &["name"]),
    row(73001, "MeasureReport", "identifier", &[], Token, &["identifier"]),
    row(73002, "MeasureReport", "patient", &["subject"], Reference, &["subject"]),
    row(74001, "Media", "identifier", &[], Token, &["identifier"]),
    row(74002, "Media", "patient", &["subject"], Reference, &["subject"]),
    row(75001, "Medication", "identifier", &[], Token, &["identifier"]),
    row(76001, "MedicationAdministration", "identifier", &[], Token, &["identifier"]),
    row(76002, "MedicationAdministration", "patient", &["subject"], Reference, &["subject"]),
    row(77001, "MedicationDispense", "identifier", &[], Token, &["identifier"]),
    row(77002, "MedicationDispense", "patient", &["subject"], Reference, &["subject"]),
    row(79001, "MedicationRequest", "identifier", &[], Token, &["identifier"]),
    row(79002, "MedicationRequest", "patient", &["subject"], Reference, &["subject"]),
    row(80001, "MedicationStatement", "identifier", &[], Token, &["identifier"]),
    row(80002, "MedicationStatement", "patient", &["subject"], Reference, &["subject"]),
    row(81001, "MedicinalProduct", "identifier", &[], Token, &["identifier"]),
    row(81003, "MedicinalProduct", "name", &[], String, &["name.productName"]),
    row(82001, "MedicinalProductAuthorization", "identifier", &[], Token, &["identifier"]),
    row(85001, "MedicinalProductIngredient", "identifier", &[], Token, &["identifier"]),
    row(88001, "MedicinalProductPackaged", "identifier", &[], Token, &["identifier"]),
    row(89001, "MedicinalProductPharmaceutical", "identifier", &[], Token, &["identifier"]),
    row(91001, "MessageDefinition", "identifier", &[], Token, &["identifier"]),
    row(91003, "MessageDefinition", "name", &[], String, &["name"]),
    row(93001, "MolecularSequence", "identifier", &[], Token, &["identifier"]),
    row(93002, "MolecularSequence", "patient", &[], Reference, &["patient"]),
    row(94003, "NamingSystem", "name", &[], String, &["name"]),
    row(95001, "NutritionOrder", "identifier", &[], Token, &["identifier"]),
    row(95002, "NutritionOrder", "patient", &[], Reference, &["patient"]),
    row(96001, "Observation", "identifier", &[], Token, &["identifier"]),
    row(96002, "Observation", "patient", &["subject"], Reference, &["subject"]),
    row(97001, "ObservationDefinition", "identifier", &[], Token, &["identifier"]),
    row(98003, "OperationDefinition", "name", &[], String, &["name"]),
    row(100001, "Organization", "identifier", &[], Token, &["identifier"]),
    row(100003, "Organization", "name", &[], String, &["name", "alias"]),
    row(101001, "OrganizationAffiliation", "identifier", &[], Token, &["identifier"]),
    row(103001, "Patient", "identifier", &[], Token, &["identifier"]),
    row(103003, "Patient", "name", &[], String, &["name"]),
    row(104001, "PaymentNotice", "identifier", &[], Token, &["identifier"]),
    row(105001, "PaymentReconciliation", "identifier", &[], Token, &["identifier"]),
    row(106001, "Person", "identifier", &[], Token, &["identifier"]),
    row(106002, "Person", "patient", &[], Reference, &["link.target"]),
    row(106003, "Person", "name", &[], String, &["name"]),
    row(107001, "PlanDefinition", "identifier", &[], Token, &["identifier"]),
    row(107003, "PlanDefinition", "name", &[], String, &["name"]),
    row(108001, "Practitioner", "identifier", &[], Token, &["identifier"]),
    row(108003, "Practitioner", "name", &[], String, &["name"]),
    row(109001, "PractitionerRole", "identifier", &[], Token, &["identifier"]),
    row(110001, "Procedure", "identifier", &[], Token, &["identifier"]),
    row(110002, "Procedure", "patient", &["subject"], Reference, &["subject"]),
    row(111002, "Provenance", "patient", &[], Reference, &["target"]),
    row(112001, "Questionnaire", "identifier", &[], Token, &["identifier"]),
    row(112003, "Questionnaire", "name", &[], String, &["name"]),
    row(113001, "QuestionnaireResponse", "identifier", &[], Token, &["identifier"]),
    row(113002, "QuestionnaireResponse", "patient", &["subject"], Reference, &["subject"]),
    row(114001, "RelatedPerson", "identifier", &[], Token, &["identifier"]),
    row(114002, "RelatedPerson", "patient", &[], Reference, &["patient"]),
    row(114003, "RelatedPerson", "name", &[], String, &["name"]),
    row(115001, "RequestGroup", "identifier", &[], Token, &["identifier"]),
    row(115002, "RequestGroup", "patient", &["subject"], Reference, &["subject"]),
    row(116001, "ResearchDefinition", "identifier", &[], Token, &["identifier"]),
    row(116003, "ResearchDefinition", "name", &[], String, &["name"]),
    row(117001, "ResearchElementDefinition", "identifier", &[], Token, &["identifier"]),
    row(117003, "ResearchElementDefinition", "name", &[], String, &["name"]),
    row(118001, "ResearchStudy", "identifier", &[], Token, &["identifier"]),
    row(119001, "ResearchSubject", "identifier", &[], Token, &["identifier"]),
    row(119002, "ResearchSubject", "patient", &[], Reference, &["individual"]),
    row(120001, "RiskAssessment", "identifier", &[], Token, &["identifier"]),
    row(120002, "RiskAssessment", "patient", &["subject"], Reference, &["subject"]),
    row(121001, "RiskEvidenceSynthesis", "identifier", &[], Token, &["identifier"]),
    row(121003, "RiskEvidenceSynthesis", "name", &[], String, &["name"]),
    row(122001, "Schedule", "identifier", &[], Token, &["identifier"]),
    row(123003, "SearchParameter", "name", &[], String, &["name"]),
    row(124001, "ServiceRequest", "identifier", &[], Token, &["identifier"]),
    row(124002, "ServiceRequest", "patient", &["subject"], Reference, &["subject"]),
    row(125001, "Slot", "identifier", &[], Token, &["identifier"]),
    row(126001, "Specimen", "identifier", &[], Token, &["identifier"]),
    row(126002, "Specimen", "patient", &["subject"], Reference, &["subject"]),
    row(127001, "SpecimenDefinition", "identifier", &[], Token, &["identifier"]),
    row(128001, "StructureDefinition", "identifier", &[], Token, &["identifier"]),
    row(128003, "StructureDefinition", "name", &[], String, &["name"]),
    row(129001, "StructureMap", "identifier", &[], Token, &["identifier"]),
    row(129003, "StructureMap", "name", &[], String, &["name"]),
    row(131001, "Substance", "identifier", &[], Token, &["identifier"]),
    row(137001, "SubstanceSpecification", "identifier", &[], Token, &["identifier"]),
    row(138001, "SupplyDelivery", "identifier", &[], Token, &["identifier"]),
    row(138002, "SupplyDelivery", "patient", &[], Reference, &["patient"]),
    row(139001, "SupplyRequest", "identifier", &[], Token, &["identifier"]),
    row(139002, "SupplyRequest", "patient", &["subject"], Reference, &["deliverTo"]),
    row(140001, "Task", "identifier", &[], Token, &["identifier"]),
    row(140002, "Task", "patient", &["subject"], Reference, &["for"]),
    row(141003, "TerminologyCapabilities", "name", &[], String, &["name"]),
    row(142001, "TestReport", "identifier", &[], Token, &["identifier"]),
    row(143001, "TestScript", "identifier", &[], Token, &["identifier"]),
    row(143003, "TestScript", "name", &[], String, &["name"]),
    row(144001, "ValueSet", "identifier", &[], Token, &["identifier"]),
    row(144003, "ValueSet", "name", &[], String, &["name"]),
    row(146001, "VisionPrescription", "identifier", &[], Token, &["identifier"]),
    row(146002, "VisionPrescription", "patient", &[], Reference, &["patient"]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::RESOURCE_TYPES;

    #[test]
    fn numbers_follow_the_rule_and_are_distinct() {
        assert!(TABLE.is_sorted_by(|a, b| (a.resource, a.number) < (b.resource, b.number)));
        for row in TABLE {
            let place = RESOURCE_TYPES.binary_search(&row.resource).unwrap() + 1;
            let n = match row.name {
                "identifier" => 1,
                "patient" => 2,
                "name" => 3,
                other => panic!("{other} has no number in the rule"),
            };
            assert_eq!(row.number as usize, place * 1000 + n, "{row:?}");
        }
    }

    /// Golden: a number that moves would make every existing index lie.
    #[test]
    fn well_known_numbers_stay() {
        let number = |resource: &str, name: &str| {
            parameters(resource).iter().find(|p| p.name == name).map(|p| p.number)
        };
        assert_eq!(number("Account", "identifier"), Some(1001));
        assert_eq!(number("Patient", "identifier"), Some(103001));
        assert_eq!(number("Patient", "name"), Some(103003));
        assert_eq!(number("Observation", "patient"), Some(96002));
        assert_eq!(number("Encounter", "patient"), Some(44002));
        assert_eq!(number("VisionPrescription", "patient"), Some(146002));
        assert!(parameters("SomethingNew").is_empty());
    }
}
