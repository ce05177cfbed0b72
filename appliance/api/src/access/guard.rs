//! The layer of every route that enforces its policy before the handler runs.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use holdfast_clinical::people::confirmed::Mode;
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, Method};

use super::doc::Doc;
use super::policy::{Policy, Principal};
use crate::audit::{Asker, Looks};
use crate::error::{ApiError, Problem, RequestError};
use crate::sign_in::{self, SignedIn};
use crate::state::ApiState;

/// What the guard of one route knows.
#[derive(Clone)]
pub(super) struct Gate {
    pub(super) state: ApiState,
    pub(super) policy: Policy,
    pub(super) doc: &'static Doc,
}

pub(super) async fn guard(State(gate): State<Gate>, mut request: Request, next: Next) -> Response {
    if gate.policy == Policy::Public {
        return next.run(request).await;
    }
    let admitted = admit(&gate, request.method(), request.headers()).await;
    let asker = gate.is_audited().then(|| Asker::of(gate.doc, &request));
    let (who, mut response) = match admitted {
        Ok(Admitted { principal, signed }) => {
            let principal = Arc::new(principal);
            if let Some(signed) = signed {
                request.extensions_mut().insert(Arc::new(signed));
            }
            request.extensions_mut().insert(principal.clone());
            (principal.id.clone(), next.run(request).await)
        }
        Err(Refusal { who, error }) => (who.unwrap_or_default(), error.into_response()),
    };
    if let Some(asker) = asker {
        let said = response.extensions_mut().remove::<Looks>();
        let code = response.extensions().get::<Arc<Problem>>().map(|problem| problem.facts.code);
        let looks = asker.answered(response.status(), code, said);
        gate.state.trail().note(&who, looks, gate.state.writer().records().now_ms());
    }
    response
}

/// Leaves beside the answer what was looked at, for who asked on somebody's behalf and keeps it.
pub(super) async fn tell(State(doc): State<&'static Doc>, request: Request, next: Next) -> Response {
    let asker = Asker::of(doc, &request);
    let mut response = next.run(request).await;
    let said = response.extensions_mut().remove::<Looks>();
    let code = response.extensions().get::<Arc<Problem>>().map(|problem| problem.facts.code);
    let looks = asker.answered(response.status(), code, said);
    response.extensions_mut().insert(Looks(looks));
    response
}

/// Why somebody is not let in.
struct Refusal {
    /// Who it is, if that is known.
    who: Option<String>,
    error: ApiError,
}

/// Who is let in.
struct Admitted {
    principal: Principal,
    /// Their sign-in, if it is a person's.
    signed: Option<SignedIn>,
}

impl Gate {
    /// Records are behind it, and somebody keeps what is noted.
    fn is_audited(&self) -> bool {
        matches!(self.policy, Policy::Read(_) | Policy::Write(_)) && self.state.trail().is_kept()
    }
}

/// Whether changes behind the policy take a sign-in that is confirmed. Bundles may read alone: the store tells their entries
/// apart.
fn needs_confirmation(policy: Policy) -> bool {
    match policy {
        Policy::Write(_) | Policy::Role(_) | Policy::Staffing => true,
        Policy::Public | Policy::Session | Policy::Read(_) => false,
    }
}

/// By a program's token, else by a person's cookie.
async fn admit(gate: &Gate, method: &Method, headers: &HeaderMap) -> Result<Admitted, Refusal> {
    let unknown = |error: ApiError| Refusal { who: None, error };
    let admitted = match (bearer(headers), sign_in::token(headers)) {
        (Some(token), _) => {
            let found = gate.state.parts().authenticator.principal(token);
            let principal = found.ok_or_else(|| unknown(RequestError::UnknownToken.into()))?;
            Admitted { principal, signed: None }
        }
        (None, Some(token)) => {
            let signed = gate.state.sign_ins().signed_in(&gate.state, &token).await.map_err(unknown)?;
            let signed = signed.ok_or_else(|| unknown(RequestError::UnknownToken.into()))?;
            let changes = !matches!(*method, Method::GET | Method::HEAD);
            if changes && !headers.contains_key(sign_in::APP_HEADER) {
                return Err(Refusal {
                    who: Some(signed.principal.id),
                    error: RequestError::NoAppHeader.into(),
                });
            }
            if signed.mode == Mode::ReadOnly && changes && needs_confirmation(gate.policy) {
                return Err(Refusal { who: Some(signed.principal.id), error: RequestError::ReadOnly.into() });
            }
            Admitted { principal: signed.principal.clone(), signed: Some(signed) }
        }
        (None, None) => return Err(unknown(RequestError::NoToken.into())),
    };
    if gate.policy.allows(&admitted.principal) {
        return Ok(admitted);
    }
    let error = RequestError::Forbidden { wants: gate.policy.wants() }.into();
    Err(Refusal { who: Some(admitted.principal.id), error })
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

/// Whose session it is, in a handler that is for people alone.
pub(crate) struct Signed(pub(crate) Arc<SignedIn>);

impl<S: Sync> FromRequestParts<S> for Signed {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let signed = parts.extensions.get::<Arc<SignedIn>>().cloned();
        Ok(Self(signed.ok_or(RequestError::NotAPerson)?))
    }
}
