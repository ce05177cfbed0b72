//! What the desktop serves: while it is locked the staff app, `/api/setup` and the sign-in that unlocks it; then the whole
//! API.

use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use holdfast_api::staff_app;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderValue, Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::failure::Failure;
use crate::gate::{self, LaunchSecret};
use crate::run::{Desktop, Unlock};
use crate::vault::VaultError;

/// The largest body of a sign-in, in bytes.
const MAX_SIGN_IN: usize = 4 * 1024;
const SIGN_IN: &str = "/api/session";

/// Everything behind the gate.
pub(crate) fn router(desktop: Arc<Desktop>, secret: LaunchSecret) -> Router {
    Router::new()
        .route("/livez", get(async || "alive"))
        .route("/api/setup", get(setup))
        .route("/api/desktop/enrol", post(enrol))
        .route("/api/desktop/unlock", post(unlock))
        .route("/api/desktop/update", get(update))
        .route("/api/desktop/restart", post(restart))
        .fallback(serve)
        .with_state(desktop)
        .layer(middleware::from_fn_with_state(secret, gate::gate))
        .layer(middleware::map_response(with_headers))
}

/// Records and refusals must not stay in a cache; what a handler has said otherwise stays.
async fn with_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// `GET /api/setup`: where this is, and whether it is open.
async fn setup(State(desktop): State<Arc<Desktop>>) -> Json<Value> {
    let clinic = desktop.clinic().await;
    Json(json!({
        "needsFirstAdmin": false,
        "clinic": clinic,
        "host": "desktop",
        "version": env!("CARGO_PKG_VERSION"),
        "locked": desktop.router().await.is_none(),
        "enrolled": clinic.is_some(),
    }))
}

/// `GET /api/desktop/update`: this program's version, and how far a newer one is.
async fn update(State(desktop): State<Arc<Desktop>>) -> Response {
    Json(desktop.updates().told()).into_response()
}

/// `POST /api/desktop/restart`: starts the program again in the version that is installed. Everything that was saved is; what a page
/// holds is the page's to save first.
async fn restart(State(desktop): State<Arc<Desktop>>) -> Response {
    match desktop.restart() {
        Ok(()) => StatusCode::ACCEPTED.into_response(),
        Err(error) => refused(&error),
    }
}

#[derive(Deserialize)]
struct EnrolBody {
    node: String,
    token: String,
}

/// `POST /api/desktop/enrol`: joins a clinic by a one-time token of its node.
async fn enrol(State(desktop): State<Arc<Desktop>>, body: Bytes) -> Response {
    let Ok(EnrolBody { node, token }) = serde_json::from_slice(&body) else {
        return problem(
            StatusCode::BAD_REQUEST,
            "enrol-malformed",
            "the enrolment is refused: it does not name a node and a token; fill in both",
            None,
        );
    };
    match desktop.enrol(&node, &token).await {
        Ok(clinic) => (StatusCode::CREATED, Json(json!({ "clinic": clinic }))).into_response(),
        Err(error) => refused(&error),
    }
}

#[derive(Deserialize)]
struct SignInBody {
    login: String,
    pin: String,
}

/// `POST /api/desktop/unlock`: opens the replica by the key that was wrapped for a person.
async fn unlock(State(desktop): State<Arc<Desktop>>, body: Bytes) -> Response {
    let Ok(SignInBody { login, pin }) = serde_json::from_slice(&body) else { return sign_in_malformed() };
    match desktop.unlock(&login, &pin).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => refused(&error),
    }
}

/// Everything else: the API if it is open; the staff app and the sign-in otherwise.
async fn serve(State(desktop): State<Arc<Desktop>>, request: Request) -> Response {
    if request.uri().path() == SIGN_IN && request.method() == Method::POST {
        return sign_in(&desktop, request).await;
    }
    let Some(api) = desktop.router().await else { return locked(request).await };
    call(api, request).await
}

async fn locked(request: Request) -> Response {
    if request.uri().path() == "/" {
        return staff_app::start(request).await;
    }
    if request.uri().path() == SIGN_IN {
        // The one question about records that has an answer without them.
        let text = "nobody is signed in: the records are locked since Holdfast was started; sign in";
        return problem(StatusCode::UNAUTHORIZED, "no-token", text, None);
    }
    let file = staff_app::respond(request.method(), request.uri().path(), request.headers());
    file.unwrap_or_else(|| {
        let text = "the records are locked: nobody has signed in since Holdfast was started; sign in first";
        problem(StatusCode::LOCKED, "replica-locked", text, None)
    })
}

/// The API's own sign-in, which is the one that decides. Before it, a locked replica is opened by the wrap of the person;
/// after it, the key is wrapped for whoever has signed in, before they are told.
async fn sign_in(desktop: &Desktop, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, MAX_SIGN_IN).await else { return sign_in_malformed() };
    let Ok(SignInBody { login, pin }) = serde_json::from_slice(&bytes) else { return sign_in_malformed() };
    if desktop.router().await.is_none()
        && let Err(error) = desktop.unlock(&login, &pin).await
    {
        return refused(&error);
    }
    let Some(api) = desktop.router().await else { return refused(&Failure::NotEnrolled) };
    match desktop.has_people().await {
        Ok(true) => {}
        Ok(false) => return refused(&Failure::NobodyHere),
        Err(error) => return refused(&error),
    }
    let response = call(api, Request::from_parts(parts, Body::from(bytes))).await;
    if response.status().is_success()
        && let Err(error) = desktop.keep(&login, &pin).await
    {
        return refused(&error);
    }
    response
}

async fn call(api: Router, request: Request) -> Response {
    match api.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

fn sign_in_malformed() -> Response {
    let text = "the sign-in is refused: it does not name a person and a PIN; type both";
    problem(StatusCode::BAD_REQUEST, "sign-in-malformed", text, None)
}

fn refused(error: &Failure) -> Response {
    tracing::info!(error.code = error.code(), "refused");
    match error {
        Failure::Vault(VaultError::Wrong { tries_left }) => {
            let more = json!({ "triesLeft": tries_left });
            problem(StatusCode::UNAUTHORIZED, error.code(), &error.to_string(), Some(more))
        }
        Failure::Vault(VaultError::Slowed { retry_after_s }) => {
            let more = json!({ "retryAfterS": retry_after_s });
            let mut response =
                problem(StatusCode::TOO_MANY_REQUESTS, error.code(), &error.to_string(), Some(more));
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(*retry_after_s));
            response
        }
        Failure::Enrolled(_) | Failure::NotEnrolled | Failure::NothingInstalled => {
            problem(StatusCode::CONFLICT, error.code(), &error.to_string(), None)
        }
        Failure::NobodyHere => {
            problem(StatusCode::SERVICE_UNAVAILABLE, error.code(), &error.to_string(), None)
        }
        Failure::Uplink(_) => problem(StatusCode::BAD_GATEWAY, error.code(), &error.to_string(), None),
        _ => {
            tracing::error!(error.code = error.code(), error = %error, "the desktop cannot do what it was asked");
            problem(StatusCode::INTERNAL_SERVER_ERROR, error.code(), &error.to_string(), None)
        }
    }
}

/// An error as the API's are (RFC 9457).
pub(crate) fn problem(status: StatusCode, code: &str, detail: &str, more: Option<Value>) -> Response {
    let title = status.canonical_reason().unwrap_or_default();
    let mut body = json!({ "status": status.as_u16(), "title": title, "code": code, "detail": detail });
    if let (Some(fields), Some(Value::Object(more))) = (body.as_object_mut(), more) {
        fields.extend(more);
    }
    (status, [(CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}
