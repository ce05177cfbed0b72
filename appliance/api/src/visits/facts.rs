//! What a visit's process keeps beside the record: the state that a restart goes on from, and what has happened so far. It is a fact of
//! this database alone: a replica has no use for it, and a page's commands have no place in a log that is kept for ever.

use holdfast_store::view::View;
use holdfast_store::{StoreError, Tx};
use holdfast_visits::session::{Fact, Snapshot};
use serde::{Deserialize, Serialize};

const RUNNING: &str = "visit/running/";

/// What is kept of a visit that runs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) snapshot: Snapshot,
    /// In the order in which they happened.
    pub(super) facts: Vec<Fact>,
}

/// What is kept of one; `None` if it never ran here.
///
/// # Errors
/// The database; [`StoreError::Corrupt`] if what is kept cannot be read.
pub(super) fn read(view: &mut View<'_>, visit: &str) -> Result<Option<Kept>, StoreError> {
    let Some(bytes) = view.local(&format!("{RUNNING}{visit}"))? else { return Ok(None) };
    let read = serde_json::from_slice(&bytes);
    read.map(Some)
        .map_err(|error| StoreError::Corrupt(format!("the state of a visit cannot be read: {error}")))
}

/// Every visit that is kept; those that cannot be read are left out.
///
/// # Errors
/// The database.
pub(super) fn all(view: &mut View<'_>) -> Result<Vec<Kept>, StoreError> {
    let found = view.locals(RUNNING)?;
    Ok(found.into_iter().filter_map(|(_, bytes)| serde_json::from_slice(&bytes).ok()).collect())
}

/// Keeps it.
///
/// # Errors
/// The database.
pub(super) fn keep(tx: &mut Tx<'_>, visit: &str, kept: &Kept) -> Result<(), StoreError> {
    let bytes = serde_json::to_vec(kept)
        .map_err(|error| StoreError::Database(format!("the state of a visit cannot be written: {error}")))?;
    tx.set_local(&format!("{RUNNING}{visit}"), Some(&bytes))
}

/// Forgets it.
///
/// # Errors
/// The database.
pub(super) fn forget(tx: &mut Tx<'_>, visits: &[String]) -> Result<(), StoreError> {
    let names: Vec<String> = visits.iter().map(|visit| format!("{RUNNING}{visit}")).collect();
    tx.forget_locals(&names)
}
