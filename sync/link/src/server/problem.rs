//! The body of a refusal.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header::CONTENT_TYPE};
use serde::Serialize;

/// A refusal as problem+json (RFC 9457): `{status, title, code, detail}`.
#[derive(Clone, Debug, Serialize)]
pub struct Problem {
    status: u16,
    title: &'static str,
    code: &'static str,
    detail: String,
}

impl Problem {
    /// A refusal with a stable `code`. `detail` says what failed, why, and what to do; it is shown to people, so it
    /// holds no patient's data and no secret.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        let title = status.canonical_reason().unwrap_or("Error");
        Self { status: status.as_u16(), title, code, detail: detail.into() }
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        self.code
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        (status, [(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"))], body).into_response()
    }
}
