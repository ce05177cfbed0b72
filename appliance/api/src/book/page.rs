//! `/book/`: the patients' page as it was built, from the program's own memory.

use axum::extract::Request;
use axum::response::{IntoResponse, Redirect, Response};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY};

use crate::error::{ApiError, RequestError};
use crate::staff_app::{File, asset, find};

include!(concat!(env!("OUT_DIR"), "/patient_page.rs"));

const INDEX: &str = "/index.html";
/// Nothing but its own files and its own server; no style and no script that does not stand in a file.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The patients' pages' files.
pub(crate) fn files() -> &'static [File] {
    FILES
}

/// Whether the page was there when the program was built.
pub fn is_built_in() -> bool {
    find(FILES, INDEX).is_some()
}

/// `GET /book`: the page's folder, by which it finds its files.
pub(crate) async fn to_page() -> Redirect {
    Redirect::permanent("/book/")
}

/// `GET /book/`, `GET /book/{clinic}`: the page, the same for each clinic.
pub(crate) async fn page() -> Result<Response, ApiError> {
    let file = find(FILES, INDEX).ok_or(RequestError::NoSuchRoute)?;
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(file.media)),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        // Its address may hold the right to an appointment.
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    Ok((headers, file.plain).into_response())
}

/// `GET /book/assets/…`: what the page loads.
pub(crate) async fn file(request: Request) -> Result<Response, ApiError> {
    let path = request.uri().path().strip_prefix("/book").unwrap_or_default();
    let file = find(FILES, path).ok_or(RequestError::NoSuchRoute)?;
    Ok(asset(file, request.headers()))
}
