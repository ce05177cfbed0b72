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

use std::collections::{BTreeMap, BTreeSet};

use holdfast_clinical::scheduling::booking::Booked;
use holdfast_clinical::scheduling::span::{DAY_MIN, Minute, Span};
use holdfast_clinical::scheduling::zone::minute_of_ms;
use holdfast_core::id::Entity;
use holdfast_core::sight::May;
use holdfast_store::Tx;
use holdfast_store::rights::Changed;
use serde_json::Value;

use super::ScheduleError;
use super::busy::Takers;
use super::group;
use super::patient::{self, is_expected};
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
/// [`ScheduleError`], or the store. Cost: what was saved is read from memory; what is taken of somebody's time is read once for each part
/// of the calendar, however many appointments of theirs are saved at once.
pub(crate) fn check(tx: &mut Tx<'_>, now_ms: u64) -> Result<(), ApiError> {
    let now = minute_of_ms(now_ms);
    let (mut takers, mut begun) = (Takers::default(), BTreeMap::new());
    let all = tx.changed_of("Appointment")?;
    let saved: BTreeSet<String> = all.iter().map(|changed| changed.entity.to_string()).collect();
    for changed in all {
        let Some((taking, booked)) = taking(&changed, &saved, now)? else { continue };
        let clinic = tx.clinic_of(&changed.entity)?;
        let has_begun = match begun.get(&clinic) {
            Some(known) => *known,
            None => tx.has_calendar(&clinic)?,
        };
        begun.insert(clinic, has_begun);
        if !has_begun {
            must_be_free(tx, &taking, &mut takers)?;
        }
        tx.beyond_sight(|tx| group::must_have_place(tx, &booked))?;
        if taking.is_new_to_patient {
            patient::must_be_nowhere_else(tx, &booked)?;
        }
    }
    Ok(())
}

/// What the save takes; none if it takes nothing that has to be free.
fn taking(
    changed: &Changed,
    saved: &BTreeSet<String>,
    now: Minute,
) -> Result<Option<(Taking, Booked)>, ApiError> {
    // What cannot be read takes no time: its validity was checked before.
    let Some(booked) = read(&changed.after) else { return Ok(None) };
    let is_place = booked.session.is_some();
    if booked.is_overbooked || booked.taken.to <= now || !(booked.takes_time() || is_place) {
        return Ok(None);
    }
    if booked.taken.length_min() > 3 * DAY_MIN || booked.span.length_min() > DAY_MIN {
        return Err(ScheduleError::TooLong.into());
    }
    let before = changed.before.as_deref().and_then(read);
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
    Ok(Some((Taking { id: changed.entity.id.clone(), spans, is_new_to_patient }, booked)))
}

fn read(json: &str) -> Option<Booked> {
    let record: Value = serde_json::from_str(json).ok()?;
    Booked::read(&record).ok().flatten()
}

/// One that was forced in takes time as well: whoever comes there, too, says so.
fn must_be_free(tx: &mut Tx<'_>, taking: &Taking, takers: &mut Takers) -> Result<(), ApiError> {
    for (key, span) in &taking.spans {
        let other = tx.beyond_sight(|tx| takers.other(&mut tx.view()?, (key, *span), &taking.id))?;
        if let Some(other) = other {
            let entity = Entity::new("Appointment", &other);
            let is_seen = tx.view()?.is_in_sight(&entity, May::READ).unwrap_or(false);
            let by = is_seen.then_some(other);
            return Err(ScheduleError::SlotTaken { resource: Some(key.clone()), by }.into());
        }
    }
    Ok(())
}
