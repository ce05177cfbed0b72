//! Whether an appointment may have its time, as long as the clinic's calendar has not begun: asked of every appointment that a
//! transaction saves, by whichever route it came, before the transaction ends. So nobody is booked twice at a clinic without a hub, or
//! before its node has met its hub.
//!
//! Once the calendar has begun, the store's guard has decided when the appointment was saved (decision 33), and nothing is left to ask here
//! but whether a session has the place.
//!
//! What is over is not looked at: an import brings what was. What only changes its status or its note is not either: two appointments
//! that meet, because two databases took the same time, must still be worked off.
//!
//! The patient is asked of as well, calendar or not: nobody comes to two places at once. That, too, may be overbooked.

use std::collections::BTreeSet;

use holdfast_clinical::scheduling::booking::Booked;
use holdfast_clinical::scheduling::span::{DAY_MIN, Minute, Span};
use holdfast_clinical::scheduling::zone::minute_of_ms;
use holdfast_core::id::Entity;
use holdfast_core::sight::May;
use holdfast_store::history::Wanted;
use holdfast_store::view::View;
use holdfast_store::{StoreError, Tx};
use serde_json::Value;

use super::ScheduleError;
use super::busy::takers;
use super::group;
use super::patient::{self, is_expected};
use super::records::json_of;
use crate::error::ApiError;

/// Time that a save takes and that the appointment did not have before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Taking {
    /// The appointment's id.
    pub(super) id: String,
    /// Whose time, and which.
    pub(super) spans: Vec<(String, Span)>,
    /// Whether its patient was not expected at all of that time before.
    pub(super) is_new_to_patient: bool,
}

/// Refuses the transaction if an appointment that it has saved takes time that another has.
///
/// # Errors
/// [`ScheduleError`], or the store.
pub(crate) fn check(tx: &mut Tx<'_>, now_ms: u64) -> Result<(), ApiError> {
    let saved = tx.saved_of("Appointment");
    let keys: BTreeSet<String> = saved.keys().map(ToString::to_string).collect();
    for (entity, ops) in saved {
        if let Some((taking, booked)) =
            tx.beyond_sight(|tx| taking(tx, &entity, ops, &keys, minute_of_ms(now_ms)))?
        {
            let clinic = tx.clinic_of(&entity)?;
            if !tx.has_calendar(&clinic)? {
                must_be_free(tx, &taking)?;
            }
            tx.beyond_sight(|tx| group::must_have_place(tx, &booked))?;
            if taking.is_new_to_patient {
                patient::must_be_nowhere_else(tx, &booked)?;
            }
        }
    }
    Ok(())
}

/// What the save takes; none if it takes nothing that has to be free.
fn taking(
    tx: &mut Tx<'_>,
    entity: &Entity,
    ops: u32,
    saved: &BTreeSet<String>,
    now: Minute,
) -> Result<Option<(Taking, Booked)>, ApiError> {
    let stored = tx.written(entity)?;
    if stored.deleted {
        return Ok(None);
    }
    // What cannot be read takes no time: its validity was checked before.
    let Some(booked) = Booked::read(&json_of(&stored)).ok().flatten() else { return Ok(None) };
    let is_place = booked.session.is_some();
    if booked.is_overbooked || booked.taken.to <= now || !(booked.takes_time() || is_place) {
        return Ok(None);
    }
    if booked.taken.length_min() > 3 * DAY_MIN || booked.span.length_min() > DAY_MIN {
        return Err(ScheduleError::TooLong.into());
    }
    let before = before(&mut tx.view()?, entity, ops)?;
    let is_had = |key: &String| {
        let had = before.as_ref().filter(|before| before.takes_time());
        had.is_some_and(|before| before.resources.contains(key) && before.taken.covers(booked.taken))
    };
    let keys = booked.resources.iter().filter(|key| !is_place && !is_had(key));
    let spans: Vec<(String, Span)> = keys.map(|key| (key.clone(), booked.taken)).collect();
    let was_expected = before.as_ref().is_some_and(|before| {
        // Whoever goes along with their session is marked where they are needed elsewhere: a session of eight does not stay for one.
        let goes_along = before.session == booked.session
            && booked.session.as_ref().is_some_and(|key| saved.contains(key));
        let is_same = before.patient == booked.patient && before.span.covers(booked.span);
        is_expected(&before.status) && (goes_along || is_same)
    });
    let is_new_to_patient = booked.patient.is_some() && is_expected(&booked.status) && !was_expected;
    let is_same_place =
        before.is_some_and(|before| before.session == booked.session && before.status == booked.status);
    if spans.is_empty() && (!is_place || is_same_place) && !is_new_to_patient {
        return Ok(None);
    }
    Ok(Some((Taking { id: entity.id.clone(), spans, is_new_to_patient }, booked)))
}

/// The appointment before this transaction.
fn before(view: &mut View<'_>, entity: &Entity, ops: u32) -> Result<Option<Booked>, StoreError> {
    let wanted = Wanted { since_ms: None, of_oldest: None, count: ops + 1 };
    let versions = view.history(entity, &wanted)?.versions;
    let Some(version) = versions.into_iter().nth(ops as usize).filter(|version| !version.deleted) else {
        return Ok(None);
    };
    let record: Value = serde_json::from_str(&version.json).unwrap_or_default();
    Ok(Booked::read(&record).ok().flatten())
}

fn must_be_free(tx: &mut Tx<'_>, taking: &Taking) -> Result<(), ApiError> {
    for (key, span) in &taking.spans {
        let others = tx.beyond_sight(|tx| -> Result<_, StoreError> {
            let mut view = tx.view()?;
            let mut out = Vec::new();
            for id in takers(&mut view, key, *span)?.into_iter().filter(|id| *id != taking.id) {
                // One that was forced in takes time as well: whoever comes there, too, says so.
                out.push(id);
            }
            Ok(out)
        })?;
        if let Some(other) = others.into_iter().next() {
            let entity = Entity::new("Appointment", &other);
            let is_seen = tx.view()?.is_in_sight(&entity, May::READ).unwrap_or(false);
            let by = is_seen.then_some(other);
            return Err(ScheduleError::SlotTaken { resource: Some(key.clone()), by }.into());
        }
    }
    Ok(())
}
