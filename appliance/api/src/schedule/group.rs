//! Group sessions: each patient's place is an appointment of their own.

use std::collections::BTreeSet;

use holdfast_clinical::scheduling::booking::{Booked, PLACE_POOL, places};
use holdfast_clinical::scheduling::fhir::extension;
use holdfast_clinical::scheduling::span::Span;
use holdfast_clinical::search::booked::{self, APPOINTMENT};
use holdfast_core::id::Entity;
use holdfast_core::rights::counted;
use holdfast_store::search::{Room, Stretch};
use holdfast_store::view::{Stored, View};
use holdfast_store::{StoreError, Tx};
use serde_json::Value;

use super::ScheduleError;
use super::records::{json_of, there};
use crate::error::ApiError;

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

/// The number of the next place of a session: of those that are this database's to give, once the clinic's calendar has begun.
pub(super) fn next_place(tx: &mut Tx<'_>, session: &Booked) -> Result<u32, ApiError> {
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
