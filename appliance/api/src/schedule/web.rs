//! What a node is to grant to head office of its clinic's time, for whoever runs it.

use holdfast_clinical::scheduling::fhir::AppointmentType;
use holdfast_clinical::scheduling::find::{Free, Resource};
use holdfast_clinical::scheduling::span::Span;
use holdfast_clinical::scheduling::web::{WebGrant, is_shared, share_out};
use holdfast_clinical::scheduling::zone::{Zone, minute_of_ms};
use holdfast_store::view::View;
use holdfast_store::{Records, StoreError};
use jiff::ToSpan;

use super::busy::Busy;
use super::exceptions::exceptions;
use super::roster::Roster;
use super::types;

/// What of the coming days is the web's and not granted yet. The view must not be narrowed.
///
/// # Errors
/// The database; or [`StoreError::Refused`] if hours cannot be worked out.
pub fn to_grant(
    view: &mut View<'_>,
    records: &Records,
    zone: &Zone,
    days: u32,
) -> Result<Vec<WebGrant>, StoreError> {
    let types: Vec<AppointmentType> = types::all(view)?.into_iter().filter(is_shared).collect();
    if types.is_empty() || days == 0 {
        return Ok(Vec::new());
    }
    let now = minute_of_ms(records.now_ms());
    let today = zone.local(now).date();
    let days: Vec<Span> =
        (0..=i64::from(days)).map(|ahead| zone.day(today.saturating_add(ahead.days()))).collect();
    let window = Span::new(now, days.last().map_or(now, |last| last.to));
    // With what is kept free around an appointment.
    let around = types
        .iter()
        .map(|kind| window.widened(kind.before_min, kind.after_min))
        .reduce(|all, one| Span::new(all.from.min(one.from), all.to.max(one.to)))
        .unwrap_or(window);
    let mut roster = Roster::read(view, records.clinic(), &[])?;
    let is_needed =
        |resource: &Resource| types.iter().flat_map(|kind| &kind.needs).any(|need| need.fits(resource));
    roster.members.retain(|one| is_needed(&one.resource));
    let exceptions = exceptions(view, around)?;
    let busy = Busy::to_book(view, records, &roster, around, now)?;
    let free = roster.free(&exceptions, &busy, zone, around, None);
    let free =
        free.map_err(|error| StoreError::Refused { code: error.code(), message: error.to_string() })?;
    let free: Vec<(&Resource, &Free)> = free.iter().map(|(resource, free)| (*resource, free)).collect();
    Ok(share_out(&types, &free, zone, &days, now))
}
