//! Reading and saving the records behind the schedule.

use holdfast_clinical::scheduling::fhir::saved;
use holdfast_core::id::Entity;
use holdfast_core::search::Clause;
use holdfast_store::author::{Base, Saved};
use holdfast_store::view::{Stored, View};
use holdfast_store::{StoreError, Tx};
use serde_json::{Map, Value};

use crate::error::{ApiError, RequestError};
use crate::fhir::check;

/// Read in one go.
const AT_ONCE: u32 = 500;

/// Every record of a type that meets the clauses, `most` of them.
pub(crate) fn every(
    view: &mut View<'_>,
    kind: &str,
    clauses: &[Clause],
    most: usize,
) -> Result<Vec<Stored>, StoreError> {
    let (mut out, mut next) = (Vec::new(), Some(0));
    while let Some(after) = next.filter(|_| out.len() < most) {
        let found = view.search(kind, clauses, after, AT_ONCE)?;
        out.extend(found.resources);
        next = found.next;
    }
    out.truncate(most);
    Ok(out)
}

/// The record as it reads; `null` of what is no JSON.
pub(crate) fn json_of(stored: &Stored) -> Value {
    serde_json::from_str(&stored.json).unwrap_or_default()
}

/// Saves a record with these elements exchanged, and checks it as any other save is.
pub(crate) fn exchange(
    tx: &mut Tx<'_>,
    stored: &Stored,
    elements: &Map<String, Value>,
    author: &str,
) -> Result<Saved, ApiError> {
    let bad = |reason| RequestError::BadBody { reason };
    let text = saved(&stored.json, elements).map_err(bad)?;
    put(tx, &stored.entity, &text, &Base::Exactly(stored.version.clone()), author)
}

/// Saves a record, checked against FHIR's rules.
pub(crate) fn put(
    tx: &mut Tx<'_>,
    entity: &Entity,
    text: &str,
    base: &Base,
    author: &str,
) -> Result<Saved, ApiError> {
    check::resource(&entity.kind, text)?;
    Ok(tx.put(entity, text, base, author)?)
}

/// The record, if it is here, in sight and not deleted.
pub(crate) fn there(view: &mut View<'_>, entity: &Entity) -> Result<Option<Stored>, StoreError> {
    Ok(view.get(entity)?.filter(|stored| !stored.deleted))
}
