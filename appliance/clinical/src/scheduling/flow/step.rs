//! One step, and undoing it.

use serde_json::{Map, Value, json};

use super::{Stage, of_status, stage_of, status};
use crate::lifecycle::{StepError, check_step};
use crate::scheduling::booking::Booked;
use crate::scheduling::fhir::{ReadError, extension};
use crate::scheduling::span::Minute;
use crate::scheduling::zone::Zone;

/// HL7's codes of encounter classes.
const CLASSES: &str = "http://terminology.hl7.org/CodeSystem/v3-ActCode";

/// A step that is not made.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FlowError {
    /// The appointment cannot be read.
    #[error(transparent)]
    Unreadable(#[from] ReadError),
    /// A status does not allow it.
    #[error(transparent)]
    Step(#[from] StepError),
    /// Somebody else has moved the patient on.
    #[error("cannot move the patient: {}; look at the board again", whereabouts(*is))]
    NotThere {
        /// Where the patient is.
        is: Option<Stage>,
    },
    /// It names no patient, or has no time.
    #[error("cannot check in: the appointment names no patient or has no time; correct it first")]
    NoPatient,
    /// There is no step before it.
    #[error("cannot undo: the patient has made no step; nothing was changed")]
    NothingToUndo,
}

impl FlowError {
    /// Stable name of the error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(error) => error.code(),
            Self::Step(error) => error.code(),
            Self::NotThere { .. } => "flow-moved-on",
            Self::NoPatient => "flow-no-patient",
            Self::NothingToUndo => "flow-nothing-to-undo",
        }
    }
}

fn whereabouts(is: Option<Stage>) -> String {
    match is {
        Some(stage) => format!("the board has them as {} by now", stage.as_str()),
        None => "the appointment is cancelled, not kept, or not booked".to_owned(),
    }
}

/// What is to be saved of the encounter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum EncounterStep {
    /// The record is made.
    Create(Value),
    /// These elements change.
    Elements(Map<String, Value>),
}

/// What is to be saved, in one transaction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// Elements of the appointment; empty: it stays as it is.
    pub appointment: Map<String, Value>,
    /// What becomes of the encounter.
    pub encounter: Option<EncounterStep>,
    /// Where the patient is then.
    pub stage: Stage,
}

/// The records of one patient's way.
#[derive(Clone, Copy, Debug)]
pub struct Walk<'a> {
    /// The appointment.
    pub appointment: &'a Value,
    /// The encounter that was made of it, if there is one.
    pub encounter: Option<&'a Value>,
    /// The id that an encounter gets if one is made: best the appointment's own, so that two desks that cannot see each other make one.
    pub new_id: &'a str,
    /// The clinic's zone.
    pub zone: &'a Zone,
    /// When it happens.
    pub now: Minute,
}

/// Moves the patient to a stage, forwards or back, over any number of them. `seen` is where whoever moves them saw them: two desks that
/// both press "arrived" move them once.
///
/// # Errors
/// [`FlowError`] if the patient is elsewhere by now, or a status does not allow it.
pub fn step_to(walk: Walk<'_>, seen: Stage, to: Stage) -> Result<Step, FlowError> {
    // Who comes after all was marked as not kept, and is expected again.
    let is = if status(walk.appointment) == "noshow" {
        Some(Stage::Booked)
    } else {
        stage_of(walk.appointment, walk.encounter)
    };
    if is != Some(seen) {
        return Err(FlowError::NotThere { is });
    }
    let encounter = match walk.encounter {
        None if to == Stage::Booked => None,
        None => Some(EncounterStep::Create(made(walk, to)?)),
        Some(encounter) => {
            check_step("Encounter", Some(status(encounter)), to.encounter_status())?;
            let mut history = history(encounter);
            if status(encounter) != "planned" {
                history.push(entry(walk, encounter, seen));
            }
            Some(EncounterStep::Elements(elements(walk, encounter, to, history)))
        }
    };
    Ok(Step { appointment: appointment(walk.appointment, to)?, encounter, stage: to })
}

/// Takes the last step back, as if it had not been made.
///
/// # Errors
/// [`FlowError`] if the patient is elsewhere by now, or has made no step.
pub fn undo(walk: Walk<'_>, seen: Stage) -> Result<Step, FlowError> {
    let is = stage_of(walk.appointment, walk.encounter);
    if is != Some(seen) {
        return Err(FlowError::NotThere { is });
    }
    let encounter = walk.encounter.filter(|_| seen != Stage::Booked).ok_or(FlowError::NothingToUndo)?;
    let mut history = history(encounter);
    let last = history.pop();
    let to = last.as_ref().and_then(|last| of_status(status(last), last)).unwrap_or(Stage::Booked);
    check_step("Encounter", Some(status(encounter)), to.encounter_status())?;
    let step = Some(EncounterStep::Elements(elements(walk, encounter, to, history)));
    Ok(Step { appointment: appointment(walk.appointment, to)?, encounter: step, stage: to })
}

