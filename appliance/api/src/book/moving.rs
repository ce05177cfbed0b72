//! `POST /api/book/mine/{link}/move`: to another time.
//!
//! | It is | The new time is | What becomes of it |
//! |---|---|---|
//! | booked here | this server's to sell | moved, in one transaction; the link stays |
//! | booked | the clinic's | a request beside it, that takes its place once the clinic grants it; until then it stays booked |
//! | asked for | either | the request is taken back and another one, or a booking, made in the same transaction |
//!
//! What is made anew has a link of its own, which the answer holds.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::response::Response;
use holdfast_clinical::scheduling::booking::{Placement, Way, moved, replaced, with_reminders};
use holdfast_clinical::scheduling::fhir::saved;
use holdfast_core::id::Entity;
use holdfast_store::Tx;
use holdfast_store::author::Base;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::cancel::free;
use super::error::BookError;
use super::mine::{Found, link, look, look_in, shown};
use super::open;
use super::parts::parts;
use super::person::AUTHOR;
use super::place::{Beside, Place, Refused};
use super::secret::Link;
use crate::conflicts::json;
use crate::error::{ApiError, RequestError};
use crate::fhir::check;
use crate::refusal::own_write;
use crate::request::body;
use crate::schedule::ScheduleError;
use crate::state::ApiState;

/// Where an appointment is to stand.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BookingMoveAsked)]
pub(crate) struct MoveAsked {
    /// Of a free time of the same type.
    slot: String,
}

/// A move.
#[derive(Clone)]
struct Job {
    place: Place,
    link: Link,
    /// Of what is made anew.
    next: Link,
}

/// How it is tried.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum How {
    /// Confirmed here.
    Confirmed,
    /// Asked for.
    Asked,
}

/// Moves it.
pub(crate) async fn move_to(
    State(state): State<ApiState>,
    Path(text): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    let ours = parts(&state)?;
    let link = link(&text)?;
    let (parts, body) = request.into_parts();
    let asked: MoveAsked = body::own(&parts.headers, body).await?;
    ours.limits.by_address(&state, &parts)?;
    let found = look(&state, &link).await?.ok_or(BookError::NotFound)?;
    let next = ours.key.next_link(&link, &asked.slot);
    if look(&state, &next).await?.is_some() {
        // It was committed, and the answer was lost.
        return Ok(json(&shown(&state, &next).await?));
    }
    let place = Place::read(&state, &ours, &asked.slot, &found.clinic.clinic).await?;
    if found.booked.kind.as_ref() != Some(&place.wanted.kind.id) {
        return Err(BookError::BadSlot.into());
    }
    let job = Arc::new(Job { place, link, next });
    let done = match write(&state, job.clone(), How::Confirmed).await {
        Err(error) if Refused::of(&error) == Refused::NotOurs => write(&state, job.clone(), How::Asked).await,
        other => other,
    };
    match done {
        Ok(link) => Ok(json(&shown(&state, &link).await?)),
        Err(error) if Refused::of(&error) == Refused::Taken => {
            Err(job.place.search.taken(&state, job.place.wanted.span.from).await)
        }
        Err(error) => Err(error),
    }
}

/// Writes it; the link of what there is now.
async fn write(state: &ApiState, job: Arc<Job>, how: How) -> Result<Link, ApiError> {
    own_write(state, move |tx| {
        tx.at_clinic(&job.place.search.clinic.clinic);
        let entity = job.link.appointment();
        let found = look_in(&mut tx.view()?, &entity)?.ok_or(BookError::NotFound)?;
        if found.change_until(job.place.now).is_none() {
            return Err(BookError::TooLate.into());
        }
        let is_booked = found.booked.takes_time();
        if is_booked && how == How::Confirmed {
            shift(tx, &job.place, &found)?;
            return Ok(job.link.clone());
        }
        let next = job.next.appointment();
        // What a request was to take the place of, its successor does.
        let old = if is_booked { Some(entity.id.clone()) } else { replaced(&found.record) };
        if !is_booked {
            free(tx, &found, job.place.now)?;
        }
        let way = if how == How::Confirmed { Way::Booked } else { Way::Requested };
        let patient = found.booked.patient.clone().ok_or(BookError::NotFound)?;
        if is_booked {
            let whose = job.place.search.parts.key.name("patient", &[&patient]);
            open::count(tx, &whose, &next, job.place.now)?;
        }
        let note = found.record.get("description").and_then(Value::as_str);
        let is_booked_now = way == Way::Booked;
        let beside = Beside { patient: &patient, note, replaces: old.as_deref().filter(|_| !is_booked_now) };
        if let Some(old) = old.as_ref().filter(|_| is_booked_now) {
            let old = look_in(&mut tx.view()?, &Entity::new("Appointment", old.as_str()))?;
            if let Some(old) = old.filter(|old| old.booked.takes_time()) {
                free(tx, &old, job.place.now)?;
            }
        }
        job.place.write(tx, &next, way, &beside)?;
        Ok(job.next.clone())
    })
    .await
}

/// Moves what is booked.
fn shift(tx: &mut Tx<'_>, place: &Place, found: &Found) -> Result<(), ApiError> {
    let own = Some(found.stored.entity.id.as_str());
    let to = Placement { span: place.wanted.span, resources: place.resources(tx, own)? };
    let zone = &found.clinic.zone;
    if found.booked.span == to.span && found.booked.resources == to.resources {
        return Ok(());
    }
    let mut elements = moved(&found.record, &to, zone).map_err(ScheduleError::from)?.elements;
    let extensions = elements.get("extension").and_then(Value::as_array).cloned().unwrap_or_default();
    let extensions = with_reminders(extensions, Some(to.span.from), place.now, zone);
    elements.insert("extension".to_owned(), extensions.into());
    let bad = |reason| RequestError::BadBody { reason };
    let text = saved(&found.stored.json, &elements).map_err(bad)?;
    check::resource("Appointment", &text)?;
    tx.book(&found.stored.entity, &text, &Base::Exactly(found.stored.version.clone()), AUTHOR)?;
    Ok(())
}
