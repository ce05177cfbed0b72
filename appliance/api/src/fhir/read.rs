//! `GET /fhir/{type}/{id}`.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use holdfast_core::id::Entity;
use holdfast_store::StoreError;
use holdfast_store::view::{Stored, View};
use http::{HeaderMap, StatusCode};

use super::answer;
use crate::access::Caller;
use crate::audit::show;
use crate::error::ApiError;
use crate::lookup;
use crate::request::condition::is_unchanged;
use crate::request::listing::shape_of_one;
use crate::request::target::Target;
use crate::state::ApiState;

/// Answers the current version, or the part of it that is wanted; 304 if the client has it.
pub(crate) async fn read(
    State(state): State<ApiState>,
    Target(entity): Target,
    Caller(caller): Caller,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let shape = shape_of_one(query.as_deref(), &headers)?;
    let stored = lookup::read(&state, &caller, &entity, current).await?;
    if is_unchanged(&headers, &stored.version, stored.updated_ms) {
        return Ok(answer::empty(StatusCode::NOT_MODIFIED, &stored.version, stored.updated_ms));
    }
    Ok(answer::shaped(stored, &shape))
}

/// The current version; an event of the audit trail is made of the trail.
///
/// # Errors
/// The store.
pub(crate) fn current(view: &mut View<'_>, entity: &Entity) -> Result<Stored, StoreError> {
    if entity.kind == show::EVENT
        && let Some(event) = show::read(view, &entity.id)?
    {
        return Ok(event);
    }
    view.read(entity)
}
