//! `GET /fhir/{type}/{id}`.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};

use super::answer;
use crate::error::ApiError;
use crate::lookup;
use crate::request::condition::has_version;
use crate::request::target::Target;
use crate::state::ApiState;

/// Answers the current version; 304 if the client has it.
pub(crate) async fn read(
    State(state): State<ApiState>,
    Target(entity): Target,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let stored = lookup::read(&state, &entity, |view, entity| view.read(entity)).await?;
    if has_version(&headers, &stored.version) {
        return Ok(answer::empty(StatusCode::NOT_MODIFIED, &stored.version, stored.updated_ms));
    }
    Ok(answer::resource(StatusCode::OK, stored))
}
