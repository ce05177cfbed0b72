//! `GET /fhir/{type}/{id}/_history/{vid}`.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use holdfast_core::id::Entity;
use holdfast_store::StoreError;
use holdfast_store::view::{Stored, View};
use http::{HeaderMap, StatusCode};

use super::answer;
use crate::access::Caller;
use crate::error::{ApiError, RequestError};
use crate::lookup;
use crate::request::condition::is_unchanged;
use crate::request::listing::shape_of_one;
use crate::request::target::VersionedTarget;
use crate::state::ApiState;

/// Answers one version, as it read then.
pub(crate) async fn vread(
    State(state): State<ApiState>,
    VersionedTarget(entity, version): VersionedTarget,
    Caller(caller): Caller,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let shape = shape_of_one(query.as_deref(), &headers)?;
    let wanted = version.clone();
    let found = lookup::read(&state, &caller, &entity, move |view, entity| at(view, entity, &wanted)).await?;
    let stored = found.ok_or_else(|| RequestError::UnknownVersion { entity: entity.to_string(), version })?;
    if is_unchanged(&headers, &stored.version, stored.updated_ms) {
        return Ok(answer::empty(StatusCode::NOT_MODIFIED, &stored.version, stored.updated_ms));
    }
    Ok(answer::shaped(stored, &shape))
}

/// One version of a resource; `None` if it is not kept here.
///
/// # Errors
/// [`StoreError::NotFound`], [`StoreError::Gone`] if the version is a deletion, or the database.
pub(crate) fn at(view: &mut View<'_>, entity: &Entity, version: &str) -> Result<Option<Stored>, StoreError> {
    let Some(found) = view.version(entity, version)? else { return Ok(None) };
    if found.deleted {
        return Err(StoreError::Gone(entity.to_string()));
    }
    Ok(Some(Stored {
        entity: entity.clone(),
        json: found.json,
        version: found.version,
        updated_ms: found.at_ms,
        deleted: false,
        conflicts: 0,
    }))
}
