//! `POST /api/schedule/appointments/{id}/move`: to another time, or to others. Whose time is this database's is moved; what was confirmed by
//! another, as patients' own bookings are by head office, is cancelled, and another one booked, in the same transaction.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::response::Response;
use holdfast_clinical::scheduling::booking::{
    Booked, ChangeError, Placement, cancelled, kind_of, moved, replaced_by, with_reminders,
};
use holdfast_clinical::scheduling::fhir::{AppointmentType, extension, saved};
use holdfast_clinical::scheduling::span::{DAY_MIN, Span};
use holdfast_clinical::types::is_id;
use holdfast_core::id::Entity;
use holdfast_store::author::Base;
use holdfast_store::view::{Stored, View};
use holdfast_store::{StoreError, Tx};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::ScheduleError;
use super::book::{Desk, desk, must_book, with_instead};
use super::changes::{seen, show, told_to};
use super::deed::{Deed, Doing};
use super::patient::must_live_who_comes;
use super::plan::{Wanted, around, choose, choose_anyhow};
use super::query::instant;
use super::records::{exchange, json_of, put, there};
use super::{group, place, when};
use crate::access::Caller;
use crate::conflicts::json;
use crate::error::{ApiError, RequestError};
use crate::refusal::{read, write_deed};
use crate::request::body;
use crate::state::ApiState;

/// Of the id of what is booked anew: 128 bits. The same move of the same picture is the same.
const ID_DIGITS: usize = 32;
/// HL7's code of an appointment that the patient has elsewhere.
const MOVED: &str = "pat";

/// Where an appointment is to stand.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MoveAsked {
    /// Of the picture that it goes on.
    version: String,
    /// An instant.
    start: String,
    resources: Vec<String>,
    /// As it was, if it is not said.
    minutes: Option<i64>,
}

/// Moves an appointment.
pub(crate) async fn move_to(
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
    let asked: MoveAsked = body::own(&parts.headers, body).await?;
    let start = instant(&asked.start, "the start")?;
    let (entity, named, minutes) = (Entity::new("Appointment", &id), asked.resources.clone(), asked.minutes);
    let wanted = read(&state, caller.clone(), move |view| {
        let record = json_of(&view.read(&entity)?);
        let kind = kind_in(view, &record)?;
        let booked = Booked::read(&record).map_err(ScheduleError::from)?;
        let booked = booked.ok_or(ScheduleError::Change(ChangeError::NoTime))?;
        let minutes = minutes.unwrap_or(booked.span.length_min());
        if !(1..=DAY_MIN).contains(&minutes) {
            let bad = ScheduleError::Bad { what: "the number of minutes", expected: "1 to 1,440" };
            return Err(bad.into());
        }
        Ok(taking(&booked, kind, Span::of(start, minutes), &named))
    });
    let wanted = wanted.await?;
    let desk = Arc::new(desk(&state, around(&wanted)).await?);
    let (in_tx, job, author) = (desk.clone(), wanted.clone(), caller.id.clone());
    let done = write_deed(&state, caller, Deed::of(Doing::Move, start), move |tx| {
        let stored = seen(tx, &id, &asked.version)?;
        let id = store(tx, &in_tx, &stored, &job, &author)?;
        show(tx, &in_tx.zone, in_tx.now, &id)
    });
    match done.await {
        Ok(shown) => Ok(json(&shown)),
        Err(error) => Err(with_instead(&state, desk, &wanted, error).await),
    }
}

/// The type of an appointment; none of one that has none, or whose type is gone.
///
/// # Errors
/// The store.
pub(super) fn kind_in(view: &mut View<'_>, record: &Value) -> Result<Option<AppointmentType>, StoreError> {
    let stored = match kind_of(record) {
        Some(kind) => there(view, &Entity::new("HealthcareService", kind))?,
        None => None,
    };
    Ok(stored.and_then(|stored| AppointmentType::read(&json_of(&stored)).ok()))
}

/// What an appointment takes at a time. Its buffers stay as they are; one of no type takes whoever is named, and if nobody is, those who
/// take part already. Of these nobody asks again whether they are what the type needs.
pub(super) fn taking(booked: &Booked, kind: Option<AppointmentType>, span: Span, named: &[String]) -> Wanted {
    let anyway = if booked.takes_time() { booked.resources.clone() } else { Vec::new() };
    let named = if named.is_empty() { booked.resources.clone() } else { named.to_vec() };
    let (before_min, after_min) = (booked.span.from - booked.taken.from, booked.taken.to - booked.span.to);
    let needs = kind.as_ref().map(|kind| kind.needs.clone()).unwrap_or_default();
    let kind = AppointmentType {
        id: kind.as_ref().map(|kind| kind.id.clone()).unwrap_or_default(),
        name: kind.as_ref().map(|kind| kind.name.clone()).unwrap_or_default(),
        is_active: true,
        duration_min: span.length_min(),
        before_min,
        after_min,
        step_min: kind.as_ref().map_or(5, |kind| kind.step_min),
        needs,
        capacity: 1,
        is_remote: false,
        split: holdfast_clinical::scheduling::fhir::Split { web_percent: 0, sell_until_min: 0 },
    };
    Wanted { kind, named, anyway, span }
}

