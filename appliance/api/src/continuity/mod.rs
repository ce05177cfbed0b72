//! The honest state: what is unsent and since when, what has been acknowledged by whom, what is still coming, and why
//! it waits.

mod cache;
mod events;
mod report;

pub(crate) use cache::Cache;
pub(crate) use events::events;
pub(crate) use report::{Report, report};

use holdfast_core::sight::May;
use holdfast_store::StoreError;

use crate::access::policy::Principal;

/// Refuses who is bound to a patient: the report counts everybody's records.
fn check(caller: &Principal) -> Result<(), StoreError> {
    match caller.sight.patient {
        None => Ok(()),
        Some(_) => Err(caller.sight.refusal("the state of this server", May::READ).into()),
    }
}
