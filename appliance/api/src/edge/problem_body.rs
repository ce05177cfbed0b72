//! The body of an error: an OperationOutcome under `/fhir`, problem+json elsewhere.

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use http::header::{ACCEPT_ENCODING, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderName, HeaderValue, StatusCode};

use super::about::About;
use crate::error::Problem;
use crate::request::media::{FHIR_JSON, JSON_PATCH};

const ACCEPT_PATCH: HeaderName = HeaderName::from_static("accept-patch");

/// Writes the body if the response is an error of ours; its stable code.
pub(super) fn write(about: &About, response: &mut Response) -> Option<&'static str> {
    let problem = response.extensions().get::<Arc<Problem>>()?.clone();
    let (body, media) = if about.is_fhir {
        (problem.operation_outcome(), FHIR_JSON)
    } else {
        (problem.problem_json(), "application/problem+json")
    };
    *response.body_mut() = Body::from(body);
    let headers = response.headers_mut();
    headers.remove(http::header::CONTENT_LENGTH);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media));
    if problem.facts.status == StatusCode::UNAUTHORIZED {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"holdfast\""));
    }
    if problem.facts.code == "unsupported-patch" {
        // RFC 5789 §3.1.
        headers.insert(ACCEPT_PATCH, HeaderValue::from_static(JSON_PATCH));
    }
    if problem.facts.code == "unsupported-encoding" {
        // RFC 9110 §12.5.3.
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    }
    if let Some(seconds) = problem.facts.retry_after_s {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    Some(problem.facts.code)
}
