//! `POST /api/visits`: a visit of an appointment, or of a patient who has none.

use axum::extract::{Request, State};
use axum::response::Response;
use holdfast_clinical::scheduling::booking::Booked;
use holdfast_clinical::types::is_id;
use holdfast_core::id::Entity;
use holdfast_core::sight::May;
use holdfast_store::author::Base;
use holdfast_store::{StoreError, Tx};
use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::record::{self, VisitRecord};
use super::shown::{self, VisitShown};
use super::{VisitError, encounter, parts};
use crate::access::Caller;
use crate::conflicts::json;
use crate::error::{ApiError, RequestError};
use crate::refusal::write;
use crate::request::body;
use crate::request::origin::Origin;
use crate::schedule::records::{exchange, json_of, put, there};
use crate::state::ApiState;

/// A minute, in milliseconds.
const MINUTE_MS: i64 = 60_000;

/// A visit that is to be.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct VisitAsked {
    /// Made by whoever asks: the same again is the same.
    id: String,
    /// The appointment's id; either this or the patient's.
    appointment: Option<String>,
    patient: Option<String>,
    /// Encrypted end to end.
    sealed: Option<bool>,
}

/// Makes it; the appointment's visit, if it has one that is not over.
pub(crate) async fn create(
    State(state): State<ApiState>,
    Caller(caller): Caller,
    Origin(origin): Origin,
    request: Request,
) -> Result<Response, ApiError> {
    parts::parts(&state)?;
    caller.sight.check("Encounter", May::CREATE | May::UPDATE).map_err(StoreError::from)?;
    let (parts, body) = request.into_parts();
    let asked: VisitAsked = body::own(&parts.headers, body).await?;
    for (what, id) in [
        ("the id", Some(&asked.id)),
        ("the appointment", asked.appointment.as_ref()),
        ("the patient", asked.patient.as_ref()),
    ] {
        if id.is_some_and(|id| !is_id(id)) {
            return Err(VisitError::Bad { what, expected: "a FHIR id" }.into());
        }
    }
    if asked.appointment.is_some() == asked.patient.is_some() {
        return Err(VisitError::Bad {
            what: "the visit",
            expected: "of an appointment or of a patient, one of the two",
        }
        .into());
    }
    let (author, now_ms) = (caller.id.clone(), state.writer().records().now_ms());
    let made = write(&state, caller.clone(), move |tx| make(tx, &asked, &author, now_ms));
    let (id, is_new) = made.await?;
    let visit: VisitShown = shown::shown(&state, &caller, &id, &origin).await?;
    let mut response = json(&visit);
    *response.status_mut() = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok(response)
}

/// Its id, and whether it is new.
fn make(tx: &mut Tx<'_>, asked: &VisitAsked, author: &str, now_ms: u64) -> Result<(String, bool), ApiError> {
    if let Some((record, _)) = tx.beyond_sight(|tx| record::read(&mut tx.view()?, &asked.id))? {
        record::must_see(&mut tx.view()?, &record)?;
        let patient = asked.patient.as_ref().map(|id| format!("Patient/{id}"));
        let is_same = record.appointment == asked.appointment
            && (asked.appointment.is_some() || patient.as_ref() == Some(&record.patient));
        return if is_same { Ok((record.id, false)) } else { Err(VisitError::IdTaken.into()) };
    }
    let (patient, start_ms) = whom(tx, asked)?;
    let id = asked.appointment.as_ref().unwrap_or(&asked.id);
    let entity = Entity::new("Encounter", id.as_str());
    let stored = there(&mut tx.view()?, &entity)?;
    if let Some(stored) = &stored {
        let running = encounter::visit_of(&json_of(stored)).map(ToOwned::to_owned);
        if let Some(running) = running
            && let Some((record, _)) = tx.beyond_sight(|tx| record::read(&mut tx.view()?, &running))?
            && record.ended_ms.is_none()
        {
            return Ok((record.id, false));
        }
    }
    let mut record = VisitRecord::new(&asked.id, entity.to_string(), patient, now_ms);
    record.appointment = asked.appointment.clone();
    record.sealed = asked.sealed.unwrap_or(false);
    record.scheduled_ms = start_ms;
    match stored {
        Some(stored) => drop(exchange(tx, &stored, &encounter::marked(&json_of(&stored), &record), author)?),
        None => drop(put(tx, &entity, &encounter::planned(&record).to_string(), &Base::Absent, author)?),
    }
    record.save(tx, &Base::Absent, author)?;
    Ok((record.id, true))
}

/// Whose it is, and when it is to begin.
fn whom(tx: &mut Tx<'_>, asked: &VisitAsked) -> Result<(String, Option<u64>), ApiError> {
    let not_found = |entity: &Entity| RequestError::NotFound { entity: entity.to_string() };
    if let Some(id) = &asked.patient {
        let entity = Entity::new("Patient", id.as_str());
        there(&mut tx.view()?, &entity)?.ok_or_else(|| not_found(&entity))?;
        return Ok((entity.to_string(), None));
    }
    let entity = Entity::new("Appointment", asked.appointment.as_deref().unwrap_or_default());
    let stored = there(&mut tx.view()?, &entity)?.ok_or_else(|| not_found(&entity))?;
    let appointment: Value = json_of(&stored);
    let booked = Booked::read(&appointment).ok().flatten();
    let expected = "of an appointment that has a patient and a time";
    let booked = booked.ok_or(VisitError::Bad { what: "the visit", expected })?;
    let patient = booked.patient.ok_or(VisitError::Bad { what: "the visit", expected })?;
    let is_open =
        matches!(booked.status.as_str(), "booked" | "arrived" | "checked-in" | "fulfilled" | "pending");
    if !is_open {
        return Err(VisitError::Bad { what: "the appointment", expected: "one that is to be kept" }.into());
    }
    Ok((patient, u64::try_from(booked.span.from * MINUTE_MS).ok()))
}
