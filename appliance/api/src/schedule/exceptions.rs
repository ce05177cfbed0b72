//! What breaks the weekly hours in a window: time off, holidays, extra hours.

use std::collections::BTreeSet;

use holdfast_clinical::scheduling::fhir::Exception;
use holdfast_clinical::scheduling::span::Span;
use holdfast_clinical::search::booked::{self, SLOT};
use holdfast_core::id::Entity;
use holdfast_store::StoreError;
use holdfast_store::view::View;

use super::records::json_of;

/// Rows of one window: each day of each leave has one.
const MOST: u64 = 50_000;
/// Their records, in bytes.
const BYTES: usize = 64 << 20;

/// Every exception that touches the window. What cannot be read breaks nothing.
pub(crate) fn exceptions(view: &mut View<'_>, window: Span) -> Result<Vec<Exception>, StoreError> {
    let mut found = BTreeSet::new();
    for (from, below) in booked::there(SLOT, window) {
        for (id, value) in view.values_between("Slot", SLOT, (&from, &below), MOST)? {
            if booked::read(&value).is_some_and(|(_, span)| span.overlaps(window)) {
                found.insert(Entity::new("Slot", id));
            }
        }
    }
    let found: Vec<Entity> = found.into_iter().collect();
    let read = view.get_all(&found, BYTES)?.resources;
    Ok(read.iter().filter_map(|one| Exception::read(&json_of(one)).ok().flatten()).collect())
}
