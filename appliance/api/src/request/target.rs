//! Which resource an address names.

use axum::extract::{FromRequestParts, Path};
use holdfast_clinical::types::{is_id, is_resource_type};
use holdfast_core::id::Entity;
use http::request::Parts;
use serde::Deserialize;

use crate::error::{ApiError, RequestError};

/// `{type}` of an address: an R4 resource type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Kind(pub(crate) String);

/// `{type}/{id}` of an address: an R4 resource type and a FHIR id.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Target(pub(crate) Entity);

/// `{type}/{id}/_history/{vid}` of an address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct VersionedTarget(pub(crate) Entity, pub(crate) String);

/// `Patient/{id}` of an address that is for patients alone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct PatientTarget(pub(crate) Entity);

#[derive(Deserialize)]
struct Segments {
    #[serde(rename = "type", default = "patient")]
    kind: String,
    id: Option<String>,
    vid: Option<String>,
}

fn patient() -> String {
    "Patient".to_owned()
}

async fn segments<S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<Segments, RequestError> {
    let path = Path::<Segments>::from_request_parts(parts, state).await;
    let Path(segments) = path.map_err(|_| RequestError::BadPath)?;
    if !is_resource_type(&segments.kind) {
        return Err(RequestError::UnknownType { kind: segments.kind });
    }
    if segments.id.as_deref().is_some_and(|id| !is_id(id)) {
        return Err(RequestError::BadId);
    }
    Ok(segments)
}

impl<S: Send + Sync> FromRequestParts<S> for Kind {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        Ok(Self(segments(parts, state).await?.kind))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Target {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Segments { kind, id, .. } = segments(parts, state).await?;
        Ok(Self(Entity { kind, id: id.ok_or(RequestError::BadId)? }))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for PatientTarget {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        Target::from_request_parts(parts, state).await.map(|Target(entity)| Self(entity))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for VersionedTarget {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Segments { kind, id, vid } = segments(parts, state).await?;
        Ok(Self(Entity { kind, id: id.ok_or(RequestError::BadId)? }, vid.ok_or(RequestError::BadPath)?))
    }
}
