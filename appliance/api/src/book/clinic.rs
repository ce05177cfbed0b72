//! `GET /api/book`, `GET /api/book/clinic/{clinic}`: where patients book, and what.

use axum::extract::{Path, State};
use axum::response::Response;
use holdfast_clinical::scheduling::fhir::{AppointmentType, ClinicRecord};
use holdfast_core::id::Entity;
use holdfast_store::StoreError;
use holdfast_store::view::View;

use super::error::BookError;
use super::parts::parts;
use super::shown::{ClinicNamed, ClinicShown, Clinics, VisitType};
use crate::conflicts::json;
use crate::error::ApiError;
use crate::refusal::own_read;
use crate::schedule::records::{json_of, there};
use crate::schedule::roster::Roster;
use crate::schedule::types;
use crate::state::ApiState;

/// Clinics that are listed. Who has more leads patients to the address of theirs.
const MOST: u32 = 500;

/// What a clinic says of itself, if it takes bookings.
pub(super) fn find(view: &mut View<'_>, name: &str) -> Result<Option<ClinicRecord>, StoreError> {
    let stored = there(view, &Entity::new("Organization", ClinicRecord::id(name)))?;
    let read = stored.and_then(|stored| ClinicRecord::read(&json_of(&stored)));
    Ok(read.filter(|read| read.clinic == name))
}

/// The clinic of an address.
///
/// # Errors
/// [`BookError::NoSuchClinic`], or the store.
pub(super) async fn clinic(state: &ApiState, name: String) -> Result<ClinicRecord, ApiError> {
    own_read(state, move |view| Ok(find(view, &name)?.ok_or(BookError::NoSuchClinic)?)).await
}

/// Whether patients book appointments of a type at the clinic: it is offered on the web, to one at a time, and there is who it needs.
pub(super) fn is_bookable(kind: &AppointmentType, roster: &Roster) -> bool {
    let is_there = |need: &holdfast_clinical::scheduling::find::Need| {
        roster.members.iter().any(|one| one.is_active && need.fits(&one.resource))
    };
    kind.is_active && kind.split.web_percent > 0 && kind.capacity == 1 && kind.needs.iter().all(is_there)
}

/// A type that patients book at the clinic.
///
/// # Errors
/// [`BookError::NoSuchType`], or the store.
pub(super) fn bookable(view: &mut View<'_>, id: &str, roster: &Roster) -> Result<AppointmentType, ApiError> {
    if !holdfast_clinical::types::is_id(id) {
        return Err(BookError::NoSuchType.into());
    }
    let stored = there(view, &Entity::new("HealthcareService", id))?;
    let kind = stored.and_then(|stored| AppointmentType::read(&json_of(&stored)).ok());
    Ok(kind.filter(|kind| is_bookable(kind, roster)).ok_or(BookError::NoSuchType)?)
}

/// Answers the clinics at which patients book.
pub(crate) async fn list(State(state): State<ApiState>) -> Result<Response, ApiError> {
    parts(&state)?;
    let found = own_read(&state, |view| {
        let mut clinics = Vec::new();
        for name in view.clinics(MOST)? {
            clinics.extend(find(view, &name)?.map(|one| ClinicNamed { id: one.clinic, name: one.name }));
        }
        Ok(clinics)
    });
    let mut clinics = found.await?;
    clinics.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    Ok(json(&Clinics { clinics }))
}

/// Answers one of them, and what can be booked there.
pub(crate) async fn show(
    State(state): State<ApiState>,
    Path(name): Path<String>,
) -> Result<Response, ApiError> {
    let ours = parts(&state)?;
    let shown = own_read(&state, move |view| {
        let clinic = find(view, &name)?.ok_or(BookError::NoSuchClinic)?;
        let roster = ours.roster(view, &clinic.clinic)?;
        let kinds = types::all(view)?;
        let mut types: Vec<VisitType> =
            kinds.iter().filter(|kind| is_bookable(kind, &roster)).map(VisitType::of).collect();
        types.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        let time_zone = clinic.zone.name().to_owned();
        Ok(ClinicShown { name: clinic.name, time_zone, phone: clinic.phone, types })
    });
    Ok(json(&shown.await?))
}
