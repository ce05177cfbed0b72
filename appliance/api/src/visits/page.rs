//! `/v/{token}`: the patients' page of visits, from the program's own memory. The token is looked at by nobody here: the page is the
//! same for all, and says what is wrong itself.

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY};

use crate::book::files;
use crate::error::{ApiError, RequestError};
use crate::staff_app::{asset, find};

const INDEX: &str = "/visit.html";
/// A link names other endpoints of its own: to connect to, not to load from.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
                      connect-src 'self' ws: wss: https:; media-src 'self' blob:; worker-src 'self' blob:; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";
const PERMISSIONS: &str =
    "camera=(self), microphone=(self), display-capture=(self), speaker-selection=(self)";

/// `GET /v/{token}`: the page.
pub(crate) async fn page() -> Result<Response, ApiError> {
    let file = find(files(), INDEX).ok_or(RequestError::NoSuchRoute)?;
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(file.media)),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (HeaderName::from_static("permissions-policy"), HeaderValue::from_static(PERMISSIONS)),
        // Its address is the right to the visit.
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    Ok((headers, file.plain).into_response())
}

/// `GET /v/assets/…`: what the page loads.
pub(crate) async fn file(request: Request) -> Result<Response, ApiError> {
    let path = request.uri().path().strip_prefix("/v").unwrap_or_default();
    let file = find(files(), path).ok_or(RequestError::NoSuchRoute)?;
    Ok(asset(file, request.headers()))
}
