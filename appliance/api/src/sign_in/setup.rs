//! `/api/setup`: whether anybody is here yet, and the first administrator, who shows a code that only the machine's own console
//! and data folder have.

use axum::extract::{Request, State};
use axum::response::Response;
use holdfast_clinical::people::{HOLDFAST_USER, User, confirmed, is_login};
use holdfast_core::id::Entity;
use holdfast_store::author::Base;
use holdfast_store::view::View;
use holdfast_store::{StoreError, writer::Writer};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::session::begin;
use super::tries::Guess;
use super::{check_new, pin};
use crate::access::policy::Role;
use crate::conflicts::json;
use crate::error::{ApiError, RequestError};
use crate::refusal::{own_read, own_write};
use crate::request::body;
use crate::state::{ApiState, Host};

/// Under which login wrong codes are counted: no person has it.
const COUNTED_AS: &str = "first administrator";

/// The one-time code by which the first administrator is made.
pub struct SetupCode {
    hash: blake3::Hash,
    spent: Box<dyn Fn() + Send + Sync>,
}

impl SetupCode {
    /// A code, and what to do once it has been used (take it away from where it was left). `spent` may block.
    pub fn new(code: &str, spent: impl Fn() + Send + Sync + 'static) -> Self {
        Self { hash: blake3::hash(code.trim().to_uppercase().as_bytes()), spent: Box::new(spent) }
    }

    /// Compares in constant time, without regard to case and spaces around.
    fn is(&self, code: &str) -> bool {
        blake3::hash(code.trim().to_uppercase().as_bytes()) == self.hash
    }
}

impl std::fmt::Debug for SetupCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SetupCode")
    }
}

/// What a screen needs to know before anybody has signed in.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Setup)]
pub(crate) struct SetupShown {
    /// Nobody is here yet: the first administrator is to be made.
    needs_first_admin: bool,
    /// The clinic's name.
    clinic: String,
    host: Host,
    version: &'static str,
    /// A desktop's replica before anybody has signed in: nothing can be read yet.
    locked: bool,
}

/// The first administrator.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FirstAdmin {
    /// From the machine's console or its data folder.
    code: String,
    login: String,
    name: String,
    pin: String,
}

/// Answers whether anybody is here.
pub(crate) async fn setup(State(state): State<ApiState>) -> Result<Response, ApiError> {
    let host = state.parts().host;
    let needs_first_admin = host == Host::Node && is_needed(state.writer()).await?;
    let clinic = state.writer().records().clinic().to_owned();
    let version = env!("CARGO_PKG_VERSION");
    Ok(json(&SetupShown { needs_first_admin, clinic, host, version, locked: false }))
}

/// Whether nobody is here yet.
///
/// # Errors
/// The store.
async fn is_needed(writer: &Writer) -> Result<bool, StoreError> {
    writer.read(is_nobody).await
}

fn is_nobody(view: &mut View<'_>) -> Result<bool, StoreError> {
    Ok(view.search(HOLDFAST_USER, &[], 0, 1)?.resources.is_empty())
}

/// Makes the first administrator, who is signed in at once.
pub(crate) async fn first_admin(
    State(state): State<ApiState>,
    request: Request,
) -> Result<Response, ApiError> {
    state.must_be_at(&[Host::Node])?;
    let (parts, body) = request.into_parts();
    let FirstAdmin { code, login, name, pin } = body::own(&parts.headers, body).await?;
    if !own_read(&state, |view| Ok(is_nobody(view)?)).await? {
        return Err(RequestError::SetupDone.into());
    }
    let sign_ins = state.sign_ins();
    let now_ms = sign_ins.clock.now_ms(state.writer());
    let guess = Guess::of(&state, COUNTED_AS, &parts.headers, &parts.extensions);
    sign_ins.tried.begin(state.writer(), &guess, now_ms).await?;
    let setup = state.parts().setup.as_ref().filter(|setup| setup.is(&code));
    let setup = setup.ok_or(RequestError::SetupCodeWrong)?;
    sign_ins.tried.was_right(state.writer(), &guess).await?;
    check(&login, &name)?;
    check_new(&pin, &login)?;
    let roles = vec![Role::Admin.name().to_owned()];
    let user = User {
        id: Uuid::new_v4().to_string(),
        login,
        name,
        confirmed_until_ms: confirmed::until_ms(&roles, now_ms),
        roles,
        is_active: true,
        pin: Some(pin::hash(sign_ins, pin).await?),
        ..User::default()
    };
    let made = user.clone();
    let saved = own_write(&state, move |tx| {
        if !is_nobody(&mut tx.view()?)? {
            return Err(RequestError::SetupDone.into());
        }
        tx.put(&Entity::new(HOLDFAST_USER, &made.id), &made.resource(), &Base::Absent, &made.author())?;
        Ok(())
    });
    saved.await?;
    (setup.spent)();
    begin(&state, user, StatusCode::CREATED)
}

/// Refuses a person without a usable login or a name.
///
/// # Errors
/// [`RequestError::BadPerson`].
pub(crate) fn check(login: &str, name: &str) -> Result<(), RequestError> {
    if !is_login(login) {
        return Err(RequestError::BadPerson {
            what: "the login name",
            expected: "1 to 64 letters, digits and .-_@",
        });
    }
    if name.trim().is_empty() || name.chars().count() > MAX_NAME {
        return Err(RequestError::BadPerson { what: "the name", expected: "1 to 200 characters" });
    }
    Ok(())
}

/// The most characters of a name.
const MAX_NAME: usize = 200;
