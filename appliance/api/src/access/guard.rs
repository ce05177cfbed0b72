//! The layer of every route that enforces its policy before the handler runs.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use http::request::Parts;

use super::policy::{Authenticator, Policy, Principal};
use crate::error::{ApiError, RequestError};

/// What the guard of one route knows.
#[derive(Clone)]
pub(super) struct Gate {
    pub(super) authenticator: Arc<dyn Authenticator>,
    pub(super) policy: Policy,
}

pub(super) async fn guard(State(gate): State<Gate>, mut request: Request, next: Next) -> Response {
    if gate.policy == Policy::Public {
        return next.run(request).await;
    }
    match admit(&gate, request.headers()) {
        Ok(principal) => {
            request.extensions_mut().insert(Arc::new(principal));
            next.run(request).await
        }
        Err(error) => ApiError::from(error).into_response(),
    }
}

fn admit(gate: &Gate, headers: &HeaderMap) -> Result<Principal, RequestError> {
    let token = bearer(headers).ok_or(RequestError::NoToken)?;
    let principal = gate.authenticator.principal(token).ok_or(RequestError::UnknownToken)?;
    if gate.policy.allows(&principal) {
        return Ok(principal);
    }
    Err(RequestError::Forbidden { wants: gate.policy.wants() })
}

/// The token of `Authorization: Bearer TOKEN` (RFC 6750 §2.1); never taken from the URL, which ends up in logs.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// Who calls, in a handler of a route that is not public.
pub(crate) struct Caller(pub(crate) Arc<Principal>);

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let principal = parts.extensions.get::<Arc<Principal>>().cloned();
        Ok(Self(principal.ok_or(RequestError::NoToken)?))
    }
}
