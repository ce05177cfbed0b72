//! Granting a request: the time is looked at again, and what the type needs beside those who were asked for is chosen, as of any booking.

use std::sync::Arc;

use axum::response::Response;
use holdfast_clinical::scheduling::booking::{Booked, Placement, granted, replaced};
use holdfast_core::id::Entity;
use holdfast_store::Tx;
use holdfast_store::view::View;
use serde_json::Value;

use super::ScheduleError;
use super::book::{Desk, desk, with_instead};
use super::changes::{seen, show, told_to};
use super::deed::{Deed, Doing};
use super::moving::{kind_in, taking};
use super::patient::may_be_granted;
use super::plan::{Wanted, around, choose, choose_anyhow};
use super::records::{exchange, json_of};
use super::settle::end;
use super::shown::FlowStatus;
use super::status::StatusAsked;
use crate::access::policy::Principal;
use crate::conflicts::json;
use crate::error::ApiError;
use crate::refusal::{read, write_deed};
use crate::state::ApiState;

/// A request that is to be granted, and all that has to be known before.
pub(super) struct Granting {
    wanted: Wanted,
    desk: Arc<Desk>,
}

impl Granting {
    /// Of a change of status that grants a request; none: it is another change.
    ///
    /// # Errors
    /// [`ScheduleError`] if the request has no time, or the store.
    pub(super) async fn of(
        state: &ApiState,
        caller: &Arc<Principal>,
        id: &str,
        asked: &StatusAsked,
    ) -> Result<Option<Self>, ApiError> {
        if asked.status != FlowStatus::Booked {
            return Ok(None);
        }
        let entity = Entity::new("Appointment", id);
        let wanted = read(state, caller.clone(), move |view| wanted(view, &entity)).await?;
        let Some(wanted) = wanted else { return Ok(None) };
        let desk = Arc::new(desk(state, around(&wanted)).await?);
        Ok(Some(Self { wanted, desk }))
    }
}

fn wanted(view: &mut View<'_>, entity: &Entity) -> Result<Option<Wanted>, ApiError> {
    let record = json_of(&view.read(entity)?);
    if !is_request(&record) {
        return Ok(None);
    }
    let Some(booked) = Booked::read(&record).map_err(ScheduleError::from)? else { return Ok(None) };
    let kind = kind_in(view, &record)?;
    Ok(Some(taking(&booked, kind, booked.span, &[])))
}

fn is_request(record: &Value) -> bool {
    matches!(record.get("status").and_then(Value::as_str), Some("proposed" | "pending" | "waitlist"))
}

/// Grants it, and cancels what it takes the place of.
pub(super) async fn grant(
    state: &ApiState,
    caller: Arc<Principal>,
    id: String,
    asked: StatusAsked,
    granting: Granting,
) -> Result<Response, ApiError> {
    let Granting { wanted, desk } = granting;
    let (in_tx, job, author) = (desk.clone(), wanted.clone(), caller.id.clone());
    let deed = Deed::of(Doing::Grant, wanted.span.from);
    let done = write_deed(state, caller, deed, move |tx| {
        store(tx, &in_tx, &id, &asked, &job, &author)?;
        show(tx, &in_tx.zone, in_tx.now, &id)
    });
    match done.await {
        Ok(shown) => Ok(json(&shown)),
        Err(error) => Err(with_instead(state, desk, &wanted, error).await),
    }
}

fn store(
    tx: &mut Tx<'_>,
    desk: &Desk,
    id: &str,
    asked: &StatusAsked,
    wanted: &Wanted,
    author: &str,
) -> Result<(), ApiError> {
    let stored = tx.view()?.read(&Entity::new("Appointment", id))?;
    let record = json_of(&stored);
    if !is_request(&record)
        && stored.conflicts == 0
        && record.get("status").and_then(Value::as_str) == Some("booked")
    {
        // Another desk has granted it meanwhile.
        return Ok(());
    }
    let stored = seen(tx, id, &asked.version)?;
    may_be_granted(tx, &record, &desk.zone, desk.now)?;
    // First, for it may stand where the other is to go.
    if let Some(old) = replaced(&record) {
        end(tx, &old, author)?;
    }
    let booked = Booked::read(&record).map_err(ScheduleError::from)?;
    let is_forced = booked.is_some_and(|booked| booked.is_overbooked);
    let busy = desk.busy(tx, wanted)?;
    let chosen = match is_forced {
        true => choose_anyhow(&desk.known(), wanted, &busy, Some(id)),
        false => choose(&desk.known(), wanted, busy, Some(id)),
    };
    let resources = match chosen {
        Ok(resources) => resources,
        Err(error) => return Err(told_to(tx, error)?.into()),
    };
    let elements = granted(&record, &Placement { span: wanted.span, resources });
    exchange(tx, &stored, &elements, author).map(drop)
}
