//! What lies in a record beside the visits: documents and pictures, plans, consent, cover, letters, tasks, family.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use holdfast_clinical::codes::System;
use serde_json::{Value, json};

use super::chart::{Chart, Visit};
use super::courses::{Course, Has, Problem};
use super::fhir::{concept, concept_called, hl7_named, to, with};
use super::moment::{Now, day_text, workday_to};
use super::people::Role;
use super::team::{Post, made};
use super::{pdf, png};

/// Consent, cover, plans, tasks and letters of one person.
pub(super) fn others(chart: &mut Chart<'_>, has: &[Has], now: Now) {
    if chart.person.twice.is_some() {
        return;
    }
    consent(chart);
    if chart.dice.percent(85) {
        coverage(chart, now.day);
    }
    if has.len() > 1 && chart.person.died.is_none() {
        care_plan(chart, has);
    }
    if chart.dice.percent(12) {
        letter(chart, now);
    }
    if chart.dice.percent(10) && chart.person.died.is_none() {
        task(chart, now);
    }
    if chart.person.role == Role::Polypharmacy {
        own_medicines(chart, now);
    }
}

fn consent(chart: &mut Chart<'_>) {
    let shares = chart.dice.percent(88);
    let body = json!({
        "status": "active",
        "scope": hl7_named("consentscope", "patient-privacy", "Privacy Consent"),
        "category": [concept(System::Loinc, "59284-0")],
        "patient": chart.patient(),
        "dateTime": day_text(chart.person.registered),
        "performer": [chart.patient()],
        "organization": [chart.team.clinic()],
        "policyRule": hl7_named("v3-ActCode", if shares { "OPTIN" } else { "OPTOUT" }, if shares { "opt-in" } else { "opt-out" }),
    });
    chart.put("Consent", body);
}

fn coverage(chart: &mut Chart<'_>, today: i64) {
    let number = format!("HM{}", chart.dice.digits(8));
    let body = json!({
        "status": "active",
        "type": hl7_named("v3-ActCode", "EHCPOL", "extended healthcare"),
        "subscriberId": number,
        "beneficiary": chart.patient(),
        "relationship": hl7_named("subscriber-relationship", "self", "Self"),
        "period": { "start": day_text(today - today % 365), "end": day_text(today - today % 365 + 364) },
        "payor": [to(&format!("Organization/{}", chart.team.payer))],
    });
    chart.put("Coverage", body);
}

fn care_plan(chart: &mut Chart<'_>, has: &[Has]) {
    let activities: Vec<Value> = has
        .iter()
        .map(|has| Course::of(has.problem))
        .map(|course| json!({ "detail": { "status": "in-progress", "description": format!("{}: {}", course.name, course.plan) } }))
        .collect();
    let doctor = chart.team.one(&mut chart.dice, Post::Doctor);
    let body = json!({
        "status": "active",
        "intent": "plan",
        "title": "Plan for long-term conditions",
        "category": [concept(System::Loinc, "18776-5")],
        "subject": chart.patient(),
        "period": { "start": day_text(chart.person.registered) },
        "author": doctor.reference(),
        "activity": activities,
    });
    chart.put("CarePlan", body);
}

fn letter(chart: &mut Chart<'_>, now: Now) {
    let sender = chart.team.one(&mut chart.dice, Post::FrontDesk);
    let day = workday_to(now.day - chart.dice.between(2, 200));
    let sent = chart.at(day, 11 * 60 + 20);
    let text = chart.dice.pick(&[
        "Your next review is due. Please call us for an appointment.",
        "Your results are in and need no action.",
        "The clinic is closed on public holidays. The telephone is answered.",
    ]);
    let body = json!({
        "status": "completed",
        "category": [hl7_named("communication-category", "notification", "Notification")],
        "medium": [hl7_named("v3-ParticipationMode", "SMSWRIT", "SMS message")],
        "subject": chart.patient(),
        "recipient": [chart.patient()],
        "sender": sender.reference(),
        "sent": sent.text(),
        "payload": [{ "contentString": text }],
    });
    chart.put("Communication", body);
}

fn task(chart: &mut Chart<'_>, now: Now) {
    let owner = chart.team.one(&mut chart.dice, Post::Nurse);
    let asked = chart.team.one(&mut chart.dice, Post::Doctor);
    let day = workday_to(now.day - chart.dice.between(1, 5));
    let written = chart.at(day, 15 * 60);
    let (what, priority) = chart.dice.pick(&[
        ("Call back with the result of the blood test", "routine"),
        ("Repeat the blood pressure", "routine"),
        ("Book the eye screening", "routine"),
        ("Ring today: potassium above the range", "urgent"),
    ]);
    let status = chart.dice.pick(&["requested", "accepted", "in-progress", "completed"]);
    let body = json!({
        "status": status,
        "intent": "order",
        "priority": priority,
        "code": { "text": what },
        "description": what,
        "for": chart.patient(),
        "authoredOn": written.text(),
        "lastModified": written.text(),
        "requester": asked.reference(),
        "owner": owner.reference(),
        "restriction": { "period": { "end": day_text(now.day + 3) } },
    });
    chart.put("Task", body);
}

