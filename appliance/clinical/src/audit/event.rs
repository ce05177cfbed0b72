//! Lines of the trail, and ops of the log, as AuditEvents (<https://hl7.org/fhir/R4/auditevent.html>). Codes are those that
//! the specification gives for RESTful operations.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use holdfast_core::op::{DELETED, Op};
use serde_json::{Value, json};

use super::{Entry, NOT_KEPT, Page};

/// Of a save in the op log.
#[derive(Clone, Copy, Debug)]
pub struct Write<'a> {
    /// What was saved.
    pub op: &'a Op,
    /// Whether it is the resource's first save that is known here.
    pub is_first: bool,
    /// Whose records the resource is part of.
    pub patients: &'a [String],
}

/// The id of the event that shows a save.
pub fn write_id(op: &Op) -> String {
    format!("{}.{}.{}", op.dot.actor, op.dot.lane.0, op.dot.seq)
}

/// The id of the event that shows one line of a page.
pub fn entry_id(page_id: &str, at: usize) -> String {
    format!("{page_id}.{at}")
}

/// What an event's id stands for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Source {
    /// A line of a page.
    Entry {
        /// The page's id.
        page_id: String,
        /// The line, from 0.
        at: usize,
    },
    /// A save: actor (hex), lane and sequence number.
    Write(String, u8, u64),
}

/// What an id of ours stands for; `None` if it is none.
pub fn read_id(id: &str) -> Option<Source> {
    let parts: Vec<&str> = id.split('.').collect();
    match parts[..] {
        [page_id, at] => Some(Source::Entry { page_id: page_id.to_owned(), at: at.parse().ok()? }),
        [actor, lane, seq] => Some(Source::Write(actor.to_owned(), lane.parse().ok()?, seq.parse().ok()?)),
        _ => None,
    }
}

/// The reference of a name that is one: `Practitioner/42`.
pub(crate) fn agent_reference(name: &str) -> Option<String> {
    crate::reference::parse(name).map(|to| format!("{}/{}", to.kind, to.id))
}

/// A line of a page; `None` if the page has none at this place.
pub fn of_entry(page_id: &str, page: &Page, at: usize) -> Option<String> {
    let entry = page.entries.get(at)?;
    let agent = page.agents.get(entry.agent).map_or("", String::as_str);
    let mut entities: Vec<Value> = Vec::new();
    if let Some(what) = &entry.what {
        let mut entity = match what.split_once('/') {
            Some((kind, _)) => json!({ "what": { "reference": what }, "type": resource_type(kind) }),
            None => json!({ "type": resource_type(what) }),
        };
        if let Some(query) = &entry.query {
            entity["query"] = STANDARD.encode(query).into();
        }
        entities.push(entity);
    }
    let named = entry.what.as_deref();
    let patients = entry.patients.iter().filter_map(|&at| page.patients.get(at));
    entities.extend(patients.filter_map(|id| patient_entity(id, named)));
    let is_lost = entry.interaction == NOT_KEPT;
    let is_read = matches!(entry.interaction.as_str(), "read" | "vread" | "history-instance");
    let mut event = json!({
        "resourceType": "AuditEvent",
        "id": entry_id(page_id, at),
        "type": kind(&entry.interaction).value(),
        "subtype": [subtype(&entry.interaction)],
        "action": if is_read { "R" } else { "E" },
        "recorded": instant(page.began + entry.after),
        "outcome": outcome(entry),
        "agent": [who(agent)],
        "source": source(page_id.rsplit_once('-').map_or(page_id, |(actor, _)| actor)),
    });
    let description = [
        entry.refused.as_ref().map(|code| format!("refused: {code}")),
        entry.times.filter(|_| !is_lost).map(|times| format!("{times} times within a second or two")),
        is_lost.then(|| format!("{} looks were not kept, for too many waited", entry.times.unwrap_or(1))),
    ];
    let description: Vec<String> = description.into_iter().flatten().collect();
    if !description.is_empty() {
        event["outcomeDesc"] = description.join("; ").into();
    }
    if entry.interaction == BREAK_GLASS {
        event["purposeOfEvent"] = json!([{ "coding": [EMERGENCY.value()] }]);
    }
    if !entities.is_empty() {
        event["entity"] = entities.into();
    }
    Some(event.to_string())
}

