//! What a visit brings about in the record: its Encounter, with who was there and from when to when, and at its end what was said in
//! the chat. Written anew from all that happened, so that a step that is repeated changes nothing.

use std::collections::BTreeMap;

use holdfast_clinical::lifecycle::check_step;
use holdfast_clinical::scheduling::fhir::extension;
use holdfast_clinical::scheduling::flow::Stage;
use holdfast_clinical::scheduling::zone::{Zone, minute_of_ms};
use holdfast_core::id::Entity;
use holdfast_store::Tx;
use holdfast_store::author::Base;
use holdfast_visits::messages::{ChatLine, Role};
use holdfast_visits::session::{Fact, What};
use serde_json::{Map, Value, json};

use super::record::VisitRecord;
use crate::error::ApiError;
use crate::fhir::date::instant;
use crate::schedule::records::{exchange, json_of, put, there};
use crate::schedule::walk_to;

/// On `Encounter`: that it was held by video, and what happened. Its parts: `id`, `time`, `with-patient`, `fact`.
pub(super) const VISIT: &str = "urn:holdfast:visit";
/// On `Encounter`: what the patient takes home. Its parts: `text`, `next`, `at`.
pub(super) const SUMMARY: &str = "urn:holdfast:visit:summary";
/// On a participant: who of the visit it is (`valueString`).
const MEMBER: &str = "urn:holdfast:visit:member";
/// HL7's codes of encounter classes and of parts in one.
const CLASSES: &str = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
const PARTS: &str = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";
const TRANSLATOR: &str = "http://terminology.hl7.org/CodeSystem/participant-type";
const AUTHOR: &str = "visit";
/// Of what happened, so much stands in the record: a visit in which more happens was one with a broken link.
const MOST_FACTS: usize = 500;

/// The Encounter of a visit that has not begun.
pub(super) fn planned(record: &VisitRecord) -> Value {
    let id = record.encounter.trim_start_matches("Encounter/");
    let mut out = json!({
        "resourceType": "Encounter",
        "id": id,
        "status": "planned",
        "class": { "system": CLASSES, "code": "VR", "display": "virtual" },
        "subject": { "reference": record.patient },
        "extension": [mark(record, &[])],
    });
    if let Some(appointment) = &record.appointment {
        out["appointment"] = json!([{ "reference": format!("Appointment/{appointment}") }]);
    }
    out
}

/// The visit whose Encounter it is.
pub(super) fn visit_of(encounter: &Value) -> Option<&str> {
    extension::text(extension::find(encounter, VISIT)?, "id", "valueString")
}

/// Says which visit an Encounter is held as.
pub(super) fn marked(encounter: &Value, record: &VisitRecord) -> Map<String, Value> {
    let all = extension::exchanged(encounter, VISIT, Some(mark(record, &[])));
    Map::from_iter([("extension".to_owned(), all.into())])
}

/// Brings the record to what has happened.
///
/// # Errors
/// The store, or what checks records.
pub(super) fn follow(
    tx: &mut Tx<'_>,
    record: &VisitRecord,
    facts: &[Fact],
    zone: &Zone,
    now_ms: u64,
) -> Result<(), ApiError> {
    let entity = Entity::new("Encounter", record.encounter.trim_start_matches("Encounter/"));
    if let (Some(appointment), Some(stage)) = (&record.appointment, stage(facts, record)) {
        walk_to(
            tx,
            &Entity::new("Appointment", appointment.as_str()),
            stage,
            zone,
            minute_of_ms(now_ms),
            AUTHOR,
        )?;
    }
    let Some(stored) = there(&mut tx.view()?, &entity)? else {
        // Somebody has deleted it: what was said and done stays with the visit.
        return Ok(());
    };
    let before = json_of(&stored);
    let mut elements = Map::new();
    let status = status(facts, record);
    let is = before.get("status").and_then(Value::as_str);
    if record.appointment.is_none() && is != Some(status) && check_step("Encounter", is, status).is_ok() {
        elements.insert("status".to_owned(), status.into());
    }
    if let Some(start) = facts.iter().find(|fact| matches!(fact.what, What::Joined { .. })) {
        let mut period = before.get("period").and_then(Value::as_object).cloned().unwrap_or_default();
        period.entry("start").or_insert_with(|| instant(start.at_ms).into());
        if let (Some(ended_ms), None) = (record.ended_ms, &record.appointment) {
            period.insert("end".to_owned(), instant(ended_ms).into());
        }
        elements.insert("period".to_owned(), period.into());
    }
    elements.insert("participant".to_owned(), participants(&before, record, facts));
    let with_visit = extension::exchanged(&before, VISIT, Some(mark(record, facts)));
    let with_summary = json!({ "extension": with_visit });
    let summary = record.summary.as_ref().map(|summary| {
        let mut parts = vec![
            extension::one("text", "valueString", summary.text.as_str()),
            extension::one("at", "valueInstant", instant(summary.at_ms)),
        ];
        parts.extend(summary.next.as_ref().map(|next| extension::one("next", "valueString", next.as_str())));
        // FHIR has no empty strings.
        parts.retain(|part| part.get("valueString").and_then(Value::as_str) != Some(""));
        json!({ "url": SUMMARY, "extension": parts })
    });
    elements.insert("extension".to_owned(), extension::exchanged(&with_summary, SUMMARY, summary).into());
    elements.retain(|name, value| {
        if value.as_array().is_some_and(Vec::is_empty) {
            *value = Value::Null;
        }
        before.get(name) != Some(&*value) && !(value.is_null() && before.get(name).is_none())
    });
    if !elements.is_empty() {
        exchange(tx, &stored, &elements, AUTHOR)?;
    }
    if record.ended_ms.is_some() { keep_chat(tx, record, facts) } else { Ok(()) }
}

