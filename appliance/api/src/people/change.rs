//! Adding and changing people.

use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use holdfast_clinical::people::{HOLDFAST_USER, User, confirmed, login_key, of_login};
use holdfast_clinical::types::is_id;
use holdfast_core::id::Entity;
use holdfast_store::StoreError;
use holdfast_store::author::Base;
use holdfast_store::view::View;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::list::person;
use super::save::save;
use super::{Person, RoleName};
use crate::access::Caller;
use crate::access::policy::{Principal, Role};
use crate::conflicts::json as answer;
use crate::error::{ApiError, RequestError};
use crate::refusal::{own_read, own_write};
use crate::request::body;
use crate::request::condition::if_match;
use crate::schedule::affected::{self, Affected, Of};
use crate::sign_in::{check_new, check_person, hash, read_user};
use crate::state::{ApiState, Host};

/// Somebody new.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPerson {
    login: String,
    name: String,
    roles: Vec<RoleName>,
    /// `Practitioner/ID`.
    practitioner: Option<String>,
    /// The first PIN; without one they cannot sign in yet.
    pin: Option<String>,
}

/// What is to be changed of a person; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PersonChange {
    login: Option<String>,
    name: Option<String>,
    roles: Option<Vec<RoleName>>,
    /// `false` ends their sessions and keeps them out.
    active: Option<bool>,
    /// `Practitioner/ID`; empty: none.
    practitioner: Option<String>,
}

/// A person as they are now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PersonChanged {
    #[serde(flatten)]
    person: Person,
    /// Of somebody who is deactivated: what is booked with them. It stays, and needs somebody else.
    #[serde(skip_serializing_if = "Option::is_none")]
    affected: Option<Affected>,
}

/// Another PIN for somebody.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PinSet {
    pin: String,
}

/// Adds somebody.
pub(crate) async fn add(
    State(state): State<ApiState>,
    Caller(caller): Caller,
    request: Request,
) -> Result<Response, ApiError> {
    state.must_be_at(&[Host::Node])?;
    let (parts, body) = request.into_parts();
    let new: NewPerson = body::own(&parts.headers, body).await?;
    check_person(&new.login, &new.name)?;
    let pin = match new.pin {
        Some(pin) => {
            check_new(&pin, &new.login)?;
            Some(hash(state.sign_ins(), pin).await?)
        }
        None => None,
    };
    let roles = names(&new.roles);
    let now_ms = state.sign_ins().clock.now_ms(state.writer());
    let user = User {
        id: Uuid::new_v4().to_string(),
        login: new.login,
        name: new.name.trim().to_owned(),
        confirmed_until_ms: confirmed::until_ms(&roles, now_ms),
        roles,
        is_active: true,
        practitioner: practitioner(new.practitioner)?,
        pin,
        ..User::default()
    };
    let made = own_write(&state, move |tx| {
        must_be_allowed(&caller, None, &user)?;
        must_be_free(&mut tx.view()?, &user)?;
        let entity = Entity::new(HOLDFAST_USER, &user.id);
        tx.put(&entity, &user.resource(), &Base::Absent, &caller.id)?;
        shown(&mut tx.view()?, &entity)
    });
    let mut response = answer(&made.await?);
    *response.status_mut() = StatusCode::CREATED;
    Ok(response)
}

/// Changes somebody.
pub(crate) async fn change(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    Caller(caller): Caller,
    request: Request,
) -> Result<Response, ApiError> {
    state.must_be_at(&[Host::Node, Host::HeadOffice])?;
    let entity = entity(id)?;
    let (parts, body) = request.into_parts();
    let base = if_match(&parts.headers)?.map_or(Base::Blind, Base::Exactly);
    let change: PersonChange = body::own(&parts.headers, body).await?;
    let now_ms = state.sign_ins().clock.now_ms(state.writer());
    let practitioner = change.practitioner.clone().map(|text| practitioner(Some(text))).transpose()?;
    let asks = caller.clone();
    let changed = own_write(&state, move |tx| {
        let before = found(&mut tx.view()?, &entity)?;
        let mut user = before.clone();
        change.apply(&mut user, practitioner.clone(), now_ms);
        check_person(&user.login, &user.name)?;
        must_be_allowed(&caller, Some(&before), &user)?;
        must_be_free(&mut tx.view()?, &user)?;
        must_leave_an_admin(&mut tx.view()?, &before, &user)?;
        save(tx, &entity, &change.elements(&before, &user), &base, &caller.id)?;
        let leaves = before.is_active && !user.is_active;
        Ok((shown(&mut tx.view()?, &entity)?, user.practitioner.filter(|_| leaves)))
    });
    let (person, leaves) = changed.await?;
    let affected = match leaves {
        Some(key) => affected::from_now(&state, &asks, Of::Resource(key)).await?.or_none(),
        None => None,
    };
    Ok(answer(&PersonChanged { person, affected }))
}