/// A save.
pub fn of_write(write: &Write<'_>) -> String {
    let op = write.op;
    let deletes = op.changes.iter().any(|change| change.key == DELETED && change.value.is_some());
    let (interaction, action) = match (deletes, write.is_first) {
        (true, _) => ("delete", "D"),
        (false, true) => ("create", "C"),
        (false, false) => ("update", "U"),
    };
    let what = op.entity.to_string();
    let entity = json!({ "what": { "reference": what }, "type": resource_type(&op.entity.kind) });
    let patients = write.patients.iter().filter_map(|id| patient_entity(id, Some(&what)));
    json!({
        "resourceType": "AuditEvent",
        "id": write_id(op),
        "type": TYPE.value(),
        "subtype": [subtype(interaction)],
        "action": action,
        "recorded": instant(op.hlc.unix_ms()),
        "outcome": "0",
        "agent": [who(&op.author)],
        "source": source(&op.dot.actor.to_string()),
        "entity": std::iter::once(entity).chain(patients).collect::<Vec<_>>(),
    })
    .to_string()
}

/// Refused, or done and not kept, is a serious failure (<https://hl7.org/fhir/R4/valueset-audit-event-outcome.html>).
fn outcome(entry: &Entry) -> &'static str {
    if entry.refused.is_some() || entry.interaction == NOT_KEPT { "8" } else { "0" }
}

