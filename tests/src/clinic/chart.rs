//! Writing into one person's record: a method for each thing that is done at a clinic.

use holdfast_clinical::codes::System;
use holdfast_clinical::scheduling::fhir::extension;
use serde_json::{Value, json};

use super::fhir::{concept, concept_called, decimal, escaped, hl7, hl7_named, quantity, to, with};
use super::labs::{Flag, Lab, Panel};
use super::moment::{Moment, day_text};
use super::people::Person;
use super::team::{Member, Team, made};
use crate::generate::{Dice, Resource};

/// The record of one person as it grows.
pub(super) struct Chart<'c> {
    pub(super) team: &'c Team,
    pub(super) person: &'c Person,
    pub(super) dice: Dice,
    offset: i64,
    pub(super) resources: Vec<Resource>,
}

/// A contact with the clinic: what is written at it refers to it.
#[derive(Debug, Clone)]
pub(super) struct Visit {
    pub(super) id: String,
    pub(super) at: Moment,
    pub(super) by: Value,
}

impl Visit {
    fn reference(&self) -> Value {
        to(&format!("Encounter/{}", self.id))
    }
}

/// What a visit was.
#[derive(Debug, Clone)]
pub(super) struct Kind<'k> {
    pub(super) title: &'k str,
    pub(super) reason: Option<&'k str>,
    /// `finished`, or how far it is today.
    pub(super) status: &'k str,
    /// v3-ActCode: AMB, VR (at a distance), HH (at home).
    pub(super) class: &'k str,
    pub(super) minutes: i64,
    /// Its appointment, whose id it takes: so the schedule finds it.
    pub(super) appointment: Option<&'k str>,
    /// Where the patient was before, each with its beginning and its end.
    pub(super) history: &'k [(&'k str, Moment, Moment)],
    /// What the status does not say of where the patient is.
    pub(super) stage: Option<&'k str>,
    /// The room where the patient is now.
    pub(super) room: Option<&'k str>,
}

impl<'k> Kind<'k> {
    pub(super) fn past(title: &'k str, reason: Option<&'k str>) -> Self {
        Self {
            title,
            reason,
            status: "finished",
            class: "AMB",
            minutes: 20,
            appointment: None,
            history: &[],
            stage: None,
            room: None,
        }
    }
}

/// A prescription.
#[derive(Debug, Clone, Copy)]
pub(super) struct Order<'o> {
    pub(super) code: &'o str,
    pub(super) dose: &'o str,
    /// Doses a day.
    pub(super) times: f64,
    pub(super) status: &'o str,
    pub(super) reason: Option<&'o str>,
    /// Days that are dispensed.
    pub(super) days: i64,
}

impl<'c> Chart<'c> {
    pub(super) fn new(team: &'c Team, person: &'c Person, dice: Dice, offset: i64) -> Self {
        Self { team, person, dice, offset, resources: Vec::new() }
    }

    pub(super) fn at(&self, day: i64, minute: i64) -> Moment {
        Moment { day, minute, offset: self.offset }
    }

    /// Writes a resource about this patient and gives its id.
    pub(super) fn put(&mut self, resource_type: &'static str, body: Value) -> String {
        let id = self.dice.uuid();
        self.resources.push(made(resource_type, &id, body));
        id
    }

    pub(super) fn patient(&self) -> Value {
        to(&format!("Patient/{}", self.person.id))
    }

