//! The outermost layers of every route: request id, span, metrics, time-out, panics, bodies of errors, headers, and around
//! them compression.

mod about;
mod compress;
mod headers;
mod observe;
mod pretty;
mod problem_body;

pub(crate) use compress::compress;

use std::panic::AssertUnwindSafe;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use tracing::Instrument;

use crate::error::{ApiError, RequestError};
use crate::request::limits::REQUEST_TIMEOUT;
use crate::request::media::check_accept;
use about::About;

/// Runs a request between its beginning and its end in log and metrics. Nothing that comes out of here is without a
/// body that suits its route, a request id and the security headers.
pub(crate) async fn edge(mut request: Request, next: Next) -> Response {
    let about = About::of(&mut request);
    let pretty = if about.is_fhir { pretty::is_asked_for(request.uri().query()) } else { Ok(false) };
    let is_pretty = pretty.as_ref().is_ok_and(|is_pretty| *is_pretty);
    let observed = observe::begin(&about);
    let mut response = match pretty {
        Ok(_) => serve(&about, request, next).instrument(observed.span().clone()).await,
        Err(error) => ApiError::from(error).into_response(),
    };
    let error_code = problem_body::write(&about, &mut response);
    if is_pretty {
        response = pretty::indent(response).await;
    }
    headers::set(&about, response.headers_mut());
    observed.end(&about, response.status(), error_code);
    response
}

async fn serve(about: &About, request: Request, next: Next) -> Response {
    if about.is_fhir
        && let Err(error) = check_accept(request.headers(), request.uri().query().unwrap_or_default())
    {
        return ApiError::from(error).into_response();
    }
    let guarded = AssertUnwindSafe(next.run(request)).catch_unwind();
    match tokio::time::timeout(REQUEST_TIMEOUT, guarded).await {
        Ok(Ok(response)) => response,
        // The payload of the panic is left out: it may hold part of a record.
        Ok(Err(_)) => ApiError::from(RequestError::Defect).into_response(),
        Err(_) => {
            ApiError::from(RequestError::TimedOut { limit_s: REQUEST_TIMEOUT.as_secs() }).into_response()
        }
    }
}
