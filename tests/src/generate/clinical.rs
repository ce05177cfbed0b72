//! The other resources of a chart: encounters, conditions, allergies, prescriptions.

use super::vital::Taken;
use super::words::{ALLERGENS, CONDITIONS, ENCOUNTERS, MEDICINES};
use super::{Dice, Resource, date};

const SNOMED: &str = "http://snomed.info/sct";
const RXNORM: &str = "http://www.nlm.nih.gov/research/umls/rxnorm";

/// The encounter itself.
pub(super) fn encounter(dice: &mut Dice, patient_id: &str, taken: &Taken) -> Resource {
    let (code, display, class) = dice.pick(ENCOUNTERS);
    let ends = taken.seconds + dice.between(10, 60) * 60;
    let body = format!(
        "\"status\":\"finished\",\"class\":{{\"system\":\"http://terminology.hl7.org/CodeSystem/v3-ActCode\",\
         \"code\":\"{class}\"}},\"type\":[{}],\"subject\":{{\"reference\":\"Patient/{patient_id}\"}},\
         \"period\":{{\"start\":\"{}\",\"end\":\"{}\"}}",
        concept(SNOMED, code, display),
        date::instant(taken.seconds),
        date::instant(ends)
    );
    resource("Encounter", taken.encounter_id.clone(), &body)
}

/// A diagnosis made at an encounter.
pub(super) fn condition(dice: &mut Dice, patient_id: &str, taken: &Taken) -> Resource {
    let (code, display) = dice.pick(CONDITIONS);
    let status = if dice.percent(70) { "active" } else { "resolved" };
    let at = date::instant(taken.seconds);
    let body = format!(
        "\"clinicalStatus\":{},\"verificationStatus\":{},\"code\":{},{},\"onsetDateTime\":\"{at}\",\
         \"recordedDate\":\"{at}\"",
        status_concept("condition-clinical", status),
        status_concept("condition-ver-status", "confirmed"),
        concept(SNOMED, code, display),
        about("subject", patient_id, taken)
    );
    resource("Condition", dice.uuid(), &body)
}

/// An allergy or intolerance recorded at an encounter.
pub(super) fn allergy(dice: &mut Dice, patient_id: &str, taken: &Taken) -> Resource {
    let (code, display, category) = dice.pick(ALLERGENS);
    let criticality = dice.pick(&["low", "high", "unable-to-assess"]);
    let body = format!(
        "\"clinicalStatus\":{},\"verificationStatus\":{},\"type\":\"allergy\",\"category\":[\"{category}\"],\
         \"criticality\":\"{criticality}\",\"code\":{},{},\"recordedDate\":\"{}\"",
        status_concept("allergyintolerance-clinical", "active"),
        status_concept("allergyintolerance-verification", "confirmed"),
        concept(SNOMED, code, display),
        about("patient", patient_id, taken),
        date::instant(taken.seconds)
    );
    resource("AllergyIntolerance", dice.uuid(), &body)
}

/// A prescription written at an encounter.
pub(super) fn medication_request(dice: &mut Dice, patient_id: &str, taken: &Taken) -> Resource {
    let (code, display, dose) = dice.pick(MEDICINES);
    let status = dice.pick(&["active", "active", "stopped", "completed"]);
    let body = format!(
        "\"status\":\"{status}\",\"intent\":\"order\",\"medicationCodeableConcept\":{},{},\"authoredOn\":\"{}\",\
         \"dosageInstruction\":[{{\"sequence\":1,\"text\":\"{dose}\"}}]",
        concept(RXNORM, code, display),
        about("subject", patient_id, taken),
        date::instant(taken.seconds)
    );
    resource("MedicationRequest", dice.uuid(), &body)
}

fn resource(resource_type: &'static str, id: String, body: &str) -> Resource {
    let json = format!("{{\"resourceType\":\"{resource_type}\",\"id\":\"{id}\",{body}}}");
    Resource { resource_type, id, json }
}

fn about(element: &str, patient_id: &str, taken: &Taken) -> String {
    format!(
        "\"{element}\":{{\"reference\":\"Patient/{patient_id}\"}},\"encounter\":{{\"reference\":\"Encounter/{}\"}}",
        taken.encounter_id
    )
}

fn concept(system: &str, code: &str, display: &str) -> String {
    format!(
        "{{\"coding\":[{{\"system\":\"{system}\",\"code\":\"{code}\",\"display\":\"{display}\"}}],\
         \"text\":\"{display}\"}}"
    )
}

fn status_concept(system: &str, code: &str) -> String {
    format!(
        "{{\"coding\":[{{\"system\":\"http://terminology.hl7.org/CodeSystem/{system}\",\"code\":\"{code}\"}}]}}"
    )
}
