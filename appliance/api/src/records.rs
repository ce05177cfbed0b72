//! `PUT /api/records/{type}/{id}`: how staff save. A save on an older version is not refused: it stands beside what
//! others saved meanwhile, and the answer says so.

use axum::extract::{Request, State};
use axum::response::Response;
use holdfast_core::id::Entity;
use holdfast_store::Tx;
use holdfast_store::author::Base;
use http::header::ETAG;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::Caller;
use crate::conflicts::json;
use crate::error::{ApiError, RequestError};
use crate::fhir::answer::{etag, told};
use crate::fhir::check::to_relative;
use crate::fhir::update::check_body;
use crate::lookup;
use crate::refusal;
use crate::request::body;
use crate::request::condition::{if_match, must_be_new};
use crate::request::limits::RESOURCE_BODY_BYTES;
use crate::request::media::Media;
use crate::request::origin::FhirBase;
use crate::request::target::Target;
use crate::state::ApiState;

/// What became of a save.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SaveOutcome)]
pub(crate) struct Outcome {
    /// The version the record is at now.
    version: String,
    /// Whether the record is new.
    created: bool,
    /// Whether the save changed anything.
    changed: bool,
    /// Whether others had saved since the version that was on the screen.
    concurrent: bool,
    /// The elements on which values stand side by side now; each awaits a decision.
    conflicts: Vec<String>,
}

/// Saves a record.
pub(crate) async fn save(
    State(state): State<ApiState>,
    Target(entity): Target,
    Caller(caller): Caller,
    FhirBase(address): FhirBase,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let base = base(&parts.headers)?;
    let text = body::text(&parts.headers, body, Media::Json, RESOURCE_BODY_BYTES).await?;
    check_body(&entity, &text)?;
    let text = to_relative(text, &address);
    if base != Base::Once {
        lookup::bring(&state, &caller, vec![entity.clone()]).await?;
    }
    let (author, saved) = (caller.id.clone(), entity.clone());
    let work = move |tx: &mut Tx<'_>| store(tx, &entity, &text, &base, &author);
    let outcome = refusal::write(&state, caller, work).await?;
    Ok(told(answer(&outcome), outcome.changed, &saved))
}

fn base(headers: &HeaderMap) -> Result<Base, RequestError> {
    match if_match(headers)? {
        Some(version) => Ok(Base::Seen(version)),
        None if must_be_new(headers) => Ok(Base::Once),
        None => Err(RequestError::VersionRequired),
    }
}

fn store(
    tx: &mut Tx<'_>,
    entity: &Entity,
    text: &str,
    base: &Base,
    author: &str,
) -> Result<Outcome, ApiError> {
    let before = tx.view()?.get(entity)?.map(|stored| stored.version);
    let concurrent = matches!((base, &before), (Base::Seen(seen), Some(version)) if seen != version);
    let saved = tx.put(entity, text, base, author)?;
    let open = tx.view()?.conflicts_of(entity)?;
    let conflicts = open.into_iter().map(|conflict| conflict.key).collect();
    Ok(Outcome {
        version: saved.version,
        created: saved.created,
        changed: saved.changed,
        concurrent,
        conflicts,
    })
}

fn answer(outcome: &Outcome) -> Response {
    let mut response = json(outcome);
    *response.status_mut() = if outcome.created { StatusCode::CREATED } else { StatusCode::OK };
    if let Ok(tag) = HeaderValue::from_str(&etag(&outcome.version)) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}
