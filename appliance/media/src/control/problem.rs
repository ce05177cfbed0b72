//! A refusal, as problem+json (RFC 9457).

use crate::sfu::Refused;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// A refusal.
#[derive(Debug, Serialize)]
pub(super) struct Problem {
    #[serde(skip)]
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    pub(super) title: String,
    pub(super) retryable: bool,
}

impl Problem {
    pub(super) fn new(status: StatusCode, code: &'static str, title: impl Into<String>) -> Self {
        Self { status, code, title: title.into(), retryable: false }
    }

    pub(super) fn unauthorised() -> Self {
        let title = "cannot serve this: the relay key is missing or another; send it in the header \"Authorization: Bearer KEY\"";
        Self::new(StatusCode::UNAUTHORIZED, "no-key", title)
    }

    pub(super) fn body(why: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad-body", format!("cannot read the body: {why}"))
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        let status = match refused {
            Refused::Full(_) | Refused::Stopping => StatusCode::SERVICE_UNAVAILABLE,
            Refused::Offer(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Refused::NothingToRestart => StatusCode::CONFLICT,
            Refused::NoSuchMember => StatusCode::NOT_FOUND,
        };
        let retryable = refused.is_retryable();
        Self { retryable, ..Self::new(status, refused.code(), refused.to_string()) }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self).unwrap_or_default();
        (self.status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response()
    }
}