/// Saves it; the id of what stands at the new time.
fn store(
    tx: &mut Tx<'_>,
    desk: &Desk,
    stored: &Stored,
    wanted: &Wanted,
    author: &str,
) -> Result<String, ApiError> {
    let record = json_of(stored);
    let booked = Booked::read(&record).map_err(ScheduleError::from)?;
    let booked = booked.ok_or(ScheduleError::Change(ChangeError::NoTime))?;
    when::must_be_to_come(&desk.zone, desk.now, wanted.span)?;
    must_live_who_comes(tx, &booked)?;
    if booked.session.is_some() {
        place::move_out(tx, desk, stored, &booked, wanted, author)?;
        return Ok(stored.entity.id.clone());
    }
    let own = Some(stored.entity.id.as_str());
    let fits = choose(&desk.known(), wanted, desk.busy(tx, wanted)?, own);
    let is_free = booked.is_overbooked || !booked.takes_time();
    let has_fit = fits.is_ok();
    let resources = match fits {
        Ok(resources) => resources,
        // What was forced in, and what takes no time, may stand anywhere.
        Err(_) if is_free => choose_anyhow(&desk.known(), wanted, &desk.busy(tx, wanted)?, own)?,
        Err(error) => return Err(told_to(tx, error)?.into()),
    };
    let to = Placement { span: wanted.span, resources };
    let mut elements = moved(&record, &to, &desk.zone).map_err(ScheduleError::from)?.elements;
    let clinic = tx.clinic_of(&stored.entity)?;
    if !is_free && is_others(tx, desk, &clinic, &booked)? {
        return anew(tx, desk, stored, &to, elements, author);
    }
    // Once rights are kept, what was forced in stays so, wherever it stands.
    if has_fit && booked.is_overbooked && !tx.has_calendar(&clinic)? {
        no_longer_overbooked(&mut elements);
    }
    let places = tx.beyond_sight(|tx| group::places_of(tx, &record))?;
    exchange(tx, stored, &elements, author)?;
    // Those who have a place go with their session, whoever moves it.
    tx.beyond_sight(|tx| {
        for place in places {
            let moved = moved(&json_of(&place), &to, &desk.zone).map_err(ScheduleError::from)?;
            exchange(tx, &place, &moved.elements, author)?;
        }
        Ok::<_, ApiError>(())
    })?;
    Ok(stored.entity.id.clone())
}

/// Whether the appointment's time is another database's: what a patient booked at head office. Where two claim it, nobody moves it.
fn is_others(tx: &mut Tx<'_>, desk: &Desk, clinic: &str, booked: &Booked) -> Result<bool, StoreError> {
    if !tx.has_calendar(clinic)? {
        return Ok(false);
    }
    let ours = desk.records.actor();
    tx.beyond_sight(|tx| {
        let mut view = tx.view()?;
        for key in &booked.resources {
            let owned = desk.records.owners_in(&mut view, clinic, key, booked.taken)?;
            if owned.iter().any(|one| one.owner.actor().is_some_and(|actor| actor != ours)) {
                return Ok(true);
            }
        }
        Ok(false)
    })
}

/// Whoever does not own the old time cancels the appointment and books another, in their own time, in the same transaction. The old one says
/// where it is now, so that the patient's link leads there.
fn anew(
    tx: &mut Tx<'_>,
    desk: &Desk,
    stored: &Stored,
    to: &Placement,
    elements: Map<String, Value>,
    author: &str,
) -> Result<String, ApiError> {
    let record = json_of(stored);
    let hash = blake3::hash(format!("{}/{}", stored.entity.id, stored.version).as_bytes()).to_hex();
    let id = hash[..ID_DIGITS].to_owned();
    let mut old = cancelled(&record, MOVED, None).map_err(ScheduleError::from)?;
    let mut marks = with_reminders(list(&old, "extension"), None, desk.now, &desk.zone);
    marks.push(replaced_by(&id));
    old.insert("extension".to_owned(), marks.into());
    exchange(tx, stored, &old, author)?;
    let mut elements = elements;
    let marks = list(&elements, "extension");
    if marks.iter().any(|mark| mark.get("url").and_then(Value::as_str) == Some(extension::REMINDER)) {
        let marks = with_reminders(marks, Some(to.span.from), desk.now, &desk.zone);
        elements.insert("extension".to_owned(), marks.into());
    }
    elements.insert("id".to_owned(), id.as_str().into());
    elements.insert("meta".to_owned(), Value::Null);
    let text = saved(&stored.json, &elements).map_err(|reason| RequestError::BadBody { reason })?;
    put(tx, &Entity::new("Appointment", id.as_str()), &text, &Base::Absent, author)?;
    Ok(id)
}

fn list(elements: &Map<String, Value>, name: &str) -> Vec<Value> {
    elements.get(name).and_then(Value::as_array).cloned().unwrap_or_default()
}

/// Where it stands now, nobody has to make room for it.
fn no_longer_overbooked(elements: &mut Map<String, Value>) {
    if let Some(all) = elements.get_mut("extension").and_then(Value::as_array_mut) {
        let is_mark = |one: &Value| {
            let url = one.get("url").and_then(Value::as_str);
            url == Some(extension::OVERBOOK) || url == Some(extension::OVERBOOK_REASON)
        };
        all.retain(|one| !is_mark(one));
    }
}