    pub(super) fn visit(&mut self, at: Moment, by: &Member, kind: &Kind<'_>) -> Visit {
        let drawn = self.dice.uuid();
        let id = kind.appointment.map_or(drawn, ToOwned::to_owned);
        let is_over = kind.status == "finished";
        let history: Vec<Value> = kind
            .history
            .iter()
            .map(|(status, from, to)| json!({ "status": status, "period": { "start": from.text(), "end": to.text() } }))
            .collect();
        let arrived = kind.history.first().map_or(at, |(_, from, _)| *from);
        let period = with(
            json!({ "start": arrived.text() }),
            json!({ "end": is_over.then(|| at.plus(kind.minutes).text()) }),
        );
        let (class, display) = match kind.class {
            "VR" => ("VR", "virtual"),
            "HH" => ("HH", "home health"),
            _ => ("AMB", "ambulatory"),
        };
        let body = with(
            json!({
                "status": kind.status,
                "class": { "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": class, "display": display },
                "type": [{ "text": kind.title }],
                "subject": self.patient(),
                "participant": [{ "type": [hl7_named("v3-ParticipationType", "PPRF", "primary performer")], "individual": by.reference() }],
                "period": period,
                "serviceProvider": self.team.clinic(),
            }),
            json!({
                "reasonCode": kind.reason.map(|code| json!([concept(System::Icd10Cm, code)])),
                "appointment": kind.appointment.map(|id| json!([to(&format!("Appointment/{id}"))])),
                "statusHistory": (!history.is_empty()).then_some(history),
                "location": kind.room.map(|id| json!([{ "location": to(&format!("Location/{id}")), "status": "active" }])),
                "extension": kind.stage.map(|stage| json!([extension::one(extension::STAGE, "valueCode", stage)])),
            }),
        );
        self.resources.push(made("Encounter", &id, body));
        Visit { id, at, by: by.reference() }
    }

    /// A number that was measured.
    pub(super) fn measure(
        &mut self,
        visit: &Visit,
        code: &str,
        value: f64,
        digits: usize,
        unit: (&str, &str),
    ) -> String {
        let more = json!({ "valueQuantity": quantity(value, digits, unit.0, unit.1) });
        self.observe(visit, "vital-signs", code, more)
    }

    /// Blood pressure as one Observation with two parts.
    pub(super) fn blood_pressure(&mut self, visit: &Visit, systolic: f64, diastolic: f64) {
        let part = |code: &str, value: f64| json!({ "code": concept(System::Loinc, code), "valueQuantity": quantity(value, 0, "mmHg", "mm[Hg]") });
        let more = json!({ "component": [part("8480-6", systolic), part("8462-4", diastolic)] });
        self.observe(visit, "vital-signs", "85354-9", more);
    }

    /// An Observation whose value `more` says.
    pub(super) fn observe(&mut self, visit: &Visit, category: &str, code: &str, more: Value) -> String {
        let body = json!({
            "status": "final",
            "category": [hl7("observation-category", category)],
            "code": concept(System::Loinc, code),
            "subject": self.patient(),
            "encounter": visit.reference(),
            "effectiveDateTime": visit.at.text(),
            "performer": [visit.by],
        });
        self.put("Observation", with(body, more))
    }

    /// A whole score out of a questionnaire.
    pub(super) fn score(&mut self, visit: &Visit, code: &str, value: i64) {
        #[expect(clippy::cast_precision_loss, reason = "scores are small")]
        let value = value as f64;
        let more = json!({ "valueQuantity": quantity(value, 0, "{score}", "{score}") });
        self.observe(visit, "survey", code, more);
    }

    /// A panel of the laboratory: its results, and the report that holds them together.
    pub(super) fn panel(&mut self, visit: &Visit, panel: &Panel, values: &[(&Lab, f64)]) {
        let results: Vec<Value> = values
            .iter()
            .map(|(lab, value)| to(&format!("Observation/{}", self.result(visit, lab, *value))))
            .collect();
        let issued = visit.at.plus(60 * 26);
        let flagged = values.iter().filter(|(lab, value)| lab.flag(*value) != Flag::Normal).count();
        let conclusion = match flagged {
            0 => "All within the reference range.".to_owned(),
            1 => "One result outside the reference range.".to_owned(),
            several => format!("{several} results outside the reference range."),
        };
        let body = json!({
            "status": "final",
            "category": [hl7_named("v2-0074", "LAB", "Laboratory")],
            "code": concept(System::Loinc, panel.code),
            "subject": self.patient(),
            "encounter": visit.reference(),
            "effectiveDateTime": visit.at.text(),
            "issued": issued.text(),
            "performer": [self.team.clinic()],
            "result": results,
            "conclusion": conclusion,
        });
        self.put("DiagnosticReport", body);
    }

