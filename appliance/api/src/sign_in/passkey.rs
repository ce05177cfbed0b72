//! Passkeys (<https://www.w3.org/TR/webauthn-3/>): registering one for oneself, and signing in by one. A browser allows them on
//! HTTPS and on `localhost` alone, so the address must be one of these.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use holdfast_clinical::people::{HOLDFAST_USER, User};
use holdfast_core::id::Entity;
use holdfast_store::author::Base;
use http::header::HOST;
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use webauthn_rs::prelude::{
    Passkey, PasskeyAuthentication, PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential,
    Url, Uuid, Webauthn, WebauthnBuilder,
};

use super::session::{begin, by_login, refused};
use super::tries::Guess;
use super::{read_user, user};
use crate::access::tokens::random_token;
use crate::access::{Caller, Signed};
use crate::conflicts::json;
use crate::error::{ApiError, RequestError};
use crate::people::save;
use crate::refusal::own_write;
use crate::request::body;
use crate::state::{ApiState, Host};

/// How long a browser may take from one half of a ceremony to the other.
const PENDING_MS: u64 = 5 * 60_000;
/// Ceremonies under way at the same time, of everybody.
const MOST_PENDING: usize = 1_000;
/// Passkeys of one person.
const MOST_PASSKEYS: usize = 20;

/// Whose passkey is asked for.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasskeyLogin {
    login: String,
}

/// What a browser is asked.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct PasskeyOptions {
    /// Send it back with what the browser answers.
    handle: String,
    /// For `navigator.credentials`: `{publicKey: …}`, with bytes in base64url.
    options: Value,
}

/// What a browser answered.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasskeyAnswer {
    handle: String,
    /// The credential's JSON, with bytes in base64url.
    credential: Value,
}

/// Ceremonies of which the first half is done.
#[derive(Default)]
pub(crate) struct Pending(Mutex<HashMap<String, (u64, Half)>>);

/// The first half of one.
enum Half {
    Registration { user: String, state: PasskeyRegistration },
    SignIn { user: String, state: PasskeyAuthentication, guess: Guess },
}

impl std::fmt::Debug for Pending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pending")
    }
}

impl Pending {
    fn keep(&self, half: Half, now_ms: u64) -> Result<String, ApiError> {
        let handle = random_token().map_err(|_| RequestError::Defect)?;
        let mut all = self.all();
        all.retain(|_, (until_ms, _)| now_ms < *until_ms);
        if all.len() >= MOST_PENDING {
            return Err(RequestError::TooMany { after_s: 60 }.into());
        }
        all.insert(handle.clone(), (now_ms + PENDING_MS, half));
        Ok(handle)
    }

