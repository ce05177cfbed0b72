//! Group sessions: each patient's place is an appointment of their own.

use std::collections::{BTreeMap, BTreeSet};

use holdfast_clinical::scheduling::booking::{Booked, PLACE_POOL, open_sessions, places, takes_time};
use holdfast_clinical::scheduling::fhir::extension;
use holdfast_clinical::scheduling::span::{Minute, Span};
use holdfast_clinical::search::booked::{self, APPOINTMENT};
use holdfast_core::id::Entity;
use holdfast_core::rights::counted;
use holdfast_core::sight::May;
use holdfast_store::search::{Room, Stretch};
use holdfast_store::view::{Stored, View};
use holdfast_store::{StoreError, Tx};
use serde_json::Value;

use super::ScheduleError;
use super::records::{json_of, there};
use super::shown::{AppointmentShown, Read, Shower};
use crate::error::ApiError;
use crate::patients::SavedAt;

/// Appointments of one part of a day.
const MOST: usize = 20_000;

/// Everything at a time. The view must not be narrowed.
pub(super) fn at(view: &mut View<'_>, span: Span) -> Result<Vec<Booked>, StoreError> {
    let (mut out, mut seen) = (Vec::new(), BTreeSet::new());
    for begin in booked::on(APPOINTMENT, span) {
        for one in
            view.along("Appointment", &Stretch::of(APPOINTMENT, begin), &[], Room::for_some(MOST), None)?
        {
            let meets = booked::read(&one.value).is_some_and(|(_, taken)| taken.overlaps(span));
            if meets && seen.insert(one.stored.entity.id.clone()) {
                out.extend(Booked::read(&json_of(&one.stored)).ok().flatten());
            }
        }
    }
    Ok(out)
}

/// The sessions of a type that begin in the window and have a place left, the earliest first. The view must not be narrowed. Every
/// appointment of the window is gone past; those of other types are not read.
pub(super) fn open(view: &mut View<'_>, kind: &str, window: Span) -> Result<Vec<Booked>, StoreError> {
    let (mut all, mut seen) = (Vec::new(), BTreeSet::new());
    for begin in booked::on(APPOINTMENT, window) {
        let stretch = Stretch::of(APPOINTMENT, begin);
        for one in view.along("Appointment", &stretch, &[], Room::for_some(MOST), None)? {
            if one.stored.json.contains(kind) && seen.insert(one.stored.entity.id.clone()) {
                all.extend(Booked::read(&json_of(&one.stored)).ok().flatten());
            }
        }
    }
    let sessions = all.iter().filter(|one| one.capacity.is_some());
    Ok(open_sessions(sessions, &all, kind, window).into_iter().map(|(one, _)| one.clone()).collect())
}

/// Refuses a place that the session does not have.
pub(super) fn must_have_place(tx: &mut Tx<'_>, place: &Booked) -> Result<(), ApiError> {
    let Some(id) = place.session.as_deref().and_then(|key| key.strip_prefix("Appointment/")) else {
        return Ok(());
    };
    let mut view = tx.view()?;
    let Some(stored) = there(&mut view, &Entity::new("Appointment", id))? else { return Ok(()) };
    let Some(session) = Booked::read(&json_of(&stored)).ok().flatten() else { return Ok(()) };
    let all = at(&mut view, session.span)?;
    match places(&session, &all) {
        Some(places) if places.taken > places.capacity => {
            Err(ScheduleError::Full { capacity: places.capacity }.into())
        }
        _ => Ok(()),
    }
}

/// The number of the next place of a session, for a patient who has none in it: of those that are this database's to give, once the
/// clinic's calendar has begun.
pub(super) fn next_place(tx: &mut Tx<'_>, session: &Booked, patient: &str) -> Result<u32, ApiError> {
    must_have_none(tx, session, patient)?;
    let entity = Entity::new("Appointment", &session.id);
    let clinic = tx.clinic_of(&entity)?;
    if tx.has_calendar(&clinic)? {
        return Ok(tx.next_place(&clinic, &counted::pool(&entity.to_string(), PLACE_POOL))?);
    }
    let given: BTreeSet<i64> = tx.beyond_sight(|tx| -> Result<_, ApiError> {
        let record = json_of(&tx.view()?.read(&entity)?);
        let all = places_of(tx, &record)?.into_iter();
        let number =
            |stored: Stored| extension::number(&json_of(&stored), extension::PLACE, "valueUnsignedInt");
        Ok(all.filter_map(number).collect())
    })?;
    // Whether the session has it is said when it is saved.
    let next = (0..).find(|number| !given.contains(number)).unwrap_or_default();
    Ok(u32::try_from(next).unwrap_or(u32::MAX))
}

