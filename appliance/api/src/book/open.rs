//! How much one contact has booked that is still to come: one telephone does not take all the time that there is. Facts of this database,
//! by a hash of the contact.

use holdfast_core::id::Entity;
use holdfast_store::Tx;

use super::error::BookError;
use super::mine::look_in;
use super::shown::Status;
use crate::error::ApiError;

/// A family with one telephone has so many.
const MOST: usize = 6;
const OPEN: &str = "book/open/";

/// Counts an appointment that is being made among those of a contact; those that are over or cancelled are forgotten.
///
/// # Errors
/// [`BookError::Enough`], or the store.
pub(super) fn count(tx: &mut Tx<'_>, whose: &str, appointment: &Entity, now: i64) -> Result<(), ApiError> {
    let prefix = format!("{OPEN}{whose}/");
    let (mut open, mut over) = (0, Vec::new());
    let mut view = tx.view()?;
    for (id, _) in view.locals(&prefix)? {
        let found = look_in(&mut view, &Entity::new("Appointment", id.as_str()))?;
        let status = found.map(|found| found.status(now));
        match status {
            Some(Status::Booked | Status::Requested) => open += 1,
            _ => over.push(format!("{prefix}{id}")),
        }
    }
    if open >= MOST {
        return Err(BookError::Enough.into());
    }
    if !over.is_empty() {
        tx.forget_locals(&over)?;
    }
    Ok(tx.set_local(&format!("{prefix}{}", appointment.id), Some(&[]))?)
}
