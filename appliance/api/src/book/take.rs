//! `POST /api/book/clinic/{clinic}`: books, once however often it is asked.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::response::Response;
use holdfast_clinical::scheduling::booking::Way;
use holdfast_clinical::scheduling::zone::minute_of_ms;
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::clinic::clinic;
use super::code::booking;
use super::error::BookError;
use super::mine::{look, shown};
use super::open;
use super::parts::parts;
use super::pending;
use super::person;
use super::place::{Beside, Place, Refused};
use super::secret::Link;
use super::who::{Who, WhoAsked, language, shown as seen};
use crate::conflicts::json;
use crate::error::ApiError;
use crate::refusal::own_write;
use crate::request::body;
use crate::state::ApiState;

/// Characters of a note.
const NOTE: usize = 500;

/// What is to be booked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BookingAsked)]
pub(crate) struct Asked {
    /// As with the code: the same again is the same booking.
    id: String,
    /// Six digits.
    code: String,
    who: WhoAsked,
    #[serde(rename = "type")]
    kind: String,
    slot: String,
    note: Option<String>,
    language: String,
}

/// What is to be written, once the code was right.
#[derive(Clone)]
struct Job {
    place: Place,
    link: Link,
    /// What the contact is counted by.
    whose: String,
    who: Who,
    note: Option<String>,
    language: &'static str,
}

/// Books; where nobody here may sell the time, asks for it.
pub(crate) async fn book(
    State(state): State<ApiState>,
    Path(name): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    let ours = parts(&state)?;
    let (parts, body) = request.into_parts();
    let asked: Asked = body::own(&parts.headers, body).await?;
    let at = clinic(&state, name).await?;
    let now_ms = state.writer().records().now_ms();
    let who = Who::read(&asked.who, at.zone.local(minute_of_ms(now_ms)).date())?;
    let (language, booking) = (language(&asked.language)?, booking(&ours.key, &at.clinic, &asked.id)?);
    let note = asked.note.map(|note| seen(&note)).filter(|note| !note.is_empty());
    if note.as_ref().is_some_and(|note| note.chars().count() > NOTE) {
        return Err(BookError::Bad { what: "the note", expected: "500 characters at the most" }.into());
    }
    ours.limits.by_address(&state, &parts)?;
    let (hash, whose) = (who.hash(&ours.key), ours.key.name("contact", &[who.contact.text()]));
    let link = ours.key.link(&booking, &hash);
    let (key_of, code) = (ours.clone(), asked.code);
    let checked =
        own_write(&state, move |tx| Ok(pending::check(tx, &key_of.key, &booking, (&hash, &code), now_ms)?));
    checked.await??;
    let created = match look(&state, &link).await? {
        // It was committed, and the answer was lost.
        Some(_) => false,
        None => {
            let place = Place::read(&state, &ours, &asked.slot, &at.clinic).await?;
            if place.wanted.kind.id != asked.kind {
                return Err(BookError::BadSlot.into());
            }
            store(&state, Arc::new(Job { place, link: link.clone(), whose, who, note, language })).await?
        }
    };
    let mut response = json(&shown(&state, &link).await?);
    if created {
        *response.status_mut() = StatusCode::CREATED;
    }
    Ok(response)
}

/// Writes it, booked or as a request; whether it is new.
async fn store(state: &ApiState, job: Arc<Job>) -> Result<bool, ApiError> {
    let refused = match write(state, job.clone(), Way::Booked).await {
        Err(error) if Refused::of(&error) == Refused::NotOurs => {
            write(state, job.clone(), Way::Requested).await
        }
        other => other,
    };
    match refused {
        Err(error) if Refused::of(&error) == Refused::Taken => {
            tracing::debug!(error.code = error.code(), "a patient's time was refused");
            Err(job.place.search.taken(state, job.place.wanted.span.from).await)
        }
        other => other,
    }
}

async fn write(state: &ApiState, job: Arc<Job>, way: Way) -> Result<bool, ApiError> {
    own_write(state, move |tx| {
        let (clinic, entity) = (&job.place.search.clinic.clinic, job.link.appointment());
        tx.at_clinic(clinic);
        if tx.view()?.get(&entity)?.is_some() {
            return Ok(false);
        }
        open::count(tx, &job.whose, &entity, job.place.now)?;
        let patient = person::of(tx, clinic, &job.who, job.language, &entity.id)?.to_string();
        let beside = Beside { patient: &patient, note: job.note.as_deref(), replaces: None };
        job.place.write(tx, &entity, way, &beside)?;
        Ok(true)
    })
    .await
}