/// Refuses a second place for a patient, overbooked or not: nobody sits on two chairs.
fn must_have_none(tx: &mut Tx<'_>, session: &Booked, patient: &str) -> Result<(), ApiError> {
    let key = format!("Appointment/{}", session.id);
    let is_theirs = |one: &Booked| {
        one.session.as_deref() == Some(&key)
            && one.patient.as_deref() == Some(patient)
            && takes_time(&one.status)
    };
    let all = tx.beyond_sight(|tx| at(&mut tx.view()?, session.span))?;
    let Some(place) = all.into_iter().find(is_theirs) else { return Ok(()) };
    let is_seen = tx.view()?.is_in_sight(&Entity::new("Appointment", &place.id), May::READ)?;
    Err(ScheduleError::InSession { by: is_seen.then_some(place.id) }.into())
}

/// Appointments with the places of group sessions in their sessions. One whose session is not there, or stands at another time, is told of
/// by itself: its patient comes all the same.
pub(super) fn together(all: Vec<Read>) -> Vec<AppointmentShown> {
    let (places, mut out): (Vec<Read>, Vec<Read>) =
        all.into_iter().partition(|one| one.booked.session.is_some());
    let mut at: BTreeMap<String, usize> = BTreeMap::new();
    for (n, one) in out.iter().enumerate().filter(|(_, one)| one.booked.capacity.is_some()) {
        at.insert(format!("Appointment/{}", one.shown.id), n);
    }
    let mut alone = Vec::new();
    for place in places {
        let key = place.booked.session.as_ref();
        let session = key.and_then(|key| at.get(key)).and_then(|n| out.get_mut(*n));
        let Some(session) = session else {
            alone.push(place);
            continue;
        };
        let is_there = session.booked.span == place.booked.span && takes_time(&session.booked.status);
        let Some(group) = session.shown.group.as_mut() else { continue };
        // Wherever it stands, it is one of the session's.
        group.taken += u32::from(takes_time(&place.booked.status));
        if !is_there {
            alone.push(place);
        } else if takes_time(&place.booked.status) {
            group.places.push(place.shown);
        }
    }
    for session in &mut out {
        if let Some(group) = &mut session.shown.group {
            let name = |one: &AppointmentShown| one.patient.as_ref().map(|patient| patient.name.clone());
            group.places.sort_by(|a, b| (name(a), &a.id).cmp(&(name(b), &b.id)));
        }
    }
    out.into_iter().chain(alone).map(|one| one.shown).collect()
}

/// A session with those of its places that the view shows; whatever else is read, as it is.
pub(super) fn with_places(
    view: &mut View<'_>,
    shower: &mut Shower<'_>,
    read: Read,
    day: Minute,
) -> Result<AppointmentShown, StoreError> {
    if read.booked.capacity.is_none() {
        return Ok(read.shown);
    }
    let (session, id, own) = (read.booked.clone(), read.shown.id.clone(), read.shown.clone());
    let key = format!("Appointment/{id}");
    let mut all = vec![read];
    for place in at(view, session.span)?.into_iter().filter(|one| one.session.as_deref() == Some(&key)) {
        if let Some(stored) = there(view, &Entity::new("Appointment", &place.id))? {
            all.extend(shower.read(view, &stored, SavedAt::Here.code(), day)?);
        }
    }
    Ok(together(all).into_iter().find(|one| one.id == id).unwrap_or(own))
}

/// The session of a type that begins then, with those who were named; none if there is none yet.
pub(super) fn session(
    view: &mut View<'_>,
    kind: &str,
    span: Span,
    named: &[String],
) -> Result<Option<Booked>, StoreError> {
    let is_it = |one: &Booked| {
        one.capacity.is_some()
            && one.status == "booked"
            && one.kind.as_deref() == Some(kind)
            && one.span.from == span.from
            && named.iter().all(|key| one.resources.contains(key))
    };
    Ok(at(view, span)?.into_iter().find(is_it))
}

/// The records of the places of a session that are not given up. The transaction must not be narrowed.
pub(super) fn places_of(tx: &mut Tx<'_>, session: &Value) -> Result<Vec<Stored>, ApiError> {
    let session = Booked::read(session).map_err(ScheduleError::from)?;
    let Some(session) = session.filter(|one| one.capacity.is_some()) else { return Ok(Vec::new()) };
    let key = format!("Appointment/{}", session.id);
    let mut view = tx.view()?;
    let mut out = Vec::new();
    for one in at(&mut view, session.span)? {
        let is_open = matches!(one.status.as_str(), "booked" | "proposed" | "pending");
        if is_open && one.session.as_deref() == Some(&key) {
            out.extend(there(&mut view, &Entity::new("Appointment", &one.id))?);
        }
    }
    Ok(out)
}
