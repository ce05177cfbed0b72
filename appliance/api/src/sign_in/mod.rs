//! How people sign in: by PIN or passkey, against their records ([`holdfast_clinical::people`]), so that it works with everything
//! else gone. A session is 256 random bits in a cookie, kept hashed and in memory; a restart asks for the PIN again.
//!
//! ```text
//! POST /api/session ─▶ Tries (may they?) ─▶ find by login ─▶ argon2id ─▶ Sessions ─▶ cookie
//! any request ─▶ guard ─▶ SignIns::signed_in (session ─▶ the person's record as it is now) ─▶ handler
//! ```
//!
//! The person's record is looked at again after every commit, so that a session ends with the op that deactivates its person,
//! wherever that was written.

mod clock;
mod cookie;
pub(crate) mod passkey;
mod pin;
mod session;
mod sessions;
mod setup;
mod tries;

use std::sync::Arc;

use holdfast_clinical::people::confirmed::Mode;
use holdfast_clinical::people::{HOLDFAST_USER, User, of_author};
use holdfast_core::id::Entity;
use holdfast_store::view::View;
use holdfast_store::{StoreError, writer::Writer};
use tokio::sync::Semaphore;

use crate::access::policy::{Principal, Role};
use crate::audit::Look;
use crate::error::ApiError;
use crate::state::ApiState;

pub(crate) use clock::Clock;
pub(crate) use cookie::{APP_HEADER, token};
pub(crate) use pin::{check_new, hash};
pub(crate) use session::{ChosenPin, Credentials, SessionShown, change_pin, current, sign_in, sign_out};
use sessions::Reach;
pub(crate) use sessions::{Key, OPEN_MS, Sessions};
pub use setup::SetupCode;
pub(crate) use setup::{FirstAdmin, SetupShown, check as check_person, first_admin, setup};
pub(crate) use tries::{Tried, forget};

/// PINs checked at the same time: each takes 19 MiB and a processor.
const CHECKED_AT_ONCE: usize = 4;

/// Everything about sign-ins that is kept in memory.
#[derive(Debug)]
pub(crate) struct SignIns {
    pub(crate) sessions: Sessions,
    pub(crate) tried: Tried,
    pub(crate) clock: Clock,
    pub(crate) pending: passkey::Pending,
    pub(crate) checking: Semaphore,
}

impl Default for SignIns {
    fn default() -> Self {
        Self {
            sessions: Sessions::default(),
            tried: Tried::default(),
            clock: Clock::default(),
            pending: passkey::Pending::default(),
            checking: Semaphore::new(CHECKED_AT_ONCE),
        }
    }
}

/// Somebody who has signed in, as their record is now.
#[derive(Clone, Debug)]
pub(crate) struct SignedIn {
    /// Which session.
    pub(crate) key: Key,
    /// Who.
    pub(crate) user: Arc<User>,
    /// What the sign-in is good for now.
    pub(crate) mode: Mode,
    /// When the session ends, in Unix milliseconds.
    pub(crate) expires_ms: u64,
    /// What they may reach.
    pub(crate) principal: Principal,
}

impl SignIns {
    /// Whose session the token stands for; `None` if it is unknown, has ended, or its person may no longer sign in.
    ///
    /// # Errors
    /// The store.
    pub(crate) async fn signed_in(
        &self,
        state: &ApiState,
        token: &str,
    ) -> Result<Option<SignedIn>, ApiError> {
        let (key, now_ms) = (Key::of(token), self.clock.now_ms(state.writer()));
        // Before the record is read: what is committed meanwhile is looked at by the next request.
        let commit = *state.writer().commits().borrow();
        let Some(mut session) = self.sessions.get(key, now_ms) else { return Ok(None) };
        if session.seen_at != Some(commit) {
            let found = user(state.writer(), session.user.id.clone()).await?;
            let Some(user) = found.filter(|user| user.is_active && user.pin == session.user.pin) else {
                self.sessions.end(key);
                return Ok(None);
            };
            if *session.user != user {
                session.user = Arc::new(user);
            }
            self.sessions.saw(key, commit, &session.user);
        }
        let mode = Mode::at(now_ms, session.user.confirmed_until_ms);
        let opened = session.opened_at(now_ms);
        let principal = session.reached(mode, &opened).unwrap_or_else(|| {
            let (user, principal) = (session.user.clone(), principal(&session.user, mode, opened.clone()));
            self.sessions.reaches(key, Reach { user, mode, opened, principal: principal.clone() });
            principal
        });
        Ok(Some(SignedIn { key, mode, expires_ms: session.expires_ms, principal, user: session.user }))
    }
}

/// What a person may reach.
fn principal(user: &User, mode: Mode, opened: Vec<String>) -> Principal {
    let roles = user.roles.iter().filter_map(|name| Role::parse(name)).filter(|role| *role != Role::System);
    let principal = Principal::new(user.author(), roles).with_opened(opened);
    match mode {
        Mode::Full => principal,
        Mode::ReadOnly => principal.read_only(),
    }
}

/// A person by their record's id.
///
/// # Errors
/// The store.
pub(crate) async fn user(writer: &Writer, id: String) -> Result<Option<User>, StoreError> {
    writer.read(move |view| read_user(view, &Entity::new(HOLDFAST_USER, id.clone()))).await
}

/// The same in a view.
///
/// # Errors
/// The store.
pub(crate) fn read_user(view: &mut View<'_>, entity: &Entity) -> Result<Option<User>, StoreError> {
    match view.state(entity) {
        Ok(state) => Ok(User::read(&state)),
        Err(StoreError::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The name of whoever writes under one, as the clinic knows them; `None` if it knows nobody of that name.
///
/// # Errors
/// The database.
pub(crate) fn name_of(view: &mut View<'_>, author: &str) -> Result<Option<String>, StoreError> {
    let found = view.search(HOLDFAST_USER, &[of_author(author)], 0, 1)?;
    let Some(stored) = found.resources.into_iter().next() else { return Ok(None) };
    Ok(read_user(view, &stored.entity)?.map(|user| user.name))
}

/// Notes a sign-in, a failed one, a sign-out or a broken glass in the trail.
pub(crate) fn note(state: &ApiState, who: &str, look: Look) {
    state.trail().note(who, vec![look], state.writer().records().now_ms());
}
