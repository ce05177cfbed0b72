//! `POST /api/schedule/appointments/{id}/status`: a patient's way through the clinic, cancelling, and who did not come.

use axum::extract::{Path, Request, State};
use axum::response::Response;
use holdfast_clinical::lifecycle::check_step;
use holdfast_clinical::scheduling::booking::{ChangeError, cancel_reason, cancelled, no_show};
use holdfast_clinical::scheduling::flow::{
    EncounterStep, FlowError, Stage, Step, Walk, stage_of, step_to, undo,
};
use holdfast_clinical::scheduling::span::Minute;
use holdfast_clinical::scheduling::zone::{Zone, minute_of_ms};
use holdfast_clinical::types::is_id;
use holdfast_core::id::Entity;
use holdfast_store::Tx;
use holdfast_store::author::Base;
use holdfast_store::view::Stored;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::ScheduleError;
use super::book::must_book;
use super::changes::{seen, show};
use super::grant::{Granting, grant};
use super::group;
use super::patient::may_be_checked_in;
use super::query::words;
use super::records::{exchange, json_of, put, there};
use super::roster::entity_of;
use super::settle::sides_of;
use super::shown::FlowStatus;
use crate::access::Caller;
use crate::conflicts::json as answer;
use crate::error::{ApiError, RequestError};
use crate::refusal::write;
use crate::request::body;
use crate::state::ApiState;

/// Whoever cancels and says it in words of their own.
const OTHER_REASON: &str = "other";

/// Where an appointment, and its patient, is to be.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct StatusAsked {
    /// Of the picture that it goes on.
    pub(super) version: String,
    pub(super) status: FlowStatus,
    /// Where the patient is from now on.
    room: Option<String>,
    /// Why it is cancelled, in words; whoever cancels says it so or by a code.
    reason: Option<String>,
    /// The same as a code of HL7's value set of cancellation reasons.
    reason_code: Option<String>,
    /// Whether a step is taken back, as if it had not been made.
    #[serde(default)]
    undo: bool,
}

/// Changes where an appointment is.
pub(crate) async fn status(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    Caller(caller): Caller,
    request: Request,
) -> Result<Response, ApiError> {
    must_book(&caller)?;
    if !is_id(&id) {
        return Err(RequestError::BadId.into());
    }
    let (parts, body) = request.into_parts();
    let mut asked: StatusAsked = body::own(&parts.headers, body).await?;
    asked.reason = words(asked.reason, "the reason")?;
    if asked.room.as_ref().is_some_and(|room| entity_of(room).is_none_or(|room| room.kind != "Location")) {
        return Err(ScheduleError::Bad { what: "the room", expected: "\"Location/ID\"" }.into());
    }
    let (zone, now) = (state.parts().time_zone.clone(), minute_of_ms(state.writer().records().now_ms()));
    if let Some(granting) = Granting::of(&state, &caller, &id, &asked).await? {
        return grant(&state, caller, id, asked, granting).await;
    }
    let author = caller.id.clone();
    let shown = write(&state, caller, move |tx| {
        change(tx, &id, &asked, &zone, now, &author)?;
        show(tx, &zone, now, &id)
    });
    Ok(answer(&shown.await?))
}

