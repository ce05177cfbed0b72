//! `DELETE /fhir/{type}/{id}`: the resource reads as gone, its history stays.

use axum::extract::State;
use axum::response::Response;
use holdfast_core::id::Entity;
use holdfast_store::author::{Base, Saved};
use holdfast_store::view::{Stored, View};
use holdfast_store::{StoreError, Tx};
use http::{HeaderMap, StatusCode};

use super::answer;
use crate::access::Caller;
use crate::error::ApiError;
use crate::lookup;
use crate::refusal;
use crate::request::condition::if_match;
use crate::request::target::Target;
use crate::state::ApiState;

/// Deletes the resource; one that is deleted already stays so. What is not held here is looked for first: a deletion
/// is never reported that has not happened.
pub(crate) async fn delete(
    State(state): State<ApiState>,
    Target(entity): Target,
    Caller(caller): Caller,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let base = if_match(&headers)?.map_or(Base::Blind, Base::Exactly);
    lookup::read(&state, &caller, &entity, exists).await?;
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
