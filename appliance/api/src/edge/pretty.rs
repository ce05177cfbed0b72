//! `_pretty=true`: any FHIR answer, errors too, indented for people (<https://hl7.org/fhir/R4/http.html#parameters>).

use axum::body::{Body, to_bytes};
use axum::response::Response;
use holdfast_clinical::tree::pretty::pretty;
use http::header::CONTENT_LENGTH;

use crate::error::RequestError;

/// A refusal quotes so much of a value.
const SHOWN_CHARS: usize = 100;

/// Whether the query says so.
///
/// # Errors
/// [`RequestError::BadParameter`] if it says neither `true` nor `false`.
pub(super) fn is_asked_for(query: Option<&str>) -> Result<bool, RequestError> {
    let value = query.and_then(|query| query.split('&').find_map(|pair| pair.strip_prefix("_pretty=")));
    match value {
        Some("true") => Ok(true),
        None | Some("false") => Ok(false),
        Some(other) => {
            let value = other.chars().take(SHOWN_CHARS).collect();
            Err(RequestError::BadParameter { name: "_pretty".to_owned(), value, expected: "true or false" })
        }
    }
}

/// The same answer, indented. Our own bodies are whole in memory already, so nothing is waited for.
pub(super) async fn indent(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let text = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let Ok(text) = std::str::from_utf8(&text) else { return Response::from_parts(parts, Body::from(text)) };
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(pretty(text)))
}
