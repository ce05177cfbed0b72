//! The gate in front of everything that the desktop serves: other users of the machine, and pages of other origins,
//! reach nothing. The window's first address brings the secret of this launch, which then is a cookie.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::{COOKIE, HOST, REFERRER_POLICY, SET_COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode};
use subtle::ConstantTimeEq;

use crate::web::problem;

/// The cookie of a launch.
pub const COOKIE_NAME: &str = "holdfast_launch";
/// Programs give the secret in this header instead.
pub const HEADER: &str = "x-holdfast-launch";
const PATH: &str = "/launch/";
const BYTES: usize = 32;

/// The secret of one launch: 256 random bits. `Debug` shows nothing of it.
#[derive(Clone)]
pub struct LaunchSecret(Arc<str>);

impl LaunchSecret {
    /// A new one; `None` if the system's random source fails.
    pub fn random() -> Option<Self> {
        let mut bytes = [0; BYTES];
        getrandom::fill(&mut bytes).ok()?;
        Some(Self(URL_SAFE_NO_PAD.encode(bytes).into()))
    }

    /// The address that the window opens first.
    pub fn first_address(&self, base: &str) -> String {
        format!("{base}{PATH}{}", self.0)
    }

    /// The secret itself.
    pub fn text(&self) -> &str {
        &self.0
    }

    fn is(&self, given: &str) -> bool {
        self.0.as_bytes().ct_eq(given.as_bytes()).into()
    }
}

impl std::fmt::Debug for LaunchSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LaunchSecret(…)")
    }
}

/// Lets a request through that carries the secret; turns the first address into the cookie.
pub(crate) async fn gate(State(secret): State<LaunchSecret>, request: Request, next: Next) -> Response {
    if !is_loopback_name(request.headers()) {
        return refuse("another-host", "it was made for another host's name; open Holdfast's own window");
    }
    if let Some(given) = request.uri().path().strip_prefix(PATH) {
        if !secret.is(given) {
            return refuse("launch-wrong", "its address is of an earlier start; open Holdfast's own window");
        }
        let cookie = format!("{COOKIE_NAME}={}; Path=/; HttpOnly; SameSite=Strict", secret.text());
        let Ok(cookie) = HeaderValue::from_str(&cookie) else {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        let headers = [(SET_COOKIE, cookie), (REFERRER_POLICY, HeaderValue::from_static("no-referrer"))];
        return (headers, Redirect::to("/")).into_response();
    }
    if request.uri().path() != "/livez" && !carries(request.headers(), &secret) {
        return refuse("launch-missing", "it does not come from Holdfast's own window; open that one");
    }
    next.run(request).await
}

fn refuse(code: &'static str, why: &str) -> Response {
    problem(StatusCode::FORBIDDEN, code, &format!("the request is refused: {why}"), None)
}

fn carries(headers: &HeaderMap, secret: &LaunchSecret) -> bool {
    if headers.get(HEADER).and_then(|value| value.to_str().ok()).is_some_and(|given| secret.is(given)) {
        return true;
    }
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .any(|(name, value)| name == COOKIE_NAME && secret.is(value))
}

/// A page of another origin can have its own name lead to this address; the request then says that name.
fn is_loopback_name(headers: &HeaderMap) -> bool {
    let host = headers.get(HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    matches!(name, "127.0.0.1" | "localhost" | "[::1]")
}
