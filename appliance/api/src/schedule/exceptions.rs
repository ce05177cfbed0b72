//! What breaks the weekly hours in a window: time off, holidays, extra hours.

use std::collections::BTreeSet;

use holdfast_clinical::scheduling::fhir::Exception;
use holdfast_clinical::scheduling::span::Span;
use holdfast_clinical::search::booked::{self, SLOT};
use holdfast_store::StoreError;
use holdfast_store::search::{Room, Stretch};
use holdfast_store::view::View;
use serde_json::Value;

/// The most of one part of the calendar.
const MOST: usize = 5_000;

/// Every exception that touches the window. What cannot be read breaks nothing.
pub(crate) fn exceptions(view: &mut View<'_>, window: Span) -> Result<Vec<Exception>, StoreError> {
    let (mut out, mut seen) = (Vec::new(), BTreeSet::new());
    for begin in booked::on(SLOT, window) {
        for one in view.along("Slot", &Stretch::of(SLOT, begin), &[], Room::for_some(MOST), None)? {
            let meets = booked::read(&one.value).is_some_and(|(_, span)| span.overlaps(window));
            if !meets || !seen.insert(one.stored.entity.id.clone()) {
                continue;
            }
            let slot: Value = serde_json::from_str(&one.stored.json).unwrap_or_default();
            out.extend(Exception::read(&slot).ok().flatten());
        }
    }
    Ok(out)
}