    fn result(&mut self, visit: &Visit, lab: &Lab, value: f64) -> String {
        let (code, display) = match lab.flag(value) {
            Flag::Low => ("L", "Low"),
            Flag::High => ("H", "High"),
            Flag::Normal => ("N", "Normal"),
        };
        let bound = |value: f64| quantity(value, lab.digits, lab.unit.0, lab.unit.1);
        let range = with(json!({}), json!({ "low": lab.low.map(bound), "high": lab.high.map(bound) }));
        let more = json!({
            "issued": visit.at.plus(60 * 26).text(),
            "valueQuantity": quantity(value, lab.digits, lab.unit.0, lab.unit.1),
            "interpretation": [hl7_named("v3-ObservationInterpretation", code, display)],
            "referenceRange": [range],
        });
        self.observe(visit, "laboratory", lab.code, more)
    }

    /// A problem or a diagnosis. `ended`: the day on which it was over.
    pub(super) fn condition(
        &mut self,
        visit: &Visit,
        code: &str,
        onset: i64,
        ended: Option<i64>,
        is_problem: bool,
    ) -> String {
        let status = if ended.is_some() { "resolved" } else { "active" };
        let category = if is_problem { "problem-list-item" } else { "encounter-diagnosis" };
        let body = json!({
            "clinicalStatus": hl7("condition-clinical", status),
            "verificationStatus": hl7("condition-ver-status", "confirmed"),
            "category": [hl7("condition-category", category)],
            "code": concept(System::Icd10Cm, code),
            "subject": self.patient(),
            "encounter": visit.reference(),
            "onsetDateTime": day_text(onset),
            "recordedDate": visit.at.text(),
            "recorder": visit.by,
        });
        self.put("Condition", with(body, json!({ "abatementDateTime": ended.map(day_text) })))
    }

    pub(super) fn prescribe(&mut self, visit: &Visit, order: &Order<'_>) -> String {
        let timing = if order.times >= 1.0 {
            json!({ "repeat": { "frequency": decimal(order.times, 0), "period": 1, "periodUnit": "d" } })
        } else {
            json!({ "repeat": { "frequency": 1, "period": 1, "periodUnit": "wk" } })
        };
        let reason = order.reason.map(|code| json!([concept(System::Icd10Cm, code)]));
        let body = with(
            json!({
                "status": order.status,
                "intent": "order",
                "category": [hl7("medicationrequest-category", "outpatient")],
                "medicationCodeableConcept": concept(System::Rxnorm, order.code),
                "subject": self.patient(),
                "encounter": visit.reference(),
                "authoredOn": visit.at.text(),
                "requester": visit.by,
                "dosageInstruction": [{ "sequence": 1, "text": order.dose, "timing": timing, "asNeededBoolean": order.dose.contains("needed") }],
                "dispenseRequest": {
                    "validityPeriod": { "start": visit.at.text(), "end": visit.at.plus(order.days * 1440).text() },
                    "expectedSupplyDuration": { "value": order.days, "unit": "days", "system": "http://unitsofmeasure.org", "code": "d" },
                },
            }),
            json!({ "reasonCode": reason }),
        );
        self.put("MedicationRequest", body)
    }

    /// An order of before is over: another one has taken its place.
    pub(super) fn replaced(&mut self, order: &str) {
        if let Some(old) = self.resources.iter_mut().rev().find(|one| one.id == order) {
            old.json = old.json.replacen("\"status\":\"active\"", "\"status\":\"completed\"", 1);
        }
    }

    /// What somebody takes that nobody here has prescribed.
    pub(super) fn takes(&mut self, visit: &Visit, code: &str, dose: &str) {
        let body = json!({
            "status": "active",
            "medicationCodeableConcept": concept(System::Rxnorm, code),
            "subject": self.patient(),
            "effectivePeriod": { "start": day_text(visit.at.day - 30) },
            "dateAsserted": visit.at.text(),
            "informationSource": self.patient(),
            "dosage": [{ "text": dose }],
        });
        self.put("MedicationStatement", body);
    }

