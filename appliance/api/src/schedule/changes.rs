//! What every change of an appointment has in common: it goes on what its author saw, and is answered by what came of it.

use holdfast_clinical::scheduling::booking::Booked;
use holdfast_clinical::scheduling::span::Minute;
use holdfast_clinical::scheduling::zone::Zone;
use holdfast_core::id::Entity;
use holdfast_core::sight::May;
use holdfast_store::view::Stored;
use holdfast_store::{StoreError, Tx};

use super::ScheduleError;
use super::group;
use super::records::{json_of, there};
use super::settle::sides_of;
use super::shown::{AppointmentShown, Shower};
use crate::error::ApiError;
use crate::patients::SavedAt;

/// Elements that say nothing of the appointment itself.
const BESIDE: [&str; 3] = ["meta", "meta.tag", "meta.security"];

/// The appointment that is to be changed, as it was seen.
///
/// # Errors
/// [`ScheduleError::Unsettled`] as long as nobody has chosen whether it takes place, else as [`as_seen`].
pub(super) fn seen(tx: &mut Tx<'_>, id: &str, version: &str) -> Result<Stored, ApiError> {
    let stored = as_seen(tx, id, version)?;
    if sides_of(&mut tx.view()?, &stored)?.is_some() {
        return Err(ScheduleError::Unsettled.into());
    }
    Ok(stored)
}

/// The refusal for whoever writes here: who has the time is told if they may see them.
///
/// # Errors
/// The store.
pub(super) fn told_to(tx: &mut Tx<'_>, error: ScheduleError) -> Result<ScheduleError, StoreError> {
    let ScheduleError::SlotTaken { resource, by: Some(by) } = error else { return Ok(error) };
    let is_seen = tx.view()?.is_in_sight(&Entity::new("Appointment", &by), May::READ)?;
    Ok(ScheduleError::SlotTaken { resource, by: is_seen.then_some(by) })
}

/// The appointment, whatever awaits a choice.
///
/// # Errors
/// [`ScheduleError::Stale`], with what is not as it was, or the store.
pub(super) fn as_seen(tx: &mut Tx<'_>, id: &str, version: &str) -> Result<Stored, ApiError> {
    let entity = Entity::new("Appointment", id);
    let stored = tx.view()?.read(&entity)?;
    if stored.version == version {
        return Ok(stored);
    }
    let mut view = tx.view()?;
    let now = view.state(&entity)?;
    let before = view.state_at(&entity, version)?;
    let mut changed: Vec<String> = Vec::new();
    if let Some(before) = before {
        let keys: std::collections::BTreeSet<&String> =
            now.registers.keys().chain(before.registers.keys()).collect();
        let value = |state: &holdfast_core::state::EntityState, key: &String| {
            state
                .registers
                .get(key)
                .and_then(|register| register.displayed())
                .and_then(|shown| shown.value.clone())
        };
        changed.extend(keys.into_iter().filter(|key| value(&now, key) != value(&before, key)).cloned());
        changed.retain(|key| !BESIDE.contains(&key.as_str()));
    }
    Err(ScheduleError::Stale { current: stored.version, changed }.into())
}

/// The appointment as this transaction leaves it.
pub(super) fn show(
    tx: &mut Tx<'_>,
    zone: &Zone,
    now: Minute,
    id: &str,
) -> Result<AppointmentShown, ApiError> {
    let entity = Entity::new("Appointment", id);
    let types = tx.beyond_sight(|tx| -> Result<_, StoreError> { super::types::names(&mut tx.view()?) })?;
    let mut view = tx.view()?;
    let stored = there(&mut view, &entity)?.ok_or_else(|| StoreError::NotFound(entity.to_string()))?;
    let mut shower = Shower::new(zone, now, types);
    let none = || ScheduleError::Bad { what: "the appointment", expected: "one that has a time" };
    let booked = Booked::read(&json_of(&stored)).map_err(ScheduleError::from)?.ok_or_else(none)?;
    let day = zone.day(zone.local(booked.span.from).date()).from;
    let read = shower.read(&mut view, &stored, SavedAt::Here.code(), day)?.ok_or_else(none)?;
    Ok(group::with_places(&mut view, &mut shower, read, day)?)
}
