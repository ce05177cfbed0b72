//! `GET /api/book/mine/{link}`: one's own appointment, and nothing else.

use axum::extract::{Path, State};
use axum::response::Response;
use holdfast_clinical::scheduling::booking::{Booked, kind_of, successor};
use holdfast_clinical::scheduling::fhir::{AppointmentType, ClinicRecord, extension};
use holdfast_clinical::scheduling::span::Minute;
use holdfast_clinical::scheduling::zone::minute_of_ms;
use holdfast_core::id::Entity;
use holdfast_store::view::{Stored, View};
use serde_json::Value;

use super::clinic::find;
use super::error::BookError;
use super::parts::parts;
use super::secret::Link;
use super::shown::{MineShown, Status, VisitType};
use crate::conflicts::json;
use crate::error::ApiError;
use crate::refusal::own_read;
use crate::schedule::ScheduleError;
use crate::schedule::names::name_of_resource;
use crate::schedule::records::{json_of, there};
use crate::schedule::roster::entity_of;
use crate::schedule::settle::{MOST_AFTER, sides_of};
use crate::state::ApiState;

/// Minutes before an appointment up to which it can be changed by its link.
pub(super) const CHANGE_MIN: i64 = 120;

/// An appointment that somebody has the link of.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) stored: Stored,
    pub(super) record: Value,
    pub(super) booked: Booked,
    pub(super) clinic: ClinicRecord,
    /// Whether a person has still to choose if it takes place. Then it reads as if it did.
    pub(super) is_unsettled: bool,
}

impl Found {
    pub(super) fn status(&self, now: Minute) -> Status {
        match self.booked.status.as_str() {
            "cancelled" | "entered-in-error" => Status::Cancelled,
            _ if self.booked.span.from <= now => Status::Past,
            _ if self.is_unsettled => Status::Unsettled,
            "proposed" | "waitlist" => Status::Requested,
            "booked" | "pending" => Status::Booked,
            // Here before the time, or not expected any more.
            _ => Status::Past,
        }
    }

    /// Until when it can be changed here; none if it cannot.
    pub(super) fn change_until(&self, now: Minute) -> Option<Minute> {
        let until = self.booked.span.from - CHANGE_MIN;
        let can_be = matches!(self.status(now), Status::Booked | Status::Requested) && until > now;
        can_be.then_some(until)
    }
}

/// The link of an address.
///
/// # Errors
/// [`BookError::NotFound`] of what is none.
pub(super) fn link(text: &str) -> Result<Link, BookError> {
    Link::read(text).ok_or(BookError::NotFound)
}

/// The appointment of a link, wherever it was booked anew since.
pub(super) async fn look(state: &ApiState, link: &Link) -> Result<Option<Found>, ApiError> {
    let entity = link.appointment();
    own_read(state, move |view| follow(view, &entity)).await
}

/// The same in a transaction, or a view. What was booked in its place leads on only if it is the same patient's.
pub(super) fn follow(view: &mut View<'_>, entity: &Entity) -> Result<Option<Found>, ApiError> {
    let Some(mut found) = look_in(view, entity)? else { return Ok(None) };
    for _ in 0..MOST_AFTER {
        if found.is_unsettled || found.booked.status != "cancelled" {
            break;
        }
        let Some(next) = successor(&found.record) else { break };
        match look_in(view, &Entity::new("Appointment", next))? {
            Some(next) if next.booked.patient.is_some() && next.booked.patient == found.booked.patient => {
                found = next;
            }
            _ => break,
        }
    }
    Ok(Some(found))
}

/// The very appointment of a link, whatever came in its place.
pub(super) async fn look_at(state: &ApiState, link: &Link) -> Result<Option<Found>, ApiError> {
    let entity = link.appointment();
    own_read(state, move |view| look_in(view, &entity)).await
}

/// The very appointment.
pub(super) fn look_in(view: &mut View<'_>, entity: &Entity) -> Result<Option<Found>, ApiError> {
    let Some(stored) = there(view, entity)? else { return Ok(None) };
    let mut record = json_of(&stored);
    let sides = sides_of(view, &stored)?;
    if let Some(sides) = &sides {
        sides.standing(&mut record);
    }
    if extension::find(&record, extension::ONLINE).is_none() {
        return Ok(None);
    }
    let Some(booked) = Booked::read(&record).map_err(ScheduleError::from)? else { return Ok(None) };
    let Some(name) = view.clinic_of(entity)? else { return Ok(None) };
    let Some(clinic) = find(view, &name)? else { return Ok(None) };
    Ok(Some(Found { stored, record, booked, clinic, is_unsettled: sides.is_some() }))
}

/// Answers it.
pub(crate) async fn mine(
    State(state): State<ApiState>,
    Path(text): Path<String>,
) -> Result<Response, ApiError> {
    parts(&state)?;
    Ok(json(&shown(&state, &link(&text)?).await?))
}

/// What the page is told of it.
///
/// # Errors
/// [`BookError::NotFound`], or the store.
pub(super) async fn shown(state: &ApiState, link: &Link) -> Result<MineShown, ApiError> {
    let (entity, link) = (link.appointment(), link.text());
    let now = minute_of_ms(state.writer().records().now_ms());
    own_read(state, move |view| {
        let found = follow(view, &entity)?.ok_or(BookError::NotFound)?;
        let mut names = Vec::new();
        for key in &found.booked.resources {
            names.push((key.as_str(), name(view, key)?));
        }
        let named = |kind: &str| {
            let of_kind = names.iter().find(|(key, name)| key.starts_with(kind) && name.is_some());
            of_kind.and_then(|(_, name)| name.clone())
        };
        let zone = &found.clinic.zone;
        let until = found.change_until(now).map(|until| zone.instant(until));
        Ok(MineShown {
            link: link.clone(),
            status: found.status(now),
            clinic: found.clinic.name.clone(),
            clinic_id: found.clinic.clinic.clone(),
            time_zone: zone.name().to_owned(),
            kind: kind(view, &found)?,
            start: zone.instant(found.booked.span.from),
            end: zone.instant(found.booked.span.to),
            with: named("Practitioner/"),
            place: named("Location/"),
            change_until: until,
        })
    })
    .await
}

/// The type as it is called now; of one that is gone, what the appointment says of it.
fn kind(view: &mut View<'_>, found: &Found) -> Result<VisitType, ApiError> {
    let minutes = found.booked.span.length_min();
    let id = kind_of(&found.record).unwrap_or_default();
    let stored = there(view, &Entity::new("HealthcareService", id.as_str()))?;
    let known = stored.and_then(|stored| AppointmentType::read(&json_of(&stored)).ok());
    let said = found.record.pointer("/serviceType/0/text").and_then(Value::as_str).unwrap_or_default();
    let is_remote = extension::find(&found.record, extension::REMOTE).is_some();
    let name = known.map_or_else(|| said.to_owned(), |known| known.name);
    Ok(VisitType { id, name, minutes, remote: is_remote })
}

fn name(view: &mut View<'_>, key: &str) -> Result<Option<String>, ApiError> {
    let Some(entity) = entity_of(key) else { return Ok(None) };
    let stored = there(view, &entity)?;
    Ok(stored.and_then(|stored| name_of_resource(&stored.json, &json_of(&stored))))
}