    /// Each is used once.
    fn take(&self, handle: &str, now_ms: u64) -> Option<Half> {
        self.all().remove(handle).filter(|(until_ms, _)| now_ms < *until_ms).map(|(_, half)| half)
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, (u64, Half)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Begins to register a passkey for oneself.
pub(crate) async fn register_options(
    State(state): State<ApiState>,
    Signed(signed): Signed,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    state.must_be_at(&[Host::Node])?;
    let user = &signed.user;
    let known = passkeys(user);
    if known.len() >= MOST_PASSKEYS {
        return Err(RequestError::BadPerson { what: "the number of passkeys", expected: "20 at most" }.into());
    }
    let id = Uuid::parse_str(&user.id).map_err(|_| RequestError::PasskeyRefused)?;
    let exclude = known.iter().map(|key| key.cred_id().clone()).collect();
    let started =
        webauthn(&state, &headers)?.start_passkey_registration(id, &user.login, &user.name, Some(exclude));
    let (options, half) = started.map_err(|_| RequestError::PasskeyRefused)?;
    let half = Half::Registration { user: user.id.clone(), state: half };
    answer(&state, half, &options)
}

/// Registers the passkey that the browser made.
pub(crate) async fn register(
    State(state): State<ApiState>,
    Caller(caller): Caller,
    Signed(signed): Signed,
    request: Request,
) -> Result<Response, ApiError> {
    state.must_be_at(&[Host::Node])?;
    let (parts, body) = request.into_parts();
    let PasskeyAnswer { handle, credential } = body::own(&parts.headers, body).await?;
    let now_ms = state.sign_ins().clock.now_ms(state.writer());
    let half = match state.sign_ins().pending.take(&handle, now_ms) {
        Some(Half::Registration { user, state }) if user == signed.user.id => state,
        _ => return Err(RequestError::PasskeyRefused.into()),
    };
    let credential: RegisterPublicKeyCredential =
        serde_json::from_value(credential).map_err(|_| RequestError::PasskeyRefused)?;
    let made = webauthn(&state, &parts.headers)?.finish_passkey_registration(&credential, &half);
    let made = serde_json::to_value(made.map_err(|_| RequestError::PasskeyRefused)?).unwrap_or_default();
    let entity = Entity::new(HOLDFAST_USER, &signed.user.id);
    let saved = own_write(&state, move |tx| {
        let found = read_user(&mut tx.view()?, &entity)?;
        let user = found.filter(|user| user.is_active).ok_or(RequestError::UnknownToken)?;
        let mut keys = user.passkeys;
        keys.push(made.clone());
        Ok(save(tx, &entity, &[("passkeys", keys.into())], &Base::Blind, &caller.id)?)
    });
    saved.await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Begins to sign in by passkey. Counts as a try, as a PIN does.
pub(crate) async fn sign_in_options(
    State(state): State<ApiState>,
    request: Request,
) -> Result<Response, ApiError> {
    state.must_be_at(&[Host::Node, Host::Desktop])?;
    let (parts, body) = request.into_parts();
    let PasskeyLogin { login } = body::own(&parts.headers, body).await?;
    let webauthn = webauthn(&state, &parts.headers)?;
    let sign_ins = state.sign_ins();
    let now_ms = sign_ins.clock.now_ms(state.writer());
    let guess = Guess::of(&state, &login, &parts.headers, &parts.extensions);
    let tries_left = sign_ins.tried.begin(state.writer(), &guess, now_ms).await?;
    let found = by_login(&state, login).await?;
    let keys = found.as_ref().filter(|user| user.is_active).map(passkeys).unwrap_or_default();
    let started = webauthn.start_passkey_authentication(&keys).ok().filter(|_| !keys.is_empty());
    let (Some(user), Some((options, half))) = (found, started) else {
        return Err(refused(&state, "", RequestError::SignInWrong { tries_left }.into()));
    };
    answer(&state, Half::SignIn { user: user.id, state: half, guess }, &options)
}

/// Signs in by what the browser's passkey signed.
pub(crate) async fn sign_in(State(state): State<ApiState>, request: Request) -> Result<Response, ApiError> {
    state.must_be_at(&[Host::Node, Host::Desktop])?;
    let (parts, body) = request.into_parts();
    let PasskeyAnswer { handle, credential } = body::own(&parts.headers, body).await?;
    let sign_ins = state.sign_ins();
    let now_ms = sign_ins.clock.now_ms(state.writer());
    let Some(Half::SignIn { user: id, state: half, guess }) = sign_ins.pending.take(&handle, now_ms) else {
        return Err(RequestError::PasskeyRefused.into());
    };
    let found = user(state.writer(), id).await?;
    let who = found.as_ref().map(User::author).unwrap_or_default();
    let credential: PublicKeyCredential =
        serde_json::from_value(credential).map_err(|_| RequestError::PasskeyRefused)?;
    let shown = webauthn(&state, &parts.headers)?.finish_passkey_authentication(&credential, &half);
    // One that was taken away since it was asked for opens nothing.
    let is_known = |user: &User| {
        shown.as_ref().is_ok_and(|shown| passkeys(user).iter().any(|key| key.cred_id() == shown.cred_id()))
    };
    let Some(user) = found.filter(is_known) else {
        return Err(refused(&state, &who, RequestError::PasskeyRefused.into()));
    };
    if !user.is_active {
        return Err(refused(&state, &who, RequestError::SignInDeactivated.into()));
    }
    sign_ins.tried.was_right(state.writer(), &guess).await?;
    begin(&state, user, StatusCode::OK)
}

fn answer(state: &ApiState, half: Half, options: &impl Serialize) -> Result<Response, ApiError> {
    let now_ms = state.sign_ins().clock.now_ms(state.writer());
    let handle = state.sign_ins().pending.keep(half, now_ms)?;
    let options = serde_json::to_value(options).map_err(|_| RequestError::Defect)?;
    Ok(json(&PasskeyOptions { handle, options }))
}

fn passkeys(user: &User) -> Vec<Passkey> {
    user.passkeys.iter().filter_map(|key| serde_json::from_value(key.clone()).ok()).collect()
}

/// Whoever checks passkeys for the address under which the browser came.
fn webauthn(state: &ApiState, headers: &HeaderMap) -> Result<Webauthn, RequestError> {
    let origin =
        origin(state.parts().public_url.as_deref(), headers).ok_or(RequestError::PasskeysNeedHttps)?;
    let host = origin.host_str().ok_or(RequestError::PasskeysNeedHttps)?.to_owned();
    let builder = WebauthnBuilder::new(&host, &origin).map_err(|_| RequestError::PasskeysNeedHttps)?;
    builder.rp_name("Holdfast").build().map_err(|_| RequestError::PasskeysNeedHttps)
}

/// The public address over HTTPS, else `localhost`: a browser has passkeys nowhere else.
fn origin(public_url: Option<&str>, headers: &HeaderMap) -> Option<Url> {
    if let Some(url) = public_url.filter(|url| url.starts_with("https://")) {
        return Url::parse(url).ok();
    }
    let url = Url::parse(&format!("http://{}", headers.get(HOST)?.to_str().ok()?)).ok()?;
    (url.host_str() == Some("localhost")).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passkeys_are_for_https_and_this_very_machine() {
        let host = |host: &'static str| HeaderMap::from_iter([(HOST, host.parse().unwrap())]);
        for (public_url, asked, expected) in [
            (Some("https://clinic.example"), "10.0.0.7", Some("https://clinic.example/")),
            (Some("http://clinic.example"), "clinic.example", None),
            (None, "localhost:8080", Some("http://localhost:8080/")),
            (None, "127.0.0.1:8080", None),
            (None, "localhost.evil.example", None),
        ] {
            let found = origin(public_url, &host(asked));
            assert_eq!(found.as_ref().map(Url::as_str), expected, "{public_url:?} {asked}");
        }
    }
}
