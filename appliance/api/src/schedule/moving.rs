//! `POST /api/schedule/appointments/{id}/move`: to another time, or to others.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::response::Response;
use holdfast_clinical::scheduling::booking::{Booked, ChangeError, Placement, kind_of, moved};
use holdfast_clinical::scheduling::fhir::{AppointmentType, extension};
use holdfast_clinical::scheduling::span::{DAY_MIN, Span};
use holdfast_clinical::types::is_id;
use holdfast_core::id::Entity;
use holdfast_core::sight::May;
use holdfast_store::Tx;
use holdfast_store::view::Stored;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::ScheduleError;
use super::book::{Desk, desk, must_book, with_instead};
use super::changes::{seen, show};
use super::patient::must_live_who_comes;
use super::plan::{Wanted, around, choose, choose_anyhow};
use super::query::instant;
use super::records::{exchange, json_of, there};
use super::{group, place, when};
use crate::access::Caller;
use crate::conflicts::json;
use crate::error::{ApiError, RequestError};
use crate::refusal::{read, write};
use crate::request::body;
use crate::state::ApiState;

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
        let stored = view.read(&entity)?;
        let record = json_of(&stored);
        let kind = match kind_of(&record) {
            Some(kind) => there(view, &Entity::new("HealthcareService", kind))?,
            None => None,
        };
        let kind = kind.and_then(|stored| AppointmentType::read(&json_of(&stored)).ok());
        Ok(wanted(&record, kind, start, &named, minutes)?)
    });
    let wanted = wanted.await?;
    let desk = Arc::new(desk(&state, around(&wanted)).await?);
    let (in_tx, job, author) = (desk.clone(), wanted.clone(), caller.id.clone());
    let done = write(&state, caller, move |tx| {
        let stored = seen(tx, &id, &asked.version)?;
        store(tx, &in_tx, &stored, &job, &author)?;
        show(tx, &in_tx.zone, in_tx.now, &id)
    });
    match done.await {
        Ok(shown) => Ok(json(&shown)),
        Err(error) => Err(with_instead(&state, desk, &wanted, error).await),
    }
}

/// What the appointment takes at its new time. Its buffers stay as they are; one of no type takes whoever is named.
fn wanted(
    record: &Value,
    kind: Option<AppointmentType>,
    start: i64,
    named: &[String],
    minutes: Option<i64>,
) -> Result<Wanted, ScheduleError> {
    let booked = Booked::read(record)?.ok_or(ChangeError::NoTime)?;
    let minutes = minutes.unwrap_or(booked.span.length_min());
    if !(1..=DAY_MIN).contains(&minutes) {
        return Err(ScheduleError::Bad { what: "the number of minutes", expected: "1 to 1,440" });
    }
    let named = if named.is_empty() { booked.resources.clone() } else { named.to_vec() };
    let (before_min, after_min) = (booked.span.from - booked.taken.from, booked.taken.to - booked.span.to);
    let needs = kind.as_ref().map(|kind| kind.needs.clone()).unwrap_or_default();
    let kind = AppointmentType {
        id: kind.as_ref().map(|kind| kind.id.clone()).unwrap_or_default(),
        name: kind.as_ref().map(|kind| kind.name.clone()).unwrap_or_default(),
        is_active: true,
        duration_min: minutes,
        before_min,
        after_min,
        step_min: kind.as_ref().map_or(5, |kind| kind.step_min),
        needs,
        capacity: 1,
        is_remote: false,
        split: holdfast_clinical::scheduling::fhir::Split { web_percent: 0, sell_until_min: 0 },
    };
    Ok(Wanted { kind, named, span: Span::of(start, minutes) })
}

fn store(
    tx: &mut Tx<'_>,
    desk: &Desk,
    stored: &Stored,
    wanted: &Wanted,
    author: &str,
) -> Result<(), ApiError> {
    let record = json_of(stored);
    let booked = Booked::read(&record).map_err(ScheduleError::from)?;
    let booked = booked.ok_or(ScheduleError::Change(ChangeError::NoTime))?;
    when::must_be_to_come(&desk.zone, desk.now, wanted.span)?;
    must_live_who_comes(tx, &booked)?;
    if booked.session.is_some() {
        return place::move_out(tx, desk, stored, &booked, wanted, author);
    }
    let own = Some(stored.entity.id.as_str());
    let fits = choose(&desk.known(), wanted, desk.busy(tx, wanted)?, own);
    let is_free = booked.is_overbooked || !booked.takes_time();
    let has_fit = fits.is_ok();
    let resources = match fits {
        Ok(resources) => resources,
        // What was forced in, and what takes no time, may stand anywhere.
        Err(_) if is_free => choose_anyhow(&desk.known(), wanted, &desk.busy(tx, wanted)?, own)?,
        Err(ScheduleError::SlotTaken { resource, by: Some(by) }) => {
            let is_seen = tx.view()?.is_in_sight(&Entity::new("Appointment", &by), May::READ)?;
            return Err(ScheduleError::SlotTaken { resource, by: is_seen.then_some(by) }.into());
        }
        Err(error) => return Err(error.into()),
    };
    let to = Placement { span: wanted.span, resources };
    let mut elements = moved(&record, &to, &desk.zone).map_err(ScheduleError::from)?.elements;
    // Once rights are kept, what was forced in stays so, wherever it stands.
    let clinic = tx.clinic_of(&stored.entity)?;
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
        Ok(())
    })
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
