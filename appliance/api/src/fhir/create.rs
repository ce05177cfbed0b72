//! `POST /fhir/{type}`: create, and conditional create by `If-None-Exist`.

use axum::extract::{Request, State};
use axum::response::Response;
use holdfast_core::id::Entity;
use holdfast_store::Tx;
use holdfast_store::author::Base;
use holdfast_store::view::Stored;
use http::{HeaderMap, HeaderName};
use uuid::Uuid;

use super::answer::{self, Became};
use super::check;
use super::condition::Condition;
use crate::access::Caller;
use crate::error::{ApiError, RequestError};
use crate::refusal;
use crate::request::body;
use crate::request::limits::RESOURCE_BODY_BYTES;
use crate::request::media::Media;
use crate::request::origin::FhirBase;
use crate::request::target::Kind;
use crate::state::ApiState;

const IF_NONE_EXIST: HeaderName = HeaderName::from_static("if-none-exist");

/// Stores the resource under a new id.
pub(crate) async fn create(
    State(state): State<ApiState>,
    Kind(kind): Kind,
    Caller(caller): Caller,
    FhirBase(base): FhirBase,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let condition = condition(&kind, &parts.headers, &base)?;
    let json = body::text(&parts.headers, body, Media::Json, RESOURCE_BODY_BYTES).await?;
    check::head(&kind, &json)?;
    check::resource(&kind, &json)?;
    let json = check::to_relative(json, &base);
    let new = New { entity: Entity::new(kind, Uuid::new_v4().to_string()), json, condition };
    let (became, stored) =
        refusal::write(&state, caller.clone(), move |tx| new.store(tx, &caller.id)).await?;
    Ok(answer::saved(&parts.headers, &base, became, stored))
}

/// The search of `If-None-Exist`: with or without the type in front.
fn condition(kind: &str, headers: &HeaderMap, base: &str) -> Result<Option<Condition>, ApiError> {
    let Some(value) = headers.get(IF_NONE_EXIST) else { return Ok(None) };
    let bad = RequestError::BadHeader {
        name: "If-None-Exist",
        expected: "a search, for example identifier=system|value",
    };
    let text = value.to_str().map_err(|_| bad.clone())?;
    let text = text.strip_prefix(&format!("{kind}?")).unwrap_or(text);
    Condition::read(kind, text, "create", base)?.map(Some).ok_or_else(|| bad.into())
}

struct New {
    entity: Entity,
    json: String,
    condition: Option<Condition>,
}

impl New {
    fn store(&self, tx: &mut Tx<'_>, author: &str) -> Result<(Became, Stored), ApiError> {
        if let Some(condition) = &self.condition
            && let Some(found) = condition.find(&mut tx.view()?)?
        {
            return Ok((Became::Found, tx.view()?.read(&found)?));
        }
        tx.put(&self.entity, &self.json, &Base::Absent, author)?;
        Ok((Became::Created, tx.written(&self.entity)?))
    }
}
