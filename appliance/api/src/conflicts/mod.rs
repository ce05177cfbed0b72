//! Conflicts that await a person: the list, one record's, and settling one.

mod list;
mod resolve;
mod show;

pub(crate) use list::{Page, list};
pub(crate) use resolve::{Decision, resolve};
pub(crate) use show::{Shown, show};

use axum::response::{IntoResponse, Json, Response};
use serde::Serialize;

/// A JSON answer outside FHIR.
pub(crate) fn json(value: &impl Serialize) -> Response {
    Json(value).into_response()
}
