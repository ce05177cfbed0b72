//! `DELETE /fhir/{type}?search` (<https://hl7.org/fhir/R4/http.html#3.1.0.7.1>): one resource at most.

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use holdfast_store::Tx;
use holdfast_store::author::Base;
use holdfast_store::view::Stored;
use http::{HeaderMap, StatusCode};

use super::answer;
use super::condition::Condition;
use crate::access::Caller;
use crate::error::{ApiError, RequestError};
use crate::refusal;
use crate::request::condition::seen;
use crate::request::origin::FhirBase;
use crate::request::target::Kind;
use crate::state::ApiState;

const DOES: &str = "delete";

/// Deletes the one resource that the condition finds among those held here; that there is none is a success too. Several:
/// refused.
pub(crate) async fn delete(
    State(state): State<ApiState>,
    Kind(kind): Kind,
    Caller(caller): Caller,
    FhirBase(base): FhirBase,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let condition = Condition::of_address(&kind, query.as_deref(), DOES, &base)?;
    let seen = seen(&headers)?;
    let author = caller.id.clone();
    let work = move |tx: &mut Tx<'_>| remove(tx, &condition, seen.as_ref(), &author);
    Ok(match refusal::write(&state, caller, work).await? {
        Some(stored) => answer::empty(StatusCode::NO_CONTENT, &stored.version, stored.updated_ms),
        None => (StatusCode::NO_CONTENT, Body::empty()).into_response(),
    })
}

fn remove(
    tx: &mut Tx<'_>,
    condition: &Condition,
    seen: Option<&Base>,
    author: &str,
) -> Result<Option<Stored>, ApiError> {
    let Some(entity) = condition.find(&mut tx.view()?)? else {
        return if seen.is_some() { Err(RequestError::NoMatch { does: DOES }.into()) } else { Ok(None) };
    };
    tx.delete(&entity, seen.unwrap_or(&Base::Blind), author)?;
    Ok(Some(tx.written(&entity)?))
}