/// An appointment that is `fulfilled` stays so: FHIR has the encounter go on from there. It is never again one that was not kept.
fn appointment(appointment: &Value, to: Stage) -> Result<Map<String, Value>, FlowError> {
    let (from, is_kept) = (status(appointment), to != Stage::Booked);
    let to = to.appointment_status();
    if from == to || from == "fulfilled" && is_kept {
        return Ok(Map::new());
    }
    check_step("Appointment", Some(from), to)?;
    Ok(Map::from_iter([("status".to_owned(), to.into())]))
}

fn elements(walk: Walk<'_>, encounter: &Value, to: Stage, history: Vec<Value>) -> Map<String, Value> {
    let mut out = Map::new();
    out.insert("status".to_owned(), to.encounter_status().into());
    out.insert("statusHistory".to_owned(), history.into());
    out.insert("extension".to_owned(), extension::exchanged(encounter, extension::STAGE, mark(to)).into());
    let mut period = encounter.get("period").and_then(Value::as_object).cloned().unwrap_or_default();
    let is_arrival = status(encounter) == "planned";
    if is_arrival || !period.contains_key("start") {
        period.insert("start".to_owned(), walk.zone.instant(walk.now).into());
    }
    period.remove("end");
    if to == Stage::Done {
        period.insert("end".to_owned(), walk.zone.instant(walk.now).into());
    }
    out.insert("period".to_owned(), period.into());
    // FHIR has no empty arrays: what is empty is left out, and so removed from the record.
    out.into_iter()
        .map(|(name, value)| (name, if value == json!([]) { Value::Null } else { value }))
        .collect()
}

fn mark(to: Stage) -> Option<Value> {
    (to == Stage::ToDoAfter).then(|| extension::one(extension::STAGE, "valueCode", to.as_str()))
}

fn history(encounter: &Value) -> Vec<Value> {
    encounter.get("statusHistory").and_then(Value::as_array).cloned().unwrap_or_default()
}

/// What ends now, for the history.
fn entry(walk: Walk<'_>, encounter: &Value, is: Stage) -> Value {
    let begun = since(encounter).unwrap_or_else(|| walk.zone.instant(walk.now));
    let mut out = json!({ "status": status(encounter), "period": { "start": begun, "end": walk.zone.instant(walk.now) } });
    if let (Some(mark), Some(members)) = (mark(is), out.as_object_mut()) {
        members.insert("extension".to_owned(), json!([mark]));
    }
    out
}

/// Since when the encounter stands where it does, as it is written there.
pub(super) fn since(encounter: &Value) -> Option<String> {
    let last = encounter.get("statusHistory").and_then(Value::as_array).and_then(|all| all.last());
    let end = last.and_then(|last| last.get("period")?.get("end"));
    let start = || encounter.get("period")?.get("start");
    Some(end.or_else(start)?.as_str()?.to_owned())
}

fn made(walk: Walk<'_>, to: Stage) -> Result<Value, FlowError> {
    let booked = Booked::read(walk.appointment)?.ok_or(FlowError::NoPatient)?;
    let patient = booked.patient.ok_or(FlowError::NoPatient)?;
    let who = booked.resources.iter().filter(|key| key.starts_with("Practitioner/"));
    let who: Vec<Value> = who.map(|key| json!({ "individual": { "reference": key } })).collect();
    let mut period = Map::from_iter([("start".to_owned(), Value::from(walk.zone.instant(walk.now)))]);
    if to == Stage::Done {
        period.insert("end".to_owned(), walk.zone.instant(walk.now).into());
    }
    let mut out = json!({
        "resourceType": "Encounter",
        "id": walk.new_id,
        "status": to.encounter_status(),
        "class": { "system": CLASSES, "code": "AMB", "display": "ambulatory" },
        "subject": { "reference": patient },
        "appointment": [{ "reference": format!("Appointment/{}", booked.id) }],
        "period": period,
    });
    if let Some(members) = out.as_object_mut() {
        if !who.is_empty() {
            members.insert("participant".to_owned(), who.into());
        }
        if let Some(mark) = mark(to) {
            members.insert("extension".to_owned(), json!([mark]));
        }
    }
    Ok(out)
}
