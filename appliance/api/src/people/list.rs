//! `GET /api/people`.

use axum::extract::State;
use axum::response::Response;
use holdfast_clinical::people::HOLDFAST_USER;
use holdfast_core::id::Entity;
use holdfast_store::StoreError;
use holdfast_store::view::View;
use serde::Serialize;
use utoipa::ToSchema;

use super::Person;
use crate::conflicts::json;
use crate::error::ApiError;
use crate::refusal::own_read;
use crate::sign_in::read_user;
use crate::state::ApiState;

/// People read in one go.
const AT_ONCE: u32 = 200;
/// The most people of one clinic: far above what one node serves.
const MOST: usize = 5_000;

/// Everybody who may or might sign in.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct People {
    /// By name.
    people: Vec<Person>,
}

/// Answers everybody.
pub(crate) async fn list(State(state): State<ApiState>) -> Result<Response, ApiError> {
    let mut people = own_read(&state, |view| Ok(all(view)?)).await?;
    people.sort_by(|a, b| (&a.name, &a.login).cmp(&(&b.name, &b.login)));
    Ok(json(&People { people }))
}

fn all(view: &mut View<'_>) -> Result<Vec<Person>, StoreError> {
    let (mut out, mut next) = (Vec::new(), Some(0));
    while let Some(after) = next.filter(|_| out.len() < MOST) {
        let found = view.search(HOLDFAST_USER, &[], after, AT_ONCE)?;
        for stored in &found.resources {
            out.extend(person(view, &stored.entity)?);
        }
        next = found.next;
    }
    Ok(out)
}

/// One person, with what is in conflict about them.
pub(super) fn person(view: &mut View<'_>, entity: &Entity) -> Result<Option<Person>, StoreError> {
    let Some(user) = read_user(view, entity)? else { return Ok(None) };
    let conflicts = view.conflicts_of(entity)?.into_iter().map(|conflict| conflict.key).collect();
    Ok(Some(Person::of(user, conflicts)))
}