/// Where the patient is in the clinic, as the flow board has it.
fn stage(facts: &[Fact], record: &VisitRecord) -> Option<Stage> {
    let has_started = record.started_ms.is_some();
    match record.ended_ms {
        Some(_) => has_started.then_some(Stage::Done),
        None if has_started => Some(Stage::WithClinician),
        None => has_knocked(facts, record).then_some(Stage::Arrived),
    }
}

fn status(facts: &[Fact], record: &VisitRecord) -> &'static str {
    match (record.ended_ms, record.started_ms) {
        (Some(_), Some(_)) => "finished",
        (Some(_), None) => "cancelled",
        (None, Some(_)) => "in-progress",
        (None, None) if has_knocked(facts, record) => "arrived",
        (None, None) => "planned",
    }
}

fn has_knocked(facts: &[Fact], record: &VisitRecord) -> bool {
    let is_patient =
        |member: &str| record.links.iter().any(|link| link.member == member && link.role == Role::Patient);
    facts.iter().any(|fact| matches!(&fact.what, What::Knocked { member } if is_patient(member.as_str())))
}

/// When somebody was in, in milliseconds since 1970; the end is absent while they are.
type Stay = (u64, Option<u64>);

fn stays(facts: &[Fact]) -> BTreeMap<String, (Role, Vec<Stay>)> {
    let mut out: BTreeMap<String, (Role, Vec<Stay>)> = BTreeMap::new();
    for fact in facts {
        match &fact.what {
            What::Joined { member, role } => {
                out.entry(member.as_str().to_owned()).or_insert((*role, vec![])).1.push((fact.at_ms, None));
            }
            What::Left { member, .. } => {
                let last = out.get_mut(member.as_str()).and_then(|(_, stays)| stays.last_mut());
                if let Some((from, to)) = last {
                    *to = Some(fact.at_ms.max(*from));
                }
            }
            _ => {}
        }
    }
    out
}

/// Everybody but the patient, once a stay; whoever stands there for another reason stays.
fn participants(before: &Value, record: &VisitRecord, facts: &[Fact]) -> Value {
    let stays = stays(facts);
    let came: Vec<&str> = record
        .clinicians
        .iter()
        .filter(|one| stays.contains_key(&one.member))
        .filter_map(|one| one.practitioner.as_deref())
        .collect();
    let all = before.get("participant").and_then(Value::as_array).cloned().unwrap_or_default();
    let is_other = |one: &Value| {
        let who = one.pointer("/individual/reference").and_then(Value::as_str);
        extension::find(one, MEMBER).is_none() && !who.is_some_and(|who| came.contains(&who))
    };
    let mut out: Vec<Value> = all.into_iter().filter(is_other).collect();
    for (member, (role, stays)) in &stays {
        let Some((kind, individual)) = who(record, member, *role) else { continue };
        for (from, to) in stays {
            let mut period = json!({ "start": instant(*from) });
            if let Some(to) = to {
                period["end"] = instant(*to).into();
            }
            out.push(json!({
                "extension": [extension::one(MEMBER, "valueString", member.as_str())],
                "type": [{ "coding": [kind] }],
                "period": period,
                "individual": individual,
            }));
        }
    }
    out.into()
}

fn who(record: &VisitRecord, member: &str, role: Role) -> Option<(Value, Value)> {
    let link = || record.links.iter().find(|link| link.member == member).map(|link| link.name.as_str());
    match role {
        // They stand in `subject`.
        Role::Patient => None,
        Role::Clinician => {
            let one = record.clinicians.iter().find(|one| one.member == member)?;
            let mut individual = json!({ "display": one.name });
            if let Some(practitioner) = &one.practitioner {
                individual["reference"] = practitioner.as_str().into();
            }
            Some((json!({ "system": PARTS, "code": "PPRF", "display": "primary performer" }), individual))
        }
        Role::Interpreter => Some((
            json!({ "system": TRANSLATOR, "code": "translator", "display": "Translator" }),
            json!({ "display": link()? }),
        )),
        Role::Family => Some((
            json!({ "system": PARTS, "code": "ESC", "display": "escort" }),
            json!({ "display": link()? }),
        )),
    }
}

