//! Writes an appointment at the time of a slot, in one transaction that looks at everything again: hours, who has the time, and whether
//! it is this server's to sell. If it is not, the same as a request.

use std::sync::Arc;

use holdfast_clinical::scheduling::booking::{self, Way, replaces, with_reminders};
use holdfast_clinical::scheduling::fhir::{Exception, extension};
use holdfast_clinical::scheduling::span::{Minute, Span};
use holdfast_clinical::scheduling::zone::minute_of_ms;
use holdfast_core::id::Entity;
use holdfast_store::author::Base;
use holdfast_store::{StoreError, Tx};
use serde_json::Value;

use super::clinic::{bookable, find};
use super::error::BookError;
use super::free::{LEAD_MIN, Search};
use super::parts::BookParts;
use super::person::AUTHOR;
use super::slot::Slot;
use crate::error::ApiError;
use crate::fhir::check;
use crate::refusal::own_read;
use crate::schedule::ScheduleError;
use crate::schedule::busy::Busy;
use crate::schedule::exceptions::exceptions;
use crate::schedule::plan::{Known, Wanted, choose};
use crate::state::ApiState;

/// A slot, and all that has to be known to give it to somebody.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) search: Search,
    pub(super) wanted: Wanted,
    exceptions: Arc<Vec<Exception>>,
    pub(super) now: Minute,
}

/// What is written beside the time.
#[derive(Clone, Debug)]
pub(super) struct Beside<'b> {
    pub(super) patient: &'b str,
    pub(super) note: Option<&'b str>,
    /// The appointment in whose place it is to be.
    pub(super) replaces: Option<&'b str>,
}

impl Place {
    /// Looks at a slot.
    ///
    /// # Errors
    /// [`BookError`] if it was not offered here, or is over; or the store.
    pub(super) async fn read(
        state: &ApiState,
        parts: &Arc<BookParts>,
        slot: &str,
        clinic: &str,
    ) -> Result<Self, ApiError> {
        let slot = Slot::read(slot, &parts.key).filter(|slot| slot.clinic == clinic);
        let slot = slot.ok_or(BookError::BadSlot)?;
        let now = minute_of_ms(state.writer().records().now_ms());
        let (parts, at) = (parts.clone(), slot.start);
        let place = own_read(state, move |view| {
            let clinic = find(view, &slot.clinic)?.ok_or(BookError::NoSuchClinic)?;
            let roster = parts.roster(view, &clinic.clinic)?;
            let kind = bookable(view, &slot.kind, &roster)?;
            let span = Span::of(slot.start, slot.minutes);
            let wanted =
                Wanted { kind: kind.clone(), named: slot.resources.clone(), anyway: Vec::new(), span };
            let exceptions = Arc::new(exceptions(view, wanted.taken())?);
            let search = Search { parts: parts.clone(), clinic, kind, roster };
            Ok(Self { search, wanted, exceptions, now })
        });
        let place = place.await?;
        // What was offered an hour ago may begin now.
        if at < now + LEAD_MIN / 2 { Err(place.search.taken(state, at).await) } else { Ok(place) }
    }

    /// Who takes part, if all of them still work then and nobody has them.
    ///
    /// # Errors
    /// [`ScheduleError`], or the store.
    pub(super) fn resources(&self, tx: &mut Tx<'_>, but: Option<&str>) -> Result<Vec<String>, ApiError> {
        let busy = Busy::read_of(&mut tx.view()?, &self.wanted.named, self.wanted.taken())?;
        let roster = &*self.search.roster;
        let known = Known { roster, exceptions: &self.exceptions, zone: &self.search.clinic.zone };
        Ok(choose(&known, &self.wanted, busy, but)?)
    }

    /// Writes the appointment.
    ///
    /// # Errors
    /// [`StoreError::Booking`] if it is not this server's to confirm, [`ScheduleError`], or the store.
    pub(super) fn write(
        &self,
        tx: &mut Tx<'_>,
        entity: &Entity,
        way: Way,
        beside: &Beside<'_>,
    ) -> Result<(), ApiError> {
        let resources = self.resources(tx, None)?;
        let booking = booking::Booking {
            id: &entity.id,
            kind: &self.wanted.kind,
            way,
            patient: Some(beside.patient),
            resources: &resources,
            span: self.wanted.span,
            now: self.now,
            is_overbooked: false,
            session: None,
            series: None,
            description: beside.note,
        };
        let zone = &self.search.clinic.zone;
        let mut record = booking.resource(zone);
        let mut more = record.get("extension").and_then(Value::as_array).cloned().unwrap_or_default();
        more.push(extension::one(extension::ONLINE, "valueBoolean", true));
        more.extend(
            self.wanted.kind.is_remote.then(|| extension::one(extension::REMOTE, "valueBoolean", true)),
        );
        more.extend(beside.replaces.map(replaces));
        record["extension"] = with_reminders(more, Some(self.wanted.span.from), self.now, zone).into();
        let text = record.to_string();
        check::resource(&entity.kind, &text)?;
        tx.book(entity, &text, &Base::Absent, AUTHOR)?;
        Ok(())
    }
}

/// Codes of refusals upon which another database may confirm: see [`holdfast_core::rights::Refusal::is_request`].
const ASKED_FOR: [&str; 6] = [
    "calendar-not-begun",
    "grant-incomplete",
    "time-not-ours",
    "right-expired",
    "places-taken",
    "appointment-not-ours",
];

/// What a refusal inside the transaction means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Refused {
    /// Another database may confirm it.
    NotOurs,
    /// Somebody has the time, or nobody works then.
    Taken,
    /// Something else.
    Other,
}

impl Refused {
    pub(super) fn of(error: &ApiError) -> Self {
        match error {
            ApiError::Store(StoreError::Booking(refusal)) if refusal.is_request() => Self::NotOurs,
            ApiError::Store(StoreError::Booking(refusal)) if refusal.code() == "appointment-not-ours" => {
                Self::NotOurs
            }
            ApiError::Store(StoreError::Booking(_)) => Self::Taken,
            // The same in words for people.
            ApiError::Schedule(ScheduleError::Refused { code, .. }) if ASKED_FOR.contains(code) => {
                Self::NotOurs
            }
            ApiError::Schedule(ScheduleError::NobodyFits) => Self::Taken,
            ApiError::Schedule(error) if error.is_about_time() => Self::Taken,
            _ => Self::Other,
        }
    }
}
