//! What has to be right about the patient of an appointment: that they live, and that nobody expects them elsewhere at that time.
//!
//! Time is owned (decision 33), a patient is not: two databases that cannot reach each other may each expect the same patient at one time.
//! Here it is refused where both are known; what came together otherwise is marked on the day sheet ([`super::overlaps`]).

use holdfast_clinical::identity::person::Person;
use holdfast_clinical::scheduling::booking::Booked;
use holdfast_clinical::scheduling::span::{Minute, Span};
use holdfast_clinical::scheduling::zone::Zone;
use holdfast_clinical::search::booked::{self, APPOINTMENT};
use holdfast_clinical::search::of_patient;
use holdfast_core::id::Entity;
use holdfast_core::sight::May;
use holdfast_store::search::{Room, Stretch};
use holdfast_store::view::{Stored, View};
use holdfast_store::{StoreError, Tx};
use serde_json::Value;

use super::ScheduleError;
use super::names::name_of_resource;
use super::plan::in_use;
use super::records::{json_of, there};
use super::roster::{Roster, entity_of};
use super::when;
use crate::error::ApiError;

/// Appointments of one patient in one part of a day.
const MOST: usize = 100;

/// Whether somebody waits for the patient of an appointment of that status: who has been seen, or did not come, may be anywhere.
pub(super) fn is_expected(status: &str) -> bool {
    matches!(status, "booked" | "pending" | "arrived" | "checked-in")
}

/// Refuses whoever is recorded as deceased.
pub(super) fn must_live(patient: &Stored) -> Result<(), ScheduleError> {
    let person = Person::read(&patient.json);
    if person.is_deceased { Err(ScheduleError::Deceased { name: person.name() }) } else { Ok(()) }
}

/// The same of the patient whom an appointment names; one who is not here is not looked at.
pub(super) fn must_live_who_comes(tx: &mut Tx<'_>, appointment: &Booked) -> Result<(), ApiError> {
    let Some(patient) = patient_of(appointment) else { return Ok(()) };
    match tx.beyond_sight(|tx| there(&mut tx.view()?, &patient))? {
        Some(stored) => Ok(must_live(&stored)?),
        None => Ok(()),
    }
}

/// Whoever is checked in lives, and is expected today.
pub(super) fn may_be_checked_in(
    tx: &mut Tx<'_>,
    appointment: &Value,
    zone: &Zone,
    now: Minute,
) -> Result<(), ApiError> {
    let Some(booked) = Booked::read(appointment).map_err(ScheduleError::from)? else { return Ok(()) };
    when::must_be_today(zone, now, booked.span)?;
    must_live_who_comes(tx, &booked)
}

/// A request is granted as something is booked: not on a day that is over, not for whoever has died, not with whoever has left.
pub(super) fn may_be_granted(
    tx: &mut Tx<'_>,
    request: &Value,
    zone: &Zone,
    now: Minute,
) -> Result<(), ApiError> {
    let Some(booked) = Booked::read(request).map_err(ScheduleError::from)? else { return Ok(()) };
    when::must_be_to_come(zone, now, booked.span)?;
    must_live_who_comes(tx, &booked)?;
    let roster = tx.beyond_sight(|tx| Roster::read(&mut tx.view()?, "", &[]))?;
    Ok(in_use(&roster, &booked.resources)?)
}

/// The patient whom an appointment names.
pub(super) fn patient_of(appointment: &Booked) -> Option<Entity> {
    let id = appointment.patient.as_deref()?.strip_prefix("Patient/")?;
    Some(Entity::new("Patient", id))
}

/// Where the patient is expected in the span; places in group sessions are among it. The view must not be narrowed. Work is proportional
/// to what the clinic has in that part of the day.
pub(super) fn expected(view: &mut View<'_>, patient: &Entity, span: Span) -> Result<Vec<Booked>, StoreError> {
    let Some(clause) = of_patient("Appointment", patient) else { return Ok(Vec::new()) };
    let mut out: Vec<Booked> = Vec::new();
    for begin in booked::on(APPOINTMENT, span) {
        let stretch = Stretch::of(APPOINTMENT, begin);
        let clauses = std::slice::from_ref(&clause);
        for one in view.along("Appointment", &stretch, clauses, Room::for_some(MOST), None)? {
            let Some(booked) = Booked::read(&json_of(&one.stored)).ok().flatten() else { continue };
            // Buffers are the resources', not the patient's.
            let meets = booked.span.overlaps(span) && is_expected(&booked.status);
            if meets && out.iter().all(|known| known.id != booked.id) {
                out.push(booked);
            }
        }
    }
    Ok(out)
}

/// Refuses what the patient of an appointment, as it is saved, could only come to by not coming to another.
pub(super) fn must_be_nowhere_else(tx: &mut Tx<'_>, appointment: &Booked) -> Result<(), ApiError> {
    let Some(patient) = patient_of(appointment) else { return Ok(()) };
    let others = tx.beyond_sight(|tx| expected(&mut tx.view()?, &patient, appointment.span))?.into_iter();
    let Some(other) = others.into_iter().find(|one| one.id != appointment.id) else { return Ok(()) };
    let is_seen = tx.view()?.is_in_sight(&Entity::new("Appointment", &other.id), May::READ).unwrap_or(false);
    let error = tx.beyond_sight(|tx| elsewhere(&mut tx.view()?, &patient, &other, is_seen))?;
    Err(error.into())
}

/// The refusal, in words that tell of the other appointment no more than whoever asks may see.
pub(super) fn elsewhere(
    view: &mut View<'_>,
    patient: &Entity,
    other: &Booked,
    is_seen: bool,
) -> Result<ScheduleError, StoreError> {
    let mut names = Vec::new();
    for entity in other.resources.iter().filter_map(|key| entity_of(key)).filter(|_| is_seen) {
        let stored = view.get(&entity)?;
        names.extend(stored.and_then(|stored| name_of_resource(&stored.json, &json_of(&stored))));
    }
    let times = is_seen.then(|| (Zone::utc().instant(other.span.from), Zone::utc().instant(other.span.to)));
    Ok(ScheduleError::Elsewhere {
        patient: patient.to_string(),
        by: is_seen.then(|| other.id.clone()),
        with: Some(names.join(", ")).filter(|names| !names.is_empty()),
        times,
    })
}
