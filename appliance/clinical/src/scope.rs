//! Which scopes a resource belongs to: whose replicas hold it.
//!
//! * A resource that is somebody's record belongs to that patient's scope, or to several.
//! * Operations (appointments, schedules, tasks …) belong to the clinic, and to the patients they name.
//! * Shared definitions and the directory of people and places belong to `directory`: every replica has them.
//! * Whatever is left (a chart resource that names no patient, a type nobody here knows) belongs to the
//!   clinic that wrote it: it may be confidential, so it does not go to everyone.

use std::collections::{BTreeMap, BTreeSet};

use holdfast_core::id::{Entity, Scope};
use holdfast_core::state::EntityState;
use serde_json::value::RawValue;

use crate::compartment::owner_paths;
use crate::search::path::each_node;
use crate::tree::Node;
use crate::types::HOLDFAST_REVOCATION;

/// Operational types: in the clinic's scope even if they name a patient.
const OPERATIONS: &[&str] = &["Appointment", "AppointmentResponse", "Schedule", "Slot", "Task"];

/// Shared by all clinics, sorted. A `Device` that names a patient belongs to that patient instead, and
/// revocations must reach every replica.
const DIRECTORY: &[&str] = &[
    "ActivityDefinition",
    "CapabilityStatement",
    "CatalogEntry",
    "ChargeItemDefinition",
    "CodeSystem",
    "CompartmentDefinition",
    "ConceptMap",
    "Device",
    "DeviceDefinition",
    "DeviceMetric",
    "EffectEvidenceSynthesis",
    "Endpoint",
    "EventDefinition",
    "Evidence",
    "EvidenceVariable",
    "ExampleScenario",
    "GraphDefinition",
    "HealthcareService",
    HOLDFAST_REVOCATION,
    "ImplementationGuide",
    "InsurancePlan",
    "Library",
    "Location",
    "Measure",
    "Medication",
    "MedicationKnowledge",
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
    "NamingSystem",
    "ObservationDefinition",
    "OperationDefinition",
    "Organization",
    "OrganizationAffiliation",
    "PlanDefinition",
    "Practitioner",
    "PractitionerRole",
    "Questionnaire",
    "ResearchDefinition",
    "ResearchElementDefinition",
    "RiskEvidenceSynthesis",
    "SearchParameter",
    "SpecimenDefinition",
    "StructureDefinition",
    "StructureMap",
    "Substance",
    "SubstanceNucleicAcid",
    "SubstancePolymer",
    "SubstanceProtein",
    "SubstanceReferenceInformation",
    "SubstanceSourceMaterial",
    "SubstanceSpecification",
    "TerminologyCapabilities",
    "TestScript",
    "ValueSet",
    "VerificationResult",
];

/// Whether resources of this type are shared by all clinics, unless they name a patient.
pub fn is_directory(kind: &str) -> bool {
    DIRECTORY.binary_search(&kind).is_ok()
}

/// The scopes of a resource, read off every sibling; never empty. `clinic` names the clinic whose op it is.
pub fn scopes(state: &EntityState, clinic: &str) -> BTreeSet<Scope> {
    let kind = state.entity.kind.as_str();
    if kind == "Patient" {
        return BTreeSet::from([Scope::patient(&state.entity.id)]);
    }
    let mut scopes = owners(state);
    if OPERATIONS.contains(&kind) || scopes.is_empty() && !is_directory(kind) {
        scopes.insert(Scope::clinic(clinic));
    } else if scopes.is_empty() {
        scopes.insert(Scope::directory());
    }
    scopes
}

fn owners(state: &EntityState) -> BTreeSet<Scope> {
    let mut scopes = BTreeSet::new();
    for path in owner_paths(&state.entity.kind) {
        each_node(state, path, &mut |node| scopes.extend(patient_of(node).map(|id| Scope::patient(&id))));
    }
    scopes
}

/// The ids of the patients whose record a resource is part of as it reads: of one version, or one that is not kept here.
/// Cost: one pass over the text, and the owning elements taken apart.
pub fn patients(entity: &Entity, json: &str) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    if entity.kind == "Patient" {
        ids.insert(entity.id.clone());
    }
    let paths = owner_paths(&entity.kind);
    if paths.is_empty() {
        return ids;
    }
    let elements: BTreeMap<String, &RawValue> = serde_json::from_str(json).unwrap_or_default();
    for path in paths {
        let mut names = path.split('.');
        let element = names.next().and_then(|name| elements.get(name));
        let Some(Ok(node)) = element.map(|element| Node::parse(element.get())) else { continue };
        node.walk(&names.collect::<Vec<_>>(), &mut |node| ids.extend(patient_of(node)));
    }
    ids
}

