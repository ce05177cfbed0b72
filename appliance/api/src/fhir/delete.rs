//! `DELETE /fhir/{type}/{id}`: the resource reads as gone, its history stays.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use holdfast_core::id::Entity;
use holdfast_store::author::{Base, Saved};
use holdfast_store::view::{Stored, View};
use holdfast_store::{StoreError, Tx};
use http::{HeaderMap, StatusCode};

use super::answer;
use crate::access::Caller;
use crate::error::{ApiError, RequestError};
use crate::lookup;
use crate::refusal;
use crate::request::condition::seen;
use crate::request::target::Target;
use crate::state::ApiState;

/// Deletes the resource; one that is deleted already stays so, and one that never was is none now
/// (<https://hl7.org/fhir/R4/http.html#delete>). What is not held here is looked for first: a deletion is never reported of what
/// head office may have.
pub(crate) async fn delete(
    State(state): State<ApiState>,
    Target(entity): Target,
    Caller(caller): Caller,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let base = seen(&headers)?.unwrap_or(Base::Blind);
    match lookup::read(&state, &caller, &entity, exists).await {
        Err(ApiError::Request(RequestError::NotFound { .. } | RequestError::NowhereFound { .. }))
            if base == Base::Blind =>
        {
            return Ok(StatusCode::NO_CONTENT.into_response());
        }
        found => found?,
    }
    let (saved, stored) =
        refusal::write(&state, caller.clone(), move |tx| remove(tx, &entity, &base, &caller.id)).await?;
    let response = answer::empty(StatusCode::NO_CONTENT, &stored.version, stored.updated_ms);
    Ok(answer::told(response, saved.changed, &stored.entity))
}

fn exists(view: &mut View, entity: &Entity) -> Result<(), StoreError> {
    match view.get(entity)? {
        Some(_) => Ok(()),
        None => Err(StoreError::NotFound(entity.to_string())),
    }
}

fn remove(tx: &mut Tx<'_>, entity: &Entity, base: &Base, author: &str) -> Result<(Saved, Stored), ApiError> {
    let saved = tx.delete(entity, base, author)?;
    Ok((saved, tx.written(entity)?))
}