/// How long the patient and a clinician were in at once, in seconds: what a claim is made of.
fn together_s(facts: &[Fact], until_ms: Option<u64>) -> u64 {
    let (mut patients, mut clinicians, mut since, mut sum_ms) = (0u32, 0u32, None, 0);
    for fact in facts {
        let (role, is_in) = match &fact.what {
            What::Joined { role, .. } => (Some(*role), true),
            What::Left { member, .. } => (role_of(facts, member.as_str()), false),
            _ => continue,
        };
        let count = match role {
            Some(Role::Patient) => &mut patients,
            Some(Role::Clinician) => &mut clinicians,
            _ => continue,
        };
        *count = if is_in { *count + 1 } else { count.saturating_sub(1) };
        match (patients > 0 && clinicians > 0, since) {
            (true, None) => since = Some(fact.at_ms),
            (false, Some(from)) => {
                sum_ms += fact.at_ms.saturating_sub(from);
                since = None;
            }
            _ => {}
        }
    }
    if let (Some(from), Some(until_ms)) = (since, until_ms) {
        sum_ms += until_ms.saturating_sub(from);
    }
    sum_ms / 1_000
}

fn role_of(facts: &[Fact], member: &str) -> Option<Role> {
    facts.iter().find_map(|fact| match &fact.what {
        What::Joined { member: one, role } if one.as_str() == member => Some(*role),
        _ => None,
    })
}

fn mark(record: &VisitRecord, facts: &[Fact]) -> Value {
    let mut parts = vec![extension::one("id", "valueString", record.id.as_str())];
    if record.started_ms.is_some() {
        let seconds = together_s(facts, record.ended_ms);
        parts.push(json!({ "url": "with-patient", "valueDuration":
            { "value": seconds, "unit": "s", "system": "http://unitsofmeasure.org", "code": "s" } }));
    }
    parts.extend(facts.iter().filter_map(told).take(MOST_FACTS));
    json!({ "url": VISIT, "extension": parts })
}

/// What happened, in a form that others can read; what was said is in the chat.
fn told(fact: &Fact) -> Option<Value> {
    let (code, member) = match &fact.what {
        What::Knocked { member } => ("knocked", Some(member)),
        What::Admitted { member, .. } => ("admitted", Some(member)),
        What::Declined { member, .. } => ("declined", Some(member)),
        What::Removed { member, .. } => ("removed", Some(member)),
        What::Joined { member, .. } => ("joined", Some(member)),
        What::Left { member, .. } => ("left", Some(member)),
        What::Trouble { member, .. } => ("trouble", Some(member)),
        What::HandedOver { to, .. } => ("handed-over", Some(to)),
        What::Started => ("started", None),
        What::Ended { by } => ("ended", by.as_ref()),
        What::Arrived { .. } | What::Chat(_) | What::Summarised(_) => return None,
    };
    let mut parts = vec![
        extension::one("code", "valueCode", code),
        extension::one("at", "valueInstant", instant(fact.at_ms)),
    ];
    parts.extend(member.map(|member| extension::one("member", "valueString", member.as_str())));
    Some(json!({ "url": "fact", "extension": parts }))
}

/// What was said in the chat, as one Communication.
fn keep_chat(tx: &mut Tx<'_>, record: &VisitRecord, facts: &[Fact]) -> Result<(), ApiError> {
    let line = |fact: &Fact| match &fact.what {
        What::Chat(line) => Some(line.clone()),
        _ => None,
    };
    let lines: Vec<ChatLine> = facts.iter().filter_map(line).collect();
    let (Some(last), id) = (lines.last(), format!("{}-chat", record.id.chars().take(59).collect::<String>()))
    else {
        return Ok(());
    };
    let entity = Entity::new("Communication", id.as_str());
    let payload = lines.iter().map(|line| {
        json!({
            "extension": [
                extension::one(MEMBER, "valueString", line.member.as_str()),
                extension::one("urn:holdfast:visit:at", "valueInstant", instant(line.at_ms)),
            ],
            "contentString": format!("{}: {}", line.name, line.text),
        })
    });
    let resource = json!({
        "resourceType": "Communication",
        "id": id,
        "status": "completed",
        "category": [{ "text": "Chat of a visit by video" }],
        "subject": { "reference": record.patient },
        "encounter": { "reference": record.encounter },
        "sent": instant(last.at_ms),
        "payload": payload.collect::<Vec<Value>>(),
    });
    let base = match there(&mut tx.view()?, &entity)? {
        Some(stored) if json_of(&stored).get("payload") == resource.get("payload") => return Ok(()),
        Some(stored) => Base::Exactly(stored.version),
        None => Base::Absent,
    };
    put(tx, &entity, &resource.to_string(), &base, AUTHOR).map(drop)
}
