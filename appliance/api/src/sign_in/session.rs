//! `/api/session`: signing in by PIN, who is signed in, another PIN, signing out.

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use holdfast_clinical::people::confirmed::Mode;
use holdfast_clinical::people::{HOLDFAST_USER, User, of_login};
use holdfast_core::id::Entity;
use holdfast_store::author::Base;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::sessions::LASTS_MS;
use super::tries::Guess;
use super::{SignedIn, check_new, cookie, note, pin, principal, read_user};
use crate::access::{Caller, Signed};
use crate::audit::Look;
use crate::conflicts::json;
use crate::error::{ApiError, RequestError};
use crate::people::{RoleName, save};
use crate::refusal::{own_read, own_write};
use crate::request::body;
use crate::state::{ApiState, Host};

/// What signs somebody in.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Credentials {
    /// In any case.
    login: String,
    /// 6 to 12 digits.
    pin: String,
}

/// Another PIN for oneself.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChosenPin {
    old: String,
    /// 6 to 12 digits that are no run and repeat nothing.
    new: String,
}

/// A sign-in as it stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Session)]
pub(crate) struct SessionShown {
    user: SessionUser,
    mode: SessionMode,
    /// Until when (Unix milliseconds) the mode is `full`, unless it is confirmed again.
    confirmed_until_ms: u64,
    /// When it ends, in Unix milliseconds.
    expires_ms: u64,
    /// The resource types that they add and change, for a screen to offer no more; each request is checked all the same.
    keeps: Vec<&'static str>,
}

/// Who has signed in.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct SessionUser {
    id: String,
    login: String,
    name: String,
    roles: Vec<RoleName>,
    /// `Practitioner/ID`.
    #[serde(skip_serializing_if = "Option::is_none")]
    practitioner: Option<String>,
}

/// What a sign-in is good for: `read-only` once nobody has confirmed it for long.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum SessionMode {
    Full,
    ReadOnly,
}

impl SessionShown {
    fn of(user: &User, mode: Mode, expires_ms: u64) -> Self {
        let keeps = principal(user, mode, Vec::new()).keeps();
        let mode = match mode {
            Mode::Full => SessionMode::Full,
            Mode::ReadOnly => SessionMode::ReadOnly,
        };
        let shown = SessionUser {
            id: user.id.clone(),
            login: user.login.clone(),
            name: user.name.clone(),
            roles: RoleName::all_of(&user.roles),
            practitioner: user.practitioner.clone(),
        };
        Self { user: shown, mode, confirmed_until_ms: user.confirmed_until_ms, expires_ms, keeps }
    }
}

/// Signs in by PIN.
pub(crate) async fn sign_in(State(state): State<ApiState>, request: Request) -> Result<Response, ApiError> {
    state.must_be_at(&[Host::Node, Host::Desktop])?;
    let (parts, body) = request.into_parts();
    let Credentials { login, pin } = body::own(&parts.headers, body).await?;
    let sign_ins = state.sign_ins();
    let now_ms = sign_ins.clock.now_ms(state.writer());
    let guess = Guess::of(&state, &login, &parts.headers, &parts.extensions);
    let tries_left = match sign_ins.tried.begin(state.writer(), &guess, now_ms).await {
        Ok(left) => left,
        Err(error) => return Err(refused(&state, "", error)),
    };
    let found = by_login(&state, login).await?;
    let kept = found.as_ref().and_then(|user| user.pin.clone());
    let is_right = pin::is(sign_ins, pin, kept).await;
    let who = found.as_ref().map(User::author).unwrap_or_default();
    let Some(user) = found.filter(|_| is_right) else {
        return Err(refused(&state, &who, RequestError::SignInWrong { tries_left }.into()));
    };
    if !user.is_active {
        return Err(refused(&state, &who, RequestError::SignInDeactivated.into()));
    }
    sign_ins.tried.was_right(state.writer(), &guess).await?;
    begin(&state, user, StatusCode::OK)
}

