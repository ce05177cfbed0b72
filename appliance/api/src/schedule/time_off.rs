//! `/api/schedule/resources/{type}/{id}/off`: when somebody is away, or something is being repaired.

use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use holdfast_clinical::scheduling::fhir::{Exception, ExceptionKind};
use holdfast_clinical::scheduling::span::{DAY_MIN, Span};
use holdfast_clinical::scheduling::zone::Zone;
use holdfast_clinical::types::is_id;
use holdfast_core::id::Entity;
use holdfast_core::sight::May;
use holdfast_store::author::Base;
use holdfast_store::{StoreError, Tx};
use http::StatusCode;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::ScheduleError;
use super::affected::{self, Affected, Of};
use super::hours::{actor, always, setup_of};
use super::query::{instant, words};
use super::records::{exchange, json_of, put, there};
use super::resources::{ResourceSetup, TimeOff};
use crate::access::Caller;
use crate::access::policy::Principal;
use crate::conflicts::json as answer;
use crate::error::{ApiError, RequestError};
use crate::refusal::write;
use crate::request::body;
use crate::state::ApiState;

/// Somebody as they are set up with time off, and what is booked in that time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TimeOffTaken {
    #[serde(flatten)]
    setup: ResourceSetup,
    /// Their appointments in that time, which stay until they are moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    affected: Option<Affected>,
}

const KIND: &str = "Slot";
/// The longest leave.
const MOST_DAYS: i64 = 800;

/// Enters time off. What is booked then stays, and is shown.
pub(crate) async fn take(
    State(state): State<ApiState>,
    Path((kind, id)): Path<(String, String)>,
    Caller(caller): Caller,
    request: Request,
) -> Result<Response, ApiError> {
    let actor = actor(&kind, &id)?;
    must_keep(&caller)?;
    let (parts, body) = request.into_parts();
    let given: TimeOff = body::own(&parts.headers, body).await?;
    if !is_id(&given.id) {
        return Err(RequestError::BadId.into());
    }
    let span = Span::new(instant(&given.from, "the beginning")?, instant(&given.until, "the end")?);
    if span.is_empty() || span.length_min() > MOST_DAYS * DAY_MIN {
        return Err(ScheduleError::Bad {
            what: "the end",
            expected: "later than the beginning, by two years at the most",
        }
        .into());
    }
    let why = words(Some(given.why), "the reason")?;
    let (author, of, zone) = (caller.id.clone(), actor.clone(), state.parts().time_zone.clone());
    write(&state, caller.clone(), move |tx| {
        let schedule = always(tx, &of, &author)?;
        let off = Exception {
            id: given.id.clone(),
            schedule,
            kind: ExceptionKind::Off,
            span,
            comment: why.clone(),
        };
        store(tx, &off, &zone, &author)
    })
    .await?;
    let of = Of::Resource(actor.to_string());
    let affected = affected::of_spans(&state, &caller, of, vec![span]).await?.or_none();
    Ok(answer(&TimeOffTaken { setup: setup_of(&state, actor).await?, affected }))
}

pub(super) fn must_keep(caller: &Principal) -> Result<(), ApiError> {
    Ok(caller.sight.check(KIND, May::CREATE | May::UPDATE).map_err(StoreError::from)?)
}

/// Saves what breaks the hours; the same again is the same.
pub(super) fn store(tx: &mut Tx<'_>, one: &Exception, zone: &Zone, author: &str) -> Result<(), ApiError> {
    let entity = Entity::new(KIND, &one.id);
    let record = one.resource(zone);
    if let Some(stored) = there(&mut tx.view()?, &entity)? {
        let known = json_of(&stored);
        if known.pointer("/schedule/reference") != record.pointer("/schedule/reference") {
            return Err(StoreError::Exists(entity.to_string()).into());
        }
        let mut elements = record.as_object().cloned().unwrap_or_default();
        elements.retain(|name, _| !matches!(name.as_str(), "resourceType" | "id"));
        elements.entry("comment").or_insert(Value::Null);
        exchange(tx, &stored, &elements, author)?;
        return Ok(());
    }
    put(tx, &entity, &record.to_string(), &Base::Blind, author)?;
    Ok(())
}

/// Takes what breaks the hours back; nothing is deleted, so that it can be seen that it was there.
pub(super) fn withdraw(tx: &mut Tx<'_>, entity: &Entity, author: &str) -> Result<(), ApiError> {
    let Some(stored) = there(&mut tx.view()?, entity)? else { return Ok(()) };
    let elements = Map::from_iter([("status".to_owned(), Value::from("entered-in-error"))]);
    exchange(tx, &stored, &elements, author)?;
    Ok(())
}

/// Takes time off back.
pub(crate) async fn end(
    State(state): State<ApiState>,
    Path((kind, id, off)): Path<(String, String, String)>,
    Caller(caller): Caller,
) -> Result<Response, ApiError> {
    actor(&kind, &id)?;
    must_keep(&caller)?;
    if !is_id(&off) {
        return Err(RequestError::BadId.into());
    }
    let author = caller.id.clone();
    write(&state, caller, move |tx| withdraw(tx, &Entity::new(KIND, &off), &author)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