struct Coding(&'static str, &'static str, &'static str);

const TYPE: Coding =
    Coding("http://terminology.hl7.org/CodeSystem/audit-event-type", "rest", "RESTful Operation");

/// The interactions of people who come, go, and open what is kept from them.
const SIGN_IN: &str = "$sign-in";
const SIGN_OUT: &str = "$sign-out";
const BREAK_GLASS: &str = "$break-glass";

const DCM: &str = "http://dicom.nema.org/resources/ontology/DCM";
const AUTHENTICATION: Coding = Coding(DCM, "110114", "User Authentication");
const ALERT: Coding = Coding(DCM, "110113", "Security Alert");
const EMERGENCY: Coding =
    Coding("http://terminology.hl7.org/CodeSystem/v3-ActReason", "BTG", "break the glass");

fn kind(interaction: &str) -> Coding {
    match interaction {
        SIGN_IN | SIGN_OUT => AUTHENTICATION,
        BREAK_GLASS => ALERT,
        _ => TYPE,
    }
}

impl Coding {
    fn value(&self) -> Value {
        json!({ "system": self.0, "code": self.1, "display": self.2 })
    }
}

fn subtype(interaction: &str) -> Value {
    match interaction {
        SIGN_IN => return Coding(DCM, "110122", "Login").value(),
        SIGN_OUT => return Coding(DCM, "110123", "Logout").value(),
        BREAK_GLASS => return Coding(DCM, "110127", "Emergency Override Started").value(),
        _ => {}
    }
    match interaction.strip_prefix('$') {
        None => json!({ "system": "http://hl7.org/fhir/restful-interaction", "code": interaction }),
        Some(name) => {
            json!({ "system": "http://hl7.org/fhir/restful-interaction", "code": "operation", "display": format!("${name}") })
        }
    }
}

fn resource_type(kind: &str) -> Value {
    json!({ "system": "http://hl7.org/fhir/resource-types", "code": kind })
}

fn patient_entity(id: &str, named: Option<&str>) -> Option<Value> {
    let reference = format!("Patient/{id}");
    let role = json!({ "system": "http://terminology.hl7.org/CodeSystem/object-role", "code": "1", "display": "Patient" });
    (named != Some(&reference)).then(|| json!({ "what": { "reference": reference }, "role": role }))
}

fn who(name: &str) -> Value {
    if name.is_empty() {
        return json!({ "requestor": true, "name": "not signed in" });
    }
    match agent_reference(name) {
        Some(reference) => json!({ "who": { "reference": reference }, "requestor": true }),
        None => json!({ "altId": name, "name": name, "requestor": true }),
    }
}

fn source(actor: &str) -> Value {
    json!({ "observer": { "identifier": { "system": "urn:holdfast:replica", "value": actor } } })
}

fn instant(ms: u64) -> String {
    holdfast_core::view::instant(holdfast_core::hlc::Hlc::new(ms, 0))
}

#[cfg(test)]
mod tests {
    use holdfast_core::hlc::Hlc;
    use holdfast_core::id::{ActorId, Dot, Entity, Lane};
    use holdfast_core::op::Change;

    use super::super::tests::page;
    use super::*;

    fn check(json: &str) -> Value {
        let issues = crate::validate::validate(json);
        assert!(crate::validate::first_error(issues.clone()).is_none(), "{issues:?}: {json}");
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn lines_are_lawful_audit_events() {
        let mut page = page(3, None);
        page.entries[1].refused = Some("forbidden".into());
        page.entries[1].times = Some(2);
        let read = check(&of_entry("00ff-3", &page, 0).unwrap());
        assert_eq!(
            (&read["id"], &read["action"], &read["agent"][0]["who"]["reference"], &read["outcome"]),
            (&json!("00ff-3.0"), &json!("R"), &json!("Practitioner/anna"), &json!("0"))
        );
        assert_eq!(read["entity"][1]["what"]["reference"], "Patient/p1");
        let search = check(&of_entry("00ff-3", &page, 1).unwrap());
        assert_eq!((&search["action"], &search["entity"][0]["query"]), (&json!("E"), &json!("bmFtZT3Dlg==")));
        assert_eq!(search["outcomeDesc"], "refused: forbidden; 2 times within a second or two");
        assert_eq!(of_entry("00ff-3", &page, 2), None);
        page.entries.push(Entry {
            interaction: NOT_KEPT.into(),
            times: Some(7),
            agent: 1,
            ..Entry::default()
        });
        let lost = check(&of_entry("00ff-3", &page, 2).unwrap());
        assert_eq!((&lost["outcome"], &lost["agent"][0]["name"]), (&json!("8"), &json!("kiosk")));
        assert_eq!(lost["outcomeDesc"], "7 looks were not kept, for too many waited");
    }

    #[test]
    fn who_comes_and_goes_and_breaks_the_glass_is_told_by_dicom_s_codes() {
        let mut page = page(3, None);
        page.agents.push("HoldfastUser/u".into());
        for (interaction, kind, subtype) in [
            ("$sign-in", "110114", "110122"),
            ("$sign-out", "110114", "110123"),
            ("$break-glass", "110113", "110127"),
        ] {
            page.entries[0] = Entry { interaction: interaction.into(), agent: 2, ..Entry::default() };
            let event = check(&of_entry("00ff-3", &page, 0).unwrap());
            assert_eq!(
                (&event["type"]["code"], &event["subtype"][0]["code"]),
                (&json!(kind), &json!(subtype))
            );
            assert_eq!(event["agent"][0]["altId"], "HoldfastUser/u");
        }
    }

    #[test]
    fn saves_are_lawful_audit_events() {
        let op = |key: &str| Op {
            dot: Dot { actor: ActorId([7; 16]), lane: Lane::CHART, seq: 9 },
            hlc: Hlc::new(1_764_000_000_000, 0),
            entity: Entity::new("Observation", "o"),
            author: "importer".into(),
            changes: vec![Change { key: key.into(), pred: vec![], value: Some("true".into()) }],
        };
        let patients = ["p1".to_owned()];
        let of = |key, is_first| check(&of_write(&Write { op: &op(key), is_first, patients: &patients }));
        assert_eq!(of("status", true)["action"], "C");
        assert_eq!(of("status", false)["action"], "U");
        let deleted = of(DELETED, false);
        assert_eq!((&deleted["action"], &deleted["agent"][0]["altId"]), (&json!("D"), &json!("importer")));
        let id = write_id(&op("status"));
        assert_eq!(read_id(&id), Some(Source::Write("07".repeat(16), 1, 9)));
        assert_eq!(read_id("ab-3.0"), Some(Source::Entry { page_id: "ab-3".into(), at: 0 }));
        assert_eq!((read_id("abc"), read_id("a.b.c")), (None, None));
    }
}