/// What an old person takes beside what is prescribed: an anticoagulant and an anti-inflammatory do not go together.
fn own_medicines(chart: &mut Chart<'_>, now: Now) {
    let pharmacist = chart.team.one(&mut chart.dice, Post::Pharmacist);
    let at = chart.at(workday_to(now.day - 6), 9 * 60 + 40);
    let kind = super::chart::Kind::past("Medicines review", Some("Z79.899"));
    let visit = chart.visit(at, pharmacist, &kind);
    chart.takes(&visit, "310965", "1 or 2 tablets (200 mg each) most evenings, bought without prescription");
    chart.takes(&visit, "243670", "1 tablet (81 mg) in the morning, out of habit");
    let sections = [
        (
            "61150-9",
            "Subjective",
            "Takes ibuprofen in the evening for the knees, and aspirin since a friend does.".to_owned(),
        ),
        (
            "51848-0",
            "Assessment",
            "Warfarin with ibuprofen and aspirin: bleeding. Kidneys and heart failure with ibuprofen."
                .to_owned(),
        ),
        ("18776-5", "Plan", "Doctor told. To be talked through at the next visit.".to_owned()),
    ];
    chart.note(&visit, "Medicines review", "11506-3", "final", &sections);
}

pub(super) fn family_history(chart: &mut Chart<'_>, visit: &Visit) {
    if !chart.dice.percent(45) {
        return;
    }
    let (role, kin) =
        chart.dice.pick(&[("MTH", "mother"), ("FTH", "father"), ("SIS", "sister"), ("BRO", "brother")]);
    let illness = chart.dice.pick(&["E11.9", "I10", "I25.10", "C50.919", "J45.909", "F32.9"]);
    if illness == "C50.919" && matches!(role, "FTH" | "BRO") {
        return;
    }
    let age = chart.dice.between(38, 70);
    let body = json!({
        "status": "completed",
        "patient": chart.patient(),
        "date": visit.at.text(),
        "relationship": hl7_named("v3-RoleCode", role, kin),
        "condition": [{
            "code": concept(System::Icd10Cm, illness),
            "onsetAge": { "value": age, "unit": "years", "system": "http://unitsofmeasure.org", "code": "a" },
        }],
    });
    chart.put("FamilyMemberHistory", body);
}

/// A letter as PDF, or a photo of a skin finding: both made by this program.
pub(super) fn document_of(chart: &mut Chart<'_>, visit: &Visit, has: &[Has]) {
    let is_foot = has.iter().any(|has| has.problem == Problem::Diabetes) && chart.dice.percent(40);
    if is_foot {
        let picture = png::skin(&mut chart.dice);
        let kind = concept_called(System::Loinc, "72170-4", "Photograph");
        document(chart, visit, "image/png", "Left foot, sole", &kind, &picture);
        return;
    }
    let names: Vec<String> = has.iter().map(|has| format!("- {}", Course::of(has.problem).name)).collect();
    let mut lines = vec![
        "Coastal Hospital, outpatient clinic".to_owned(),
        String::new(),
        format!("Seen on {} at the request of Northhaven Clinic.", day_text(visit.at.day)),
        String::new(),
        "Known:".to_owned(),
    ];
    lines.extend(names);
    lines.push(String::new());
    lines.push("No change in treatment is advised. Please repeat the blood test in three months.".to_owned());
    let pdf = pdf::document("Consultation letter", &lines);
    let kind = concept(System::Loinc, "11488-4");
    document(chart, visit, "application/pdf", "Consultation letter, Coastal Hospital", &kind, &pdf);
}

fn document(
    chart: &mut Chart<'_>,
    visit: &Visit,
    content_type: &str,
    title: &str,
    kind: &Value,
    bytes: &[u8],
) {
    let binary = chart.dice.uuid();
    chart.resources.push(made(
        "Binary",
        &binary,
        json!({ "contentType": content_type, "securityContext": chart.patient(), "data": STANDARD.encode(bytes) }),
    ));
    let attachment = json!({
        "contentType": content_type,
        "url": format!("Binary/{binary}"),
        "size": bytes.len(),
        "title": title,
        "creation": visit.at.text(),
    });
    let body = with(
        json!({
            "status": "current",
            "docStatus": "final",
            "type": kind,
            "category": [concept_called(System::Loinc, "34109-9", "Document")],
            "subject": chart.patient(),
            "date": visit.at.text(),
            "author": [visit.by],
            "description": title,
            "content": [{ "attachment": attachment }],
        }),
        json!({ "context": { "encounter": [to(&format!("Encounter/{}", visit.id))] } }),
    );
    chart.put("DocumentReference", body);
}