/// Sets somebody's PIN, which ends their sessions.
pub(crate) async fn set_pin(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    Caller(caller): Caller,
    request: Request,
) -> Result<Response, ApiError> {
    state.must_be_at(&[Host::Node, Host::HeadOffice])?;
    let entity = entity(id)?;
    let (parts, body) = request.into_parts();
    let PinSet { pin } = body::own(&parts.headers, body).await?;
    let (asked, who) = (entity.clone(), caller.clone());
    let login = own_read(&state, move |view| {
        let user = found(view, &asked)?;
        must_be_allowed(&who, Some(&user), &user)?;
        Ok(user.login)
    });
    check_new(&pin, &login.await?)?;
    let hash = hash(state.sign_ins(), pin).await?;
    let saved = own_write(&state, move |tx| {
        let user = found(&mut tx.view()?, &entity)?;
        must_be_allowed(&caller, Some(&user), &user)?;
        Ok(save(tx, &entity, &[("pin", hash.as_str().into())], &Base::Blind, &caller.id)?)
    });
    saved.await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

impl PersonChange {
    fn apply(&self, user: &mut User, practitioner: Option<Option<String>>, now_ms: u64) {
        if let Some(login) = &self.login {
            user.login.clone_from(login);
        }
        if let Some(name) = &self.name {
            user.name = name.trim().to_owned();
        }
        if let Some(roles) = &self.roles {
            user.roles = names(roles);
        }
        if let Some(practitioner) = practitioner {
            user.practitioner = practitioner;
        }
        let comes_back = self.active == Some(true) && !user.is_active;
        if let Some(active) = self.active {
            user.is_active = active;
        }
        // Whoever becomes an administrator is confirmed for less, and one who comes back anew.
        let renewed = confirmed::renewed_ms(&user.roles, user.confirmed_until_ms, now_ms);
        let until = confirmed::until_ms(&user.roles, now_ms);
        if comes_back || self.roles.is_some() && user.confirmed_until_ms > until {
            user.confirmed_until_ms = renewed.unwrap_or(user.confirmed_until_ms);
        }
    }

    /// The elements that it sets: of those, a conflict is settled by it.
    fn elements(&self, before: &User, after: &User) -> Vec<(&'static str, Value)> {
        let renewed = before.confirmed_until_ms != after.confirmed_until_ms;
        let set = [
            (self.login.is_some(), "login", json!(after.login)),
            (self.name.is_some(), "name", json!(after.name)),
            (self.roles.is_some(), "roles", json!(after.roles)),
            (self.active.is_some(), "active", json!(after.is_active)),
            (self.practitioner.is_some(), "practitioner", json!(after.practitioner)),
            (renewed, "confirmedUntil", json!(after.confirmed_until_ms)),
        ];
        set.into_iter().filter(|(is_set, ..)| *is_set).map(|(_, element, value)| (element, value)).collect()
    }
}

fn entity(id: String) -> Result<Entity, RequestError> {
    if is_id(&id) { Ok(Entity::new(HOLDFAST_USER, id)) } else { Err(RequestError::BadId) }
}

fn found(view: &mut View<'_>, entity: &Entity) -> Result<User, ApiError> {
    let user = read_user(view, entity)?;
    Ok(user.ok_or_else(|| RequestError::NotFound { entity: entity.to_string() })?)
}

fn shown(view: &mut View<'_>, entity: &Entity) -> Result<Person, ApiError> {
    Ok(person(view, entity)?.ok_or_else(|| StoreError::NotFound(entity.to_string()))?)
}

fn names(roles: &[RoleName]) -> Vec<String> {
    let mut names: Vec<String> = roles.iter().map(|role| role.as_str().to_owned()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// A reference to a Practitioner; none if the text is empty.
fn practitioner(text: Option<String>) -> Result<Option<String>, RequestError> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    let is_one = text.strip_prefix("Practitioner/").is_some_and(is_id);
    let bad = RequestError::BadPerson { what: "the practitioner", expected: "\"Practitioner/ID\"" };
    if is_one { Ok(Some(text)) } else { Err(bad) }
}

fn is_admin(user: &User) -> bool {
    user.roles.iter().any(|role| role == Role::Admin.name())
}

/// A manager neither makes, changes nor unmakes an administrator.
fn must_be_allowed(caller: &Principal, before: Option<&User>, after: &User) -> Result<(), RequestError> {
    let touches_admin = is_admin(after) || before.is_some_and(is_admin);
    if touches_admin && !caller.roles.contains(&Role::Admin) {
        return Err(RequestError::OnlyAdmin);
    }
    Ok(())
}

/// Two people with one login name could not be told apart.
fn must_be_free(view: &mut View<'_>, user: &User) -> Result<(), ApiError> {
    let found = view.search(HOLDFAST_USER, &[of_login(&user.login)], 0, 50)?;
    for stored in found.resources.iter().filter(|stored| stored.entity.id != user.id) {
        let other = read_user(view, &stored.entity)?;
        if other.is_some_and(|other| login_key(&other.login) == login_key(&user.login)) {
            return Err(RequestError::LoginTaken { login: user.login.clone() }.into());
        }
    }
    Ok(())
}

fn must_leave_an_admin(view: &mut View<'_>, before: &User, after: &User) -> Result<(), ApiError> {
    let counts = |user: &User| user.is_active && is_admin(user);
    if !counts(before) || counts(after) {
        return Ok(());
    }
    let mut next = Some(0);
    while let Some(from) = next {
        let found = view.search(HOLDFAST_USER, &[], from, 200)?;
        for stored in found.resources.iter().filter(|stored| stored.entity.id != before.id) {
            if read_user(view, &stored.entity)?.is_some_and(|user| counts(&user)) {
                return Ok(());
            }
        }
        next = found.next;
    }
    Err(RequestError::LastAdmin.into())
}
