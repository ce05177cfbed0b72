//! What is known of a request before it is served, without anything that could name a patient.

use axum::extract::{MatchedPath, Request};
use http::{HeaderValue, Method};
use uuid::Uuid;

/// The header that carries a request's id, in and out.
pub(super) const REQUEST_ID: &str = "x-request-id";
/// The longest id taken from outside.
const MAX_REQUEST_ID: usize = 64;

/// What may be logged of a request.
#[derive(Clone, Debug)]
pub(super) struct About {
    pub(super) method: &'static str,
    /// The route's template; never the path, which holds ids.
    pub(super) route: String,
    pub(super) request_id: String,
    /// Whether errors are OperationOutcomes.
    pub(super) is_fhir: bool,
}

impl About {
    pub(super) fn of(request: &mut Request) -> Self {
        let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
        let path = request.uri().path();
        let is_fhir = path == "/fhir" || path.starts_with("/fhir/");
        let request_id = request_id(request.headers().get(REQUEST_ID));
        let route = route.unwrap_or_else(|| "unmatched".to_owned());
        Self { method: method_name(request.method()), route, request_id, is_fhir }
    }

    /// Asked for by machines every few seconds: not worth a line each.
    pub(super) fn is_probe(&self) -> bool {
        matches!(self.route.as_str(), "/livez" | "/readyz" | "/metrics")
    }
}

/// The client's own id if it is a plain one, else a new one.
fn request_id(given: Option<&HeaderValue>) -> String {
    let is_plain = |text: &&str| {
        (1..=MAX_REQUEST_ID).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    match given.and_then(|value| value.to_str().ok()).filter(is_plain) {
        Some(id) => id.to_owned(),
        None => Uuid::new_v4().to_string(),
    }
}

/// A label from a closed set: a method can be any text.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}
