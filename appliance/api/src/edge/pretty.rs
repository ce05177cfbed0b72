//! `_pretty=true`: any FHIR answer, errors too, indented for people (<https://hl7.org/fhir/R4/http.html#parameters>).

use axum::body::{Body, to_bytes};
use axum::response::Response;
use holdfast_clinical::tree::pretty::pretty;
use http::header::CONTENT_LENGTH;

/// Whether the query says so.
pub(super) fn is_asked_for(query: Option<&str>) -> bool {
    query.is_some_and(|query| query.split('&').any(|pair| pair == "_pretty=true"))
}

/// The same answer, indented. Our own bodies are whole in memory already, so nothing is waited for.
pub(super) async fn indent(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let text = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let Ok(text) = std::str::from_utf8(&text) else { return Response::from_parts(parts, Body::from(text)) };
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(pretty(text)))
}
