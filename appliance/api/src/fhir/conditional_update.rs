//! `PUT /fhir/{type}?search` (<https://hl7.org/fhir/R4/http.html#cond-update>).

use axum::extract::{RawQuery, Request, State};
use axum::response::Response;
use holdfast_core::id::Entity;
use holdfast_store::Tx;
use holdfast_store::author::{Base, Saved};
use holdfast_store::view::Stored;
use uuid::Uuid;

use super::answer::{self, Became};
use super::check;
use super::condition::Condition;
use crate::access::Caller;
use crate::error::{ApiError, RequestError};
use crate::refusal;
use crate::request::body;
use crate::request::condition::seen;
use crate::request::limits::RESOURCE_BODY_BYTES;
use crate::request::media::Media;
use crate::request::origin::FhirBase;
use crate::request::target::Kind;
use crate::state::ApiState;

const DOES: &str = "update";

/// Replaces the one resource that the condition finds; if it finds none, creates it, under the client's id if the body has
/// one. Several: refused.
pub(crate) async fn update(
    State(state): State<ApiState>,
    Kind(kind): Kind,
    Caller(caller): Caller,
    FhirBase(base): FhirBase,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let condition = Condition::of_address(&kind, query.as_deref(), DOES, &base)?;
    let seen = seen(&parts.headers)?;
    let json = body::text(&parts.headers, body, Media::Json, RESOURCE_BODY_BYTES).await?;
    let id = check::head(&kind, &json)?.id;
    check::resource(&kind, &json)?;
    let json = check::to_relative(json, &base);
    let new = Entity::new(kind, id.clone().unwrap_or_else(|| Uuid::new_v4().to_string()));
    let update = Update { condition, seen, json, id, new };
    let (saved, stored) =
        refusal::write(&state, caller.clone(), move |tx| update.store(tx, &caller.id)).await?;
    Ok(answer::saved(&parts.headers, &base, Became::from(&saved), stored))
}

struct Update {
    condition: Condition,
    /// `If-Match`.
    seen: Option<Base>,
    json: String,
    /// The id in the body.
    id: Option<String>,
    /// What is created if nothing is found.
    new: Entity,
}

impl Update {
    fn store(&self, tx: &mut Tx<'_>, author: &str) -> Result<(Saved, Stored), ApiError> {
        let Some(entity) = self.condition.find(&mut tx.view()?)? else { return self.create(tx, author) };
        if let Some(id) = self.id.as_ref().filter(|id| **id != entity.id) {
            let found = format!("\"{id}\"");
            return Err(RequestError::IdMismatch { expected: entity.id, found }.into());
        }
        let base = self.seen.clone().unwrap_or(Base::Blind);
        let saved = tx.put(&entity, &self.json, &base, author)?;
        Ok((saved, tx.written(&entity)?))
    }

    /// A resource that has the id but is not what was searched for is not replaced.
    fn create(&self, tx: &mut Tx<'_>, author: &str) -> Result<(Saved, Stored), ApiError> {
        if self.seen.is_some() {
            return Err(RequestError::NoMatch { does: DOES }.into());
        }
        let saved = tx.put(&self.new, &self.json, &Base::Absent, author)?;
        Ok((saved, tx.written(&self.new)?))
    }
}
