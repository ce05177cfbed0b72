//! Who may do what with files: what they may do with documents.

use std::sync::Arc;

use holdfast_clinical::files::{HOLDFAST_CHUNK, HOLDFAST_FILE};
use holdfast_core::sight::{Grants, May, Sight};
use holdfast_store::StoreError;

use crate::access::policy::Principal;
use crate::error::ApiError;

/// The type that a file is read or brought with.
const DOCUMENT: &str = "DocumentReference";

/// The caller as one who brings files: the same records in sight, and of files what it takes.
///
/// # Errors
/// [`StoreError::OutOfSight`] for who may not add documents.
pub(super) fn to_bring(caller: &Principal) -> Result<Arc<Principal>, ApiError> {
    caller.sight.check(DOCUMENT, May::CREATE).map_err(StoreError::from)?;
    Ok(with(caller, May::ALL))
}

/// The caller as one who reads files.
///
/// # Errors
/// [`StoreError::OutOfSight`] for who may not read documents.
pub(super) fn to_read(caller: &Principal) -> Result<Arc<Principal>, ApiError> {
    caller.sight.check(DOCUMENT, May::READ).map_err(StoreError::from)?;
    Ok(with(caller, May::LOOK))
}

/// Either, for who asks how far an upload has come.
///
/// # Errors
/// [`StoreError::OutOfSight`] for who may do neither.
pub(super) fn to_ask(caller: &Principal) -> Result<Arc<Principal>, ApiError> {
    to_read(caller).or_else(|refusal| to_bring(caller).map_err(|_| refusal))
}

/// What a sign-in reaches by itself is left behind: the files' patients are what has to be in sight, not all of their records.
fn with(caller: &Principal, may: May) -> Arc<Principal> {
    let grants =
        Grants::default().with("Patient", May::READ).with(HOLDFAST_FILE, may).with(HOLDFAST_CHUNK, may);
    let sight = Arc::new(Sight { grants: Arc::new(grants), ..(*caller.sight).clone() });
    Arc::new(Principal { sight, ..caller.clone() })
}