/// Begins a session for somebody who has shown who they are.
pub(crate) fn begin(state: &ApiState, user: User, status: StatusCode) -> Result<Response, ApiError> {
    let sign_ins = state.sign_ins();
    let now_ms = sign_ins.clock.now_ms(state.writer());
    let mode = Mode::at(now_ms, user.confirmed_until_ms);
    let (who, shown) = (user.author(), SessionShown::of(&user, mode, now_ms + LASTS_MS));
    let (token, _) = sign_ins.sessions.begin(user, now_ms).map_err(|_| RequestError::Defect)?;
    note(state, &who, Look { interaction: "$sign-in", ..Look::default() });
    let mut response = json(&shown);
    *response.status_mut() = status;
    cookie::set(response.headers_mut(), &token, LASTS_MS / 1_000, state.is_https());
    Ok(response)
}

pub(super) fn refused(state: &ApiState, who: &str, error: ApiError) -> ApiError {
    note(state, who, Look { interaction: "$sign-in", refused: Some(error.code()), ..Look::default() });
    error
}

/// The one person with this login name; of two, neither.
pub(super) async fn by_login(state: &ApiState, login: String) -> Result<Option<User>, ApiError> {
    let found = own_read(state, move |view| {
        let found = view.search(HOLDFAST_USER, &[of_login(&login)], 0, 2)?;
        let mut users = Vec::new();
        for stored in found.resources {
            users.extend(read_user(view, &stored.entity)?);
        }
        Ok(users)
    });
    let mut found = found.await?;
    Ok(if found.len() == 1 { found.pop() } else { None })
}

/// Answers who has signed in.
pub(crate) async fn current(Signed(signed): Signed) -> Response {
    json(&SessionShown::of(&signed.user, signed.mode, signed.expires_ms))
}

/// Signs out.
pub(crate) async fn sign_out(State(state): State<ApiState>, Signed(signed): Signed) -> Response {
    state.sign_ins().sessions.end(signed.key);
    note(&state, &signed.principal.id, Look { interaction: "$sign-out", ..Look::default() });
    let mut response = StatusCode::NO_CONTENT.into_response();
    cookie::set(response.headers_mut(), "", 0, state.is_https());
    response
}

/// Sets another PIN for whoever has signed in.
pub(crate) async fn change_pin(
    State(state): State<ApiState>,
    Caller(caller): Caller,
    Signed(signed): Signed,
    request: Request,
) -> Result<Response, ApiError> {
    state.must_be_at(&[Host::Node])?;
    let (parts, body) = request.into_parts();
    let ChosenPin { old, new } = body::own(&parts.headers, body).await?;
    let SignedIn { key, user, .. } = &*signed;
    let sign_ins = state.sign_ins();
    let now_ms = sign_ins.clock.now_ms(state.writer());
    let guess = Guess::of(&state, &user.login, &parts.headers, &parts.extensions);
    let tries_left = sign_ins.tried.begin(state.writer(), &guess, now_ms).await?;
    if !pin::is(sign_ins, old, user.pin.clone()).await {
        return Err(refused(&state, &caller.id, RequestError::SignInWrong { tries_left }.into()));
    }
    sign_ins.tried.was_right(state.writer(), &guess).await?;
    check_new(&new, &user.login)?;
    let hash = pin::hash(sign_ins, new).await?;
    let entity = Entity::new(HOLDFAST_USER, &user.id);
    let author = caller.id.clone();
    let saved = own_write(&state, move |tx| {
        let found = read_user(&mut tx.view()?, &entity)?;
        let Some(mut user) = found.filter(|user| user.is_active) else {
            return Err(RequestError::UnknownToken.into());
        };
        save(tx, &entity, &[("pin", hash.as_str().into())], &Base::Blind, &author)?;
        user.pin = Some(hash.clone());
        Ok(user)
    });
    // This session goes on; the person's others end, for their PIN is no longer the one that they began with.
    sign_ins.sessions.renew(*key, saved.await?);
    Ok(StatusCode::NO_CONTENT.into_response())
}
