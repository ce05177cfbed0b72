//! `PATCH /fhir/{type}/{id}` and `PATCH /fhir/{type}?search`: JSON Patch (RFC 6902) on the resource as a read shows it.
//!
//! Source: <https://hl7.org/fhir/R4/http.html#patch>.

use axum::extract::{RawQuery, Request, State};
use axum::response::Response;
use holdfast_clinical::patch::{Patch, PatchError};
use holdfast_core::id::Entity;
use holdfast_store::author::{Base, Saved};
use holdfast_store::{StoreError, Tx};

use super::answer::{self, Became};
use super::check::to_relative;
use super::condition::Condition;
use super::update::check_body;
use crate::access::Caller;
use crate::error::{ApiError, RequestError};
use crate::lookup;
use crate::refusal;
use crate::request::body;
use crate::request::condition::seen;
use crate::request::limits::RESOURCE_BODY_BYTES;
use crate::request::media::Media;
use crate::request::origin::FhirBase;
use crate::request::target::{Kind, Target};
use crate::state::ApiState;

/// Patches the resource. What is not held here is looked for first.
pub(crate) async fn patch(
    State(state): State<ApiState>,
    Target(entity): Target,
    Caller(caller): Caller,
    FhirBase(base): FhirBase,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let seen = seen(&parts.headers)?.unwrap_or(Base::Blind);
    let text = body::text(&parts.headers, body, Media::JsonPatch, RESOURCE_BODY_BYTES).await?;
    check(&entity.kind, &text)?;
    lookup::read(&state, &caller, &entity, |view, entity| view.read(entity)).await?;
    let (author, address) = (caller.id.clone(), base.clone());
    let work = move |tx: &mut Tx<'_>| {
        Ok((apply(tx, &entity, &text, &seen, &author, &address)?, tx.written(&entity)?))
    };
    let (saved, stored) = refusal::write(&state, caller, work).await?;
    Ok(answer::saved(&parts.headers, &base, Became::from(&saved), stored))
}

/// Patches the one resource that the condition finds.
pub(crate) async fn conditional(
    State(state): State<ApiState>,
    Kind(kind): Kind,
    Caller(caller): Caller,
    FhirBase(base): FhirBase,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let condition = Condition::of_address(&kind, query.as_deref(), "patch", &base)?;
    let seen = seen(&parts.headers)?.unwrap_or(Base::Blind);
    let text = body::text(&parts.headers, body, Media::JsonPatch, RESOURCE_BODY_BYTES).await?;
    check(&kind, &text)?;
    let (author, address) = (caller.id.clone(), base.clone());
    let work = move |tx: &mut Tx<'_>| {
        let found = condition.find(&mut tx.view()?)?;
        let entity = found.ok_or(RequestError::NothingToPatch)?;
        Ok((apply(tx, &entity, &text, &seen, &author, &address)?, tx.written(&entity)?))
    };
    let (saved, stored) = refusal::write(&state, caller, work).await?;
    Ok(answer::saved(&parts.headers, &base, Became::from(&saved), stored))
}

/// Refuses what is no patch before anything is looked up.
///
/// # Errors
/// [`ApiError::Patch`].
pub(crate) fn check(kind: &str, patch: &str) -> Result<(), ApiError> {
    Patch::parse(patch).map(drop).map_err(|source| at(kind, source))
}

/// Applies a patch to what a read shows now, and saves what differs. `address` is that of this server.
///
/// # Errors
/// [`ApiError`] that names the operation, the element or the version.
pub(crate) fn apply(
    tx: &mut Tx<'_>,
    entity: &Entity,
    patch: &str,
    base: &Base,
    author: &str,
    address: &str,
) -> Result<Saved, ApiError> {
    let shown = tx.view()?.read(entity)?;
    if let Base::Exactly(asked) = base
        && *asked != shown.version
    {
        let (entity, asked, current) = (entity.to_string(), asked.clone(), shown.version);
        return Err(StoreError::Stale { entity, asked, current }.into());
    }
    let kind = &entity.kind;
    let patch = Patch::parse(patch).map_err(|source| at(kind, source))?;
    let json = patch.apply(&shown.json).map_err(|source| at(kind, source))?;
    check_body(entity, &json)?;
    Ok(tx.put(entity, &to_relative(json, address), base, author)?)
}

fn at(kind: &str, source: PatchError) -> ApiError {
    ApiError::Patch { kind: kind.to_owned(), source }
}
