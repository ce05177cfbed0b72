//! `POST /api/book/mine/{link}/move`: to another time.
//!
//! | It is | The new time is | What becomes of it |
//! |---|---|---|
//! | booked here | this server's to sell | moved; the link stays |
//! | booked by the clinic | this server's to sell | cancelled, and another one booked, in the same transaction |
//! | booked | the clinic's | a request beside it, that takes its place once the clinic grants it; until then it stays booked |
//! | asked for | either | the request is taken back and another one, or a booking, made in the same transaction |
//!
//! What is made anew has a link of its own, which the answer holds; the link of what was booked before leads there, too. As long as the clinic
//! has to choose whether an appointment takes place, it is not moved.

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
use super::mine::{Found, follow, link, look, look_at, shown};
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

/// How often one asks for the same time instead of another, and takes it back.
const MOST_AGAIN: usize = 10;

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

/// How it is tried, one after the other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum How {
    /// The appointment itself goes elsewhere.
    Moved,
    /// Another one is booked in its place.
    Exchanged,
    /// Another one is asked for.
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
    let mut next = ours.key.next_link(&link, &asked.slot);
    for _ in 0..MOST_AGAIN {
        match look_at(&state, &next).await? {
            None => break,
            // It was asked for before, and taken back.
            Some(made) if made.booked.status == "cancelled" => next = ours.key.next_link(&next, &asked.slot),
            // It was committed, and the answer was lost.
            Some(_) => return Ok(json(&shown(&state, &next).await?)),
        }
    }
    let place = Place::read(&state, &ours, &asked.slot, &found.clinic.clinic).await?;
    if found.booked.kind.as_ref() != Some(&place.wanted.kind.id) {
        return Err(BookError::BadSlot.into());
    }
    let job = Arc::new(Job { place, link, next });
    let mut done = write(&state, job.clone(), How::Moved).await;
    for how in [How::Exchanged, How::Asked] {
        if done.as_ref().is_err_and(|error| Refused::of(error) == Refused::NotOurs) {
            done = write(&state, job.clone(), how).await;
        }
    }
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
        let found = follow(&mut tx.view()?, &entity)?.ok_or(BookError::NotFound)?;
        if found.is_unsettled {
            return Err(BookError::Unsettled.into());
        }
        if found.change_until(job.place.now).is_none() {
            return Err(BookError::TooLate.into());
        }
        if found.booked.takes_time() && how == How::Moved {
            shift(tx, &job.place, &found)?;
            return Ok(job.link.clone());
        }
        exchange(tx, &job, &found, how)?;
        Ok(job.next.clone())
    })
    .await
}

/// Makes another one, for what was asked for or is not this server's to move.
fn exchange(tx: &mut Tx<'_>, job: &Job, found: &Found, how: How) -> Result<(), ApiError> {
    let (next, now) = (job.next.appointment(), job.place.now);
    let is_booked = found.booked.takes_time();
    let way = if how == How::Asked { Way::Requested } else { Way::Booked };
    let patient = found.booked.patient.clone().ok_or(BookError::NotFound)?;
    if is_booked {
        let whose = job.place.search.parts.key.name("patient", &[&patient]);
        open::count(tx, &whose, &next, now)?;
    }
    // What a request was to take the place of, its successor does.
    let old = if is_booked { Some(found.stored.entity.id.clone()) } else { replaced(&found.record) };
    if !is_booked {
        free(tx, found, now, None)?;
    }
    if let Some(old) = old.as_ref().filter(|_| way == Way::Booked) {
        let old = follow(&mut tx.view()?, &Entity::new("Appointment", old.as_str()))?;
        if old.as_ref().is_some_and(|old| old.is_unsettled) {
            return Err(BookError::Unsettled.into());
        }
        if let Some(old) = old.filter(|old| old.booked.takes_time()) {
            free(tx, &old, now, Some(&next.id))?;
        }
    }
    let note = found.record.get("description").and_then(Value::as_str);
    let replaces = old.as_deref().filter(|_| way == Way::Requested);
    job.place.write(tx, &next, way, &Beside { patient: &patient, note, replaces })
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
