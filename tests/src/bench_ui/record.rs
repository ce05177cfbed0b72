//! A record of twenty years: a visit every week, with vital signs and laboratory results.

use serde_json::{Value, json};

use crate::generate::Resource;
use crate::generate::date;

/// The patient with it.
pub(super) const ID: &str = "twenty-years";
/// By which it is found.
pub(super) const FAMILY: &str = "Zwanzigjahre";
const WEEKS: i64 = 20 * 52;
/// The last visit, in days since 1970: 2026-11-20.
const LAST_DAY: i64 = 20_777;
const LOINC: &str = "http://loinc.org";
/// Vital signs of a visit: code, name, unit, a usual value.
const VITALS: [(&str, &str, &str, i64); 6] = [
    ("8867-4", "Heart rate", "/min", 72),
    ("9279-1", "Respiratory rate", "/min", 15),
    ("8310-5", "Body temperature", "Cel", 37),
    ("59408-5", "Oxygen saturation", "%", 97),
    ("29463-7", "Body weight", "kg", 71),
    ("8302-2", "Body height", "cm", 168),
];
/// Laboratory results of a visit.
const RESULTS: [(&str, &str, &str, i64); 10] = [
    ("718-7", "Hemoglobin", "g/dL", 13),
    ("4548-4", "Hemoglobin A1c", "%", 7),
    ("2345-7", "Glucose", "mg/dL", 110),
    ("2160-0", "Creatinine", "mg/dL", 1),
    ("2823-3", "Potassium", "mmol/L", 4),
    ("2951-2", "Sodium", "mmol/L", 139),
    ("6690-2", "Leukocytes", "10*3/uL", 6),
    ("777-3", "Platelets", "10*3/uL", 240),
    ("2093-3", "Cholesterol", "mg/dL", 180),
    ("1742-6", "Alanine aminotransferase", "U/L", 22),
];

/// Every resource of it: some 19,000.
pub(super) fn long() -> Vec<Resource> {
    let name = json!([{"family": FAMILY, "given": ["Vera"]}]);
    let mut all = vec![made(
        "Patient",
        ID.to_owned(),
        json!({"name": name, "gender": "female", "birthDate": "1951-04-02"}),
    )];
    for (at, text) in ["Penicillin G", "Latex", "Peanut"].iter().enumerate() {
        let allergy = json!({"patient": {"reference": format!("Patient/{ID}")}, "code": {"text": text}});
        all.push(made("AllergyIntolerance", format!("allergy-{at}"), allergy));
    }
    for week in 0..WEEKS {
        visit(&mut all, week);
    }
    all
}

fn visit(all: &mut Vec<Resource>, week: i64) {
    let at = format!("{}T09:{:02}:00Z", date::day(LAST_DAY - 7 * (WEEKS - 1 - week)), week % 60);
    let subject = json!({"reference": format!("Patient/{ID}")});
    let encounter =
        json!({"status": "finished", "class": {"code": "AMB"}, "subject": subject, "period": {"start": at}});
    all.push(made("Encounter", format!("visit-{week}"), encounter));
    let measured =
        VITALS.iter().map(|one| ("vital-signs", one)).chain(RESULTS.iter().map(|one| ("laboratory", one)));
    for (category, (code, name, unit, value)) in measured {
        let system = "http://terminology.hl7.org/CodeSystem/observation-category";
        let body = json!({
            "status": "final", "subject": subject, "effectiveDateTime": at,
            "category": [{"coding": [{"system": system, "code": category}]}],
            "code": {"coding": [{"system": LOINC, "code": code, "display": name}], "text": name},
            "valueQuantity": {"value": value + week % 5, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit},
        });
        all.push(made("Observation", format!("{code}-{week}"), body));
    }
    if week % 26 == 0 {
        let text = ["Hypertension", "Type 2 diabetes", "Asthma", "Osteoarthritis"]
            [usize::try_from(week / 26 % 4).unwrap_or_default()];
        let system = "http://terminology.hl7.org/CodeSystem/condition-clinical";
        let body = json!({"subject": subject, "code": {"text": text}, "recordedDate": at,
            "clinicalStatus": {"coding": [{"system": system, "code": if week % 52 == 0 { "active" } else { "resolved" }}]}});
        all.push(made("Condition", format!("problem-{week}"), body));
        let body = json!({"subject": subject, "status": if week > WEEKS - 200 { "active" } else { "stopped" }, "intent": "order",
            "medicationCodeableConcept": {"text": format!("Medicine {}", week / 26)}, "authoredOn": at,
            "dosageInstruction": [{"text": "1 in the morning"}]});
        all.push(made("MedicationRequest", format!("medicine-{week}"), body));
    }
    if week % 2 == 0 {
        let div = "<div xmlns=\"http://www.w3.org/1999/xhtml\">Feels well. Goes on with the medicines.</div>";
        let body = json!({"status": "final", "title": "Visit", "subject": subject, "date": at, "type": {"text": "Note"},
            "author": [{"display": "Amina Rahimi"}], "section": [{"title": "Plan", "text": {"status": "additional", "div": div}}]});
        all.push(made("Composition", format!("note-{week}"), body));
    }
}

fn made(resource_type: &'static str, id: String, mut body: Value) -> Resource {
    body["resourceType"] = resource_type.into();
    body["id"] = id.as_str().into();
    Resource { resource_type, id, json: body.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_record_is_of_twenty_years_and_its_ids_are_distinct() {
        let all = long();
        let ids: std::collections::BTreeSet<_> = all.iter().map(|one| (one.resource_type, &one.id)).collect();
        assert_eq!(ids.len(), all.len());
        assert!(all.len() > 18_000, "{}", all.len());
        let dates = |part: &str| all.iter().filter(|one| one.json.contains(part)).count();
        assert!(dates("2006-12-") > 0 && dates("2026-11-20") > 0);
    }
}