fn change(
    tx: &mut Tx<'_>,
    id: &str,
    asked: &StatusAsked,
    zone: &Zone,
    now: Minute,
    author: &str,
) -> Result<(), ApiError> {
    let entity = Entity::new("Appointment", id);
    let stored = tx.view()?.read(&entity)?;
    if sides_of(&mut tx.view()?, &stored)?.is_some() {
        return Err(ScheduleError::Unsettled.into());
    }
    let encounter = encounter_of(tx, id)?;
    let record = json_of(&stored);
    let is = FlowStatus::of(&record, encounter.as_ref().map(json_of).as_ref());
    if is == Some(asked.status) && asked.room.is_none() {
        // Two desks that press the same button have moved the patient once.
        return Ok(());
    }
    let stored = seen(tx, id, &asked.version)?;
    match asked.status {
        FlowStatus::Requested => {
            Err(ScheduleError::Bad { what: "the status", expected: "one that somebody can bring about" }
                .into())
        }
        FlowStatus::Cancelled => {
            let code = asked
                .reason_code
                .as_deref()
                .or(asked.reason.as_deref().filter(|text| cancel_reason(text).is_some()));
            let words = asked.reason.as_deref().filter(|text| Some(*text) != code);
            if code.or(words).is_none() {
                return Err(ScheduleError::Change(ChangeError::NoReason).into());
            }
            let reason = Reason { code: code.unwrap_or(OTHER_REASON), words };
            cancel(tx, &stored, &record, encounter, &reason, author)
        }
        FlowStatus::NoShow => {
            let elements = no_show(&record, now).map_err(ScheduleError::from)?;
            exchange(tx, &stored, &elements, author).map(drop)
        }
        other => match other.stage() {
            Some(to) => {
                let undoes = asked.undo;
                let way = Way { to, undoes, room: asked.room.as_deref() };
                go(tx, &stored, encounter, &way, zone, now, author)
            }
            None => Err(ScheduleError::Flow(FlowError::NotThere { is: None }).into()),
        },
    }
}

/// Why something is cancelled.
struct Reason<'r> {
    code: &'r str,
    words: Option<&'r str>,
}

/// Cancels an appointment, the encounter that has begun of it, and of a session every place.
fn cancel(
    tx: &mut Tx<'_>,
    stored: &Stored,
    record: &Value,
    encounter: Option<Stored>,
    reason: &Reason<'_>,
    author: &str,
) -> Result<(), ApiError> {
    let elements = cancelled(record, reason.code, reason.words).map_err(ScheduleError::from)?;
    let places = tx.beyond_sight(|tx| group::places_of(tx, record))?;
    exchange(tx, stored, &elements, author)?;
    if let Some(encounter) = encounter.filter(|one| may_be_cancelled(&json_of(one))) {
        let elements = Map::from_iter([("status".to_owned(), Value::from("cancelled"))]);
        exchange(tx, &encounter, &elements, author)?;
    }
    // Of those whom the caller may not see, too: there is no session for them any more.
    tx.beyond_sight(|tx| {
        for place in places {
            let elements =
                cancelled(&json_of(&place), reason.code, reason.words).map_err(ScheduleError::from)?;
            exchange(tx, &place, &elements, author)?;
        }
        Ok(())
    })
}

fn may_be_cancelled(encounter: &Value) -> bool {
    check_step("Encounter", Some(text(encounter, "status")), "cancelled").is_ok()
}

/// Where a patient goes.
struct Way<'w> {
    to: Stage,
    /// Whether the last step is taken back, if it leads there.
    undoes: bool,
    room: Option<&'w str>,
}

/// Checks a patient in who has just been booked.
pub(super) fn arrive(
    tx: &mut Tx<'_>,
    entity: &Entity,
    zone: &Zone,
    now: Minute,
    author: &str,
) -> Result<(), ApiError> {
    let stored = tx.view()?.read(entity)?;
    let way = Way { to: Stage::Arrived, undoes: false, room: None };
    go(tx, &stored, None, &way, zone, now, author)
}

/// Leads a patient on through the clinic as a visit by video goes on: never back, and not where somebody else has decided otherwise.
pub(crate) fn walk_to(
    tx: &mut Tx<'_>,
    entity: &Entity,
    to: Stage,
    zone: &Zone,
    now: Minute,
    author: &str,
) -> Result<(), ApiError> {
    let Some(stored) = there(&mut tx.view()?, entity)? else { return Ok(()) };
    let encounter = encounter_of(tx, &entity.id)?;
    let is = stage_of(&json_of(&stored), encounter.as_ref().map(json_of).as_ref());
    if is.is_none_or(|is| is >= to) {
        return Ok(());
    }
    let way = Way { to, undoes: false, room: None };
    match go(tx, &stored, encounter, &way, zone, now, author) {
        // The visit takes place whatever the flow board says.
        Err(ApiError::Schedule(error)) => {
            tracing::debug!(error = %error, "a visit does not move its appointment on");
            Ok(())
        }
        other => other,
    }
}

