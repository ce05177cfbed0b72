//! `PUT /fhir/{type}/{id}`.

use axum::extract::{Request, State};
use axum::response::Response;
use holdfast_core::id::Entity;
use holdfast_store::author::Base;
use holdfast_store::{StoreError, Tx};

use super::answer::{self, Became};
use super::check;
use crate::access::Caller;
use crate::error::{ApiError, RequestError};
use crate::lookup;
use crate::refusal;
use crate::request::body;
use crate::request::condition::{must_be_new, seen};
use crate::request::limits::RESOURCE_BODY_BYTES;
use crate::request::media::Media;
use crate::request::origin::FhirBase;
use crate::request::target::Target;
use crate::state::ApiState;

/// Replaces the resource, or creates it under the client's id. With `If-Match` a stale version is refused; without, only what
/// a plain read shows is replaced. With `If-None-Match: *` it must be new (RFC 9110 §13.1.2).
pub(crate) async fn update(
    State(state): State<ApiState>,
    Target(entity): Target,
    Caller(caller): Caller,
    FhirBase(base): FhirBase,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let seen = match seen(&parts.headers)? {
        Some(base) => base,
        None if must_be_new(&parts.headers) => Base::Absent,
        None => Base::Blind,
    };
    let json = body::text(&parts.headers, body, Media::Json, RESOURCE_BODY_BYTES).await?;
    check_body(&entity, &json)?;
    let json = check::to_relative(json, &base);
    lookup::bring(&state, &caller, vec![entity.clone()]).await?;
    let author = caller.id.clone();
    let work = move |tx: &mut Tx<'_>| {
        let saved = match tx.put(&entity, &json, &seen, &author) {
            Err(StoreError::Exists(entity)) => return Err(RequestError::AlreadyThere { entity }.into()),
            outcome => outcome?,
        };
        Ok((saved, tx.written(&entity)?))
    };
    let (saved, stored) = refusal::write(&state, caller, work).await?;
    Ok(answer::saved(&parts.headers, &base, Became::from(&saved), stored))
}

/// Type, id and rules.
///
/// # Errors
/// [`ApiError`] that says which does not hold.
pub(crate) fn check_body(entity: &Entity, json: &str) -> Result<(), ApiError> {
    let head = check::head(&entity.kind, json)?;
    if head.id.as_ref() != Some(&entity.id) {
        let found = head.id.map_or_else(|| "missing".to_owned(), |id| format!("\"{id}\""));
        return Err(RequestError::IdMismatch { expected: entity.id.clone(), found }.into());
    }
    check::resource(&entity.kind, json)
}
