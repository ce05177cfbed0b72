//! `GET /fhir/{type}/{id}/$meta` (<https://hl7.org/fhir/R4/resource-operation-meta.html>).

use axum::extract::{RawQuery, State};
use axum::response::Response;
use holdfast_core::json::members;
use http::{HeaderMap, StatusCode};

use super::answer;
use crate::access::Caller;
use crate::error::ApiError;
use crate::lookup;
use crate::request::listing::shape_of_one;
use crate::request::target::Target;
use crate::state::ApiState;

/// Answers profiles, tags and security labels of the resource, as Parameters.
pub(crate) async fn meta(
    State(state): State<ApiState>,
    Target(entity): Target,
    Caller(caller): Caller,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    shape_of_one(query.as_deref(), &headers)?;
    let stored = lookup::read(&state, &caller, &entity, |view, entity| view.read(entity)).await?;
    let meta = members(&stored.json).unwrap_or_default().into_iter().find(|(name, _)| name == "meta");
    let meta = meta.map_or_else(|| "{}".to_owned(), |(_, meta)| meta);
    let body =
        format!(r#"{{"resourceType":"Parameters","parameter":[{{"name":"return","valueMeta":{meta}}}]}}"#);
    Ok(answer::fhir_json(StatusCode::OK, body))
}