fn go(
    tx: &mut Tx<'_>,
    stored: &Stored,
    encounter: Option<Stored>,
    way: &Way<'_>,
    zone: &Zone,
    now: Minute,
    author: &str,
) -> Result<(), ApiError> {
    let record = json_of(stored);
    let before = encounter.as_ref().map(json_of);
    let id = &stored.entity.id;
    let walk = Walk { appointment: &record, encounter: before.as_ref(), new_id: id, zone, now };
    let is = if text(&record, "status") == "noshow" {
        Some(Stage::Booked)
    } else {
        stage_of(&record, before.as_ref())
    };
    let seen = is.ok_or(ScheduleError::Flow(FlowError::NotThere { is: None }))?;
    if seen == Stage::Booked && way.to != Stage::Booked {
        may_be_checked_in(tx, &record, zone, now)?;
    }
    let step = if seen == way.to && text(&record, "status") != "noshow" {
        Step { appointment: Map::new(), encounter: None, stage: seen }
    } else {
        let back = way.undoes.then(|| undo(walk, seen).ok()).flatten().filter(|step| step.stage == way.to);
        match back {
            Some(step) => step,
            None => step_to(walk, seen, way.to).map_err(ScheduleError::from)?,
        }
    };
    if !step.appointment.is_empty() {
        exchange(tx, stored, &step.appointment, author)?;
    }
    let entity = Entity::new("Encounter", id);
    match (step.encounter, encounter) {
        (Some(EncounterStep::Create(mut record)), _) => {
            in_room(&mut record, way.room);
            put(tx, &entity, &record.to_string(), &Base::Blind, author)?;
        }
        (Some(EncounterStep::Elements(elements)), Some(stored)) => {
            let elements = with_room(elements, &json_of(&stored), way.room);
            exchange(tx, &stored, &elements, author)?;
        }
        (None, Some(stored)) if way.room.is_some() => {
            let elements = with_room(Map::new(), &json_of(&stored), way.room);
            exchange(tx, &stored, &elements, author)?;
        }
        _ => {}
    }
    Ok(())
}

/// The encounter that was made of an appointment: it has its id.
fn encounter_of(tx: &mut Tx<'_>, id: &str) -> Result<Option<Stored>, ApiError> {
    Ok(there(&mut tx.view()?, &Entity::new("Encounter", id))?)
}

fn in_room(encounter: &mut Value, room: Option<&str>) {
    let Some(room) = room else { return };
    let elements = with_room(Map::new(), encounter, Some(room));
    if let Some(members) = encounter.as_object_mut() {
        members.extend(elements);
    }
}

/// With the patient in that room, and no longer in another.
fn with_room(mut elements: Map<String, Value>, encounter: &Value, room: Option<&str>) -> Map<String, Value> {
    let Some(room) = room else { return elements };
    let mut places = encounter.get("location").and_then(Value::as_array).cloned().unwrap_or_default();
    if places.last().and_then(|last| last.pointer("/location/reference")).and_then(Value::as_str)
        == Some(room)
    {
        places.pop();
    }
    for place in places.iter_mut().filter(|place| text(place, "status") == "active") {
        place["status"] = "completed".into();
    }
    places.push(json!({ "location": { "reference": room }, "status": "active" }));
    elements.insert("location".to_owned(), places.into());
    elements
}

fn text<'v>(of: &'v Value, name: &str) -> &'v str {
    of.get(name).and_then(Value::as_str).unwrap_or_default()
}