    /// An allergy. `code` is one of RxNorm for a medicine, else the text counts alone.
    pub(super) fn allergy(
        &mut self,
        visit: &Visit,
        code: Option<&str>,
        text: &str,
        category: &str,
        criticality: &str,
        reaction: (&str, &str),
    ) {
        let what =
            code.map_or_else(|| json!({ "text": text }), |code| concept_called(System::Rxnorm, code, text));
        let body = json!({
            "clinicalStatus": hl7("allergyintolerance-clinical", "active"),
            "verificationStatus": hl7("allergyintolerance-verification", "confirmed"),
            "type": "allergy",
            "category": [category],
            "criticality": criticality,
            "code": what,
            "patient": self.patient(),
            "encounter": visit.reference(),
            "recordedDate": visit.at.text(),
            "recorder": visit.by,
            "reaction": [{ "manifestation": [{ "text": reaction.0 }], "severity": reaction.1 }],
        });
        self.put("AllergyIntolerance", body);
    }

    pub(super) fn immunize(&mut self, visit: &Visit, code: &str, dose: i64) {
        let lot = format!("L{}", self.dice.digits(5));
        let (site, site_display) =
            if self.person.age(visit.at.day) < 2 { ("LT", "left thigh") } else { ("LA", "left arm") };
        let body = json!({
            "status": "completed",
            "vaccineCode": concept(System::Cvx, code),
            "patient": self.patient(),
            "encounter": visit.reference(),
            "occurrenceDateTime": visit.at.text(),
            "primarySource": true,
            "lotNumber": lot,
            "site": hl7_named("v3-ActSite", site, site_display),
            "performer": [{ "actor": visit.by }],
            "protocolApplied": [{ "doseNumberPositiveInt": dose }],
        });
        self.put("Immunization", body);
    }

    pub(super) fn procedure(&mut self, visit: &Visit, text: &str, reason: Option<&str>) {
        let body = with(
            json!({
                "status": "completed",
                "code": { "text": text },
                "subject": self.patient(),
                "encounter": visit.reference(),
                "performedDateTime": visit.at.text(),
                "performer": [{ "actor": visit.by }],
            }),
            json!({ "reasonCode": reason.map(|code| json!([concept(System::Icd10Cm, code)])) }),
        );
        self.put("Procedure", body);
    }

    /// A note (decision 26): a Composition with a section for each heading. `status`: `final` once signed.
    pub(super) fn note(
        &mut self,
        visit: &Visit,
        title: &str,
        kind: &str,
        status: &str,
        sections: &[(&str, &str, String)],
    ) -> String {
        let sections: Vec<Value> = sections
            .iter()
            .map(|(code, heading, text)| {
                json!({ "title": heading, "code": concept(System::Loinc, code), "text": { "status": "generated", "div": div(text) } })
            })
            .collect();
        let written = visit.at.plus(18);
        let attester = (status != "preliminary")
            .then(|| json!([{ "mode": "legal", "time": written.text(), "party": visit.by }]));
        let body = with(
            json!({
                "status": status,
                "type": concept(System::Loinc, kind),
                "category": [concept_called(System::Loinc, "34109-9", "Note")],
                "subject": self.patient(),
                "encounter": visit.reference(),
                "date": written.text(),
                "author": [visit.by],
                "title": title,
                "custodian": self.team.clinic(),
                "section": sections,
            }),
            json!({ "attester": attester }),
        );
        self.put("Composition", body)
    }

    /// What was added to a signed note later.
    pub(super) fn addendum(&mut self, visit: &Visit, note: &str, text: &str) {
        let body = json!({
            "status": "final",
            "type": concept(System::Loinc, "11506-3"),
            "category": [concept_called(System::Loinc, "34109-9", "Note")],
            "subject": self.patient(),
            "encounter": visit.reference(),
            "date": visit.at.plus(60 * 30).text(),
            "author": [visit.by],
            "title": "Addendum",
            "attester": [{ "mode": "legal", "time": visit.at.plus(60 * 30).text(), "party": visit.by }],
            "custodian": self.team.clinic(),
            "relatesTo": [{ "code": "appends", "targetReference": to(&format!("Composition/{note}")) }],
            "section": [{ "title": "Addendum", "text": { "status": "generated", "div": div(text) } }],
        });
        self.put("Composition", body);
    }
}

/// A section's narrative: a paragraph a line.
fn div(text: &str) -> String {
    let paragraphs: String = text.lines().map(|line| format!("<p>{}</p>", escaped(line))).collect();
    format!("<div xmlns=\"http://www.w3.org/1999/xhtml\">{paragraphs}</div>")
}
