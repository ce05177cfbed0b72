//! `POST /api/patients`: registration. The number of the record is given here. The same request may come again, as it does
//! after a lost answer or a double click, and is answered alike.

use axum::extract::{Request, State};
use axum::response::Response;
use holdfast_clinical::identity::number::{MRN_SYSTEM, with_mrn};
use holdfast_clinical::identity::person::Person;
use holdfast_clinical::types::is_id;
use holdfast_core::id::Entity;
use holdfast_store::author::Base;
use holdfast_store::history::Wanted;
use holdfast_store::{Records, StoreError, Tx};
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::blocks;
use crate::access::Caller;
use crate::conflicts::json;
use crate::error::{ApiError, RequestError};
use crate::fhir::answer::told;
use crate::fhir::check;
use crate::refusal;
use crate::request::body;
use crate::request::limits::RESOURCE_BODY_BYTES;
use crate::request::media::Media;
use crate::request::origin::FhirBase;
use crate::state::ApiState;

/// What became of a registration.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub(crate) struct Registered {
    id: String,
    /// The version the record is at now.
    version: String,
    /// The number of the record.
    mrn: String,
    #[serde(skip)]
    created: bool,
}

/// Registers a patient under the id that the client has made.
pub(crate) async fn register(
    State(state): State<ApiState>,
    Caller(caller): Caller,
    FhirBase(address): FhirBase,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let text = body::text(&parts.headers, body, Media::Json, RESOURCE_BODY_BYTES).await?;
    let head = check::head("Patient", &text)?;
    let id = head.id.filter(|id| is_id(id)).ok_or(RequestError::BadId)?;
    check::resource("Patient", &text)?;
    let text = check::to_relative(text, &address);
    let (entity, author, records) =
        (Entity::new("Patient", &id), caller.id.clone(), state.writer().records().clone());
    let saved = entity.clone();
    let work = move |tx: &mut Tx<'_>| store(tx, &records, &entity, &text, &author);
    let registered = refusal::write(&state, caller, work).await?;
    let mut response = json(&registered);
    *response.status_mut() = if registered.created { StatusCode::CREATED } else { StatusCode::OK };
    Ok(told(response, registered.created, &saved))
}

fn store(
    tx: &mut Tx<'_>,
    records: &Records,
    entity: &Entity,
    text: &str,
    author: &str,
) -> Result<Registered, ApiError> {
    if let Some(there) = tx.view()?.get(entity)? {
        if there.deleted {
            return Err(StoreError::Gone(entity.to_string()).into());
        }
        return again(tx, entity, text, there.version);
    }
    let mrn = blocks::take(tx, records)?;
    let numbered = with_mrn(text, &mrn).ok_or_else(numbered_elsewhere)?;
    let saved = tx.put(entity, &numbered, &Base::Absent, author)?;
    Ok(Registered { id: entity.id.clone(), version: saved.version, mrn, created: true })
}

/// The same registration once more; whatever has become of the record since.
fn again(tx: &mut Tx<'_>, entity: &Entity, text: &str, version: String) -> Result<Registered, ApiError> {
    let mut view = tx.view()?;
    let oldest = Wanted { since_ms: None, of_oldest: Some(1), count: 1 };
    let first = view.history(entity, &oldest)?.versions.pop().map(|first| first.json).unwrap_or_default();
    let mrn = Person::read(&first).mrn().map(str::to_owned).unwrap_or_default();
    let numbered = with_mrn(text, &mrn).ok_or_else(numbered_elsewhere)?;
    let split = |json: &str| holdfast_clinical::split::split("Patient", json).map_err(StoreError::from);
    if split(&numbered)? != split(&first)? {
        return Err(StoreError::Exists(entity.to_string()).into());
    }
    Ok(Registered { id: entity.id.clone(), version, mrn, created: false })
}

fn numbered_elsewhere() -> RequestError {
    let reason = format!(
        "it has an identifier of the system {MRN_SYSTEM}, whose numbers are given here alone; leave it out"
    );
    RequestError::BadBody { reason }
}