/// The id of the patient of these records whom a `Reference` names.
fn patient_of(node: &Node<'_>) -> Option<String> {
    let text = node.member("reference")?.as_text()?;
    let target = crate::reference::local(text)?;
    (target.kind == "Patient").then(|| target.id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{state, state_with_siblings};

    #[test]
    fn directory_is_sorted() {
        assert!(DIRECTORY.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn each_resource_has_its_scopes() {
        for (json, expected) in [
            (r#"{"resourceType":"Patient","id":"p"}"#, &["patient/p"][..]),
            (
                r#"{"resourceType":"Observation","id":"x","subject":{"reference":"http://other/fhir/Patient/p"}}"#,
                &["clinic/north"],
            ),
            (
                r#"{"resourceType":"Observation","id":"x","subject":{"reference":"Patient/p"}}"#,
                &["patient/p"],
            ),
            (
                r#"{"resourceType":"Observation","id":"x","subject":{"reference":"Patient/p/_history/2"},
                    "performer":[{"reference":"Patient/mother"}]}"#,
                &["patient/p"],
            ),
            (
                r#"{"resourceType":"Observation","id":"x","subject":{"reference":"Patient/p"},"focus":[{"reference":"Patient/q"}]}"#,
                &["patient/p", "patient/q"],
            ),
            (
                r#"{"resourceType":"Observation","id":"x","subject":{"reference":"Group/g"}}"#,
                &["clinic/north"],
            ),
            (r##"{"resourceType":"Observation","id":"x","subject":{"reference":"#p"}}"##, &["clinic/north"]),
            (r#"{"resourceType":"Observation","id":"x","subject":7}"#, &["clinic/north"]),
            (
                r#"{"resourceType":"Coverage","id":"x","beneficiary":{"reference":"Patient/p"}}"#,
                &["patient/p"],
            ),
            (
                r#"{"resourceType":"Appointment","id":"x","participant":[{"actor":{"reference":"Patient/p"}},
                    {"actor":{"reference":"Practitioner/d"}},{"status":"accepted"}]}"#,
                &["clinic/north", "patient/p"],
            ),
            (r#"{"resourceType":"Slot","id":"x"}"#, &["clinic/north"]),
            (
                r#"{"resourceType":"Task","id":"x","for":{"reference":"Patient/p"}}"#,
                &["clinic/north", "patient/p"],
            ),
            (r#"{"resourceType":"Practitioner","id":"x"}"#, &["directory"]),
            (r#"{"resourceType":"Device","id":"x"}"#, &["directory"]),
            (r#"{"resourceType":"Device","id":"x","patient":{"reference":"Patient/p"}}"#, &["patient/p"]),
            (r#"{"resourceType":"ValueSet","id":"x"}"#, &["directory"]),
            (r#"{"resourceType":"HoldfastRevocation","id":"x"}"#, &["directory"]),
            (r#"{"resourceType":"HoldfastRight","id":"x"}"#, &["clinic/north"]),
            (
                r#"{"resourceType":"Group","id":"x","member":[{"entity":{"reference":"Patient/p"}}]}"#,
                &["clinic/north"],
            ),
            (r#"{"resourceType":"SomethingNew","id":"x"}"#, &["clinic/north"]),
        ] {
            let state = state(json);
            let got: Vec<String> = scopes(&state, "north").into_iter().map(|s| s.0).collect();
            assert_eq!(got, expected, "{json}");
            let told: Vec<String> = patients(&state.entity, json).into_iter().collect();
            let named: Vec<&str> =
                expected.iter().filter_map(|scope| scope.strip_prefix("patient/")).collect();
            assert_eq!(told, named, "as it reads: {json}");
        }
    }

    #[test]
    fn every_sibling_counts() {
        let state = state_with_siblings(
            "Observation",
            "subject",
            &[r#"{"reference":"Patient/a"}"#, r#"{"reference":"Patient/b"}"#],
        );
        let got: Vec<String> = scopes(&state, "north").into_iter().map(|s| s.0).collect();
        assert_eq!(got, ["patient/a", "patient/b"]);
    }
}
